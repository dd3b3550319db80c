//! Signing in with others: the way of a browser to a source and back, directories, linked accounts, a tenant's sources.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::header::{HOST, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::Deserialize;
use stead_api::v1::Page;
use stead_api::v1::identity::SignInAnswer;
use stead_api::v1::sources::{
    CreateSignInSource, DirectorySignIn, LinkDirectory, LinkedIdentity, SignInSource, UpdateSignInSource,
};
use stead_control::identity::{SourceAsked, SourceBack, SourceLost, SourceOutcome};
use stead_control::{Admission, Caller, RequestInfo};
use stead_core::Error;
use stead_core::error::ErrorKind;
use stead_core::ids::SourceId;
use stead_gateway::cookies;
use stead_gateway::gateway::is_local_path;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use crate::extract::caller::{AccountRead, AccountWrite, SignedIn, SsoRead, SsoWrite};
use crate::extract::{Command, JsonBody, OnAccount, QueryOf, Ref, RefPair, path};
use crate::layers::context::RequestContext;
use crate::layers::same_origin::{From, comes_from};
use crate::problem::{Answer, status_of};
use crate::routes::auth::{admitted, session_cookie_of};
use crate::routes::created;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(callback))
        .routes(routes!(sign_in))
        .routes(routes!(identities, link_directory))
        .routes(routes!(unlink))
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
}

/// What a browser keeps on its way to a source and back.
const WAY_COOKIE: &str = "stead_source";
/// By TLS, where browsers keep pages of sub-domains from setting it.
const SECURE_WAY_COOKIE: &str = "__Host-stead_source";
const WAY_SECONDS: u64 = 600;
/// Where people are who link an account.
const SECURITY_PAGE: &str = "/account/security";

const fn way_cookie(secure: bool) -> &'static str {
    if secure { SECURE_WAY_COOKIE } else { WAY_COOKIE }
}

fn set_way(secure: bool, value: &str, max_age: u64) -> HeaderValue {
    let flag = if secure { "; Secure" } else { "" };
    let name = way_cookie(secure);
    // Lax: the browser comes back from another site.
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{flag}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn see_other(address: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(LOCATION, address);
    }
    // Where the browser goes learns nothing of where it comes from.
    response.headers_mut().insert(http::header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn with_query(page: &str, pairs: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mark = if page.contains('?') { '&' } else { '?' };
    if query.is_empty() { page.to_owned() } else { format!("{page}{mark}{query}") }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BeginQuery {
    /// Where to go afterwards: a path on this server.
    from: Option<String>,
    /// Link the account there to the signed-in one, instead of signing in. Needs a sign-in of the last ten minutes.
    link: Option<bool>,
}

/// Sends the browser to a source of sign-in.
#[utoipa::path(get, path = "/v1/auth/sources/{source}/begin", operation_id = "begin_source", tag = "account",
    params(("source" = String, Path, description = "Id of the source."), BeginQuery),
    responses((status = 303, description = "On to the source.")))]
async fn begin(
    State(state): State<AppState>,
    caller: Option<Extension<Caller>>,
    Extension(info): Extension<RequestInfo>,
    Extension(context): Extension<RequestContext>,
    Ref(source): Ref,
    headers: HeaderMap,
    QueryOf(query): QueryOf<BeginQuery>,
) -> Answer<Response> {
    let began = async {
        let link = match (query.link.unwrap_or_default(), caller) {
            (false, _) => None,
            (true, Some(Extension(caller))) if caller.is_session() => {
                // Else a page elsewhere could have its own account linked to whoever looks at it.
                let authority = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
                if comes_from(&headers, authority) != From::Ours {
                    return Err(Error::new(
                        ErrorKind::Forbidden,
                        "cross_site_request",
                        "The request does not come from Stead's own pages.",
                    )
                    .next_step("Link the account from your account's security settings."));
                }
                Some(caller)
            }
            (true, _) => {
                return Err(Error::new(
                    ErrorKind::Unauthenticated,
                    "unauthenticated",
                    "Nobody is signed in.",
                )
                .next_step("Sign in first, then link the account."));
            }
        };
        let asked = SourceAsked { return_to: query.from.filter(|path| is_local_path(path)), link };
        state.control.sources().begin(&source, asked, &info).await
    };
    match began.await {
        Ok(begun) => {
            let mut response = see_other(&begun.url);
            let cookie = set_way(state.base.secure(), &begun.cookie, WAY_SECONDS);
            response.headers_mut().append(SET_COOKIE, cookie);
            Ok(response)
        }
        Err(error) => page_or_problem(error, &headers, &context),
    }
}

/// Whoever follows a link wants a page, not a body of JSON.
fn page_or_problem(error: Error, headers: &HeaderMap, context: &RequestContext) -> Answer<Response> {
    if !stead_gateway::pages::wants_html(headers) || error.kind() == ErrorKind::Internal {
        return Err(error.into());
    }
    let notice = stead_gateway::pages::Notice::new(
        status_of(&error),
        error.code(),
        "You cannot sign in this way now",
        error.message(),
    );
    let notice = match error.next_step_text() {
        Some(text) => notice.next_step(text),
        None => notice,
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    Ok(stead_gateway::pages::answer(&notice, headers, host, "", &context.id.to_string()).map(Body::new))
}

/// A parameter that came once.
fn once(uri: &Uri, name: &str) -> Option<String> {
    let mut values = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned());
    match (values.next(), values.next()) {
        (Some(value), None) if !value.contains('\0') => Some(value),
        _ => None,
    }
}

/// Takes a browser up that comes back from a source: it is signed in and sent on, or sent to the sign-in page with the reason.
#[utoipa::path(get, path = "/v1/auth/sources/{source}/callback", operation_id = "finish_source", tag = "account",
    params(("source" = String, Path, description = "Id of the source.")),
    responses((status = 303, description = "Signed in and on to where it began, or back to the sign-in page: `problem` says why, or the fragment holds what a second factor completes.")))]
