//! What the gateway asks the control plane.

use async_trait::async_trait;
use stead_core::Result;
use stead_core::ids::{InstanceId, TenantId};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::access::Viewer;
use crate::host::PreviewHost;

/// The code of the error of [`Routes::dial`] when the instance runs and nothing listens on the port.
pub const NOT_LISTENING: &str = "port_not_listening";

/// Whether an instance can answer now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Running,
    /// On its way up; waiting helps.
    Starting,
    /// Stopped or paused; waking it helps.
    Asleep,
    /// It failed or is being deleted; neither helps.
    Gone,
    /// Its node cannot be reached.
    NodeAway,
}

/// What stands behind a preview host now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub tenant: TenantId,
    pub instance: InstanceId,
    /// The instance's name, for people who may know of it.
    pub name: String,
    pub port: u16,
    /// Anyone with the address may look.
    pub public: bool,
    pub presence: Presence,
}

/// Whether somebody may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Admitted,
    /// A member of the tenant who may know of the instance, but not be inside.
    Forbidden,
    /// The instance is none of their business.
    Hidden,
    /// The session has ended: sign in anew.
    SignedOut,
}

/// Where previews lead. Every answer is asked for anew with each request; what may be kept is the implementor's affair.
#[async_trait]
pub trait Routes: Send + Sync + 'static {
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// `None` when no instance has this label.
    async fn resolve(&self, host: &PreviewHost) -> Result<Option<Target>>;

    async fn admission(&self, viewer: &Viewer, target: &Target) -> Result<Admission>;

    /// Completes when the answers of `resolve` or `admission` for this target may have changed, within a second. Streams that
    /// are open then are checked again.
    async fn changed(&self, target: &Target);

    /// A raw connection to the port inside. [`NOT_LISTENING`] is the code when there is nothing.
    async fn dial(&self, target: &Target) -> Result<Self::Stream>;

    /// Starts or resumes the instance on the viewer's behalf. Does nothing when it is on its way already.
    async fn wake(&self, viewer: &Viewer, target: &Target) -> Result<()>;
}
