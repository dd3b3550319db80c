//! What the gateway asks, answered by the control plane.

use std::time::Duration;

use async_trait::async_trait;
use stead_control::{Caller, Control};
use stead_core::Result;
use stead_gateway::{Admission, Pass, PreviewHost, Routes, Target};
use stead_link::ByteStream;

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

#[async_trait]
impl Routes for PreviewRoutes {
    type Stream = ByteStream;
    type Viewer = Caller;

    async fn redeem(&self, ticket: &str, host: &PreviewHost) -> Result<Option<Pass>> {
        let _ = (ticket, host, &self.control, Duration::ZERO);
        Ok(None)
    }
    async fn viewer(&self, pass: &str, host: &PreviewHost) -> Result<Option<Caller>> {
        let _ = (pass, host);
        Ok(None)
    }
    async fn resolve(&self, _: &PreviewHost) -> Result<Option<Target>> {
        Ok(None)
    }
    async fn admission(&self, _: &Caller, _: &Target) -> Result<Admission> {
        Ok(Admission::Hidden)
    }
    async fn changed(&self, _: &Target) {}
    async fn dial(&self, _: &Target) -> Result<ByteStream> {
        Err(stead_core::Error::internal("unwired"))
    }
    async fn wake(&self, _: &Caller, _: &Target) -> Result<()> {
        Ok(())
    }
}
