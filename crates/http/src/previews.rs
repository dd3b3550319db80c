//! What the gateway asks, answered by the control plane.

use std::time::Duration;

use async_trait::async_trait;
use stead_control::instances::{PreviewPresence, PreviewTarget};
use stead_control::{Caller, Control, Mutation};
use stead_core::Result;
use stead_core::access::Permission;
use stead_core::error::ErrorKind;
use stead_gateway::{Admission, Pass, Presence, PreviewHost, Routes, Target};
use stead_link::ByteStream;

/// How often the answer that is kept in memory is looked at for streams that are open.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

#[derive(Clone, Debug)]
pub struct PreviewRoutes {
    control: Control,
}

impl PreviewRoutes {
    #[must_use]
    pub fn new(control: Control) -> Self {
        Self { control }
    }
}

fn target(found: PreviewTarget) -> Target {
    Target {
        tenant: found.tenant,
        instance: found.instance,
        name: found.name,
        port: found.port,
        public: found.public,
        presence: match found.presence {
            PreviewPresence::Running => Presence::Running,
            PreviewPresence::Starting => Presence::Starting,
            PreviewPresence::Asleep => Presence::Asleep,
            PreviewPresence::Gone => Presence::Gone,
            PreviewPresence::NodeAway => Presence::NodeAway,
        },
    }
}

#[async_trait]
impl Routes for PreviewRoutes {
    type Stream = ByteStream;
    type Viewer = Caller;

    async fn redeem(&self, ticket: &str, host: &PreviewHost) -> Result<Option<Pass>> {
        let pass = self.control.identity().redeem_preview_ticket(ticket, host).await?;
        Ok(pass.map(|pass| Pass { secret: pass.secret, lifetime: pass.lifetime }))
    }

    async fn viewer(&self, pass: &str, host: &PreviewHost) -> Result<Option<Caller>> {
        self.control.identity().preview_viewer(pass, host).await
    }

    async fn resolve(&self, host: &PreviewHost) -> Result<Option<Target>> {
        Ok(self.control.instances().preview_target(&host.label, host.port).await?.map(target))
    }

    async fn admission(&self, viewer: &Caller, target: &Target) -> Result<Admission> {
        match self.control.identity().scope(viewer, Some(target.tenant), Permission::InstanceConnect).await {
            Ok(_) => Ok(Admission::Admitted),
            Err(error) => match error.kind() {
                ErrorKind::Forbidden => Ok(Admission::Forbidden),
                ErrorKind::NotFound => Ok(Admission::Hidden),
                ErrorKind::Unauthenticated => Ok(Admission::SignedOut),
                _ => Err(error),
            },
        }
    }

    async fn changed(&self, host: &PreviewHost, target: &Target) {
        let mut revocations = self.control.identity().revocations();
        loop {
            tokio::select! {
                changed = revocations.changed() => {
                    if changed.is_err() {
                        tokio::time::sleep(LOOK_AGAIN).await;
                    }
                    return;
                }
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
            // Kept in memory: looking costs next to nothing.
            match self.resolve(host).await {
                Ok(Some(now)) if now.instance == target.instance && now.public == target.public => {}
                _ => return,
            }
        }
    }

    async fn dial(&self, target: &Target) -> Result<ByteStream> {
        self.control.instances().dial(target.instance, target.port).await
    }

    async fn wake(&self, viewer: &Caller, target: &Target) -> Result<()> {
        let scope = self.control.identity().scope(viewer, Some(target.tenant), Permission::InstanceWrite).await?;
        match self.control.instances().wake(&scope, &target.instance.to_string(), &Mutation::default()).await {
            Ok(_) => Ok(()),
            // On its way already: what was wanted.
            Err(error) if error.code() == "operation_in_progress" => Ok(()),
            Err(error) => Err(error),
        }
    }
}
