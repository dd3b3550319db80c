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

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    pub control: Control,
    pub config: Arc<HttpConfig>,
    pub ambient: Ambient,
    /// The base address.
    pub base: PreviewDomain,
    pub gateway: Gateway<PreviewRoutes>,
    pub rate_limits: Arc<RateLimits>,
    /// The OpenAPI document.
    pub openapi: Bytes,
    /// Cancelled when the server shuts down; streams end then.
    pub shutdown: CancellationToken,
}
