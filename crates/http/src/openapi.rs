//! The OpenAPI document: what the handlers say about themselves, completed from the table of endpoints.
//!
//! Handlers describe their input and their success. Who may call, which errors there are and which headers every operation
//! takes follows from [`crate::endpoints`] and is added here, once.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use stead_core::error::InternalContext;
use stead_core::{Error, Result};
use utoipa::OpenApi;

use crate::endpoints::{self, ENDPOINTS, Endpoint, Pace};
use crate::problem::MEDIA_TYPE;
use crate::routes;

const ABOUT: &str = "A self-hostable cloud of isolated instances.\n\n\
Every error is a problem body (RFC 9457) with a stable `code` and a `request_id`. Lists come in pages: pass `next_cursor` as \
`cursor`. Long work answers 202 with an operation; `?wait=30s` waits for it. A POST with an `Idempotency-Key` can be repeated \
without doing its work twice. The header `Stead-Tenant` names the tenant to act in; without it that is the caller's own.\n\n\
Streams of consoles, terminals and commands are WebSockets of binary messages, each one frame: a kind (one byte), then the \
payload; numbers are big-endian. From the server: 0x01 output (offset u64, bytes), 0x02 error output (offset u64, bytes), 0x03 \
snapshot (offset u64, columns u16, rows u16, bytes), 0x04 exit (code i32, signal i32, out of memory u8), 0x05 gap (from u64, to \
u64), 0x06 problem (JSON), 0x07 resized (columns u16, rows u16). From the client: 0x11 input (bytes), 0x12 end of input, 0x13 \
resize (columns u16, rows u16), 0x14 signal (number u8), 0x1f ping, answered by the same. Skip kinds that you do not know. \
Close codes: 1000 the stream has ended; 1001 the server shuts down; 1003 a text message came; 1009 a message was too long; 1011 \
the stream broke; 4000 no frame that clients may send; 4401 the credential has ended; 4403 the permission is gone; 4408 nothing \
was heard for too long; other 4xxx codes are 4000 and the status of the problem frame before. After 1001, 1011 and 4408 connect \
again with the offset reached.";

#[derive(OpenApi)]
#[openapi(
    info(title = "Stead", version = "1", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    tags(
        (name = "system", description = "The server itself."),
        (name = "account", description = "Who is signed in: sessions, tokens, tenants."),
        (name = "tenants", description = "Tenants: members, invitations, roles, quotas, rules of security."),
        (name = "operator", description = "What those who run the installation do."),
        (name = "instances", description = "The things that run."),
        (name = "console", description = "Consoles, commands and terminals."),
        (name = "ports", description = "Ports and previews."),
        (name = "operations", description = "Durable long-running actions."),
        (name = "events", description = "The change feed."),
        (name = "nodes", description = "The machines that run instances."),
        (name = "audit", description = "Who did what, and proof that the log says so still."),
    ),
    components(schemas(stead_api::problem::ProblemBody, stead_api::problem::ProblemField, stead_api::v1::events::Event))
)]
struct Base;

const PROBLEMS: [(&str, &str, &str); 17] = [
    ("BadRequest", "400", "The request is malformed."),
    ("Unauthenticated", "401", "Nobody is signed in, or the credential is not valid any more."),
    ("QuotaUsedUp", "402", "A quota or the capacity of the nodes is used up."),
    (
        "Forbidden",
        "403",
        "The caller may see the object, but not do this; or the request comes from another site.",
    ),
    ("NotFound", "404", "There is no such object, or the caller may not know of it."),
    (
        "Conflict",
        "409",
        "The object's state does not allow this now, or the idempotency key was used for another request.",
    ),
    ("VersionChanged", "412", "Somebody else changed the object meanwhile."),
    ("TooLarge", "413", "The body is too large."),
    ("MediaType", "415", "The body is no JSON."),
    ("Invalid", "422", "Fields are wrong; `errors` names them."),
    ("WebSocketRequired", "426", "The request is no WebSocket handshake."),
    ("TooManyRequests", "429", "Too many requests; `Retry-After` says when to try again."),
    ("Internal", "500", "A defect; the log says more under the request's id."),
    ("Upstream", "502", "Another system answered with a failure."),
    ("Unavailable", "503", "Something needed cannot be reached now."),
    ("TimedOut", "504", "There was no answer in time."),
    ("Misdirected", "421", "The request is for a host that is not this server's."),
];

/// Waits for the other side of a source of sign-in.
fn asks_a_source(operation: &str) -> bool {
    matches!(operation, "begin_source" | "sign_in_with_directory" | "link_directory")
}

