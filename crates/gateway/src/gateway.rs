//! The service: from a request for a preview host to an answer.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, Version};
use http_body::Body as HttpBody;
use http_body_util::{Empty, Full};
use hyper::upgrade::OnUpgrade;
use stead_core::error::ErrorKind;
use stead_core::{Error, Result};
use tokio::time::timeout;

use crate::cookies::{self, PREVIEW_COOKIE};
use crate::headers::{self, Origin, wanted_upgrade};
use crate::host::{PreviewDomain, PreviewHost, split_authority};
use crate::origin::may_use_admission;
use crate::pages::{self, Notice, Offer, wants_html};
use crate::pool::Pool;
use crate::routes::{Admission, NOT_LISTENING, Presence, Routes, Target};
use crate::tunnel::{self, Guarded, boxed};
use crate::{Body, BoxError};

/// Paths that belong to the gateway.
const OWN_PATHS: &str = "/.stead/";

/// How much the gateway takes on.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Requests and upgraded connections at a time to one port of one instance.
    pub connections_per_port: usize,
    pub idle_per_port: usize,
    /// How long an unused connection is kept.
    pub idle: Duration,
    pub dial: Duration,
    /// From the request to the head of the answer. The body may take as long as it likes.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_per_port: 256,
            idle_per_port: 8,
            idle: Duration::from_secs(30),
            dial: Duration::from_secs(10),
            answer: Duration::from_secs(300),
        }
    }
}

#[derive(Debug, Clone)]
pub struct GatewayConfig {
    pub domain: PreviewDomain,
    /// Where viewers sign in, when that is not the host that previews live below.
    pub dashboard: Option<String>,
    pub limits: Limits,
}

/// Who sent the request, as the server that accepted the connection knows it.
#[derive(Debug, Clone)]
pub struct Client {
    pub ip: IpAddr,
    pub request_id: String,
}

/// Serves preview hosts. Cheap to clone.
pub struct Gateway<R> {
    inner: Arc<Inner<R>>,
}

struct Inner<R> {
    config: GatewayConfig,
    routes: Arc<R>,
    pool: Pool,
}

impl<R> Clone for Gateway<R> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<R> std::fmt::Debug for Gateway<R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Gateway").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

/// A request, parted into what decisions are taken on.
struct Visit<'a> {
    host: &'a PreviewHost,
    authority: &'a str,
    parts: &'a http::request::Parts,
    client: &'a Client,
}

impl Visit<'_> {
    fn notice(&self, notice: &Notice, presence: Option<Presence>) -> Response<Body> {
        pages::answer(
            notice,
            &self.parts.headers,
            self.authority,
            presence.map(presence_word).unwrap_or_default(),
            &self.client.request_id,
        )
    }

    fn navigates(&self) -> bool {
        wants_html(&self.parts.headers)
            && (self.parts.method == Method::GET || self.parts.method == Method::HEAD)
    }

    fn path_and_query(&self) -> &str {
        self.parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
    }
}

/// What a visit comes to before anything is forwarded.
enum Entrance<V> {
    Open { target: Target, viewer: Option<V> },
    Answer(Response<Body>),
}

const fn presence_word(presence: Presence) -> &'static str {
    match presence {
        Presence::Running => "running",
        Presence::Starting => "starting",
        Presence::Asleep => "asleep",
        Presence::Gone => "gone",
        Presence::NodeAway => "node_away",
    }
}

impl<R: Routes> Gateway<R> {
    #[must_use]
    pub fn new(config: GatewayConfig, routes: R) -> Self {
        let pool = Pool::new(config.limits);
        Self { inner: Arc::new(Inner { config, routes: Arc::new(routes), pool }) }
    }

    #[must_use]
    pub fn domain(&self) -> &PreviewDomain {
        &self.inner.config.domain
    }

    #[must_use]
    pub fn routes(&self) -> &R {
        &self.inner.routes
    }

