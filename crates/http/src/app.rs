//! The service put together: previews to the gateway, everything else through the layers to the router.

use std::net::IpAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use http::header::ACCEPT_ENCODING;
use stead_control::Control;
use stead_core::Result;
use stead_core::ambient::Ambient;
use stead_gateway::gateway::authority_of;
use stead_gateway::{Client, Gateway, GatewayConfig, Limits, PreviewDomain};
use tokio_util::sync::CancellationToken;
use tower::{Layer, ServiceExt};
use tower_http::compression::predicate::{And, NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{Compression, CompressionLayer};

use crate::config::HttpConfig;
use crate::layers::context::PeerAddress;
use crate::layers::rate_limit::RateLimits;
use crate::layers::{self, context};
use crate::previews::PreviewRoutes;
use crate::state::{AppState, Shared};
use crate::{openapi, routes, ui};

/// Smaller answers do not get shorter by compressing.
const WORTH_COMPRESSING: u64 = 1_024;

/// Everything that answers HTTP. Cheap to clone.
#[derive(Clone)]
pub struct App {
    state: AppState,
    router: Router,
    compressing: Compression<Router, Worth>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("App").field("state", &self.state).finish_non_exhaustive()
    }
}

impl App {
    /// # Errors
    /// When the base address is wrong, or the routes and their table are not the same.
    pub fn new(
        config: HttpConfig,
        control: Control,
        ambient: Ambient,
        shutdown: CancellationToken,
    ) -> Result<Self> {
        let base = PreviewDomain::from_base(&config.base_url)?;
        let domain =
            config.preview_base.as_deref().map_or_else(|| Ok(base.clone()), PreviewDomain::from_base)?;
        let dashboard =
            config.preview_base.as_ref().map(|_| config.base_url.trim_end_matches('/').to_owned());
        let gateway_config = GatewayConfig { domain, dashboard, limits: Limits::default() };
        let gateway = Gateway::new(gateway_config, PreviewRoutes::new(control.clone()));
        let limits = config.limits;
        let rate_limits = RateLimits::new(control.identity().attempts(), &limits);
        let state = AppState::new(Shared {
            control,
            ambient,
            base,
            gateway,
            rate_limits,
            openapi: openapi::bytes()?,
            shutdown,
            config,
        });
        let router = router(&state);
        Ok(Self { compressing: compression().layer(router.clone()), router, state })
    }

    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Answers one request that came from `peer`.
    pub async fn handle(&self, mut request: Request, peer: IpAddr) -> Response {
        request.extensions_mut().insert(PeerAddress(peer));
        let is_preview = authority_of(request.uri(), request.headers())
            .is_some_and(|authority| self.state.gateway.domain().parse(&authority).is_some());
        if is_preview {
            let context = context::attach(&self.state, &mut request);
            let client = Client { ip: context.ip, request_id: context.id.to_string() };
            return self.state.gateway.handle(request, client).await.map(Body::new);
        }
        // Programs mostly ask for nothing compressed, and pay for asking about it otherwise.
        let answered = if request.headers().contains_key(ACCEPT_ENCODING) {
            self.compressing.clone().oneshot(request).await.map(|response| response.map(Body::new))
        } else {
            self.router.clone().oneshot(request).await
        };
        match answered {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// What gets shorter by compressing: not short answers, not streams of events, not what is compressed already.
type Worth = And<And<And<SizeAbove, NotForContentType>, NotForContentType>, NotForContentType>;

fn compression() -> CompressionLayer<Worth> {
    CompressionLayer::new().compress_when(
        SizeAbove::new(WORTH_COMPRESSING)
            .and(NotForContentType::SSE)
            .and(NotForContentType::IMAGES)
            .and(NotForContentType::const_new("font/")),
    )
}

fn router(state: &AppState) -> Router {
    let (router, _) = routes::all().split_for_parts();
    // The last layer is the first to see a request.
    router
        .fallback(ui::serve)
        .layer(DefaultBodyLimit::max(state.config.limits.json_body))
        .layer(from_fn_with_state(state.clone(), layers::layer))
        .with_state(state.clone())
}