async fn callback(
    State(state): State<AppState>,
    caller: Option<Extension<Caller>>,
    Extension(info): Extension<RequestInfo>,
    Ref(source): Ref,
    headers: HeaderMap,
    uri: Uri,
) -> Answer<Response> {
    let secure = state.base.secure();
    let back = SourceBack {
        state: once(&uri, "state"),
        code: once(&uri, "code"),
        issuer: once(&uri, "iss"),
        error: once(&uri, "error"),
        cookie: cookies::value(&headers, way_cookie(secure)),
        caller: caller.map(|Extension(caller)| caller),
    };
    let mut response = match state.control.sources().back(&source, back, &info).await {
        Ok(outcome) => gone_on(secure, outcome),
        Err(lost) if lost.error.code() == "source_not_found" => return Err(lost.error.into()),
        Err(lost) => turned_away(&lost),
    };
    response.headers_mut().append(SET_COOKIE, set_way(secure, "", 0));
    Ok(response)
}

fn gone_on(secure: bool, outcome: SourceOutcome) -> Response {
    let (admission, return_to) = match outcome {
        SourceOutcome::Linked { return_to } => {
            return see_other(return_to.as_deref().unwrap_or(SECURITY_PAGE));
        }
        SourceOutcome::Admitted { admission, return_to } => (admission, return_to),
    };
    match admission {
        Admission::SignedIn(session) => {
            let mut response = see_other(return_to.as_deref().unwrap_or("/"));
            response.headers_mut().append(SET_COOKIE, session_cookie_of(secure, &session));
            response
        }
        Admission::SecondFactor { pending, methods } => {
            let from: Vec<_> = return_to.iter().map(|path| ("from", path.as_str())).collect();
            let methods: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
            let page = with_query("/sign-in", &from);
            // Fragments are sent to no server and stand in no log.
            see_other(&format!("{page}#pending={}&methods={}", pending.0, methods.join(",")))
        }
    }
}

fn turned_away(lost: &SourceLost) -> Response {
    let error = &lost.error;
    if error.kind() == ErrorKind::Internal {
        tracing::error!(error.inside = %error.inside(), "a sign-in with another source failed: {error}");
    } else {
        tracing::info!(error.code = error.code(), error.inside = %error.inside(), "a sign-in with another source was refused");
    }
    let mut pairs = vec![("problem", error.code())];
    let page = if lost.linking { SECURITY_PAGE } else { "/sign-in" };
    pairs.extend(lost.return_to.iter().filter(|_| !lost.linking).map(|path| ("from", path.as_str())));
    see_other(&with_query(page, &pairs))
}

/// Signs in by name and password of a directory.
#[utoipa::path(post, path = "/v1/auth/sources/{source}/sign-in", operation_id = "sign_in_with_directory", tag = "account",
    params(("source" = String, Path, description = "Id of the source.")), request_body = DirectorySignIn,
    responses((status = 200, description = "Signed in; `Set-Cookie` carries the session. Or a second factor has to follow.", body = SignInAnswer)))]
async fn sign_in(
    State(state): State<AppState>,
    Extension(info): Extension<RequestInfo>,
    Ref(source): Ref,
    JsonBody(input): JsonBody<DirectorySignIn>,
) -> Answer<Response> {
    let password = Zeroizing::new(input.password);
    let admission = state.control.sources().sign_in(&source, &input.user, password, &info).await?;
    Ok(admitted(&state, admission))
}