    /// Answers a request for a preview host. `Host` (or the address of an HTTP/2 request) has to be one of
    /// [`PreviewDomain::parse`]; other hosts are answered 404.
    pub async fn handle<B>(&self, request: Request<B>, client: Client) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        let authority = authority_of(&parts.uri, &parts.headers).unwrap_or_default();
        let on_client_upgrade = parts.extensions.remove::<OnUpgrade>();
        let Some(host) = self.domain().parse(&authority) else {
            return pages::answer(&not_found(), &parts.headers, &authority, "", &client.request_id);
        };
        let visit = Visit { host: &host, authority: &authority, parts: &parts, client: &client };
        if parts.method == Method::CONNECT || parts.method == Method::TRACE {
            // A tunnel through the app, or an echo of what the gateway added, is nobody's preview.
            return visit.notice(
                &Notice::new(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "method_not_allowed",
                    "Not possible here",
                    "Previews do not take this method.",
                ),
                None,
            );
        }
        if parts.uri.path().starts_with(OWN_PATHS) {
            return self.own(&visit).await;
        }
        let (target, viewer) = match self.enter(&visit).await {
            Entrance::Open { target, viewer } => (target, viewer),
            Entrance::Answer(response) => return response,
        };
        if target.presence != Presence::Running {
            return visit.notice(&absent(&target, viewer.is_some()), Some(target.presence));
        }
        let request = self.outgoing(&parts, boxed(body), &authority, client.ip);
        let forwarded = self.forward(request, &host, &target, viewer, on_client_upgrade).await;
        forwarded.unwrap_or_else(|error| {
            visit.notice(&unreachable(&target, &error, &client), Some(target.presence))
        })
    }

    /// Finds the target and decides whether the visitor may look.
    async fn enter(&self, visit: &Visit<'_>) -> Entrance<R::Viewer> {
        let failed = |error: &Error| {
            tracing::error!(error = ?error, request.id = %visit.client.request_id, preview.host = %visit.host, "a preview could not be resolved");
            Entrance::Answer(visit.notice(&broken(error), None))
        };
        let target = match self.inner.routes.resolve(visit.host).await {
            Ok(target) => target,
            Err(error) => return failed(&error),
        };
        let viewer = match cookies::value(&visit.parts.headers, self.cookie_name()) {
            Some(pass) => match self.inner.routes.viewer(&pass, visit.host).await {
                Ok(viewer) => viewer,
                Err(error) => return failed(&error),
            },
            None => match headers::stead_token(&visit.parts.headers) {
                Some(token) => match self.inner.routes.token_holder(token, visit.host).await {
                    Ok(viewer) => viewer,
                    Err(error) => return failed(&error),
                },
                None => None,
            },
        };
        if let Some(target) = target.as_ref().filter(|target| target.public) {
            // Who wakes a public preview still has to be somebody.
            let viewer = match viewer {
                Some(viewer) if target.presence != Presence::Running => {
                    match self.inner.routes.admission(&viewer, target).await {
                        Ok(Admission::Admitted) => Some(viewer),
                        _ => None,
                    }
                }
                other => other,
            };
            return Entrance::Open { target: target.clone(), viewer };
        }
        // Nobody learns from the answer whether an instance of this name exists before having signed in.
        let Some(viewer) = viewer else { return Entrance::Answer(self.ask_to_sign_in(visit)) };
        if !may_use_admission(self.domain(), visit.host, &visit.parts.method, &visit.parts.headers) {
            return Entrance::Answer(
                visit.notice(
                    &Notice::new(
                        StatusCode::FORBIDDEN,
                        "cross_site_request",
                        "Not from here",
                        "This preview is private, and the request comes from the page of another site.",
                    )
                    .next_step("Open the preview itself, or make the port public."),
                    None,
                ),
            );
        }
        let Some(target) = target else { return Entrance::Answer(visit.notice(&not_found(), None)) };
        match self.inner.routes.admission(&viewer, &target).await {
            Ok(Admission::Admitted) => Entrance::Open { target, viewer: Some(viewer) },
            Ok(Admission::Hidden) => Entrance::Answer(visit.notice(&not_found(), None)),
            Ok(Admission::SignedOut) => Entrance::Answer(self.ask_to_sign_in(visit)),
            Ok(Admission::Forbidden) => Entrance::Answer(
                visit.notice(
                    &Notice::new(
                        StatusCode::FORBIDDEN,
                        "forbidden",
                        "Not for your role",
                        format!("Your role does not allow being inside {}.", target.name),
                    )
                    .next_step(
                        "Ask an admin of the tenant for another role, or for the port to be made public.",
                    ),
                    None,
                ),
            ),
            Err(error) => failed(&error),
        }
    }

    fn ask_to_sign_in(&self, visit: &Visit<'_>) -> Response<Body> {
        if !visit.navigates() {
            return visit.notice(
                &Notice::new(
                    StatusCode::UNAUTHORIZED,
                    "unauthenticated",
                    "Sign in first",
                    "This preview is private.",
                )
                .next_step("Open it in a browser that is signed in to Stead, or make the port public."),
                None,
            );
        }
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("host", visit.authority)
            .append_pair("path", visit.path_and_query())
            .finish();
        let base = match &self.inner.config.dashboard {
            Some(base) => base.clone(),
            None => self.domain().base_seen_from(visit.authority),
        };
        redirect(StatusCode::FOUND, &format!("{base}/v1/preview-access?{query}"))
    }

    fn cookie_name(&self) -> &'static str {
        if self.domain().secure() { "__Host-stead_preview" } else { PREVIEW_COOKIE }
    }

    /// The gateway's own paths.
    async fn own(&self, visit: &Visit<'_>) -> Response<Body> {
        match (&visit.parts.method, visit.parts.uri.path()) {
            (&Method::GET, "/.stead/access") => self.take_ticket(visit).await,
            (&Method::GET, "/.stead/status") => match self.enter(visit).await {
                Entrance::Open { target, .. } => self.status(&target).await,
                Entrance::Answer(response) => response,
            },
            (&Method::POST, "/.stead/wake") => match self.enter(visit).await {
                Entrance::Open { target, viewer } => self.wake(visit, &target, viewer).await,
                Entrance::Answer(response) => response,
            },
            _ => visit.notice(&not_found(), None),
        }
    }

    /// Exchanges the ticket for the cookie and goes on to the page that was asked for.
    async fn take_ticket(&self, visit: &Visit<'_>) -> Response<Body> {
        let mut ticket = None;
        let mut path = None;
        for (name, value) in
            url::form_urlencoded::parse(visit.parts.uri.query().unwrap_or_default().as_bytes())
        {
            match &*name {
                "ticket" => ticket = Some(value.into_owned()),
                "path" => path = Some(value.into_owned()),
                _ => {}
            }
        }
        let path = path.filter(|path| is_local_path(path)).unwrap_or_else(|| "/".to_owned());
        let redeemed = match ticket {
            Some(ticket) => self.inner.routes.redeem(&ticket, visit.host).await,
            None => Ok(None),
        };
        let redeemed = match redeemed {
            Ok(redeemed) => redeemed,
            Err(error) => return visit.notice(&refused(&error, visit.client), None),
        };
        let Some(pass) = redeemed else {
            return visit.notice(
                &Notice::new(
                    StatusCode::FORBIDDEN,
                    "ticket_invalid",
                    "This link has been used",
                    "The link that leads into this private preview works once, for a minute.",
                )
                .next_step("Open the preview again.")
                .offer(Offer::Link { text: "Open the preview".into(), href: path }),
                None,
            );
        };
        let secure = if self.domain().secure() { "; Secure" } else { "" };
        let cookie = format!(
            "{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
            self.cookie_name(),
            pass.secret,
            pass.lifetime.as_secs()
        );
        let mut response = redirect(StatusCode::SEE_OTHER, &path);
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }

    async fn status(&self, target: &Target) -> Response<Body> {
        let listening = target.presence == Presence::Running
            && matches!(
                timeout(self.inner.config.limits.dial, self.inner.routes.dial(target)).await,
                Ok(Ok(_))
            );
        json(
            StatusCode::OK,
            &serde_json::json!({ "presence": presence_word(target.presence), "listening": listening }),
        )
    }

    async fn wake(&self, visit: &Visit<'_>, target: &Target, viewer: Option<R::Viewer>) -> Response<Body> {
        let Some(viewer) = viewer else { return self.ask_to_sign_in(visit) };
        let allowed = may_use_admission(self.domain(), visit.host, &visit.parts.method, &visit.parts.headers)
            && matches!(self.inner.routes.admission(&viewer, target).await, Ok(Admission::Admitted));
        if !allowed {
            return visit.notice(
                &Notice::new(
                    StatusCode::FORBIDDEN,
                    "forbidden",
                    "Not allowed",
                    "You may not wake this instance.",
                ),
                None,
            );
        }
        match self.inner.routes.wake(&viewer, target).await {
            Ok(()) if wants_html(&visit.parts.headers) => redirect(StatusCode::SEE_OTHER, "/"),
            Ok(()) => {
                json(StatusCode::ACCEPTED, &serde_json::json!({ "presence": "starting", "listening": false }))
            }
            Err(error) => visit.notice(&refused(&error, visit.client), Some(target.presence)),
        }
    }

    fn outgoing(
        &self,
        parts: &http::request::Parts,
        body: Body,
        authority: &str,
        ip: IpAddr,
    ) -> Request<Body> {
        let mut request = Request::new(body);
        *request.method_mut() = parts.method.clone();
        *request.version_mut() = Version::HTTP_11;
        let path =
            parts.uri.path_and_query().cloned().unwrap_or_else(|| http::uri::PathAndQuery::from_static("/"));
        *request.uri_mut() = Uri::from(path);
        *request.headers_mut() = parts.headers.clone();
        let port = split_authority(authority)
            .and_then(|(_, port)| port)
            .unwrap_or(if self.domain().secure() { 443 } else { 80 });
        let upgrade =
            wanted_upgrade(&parts.method, &parts.headers).filter(|_| parts.version == Version::HTTP_11);
        headers::prepare_request(
            request.headers_mut(),
            upgrade.as_ref(),
            Origin { ip, authority, scheme: self.domain().scheme(), port },
        );
        request
    }

    async fn forward(
        &self,
        mut request: Request<Body>,
        host: &PreviewHost,
        target: &Target,
        viewer: Option<R::Viewer>,
        client: Option<OnUpgrade>,
    ) -> Result<Response<Body>> {
        let wanted = request.headers().get(http::header::UPGRADE).cloned();
        let revoked = || {
            tunnel::until_revoked(
                Arc::clone(&self.inner.routes),
                host.clone(),
                target.clone(),
                viewer.clone(),
            )
        };
        let mut fresh = wanted.is_some();
        let (mut response, lease) = loop {
            let mut lease = self.inner.pool.lease(&*self.inner.routes, target, fresh).await?;
            let sent = tokio::select! {
                sent = timeout(self.inner.config.limits.answer, lease.sender.try_send_request(request)) => sent,
                () = revoked() => return Err(Error::not_found("preview", host)),
            };
            match sent {
                Ok(Ok(response)) => break (response, lease),
                Ok(Err(mut error)) => match error.take_message() {
                    // It was not sent: the app had closed the connection that was kept.
                    Some(again) if lease.reused => {
                        request = again;
                        fresh = true;
                    }
                    _ => {
                        return Err(Error::new(
                            ErrorKind::Upstream,
                            "app_failed",
                            "The app closed the connection without an answer.",
                        )
                        .next_step("Look at the app's output in its terminal or console.")
                        .source_error(error.into_error()));
                    }
                },
                Err(_) => {
                    return Err(Error::new(
                        ErrorKind::TimedOut,
                        "app_timed_out",
                        "The app did not answer in time.",
                    )
                    .next_step("Look at the app's output in its terminal or console."));
                }
            }
        };
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let agreed = response.headers().get(http::header::UPGRADE).cloned();
            let (Some(wanted), Some(agreed), Some(client)) = (wanted, agreed, client) else {
                return Err(Error::new(
                    ErrorKind::Upstream,
                    "app_failed",
                    "The app changed to a protocol that nobody asked for.",
                ));
            };
            if !wanted.as_bytes().eq_ignore_ascii_case(agreed.as_bytes()) {
                return Err(Error::new(
                    ErrorKind::Upstream,
                    "app_failed",
                    "The app changed to another protocol than the one asked for.",
                ));
            }
            let app = hyper::upgrade::on(&mut response);
            tunnel::join(client, app, revoked(), lease.into_permit());
            let (mut parts, _) = response.into_parts();
            headers::prepare_response(&mut parts.headers, Some(&agreed));
            return Ok(Response::from_parts(parts, boxed(Empty::new())));
        }
        lease.give_back();
        let (mut parts, body) = response.into_parts();
        headers::prepare_response(&mut parts.headers, None);
        let body =
            if body.is_end_stream() { boxed(body) } else { Body::new(Guarded { body, revoked: revoked() }) };
        Ok(Response::from_parts(parts, body))
    }
}

