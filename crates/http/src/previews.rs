//! What the gateway asks, answered by the control plane.

use std::time::Duration;

use async_trait::async_trait;
use stead_control::instances::{PreviewPresence, PreviewTarget};
use stead_control::{Caller, Control, Mutation, Presented, RequestInfo, TenantScope};
use stead_core::access::Permission;
use stead_core::error::ErrorKind;
use stead_core::{Error, Result};
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

#[derive(Clone)]
enum Shown {
    Pass(String),
    Token(Presented),
}

/// Somebody who shows a pass for one host, or an API token.
#[derive(Clone)]
pub struct PassHolder {
    shown: Shown,
    host: PreviewHost,
}

impl std::fmt::Debug for PassHolder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PassHolder").field("host", &self.host).finish_non_exhaustive()
    }
}

impl PreviewRoutes {
    async fn caller(&self, viewer: &PassHolder) -> Result<Option<Caller>> {
        let identity = self.control.identity();
        match &viewer.shown {
            Shown::Pass(pass) => identity.preview_viewer(pass, &viewer.host).await,
            Shown::Token(token) => match identity.authenticate(token, &RequestInfo::default()).await {
                Ok(caller) => Ok(Some(caller)),
                Err(error) if error.kind() == ErrorKind::Unauthenticated => Ok(None),
                Err(error) => Err(error),
            },
        }
    }

    async fn if_valid(&self, viewer: PassHolder) -> Result<Option<PassHolder>> {
        Ok(self.caller(&viewer).await?.map(|_| viewer))
    }

    /// Who holds it now, acting in the target's tenant: a pass ends with the session behind it.
    async fn scope(
        &self,
        viewer: &PassHolder,
        target: &Target,
        permission: Permission,
    ) -> Result<TenantScope> {
        let caller = self.caller(viewer).await?.ok_or_else(|| {
            Error::new(
                ErrorKind::Unauthenticated,
                "unauthenticated",
                "The session behind this preview has ended.",
            )
        })?;
        let instance = target.instance.to_string();
        self.control.identity().scope_about(&caller, Some(target.tenant), permission, Some(&instance)).await
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
    type Viewer = PassHolder;

    async fn redeem(&self, ticket: &str, host: &PreviewHost) -> Result<Option<Pass>> {
        let pass = self.control.identity().redeem_preview_ticket(ticket, host).await?;
        Ok(pass.map(|pass| Pass { secret: pass.secret, lifetime: pass.lifetime }))
    }

    async fn viewer(&self, pass: &str, host: &PreviewHost) -> Result<Option<PassHolder>> {
        self.if_valid(PassHolder { shown: Shown::Pass(pass.to_owned()), host: host.clone() }).await
    }

    async fn token_holder(&self, token: &str, host: &PreviewHost) -> Result<Option<PassHolder>> {
        let shown = Shown::Token(Presented::Token(token.to_owned()));
        self.if_valid(PassHolder { shown, host: host.clone() }).await
    }

    async fn resolve(&self, host: &PreviewHost) -> Result<Option<Target>> {
        Ok(self.control.instances().preview_target(&host.label, host.port).await?.map(target))
    }

    async fn admission(&self, viewer: &PassHolder, target: &Target) -> Result<Admission> {
        match self.scope(viewer, target, Permission::InstanceConnect).await {
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

    async fn wake(&self, viewer: &PassHolder, target: &Target) -> Result<()> {
        let scope = self.scope(viewer, target, Permission::InstanceWrite).await?;
        match self.control.instances().wake(&scope, &target.instance.to_string(), &Mutation::default()).await
        {
            Ok(_) => Ok(()),
            // On its way already: what was wanted.
            Err(error) if error.code() == "operation_in_progress" => Ok(()),
            Err(error) => Err(error),
        }
    }
}
