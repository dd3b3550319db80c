//! What handlers and layers share.

use std::sync::Arc;

use bytes::Bytes;
use stead_control::Control;
use stead_core::ambient::Ambient;
use stead_gateway::{Gateway, PreviewDomain};
use tokio_util::sync::CancellationToken;

use crate::config::HttpConfig;
use crate::layers::rate_limit::RateLimits;
use crate::previews::PreviewRoutes;

/// Cheap to clone: every request does, more than once.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Shared>);

impl AppState {
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl std::ops::Deref for AppState {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What there is one of in a server.
#[derive(Debug)]
pub struct Shared {
    pub control: Control,
    pub config: HttpConfig,
    pub ambient: Ambient,
    /// The base address.
    pub base: PreviewDomain,
    pub gateway: Gateway<PreviewRoutes>,
    pub rate_limits: RateLimits,
    /// The OpenAPI document.
    pub openapi: Bytes,
    /// Cancelled when the server shuts down; streams end then.
    pub shutdown: CancellationToken,
}
