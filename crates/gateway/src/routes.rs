//! What the gateway asks the control plane.

use std::time::Duration;

use async_trait::async_trait;
use stead_core::Result;
use stead_core::ids::{InstanceId, TenantId};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::host::PreviewHost;

/// The code of the error of [`Routes::dial`] when the instance runs and nothing listens on the port.
pub const NOT_LISTENING: &str = "not_listening";

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

/// What a browser shows at one preview host to be admitted again: the value of a cookie.
pub struct Pass {
    pub secret: String,
    pub lifetime: Duration,
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Pass").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

/// Where previews lead, and for whom. Every answer is asked for anew with each request; what may be kept is the
/// implementor's affair.
///
/// The dashboard's cookie is not sent to preview hosts. So the dashboard gives the browser a ticket for one host, which
/// [`Routes::redeem`] exchanges there for a pass. A pass only says *who* looks; whether they may is [`Routes::admission`]'s
/// answer, so that the end of a session or membership ends it too.
#[async_trait]
pub trait Routes: Send + Sync + 'static {
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;
    /// Who looks.
    type Viewer: Clone + Send + Sync + 'static;

    /// Uses a ticket up; `None` when it was used before, is too old or was meant for another host.
    async fn redeem(&self, ticket: &str, host: &PreviewHost) -> Result<Option<Pass>>;

    /// Who holds this pass for this host; `None` when it is not valid any more.
    async fn viewer(&self, pass: &str, host: &PreviewHost) -> Result<Option<Self::Viewer>>;

    /// Who holds this API token, which a program shows instead of a pass; `None` when it is not valid.
    async fn token_holder(&self, token: &str, host: &PreviewHost) -> Result<Option<Self::Viewer>>;

    /// `None` when no instance has this label.
    async fn resolve(&self, host: &PreviewHost) -> Result<Option<Target>>;

    async fn admission(&self, viewer: &Self::Viewer, target: &Target) -> Result<Admission>;

    /// Completes when the answers of `resolve` or `admission` for this target may have changed, within a second. Streams that
    /// are open then are checked again.
    async fn changed(&self, host: &PreviewHost, target: &Target);

    /// A raw connection to the port inside. [`NOT_LISTENING`] is the code when there is nothing.
    async fn dial(&self, target: &Target) -> Result<Self::Stream>;

    /// Starts or resumes the instance on the viewer's behalf. Does nothing when it is on its way already.
    async fn wake(&self, viewer: &Self::Viewer, target: &Target) -> Result<()>;
}

#[async_trait]
impl<R: Routes> Routes for std::sync::Arc<R> {
    type Stream = R::Stream;
    type Viewer = R::Viewer;

    async fn redeem(&self, ticket: &str, host: &PreviewHost) -> Result<Option<Pass>> {
        (**self).redeem(ticket, host).await
    }
    async fn viewer(&self, pass: &str, host: &PreviewHost) -> Result<Option<Self::Viewer>> {
        (**self).viewer(pass, host).await
    }
    async fn token_holder(&self, token: &str, host: &PreviewHost) -> Result<Option<Self::Viewer>> {
        (**self).token_holder(token, host).await
    }
    async fn resolve(&self, host: &PreviewHost) -> Result<Option<Target>> {
        (**self).resolve(host).await
    }
    async fn admission(&self, viewer: &Self::Viewer, target: &Target) -> Result<Admission> {
        (**self).admission(viewer, target).await
    }
    async fn changed(&self, host: &PreviewHost, target: &Target) {
        (**self).changed(host, target).await;
    }
    async fn dial(&self, target: &Target) -> Result<Self::Stream> {
        (**self).dial(target).await
    }
    async fn wake(&self, viewer: &Self::Viewer, target: &Target) -> Result<()> {
        (**self).wake(viewer, target).await
    }
}