/// The host a request is for: that of its address in HTTP/2, else of the one `Host` header.
#[must_use]
pub fn authority_of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(authority) = uri.authority() {
        return Some(authority.as_str().to_owned());
    }
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().map(str::to_owned),
        _ => None,
    }
}

/// A path on the same host, whatever a browser makes of it: `//x` and `/\x` would lead elsewhere.
#[must_use]
pub fn is_local_path(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.first() == Some(&b'/')
        && !matches!(bytes.get(1), Some(b'/' | b'\\'))
        && bytes.iter().all(|byte| (0x21..0x7f).contains(byte) && *byte != b'\\')
        && bytes.len() <= 8_192
}

fn redirect(status: StatusCode, location: &str) -> Response<Body> {
    let mut response = Response::new(boxed(Empty::new()));
    *response.status_mut() = status;
    let out = response.headers_mut();
    out.insert(LOCATION, HeaderValue::from_str(location).unwrap_or_else(|_| HeaderValue::from_static("/")));
    out.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    out.insert(http::header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn json(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(boxed(Full::new(Bytes::from(value.to_string()))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn not_found() -> Notice {
    Notice::new(
        StatusCode::NOT_FOUND,
        "preview_not_found",
        "Nothing here",
        "There is no preview at this address, or it is not one of yours.",
    )
    .next_step("Check the address: a preview is the port, two hyphens and the instance's name.")
}

fn absent(target: &Target, knows_it: bool) -> Notice {
    let name = if knows_it { target.name.as_str() } else { "The instance" };
    match target.presence {
        Presence::Starting | Presence::Running => Notice::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "instance_starting",
            format!("{name} is starting"),
            "The page appears as soon as it is up.",
        )
        .offer(Offer::Retries)
        .retry_after(2),
        Presence::Asleep => {
            let notice = Notice::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "instance_asleep",
                format!("{name} is asleep"),
                "It does not run now, so nothing can answer.",
            )
            .retry_after(10);
            if knows_it {
                notice.next_step("Waking it takes a few seconds.").offer(Offer::Wake)
            } else {
                notice.next_step("Its owners can wake it.").offer(Offer::Retries)
            }
        }
        Presence::Gone => Notice::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "instance_not_running",
            format!("{name} does not run"),
            "It failed to start or is being deleted.",
        )
        .next_step("Its page in the dashboard says why."),
        Presence::NodeAway => Notice::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "node_away",
            "The machine is away",
            format!("The node that {name} runs on cannot be reached."),
        )
        .next_step("This page appears by itself when it is back.")
        .offer(Offer::Retries)
        .retry_after(10),
    }
}

fn broken(error: &Error) -> Notice {
    Notice::new(
        StatusCode::SERVICE_UNAVAILABLE,
        error.code(),
        "The preview cannot be shown now",
        error.message(),
    )
    .retry_after(5)
}

/// The error's own words, logged when they are a defect's.
fn refused(error: &Error, client: &Client) -> Notice {
    let status = match error.kind() {
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict | ErrorKind::PreconditionFailed => StatusCode::CONFLICT,
        ErrorKind::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Upstream => StatusCode::BAD_GATEWAY,
        ErrorKind::Internal => {
            tracing::error!(error = ?error, request.id = %client.request_id, "a request for a preview failed");
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    let notice = Notice::new(status, error.code(), "That did not work", error.message());
    match error.next_step_text() {
        Some(next_step) => notice.next_step(next_step),
        None => notice,
    }
}

fn unreachable(target: &Target, error: &Error, client: &Client) -> Notice {
    // The sandbox knows only that nobody answered there.
    if matches!(error.code(), NOT_LISTENING | "port_not_reachable") {
        return Notice::new(
            StatusCode::BAD_GATEWAY,
            NOT_LISTENING,
            format!("Nothing listens on port {} yet", target.port),
            "The instance runs, but no program in it answers on this port.",
        )
        .next_step("Start the program, for example in a terminal. This page opens it by itself.")
        .offer(Offer::Retries)
        .retry_after(2);
    }
    tracing::debug!(error = ?error, instance.id = %target.instance, request.id = %client.request_id, "a preview could not be reached");
    let notice = refused(error, client);
    if matches!(error.kind(), ErrorKind::Unavailable) {
        notice.offer(Offer::Retries).retry_after(5)
    } else {
        notice
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_the_same_host_are_gone_on_to() {
        for fine in ["/", "/a/b?c=d&e=//f", "/%0d%0a"] {
            assert!(is_local_path(fine), "{fine}");
        }
        for wrong in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "evil",
            "/a\r\nSet-Cookie: x",
            "/a b",
            "/\u{e9}",
            "/a\\b",
            "/\t/evil",
        ] {
            assert!(!is_local_path(wrong), "{wrong:?}");
        }
    }
}