/// The accounts elsewhere that the caller signs in with.
#[utoipa::path(get, path = "/v1/me/identities", operation_id = "list_identities", tag = "account",
    responses((status = 200, description = "All of them, oldest first.", body = Page<LinkedIdentity>)))]
async fn identities(
    State(state): State<AppState>,
    on: OnAccount<AccountRead>,
) -> Answer<Json<Page<LinkedIdentity>>> {
    Ok(Json(state.control.sources().identities(&on.caller).await?))
}

/// Links the caller's account in a directory. Other sources are linked with `begin?link=true`.
#[utoipa::path(post, path = "/v1/me/identities", operation_id = "link_directory", tag = "account", request_body = LinkDirectory,
    responses((status = 204, description = "Linked.")))]
async fn link_directory(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    JsonBody(input): JsonBody<LinkDirectory>,
) -> Answer<StatusCode> {
    let password = Zeroizing::new(input.password);
    state.control.sources().link_directory(&on.caller, &input.source, &input.user, password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Unlinks an account elsewhere, unless it is the caller's only way in.
#[utoipa::path(delete, path = "/v1/me/identities/{identity}", operation_id = "unlink_identity", tag = "account",
    params(("identity" = String, Path, description = "Id of the linked account.")),
    responses((status = 204, description = "Unlinked.")))]
async fn unlink(
    State(state): State<AppState>,
    on: OnAccount<AccountWrite>,
    Ref(identity): Ref,
) -> Answer<StatusCode> {
    state.control.sources().unlink(&on.caller, path::id("identity", &identity)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn id(text: &str) -> Answer<SourceId> {
    path::id("source", text)
}

/// A tenant's own sources of sign-in, oldest first.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/sources", operation_id = "list_sources", tag = "tenants",
    params(("tenant" = String, Path, description = "Id of the tenant.")),
    responses((status = 200, description = "All of them.", body = Page<SignInSource>)))]
async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
) -> Answer<Json<Page<SignInSource>>> {
    let scope = signed_in.scope::<SsoRead>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.sources().list(&scope).await?))
}

/// Adds a source of sign-in. Its people become members of the tenant.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/sources", operation_id = "create_source", tag = "tenants",
    params(("tenant" = String, Path, description = "Id of the tenant.")), request_body = CreateSignInSource,
    responses((status = 201, description = "The source.", body = SignInSource)))]
async fn create(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Ref(tenant): Ref,
    command: Command<CreateSignInSource>,
) -> Answer<Response> {
    let scope = signed_in.scope::<SsoWrite>(&state, path::id("tenant", &tenant)?).await?;
    let sources = state.control.sources();
    Ok(created(sources.create(&signed_in.0, &scope, command.input, &command.mutation).await?))
}

/// One source of sign-in.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/sources/{source}", operation_id = "get_source", tag = "tenants",
    params(("tenant" = String, Path, description = "Id of the tenant."), ("source" = String, Path, description = "Id of the source.")),
    responses((status = 200, description = "The source.", body = SignInSource)))]
async fn get(
    State(state): State<AppState>,
    signed_in: SignedIn,
    RefPair(tenant, source): RefPair,
) -> Answer<Json<SignInSource>> {
    let scope = signed_in.scope::<SsoRead>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.sources().get(&scope, id(&source)?).await?))
}

/// Changes a source of sign-in, or switches it on or off. Switched off, sessions that began with it end.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/sources/{source}", operation_id = "update_source", tag = "tenants",
    params(("tenant" = String, Path, description = "Id of the tenant."), ("source" = String, Path, description = "Id of the source.")), request_body = UpdateSignInSource,
    responses((status = 200, description = "The source.", body = SignInSource)))]
async fn update(
    State(state): State<AppState>,
    signed_in: SignedIn,
    RefPair(tenant, source): RefPair,
    JsonBody(input): JsonBody<UpdateSignInSource>,
) -> Answer<Json<SignInSource>> {
    let scope = signed_in.scope::<SsoWrite>(&state, path::id("tenant", &tenant)?).await?;
    Ok(Json(state.control.sources().update(&signed_in.0, &scope, id(&source)?, input).await?))
}

/// Removes a source of sign-in and what is linked by it. Sessions that began with it end; members stay members.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/sources/{source}", operation_id = "delete_source", tag = "tenants",
    params(("tenant" = String, Path, description = "Id of the tenant."), ("source" = String, Path, description = "Id of the source.")),
    responses((status = 204, description = "Removed.")))]
async fn delete(
    State(state): State<AppState>,
    signed_in: SignedIn,
    RefPair(tenant, source): RefPair,
) -> Answer<StatusCode> {
    let scope = signed_in.scope::<SsoWrite>(&state, path::id("tenant", &tenant)?).await?;
    state.control.sources().delete(&signed_in.0, &scope, id(&source)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