fn has(endpoint: &Endpoint, status: &str, query: bool) -> bool {
    let routed_object = endpoint.path.contains('{');
    let restricted = endpoint.access.permission().is_some();
    let on_instance = endpoint.path.contains("{instance}") || endpoint.path == "/v1/instances";
    let body = endpoint.is_mutation()
        && !matches!(endpoint.pace, Pace::Upload)
        && endpoint.method != endpoints::Verb::Delete;
    match status {
        "500" | "503" | "421" | "429" => true,
        "400" => query || endpoint.is_mutation() || routed_object || restricted,
        "401" => restricted || endpoint.is_mutation() || endpoint.id == "begin_source",
        "403" => restricted || endpoint.is_mutation() || endpoint.id == "begin_source",
        "404" => routed_object || restricted || endpoint.id == "look_up_invite",
        "402" => {
            endpoint.id == "create_instance"
                || endpoint.id == "update_instance"
                || matches!(
                    endpoint.id,
                    "create_tenant" | "create_role" | "create_invite" | "accept_invite" | "create_source"
                )
                || matches!(endpoint.id, "sign_in_with_directory" | "link_directory")
                || endpoint.id.ends_with("start_instance")
                || endpoint.id == "wake_instance"
        }
        "409" => endpoint.is_mutation() && restricted || endpoint.path.starts_with("/v1/auth/sources/"),
        "412" => endpoint.id == "update_instance",
        "413" => endpoint.is_mutation(),
        "415" => body,
        "422" => query || body,
        "426" => endpoint.websocket,
        "502" => on_instance && endpoint.is_mutation() || asks_a_source(endpoint.id),
        "504" => endpoint.pace != Pace::Stream && endpoint.pace != Pace::Upload,
        _ => false,
    }
}

fn complete_operation(endpoint: &Endpoint, operation: &mut Map<String, Value>) {
    let query = operation
        .get("parameters")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one["in"] == "query"));
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        let mut header = |name: &str, description: &str| {
            parameters.push(json!({"name": name, "in": "header", "required": false, "description": description, "schema": {"type": "string"}}));
        };
        if endpoint.access.permission().is_some() && !endpoint.path.contains("{tenant}") {
            header(
                "Stead-Tenant",
                "Id of the tenant to act in; the caller's own when absent. `?tenant=` does as well, for clients that cannot set headers.",
            );
        }
        if endpoint.idempotent {
            header(
                "Idempotency-Key",
                "Up to 200 characters. A repetition with the same key and body gets the first answer.",
            );
        }
        if parameters.is_empty() {
            operation.remove("parameters");
        }
    }
    if let Some(responses) = operation.entry("responses").or_insert_with(|| json!({})).as_object_mut() {
        for (name, status, _) in PROBLEMS {
            if has(endpoint, status, query) {
                responses
                    .entry(status)
                    .or_insert_with(|| json!({"$ref": format!("#/components/responses/{name}")}));
            }
        }
    }
    // An absent body counts as `{}`, except where a field is needed.
    if (endpoint.idempotent || endpoint.id == "create_terminal")
        && endpoint.id != "create_token"
        && let Some(body) = operation.get_mut("requestBody")
    {
        body["required"] = false.into();
    }
    let security = if endpoint.access.permission().is_some() {
        json!([{"session": []}, {"token": []}])
    } else {
        json!([])
    };
    operation.insert("security".into(), security);
    if let Some(permission) = endpoint.access.permission() {
        operation.insert("x-stead-permission".into(), permission.as_str().into());
    }
    operation.insert("x-stead-audited".into(), endpoint.audited.into());
    operation.insert("x-stead-websocket".into(), endpoint.websocket.into());
}

/// The whole document, in the order that a snapshot keeps.
///
/// # Errors
/// When the routes and the table of endpoints are not the same.
pub fn document() -> Result<Value> {
    let (_, routed) = utoipa_axum::router::OpenApiRouter::with_openapi(Base::openapi())
        .merge(routes::all())
        .split_for_parts();
    let mut document = serde_json::to_value(routed).internal("writing the OpenAPI document")?;
    let mut described = 0;
    for endpoint in ENDPOINTS {
        let pointer = format!(
            "/paths/{}/{}",
            endpoint.path.replace('/', "~1"),
            endpoint.method.as_str().to_ascii_lowercase()
        );
        let operation = document.pointer_mut(&pointer).and_then(Value::as_object_mut);
        let operation = operation.ok_or_else(|| Error::internal(format!("{} is not routed", endpoint.id)))?;
        if operation.get("operationId").and_then(Value::as_str) != Some(endpoint.id) {
            return Err(Error::internal(format!("{} has another operation id", endpoint.id)));
        }
        complete_operation(endpoint, operation);
        described += 1;
    }
    let routed: usize = document["paths"]
        .as_object()
        .map_or(0, |paths| paths.values().filter_map(Value::as_object).map(Map::len).sum());
    if routed != described {
        return Err(Error::internal(format!(
            "{routed} operations are routed, {described} are in the table of endpoints"
        )));
    }
    document["info"]["description"] = ABOUT.into();
    for (name, _, description) in PROBLEMS {
        document["components"]["responses"][name] = json!({"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}});
    }
    document["components"]["securitySchemes"] = json!({
        "session": {"type": "apiKey", "in": "cookie", "name": "stead_session", "description": "Set by signing in. Requests that change something have to come from Stead's own pages."},
        "token": {"type": "http", "scheme": "bearer", "description": "An API token, `stead_…`."},
    });
    Ok(document)
}

/// The document as it is served.
///
/// # Errors
/// See [`document`].
pub fn bytes() -> Result<Bytes> {
    Ok(Bytes::from(serde_json::to_vec(&document()?).internal("writing the OpenAPI document")?))
}
