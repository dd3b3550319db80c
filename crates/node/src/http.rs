//! The node's side of the protocol in [`stead_api::node`]: finds what a request asks for, calls it, answers.

use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use http::{Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full, Limited, StreamBody};
use hyper::body::Incoming;
use serde::Serialize;
use serde::de::DeserializeOwned;
use stead_api::node::SecretsAnswer;
use stead_core::driver::{Attach, ConsolePosition, ProcessSpec};
use stead_core::error::{Error, ErrorKind, InternalContext, Result};
use stead_core::ids::{InstanceId, ProcessId, UploadId};
use stead_core::instance::InstanceDocument;
use stead_link::body::BodyError;
use stead_link::{answer_with_stream, problem};
use tracing::{debug, warn};

use crate::DynDriver;
use crate::agent::Shared;
use crate::machine;

const MAX_DOCUMENT: usize = 1 << 20;

pub(crate) type Body = UnsyncBoxBody<Bytes, BodyError>;

pub(crate) async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    match route(shared, request).await {
        Ok(response) => response,
        Err(error) => {
            if matches!(error.kind(), ErrorKind::Internal) {
                warn!(%method, path, error = %error, error.inside = %error.inside(), "a request of the server failed");
            } else {
                debug!(%method, path, error.code = error.code(), error.inside = %error.inside(), "a request of the server was refused");
            }
            refuse(&error)
        }
    }
}

async fn route(shared: &Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>> {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let rest = path.strip_prefix("/node/v1/").ok_or_else(|| unknown(&path))?;
    let segments: Vec<&str> = rest.split('/').collect();
    let (method, body) = (request.method().clone(), request.into_body());
    match (&method, segments.as_slice()) {
        (&Method::GET, ["hello"]) => json(&shared.hello().await?),
        (&Method::GET, ["reports"]) => Ok(reports(shared)),
        (&Method::PUT, ["uploads", upload]) => {
            shared.uploads.store(id::<UploadId>(upload)?, body).await?;
            Ok(done())
        }
        (&Method::PUT, ["instances", instance]) => {
            let instance = id(instance)?;
            let document: InstanceDocument = read(body).await?;
            if document.instance != instance {
                return Err(Error::invalid(
                    "instance_mismatch",
                    "The document is of another instance than the path.",
                ));
            }
            shared.put_document(document).await?;
            Ok(done())
        }
        (&Method::PUT, ["instances", instance, "secrets"]) => {
            let (instance, answer) = (id(instance)?, read::<SecretsAnswer>(body).await?);
            shared.put_secrets(instance, answer);
            Ok(done())
        }
        (_, ["instances", instance, rest @ ..]) => {
            let instance = id(instance)?;
            let driver = driver(shared, instance)?;
            of_instance(&driver, instance, &method, rest, &query, body).await?.ok_or_else(|| unknown(&path))
        }
        _ => Err(unknown(&path)),
    }
}

async fn of_instance(
    driver: &Arc<DynDriver>,
    instance: InstanceId,
    method: &Method,
    rest: &[&str],
    query: &str,
    body: Incoming,
) -> Result<Option<Response<Body>>> {
    let response =
        match (method, rest) {
            (&Method::GET, ["processes"]) => json(&driver.processes(instance).await?)?,
            (&Method::POST, ["processes"]) => {
                let process: ProcessSpec = read(body).await?;
                driver.spawn(instance, &process).await?;
                done()
            }
            (&Method::POST, ["processes", process, "attach"]) => {
                let attach = Attach {
                    offset: parameter(query, "offset")?,
                    size: parameter(query, "columns")?.zip(parameter(query, "rows")?),
                    read_only: parameter(query, "read_only")?.unwrap_or(false),
                };
                let stream = driver.attach(instance, id::<ProcessId>(process)?, attach).await?;
                streaming(body, stream)
            }
            (&Method::POST, ["processes", process, "signal", number]) => {
                let number: i32 =
                    number.parse().ok().filter(|number| (1..=64).contains(number)).ok_or_else(|| {
                        Error::invalid("invalid_signal", "A signal is a number from 1 to 64.")
                    })?;
                driver.signal(instance, id(process)?, number).await?;
                done()
            }
            (&Method::POST, ["console"]) => {
                let follow = parameter(query, "follow")?.unwrap_or(false);
                let from = match (parameter(query, "offset")?, parameter(query, "tail")?) {
                    (Some(offset), _) => ConsolePosition::Offset { offset },
                    (None, Some(lines)) => ConsolePosition::Tail { lines },
                    (None, None) => ConsolePosition::Start,
                };
                streaming(body, driver.console(instance, from, follow).await?)
            }
            (&Method::POST, ["ports", port]) => {
                let port: u16 =
                    port.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
                        Error::invalid("invalid_port", "A port is a number from 1 to 65535.")
                    })?;
                streaming(body, driver.dial(instance, port).await?)
            }
            _ => return Ok(None),
        };
    Ok(Some(response))
}

/// The driver that has the instance, by its document.
fn driver(shared: &Shared, instance: InstanceId) -> Result<Arc<DynDriver>> {
    let document = shared.ledger.document(instance).ok_or_else(|| {
        Error::not_found("instance", instance)
            .next_step("The node has no document of it; the server sends it when it is placed here.")
    })?;
    shared.driver(document.driver).ok_or_else(|| {
        Error::conflict(
            "driver_unavailable",
            format!("This node has no driver {}.", document.driver.as_str()),
        )
        .next_step("Start the node with that driver.")
    })
}

fn reports(shared: &Arc<Shared>) -> Response<Body> {
    let folder = shared.config.data_dir.clone();
    let messages = shared.feed.subscribe(move || machine::disk_free_bytes(&folder));
    let lines = messages.map(|message| {
        let mut line = serde_json::to_vec(&message)?;
        line.push(b'\n');
        Ok::<_, BodyError>(Frame::data(Bytes::from(line)))
    });
    Response::new(StreamBody::new(lines).boxed_unsync())
}

fn streaming(body: Incoming, stream: stead_link::ByteStream) -> Response<Body> {
    answer_with_stream(body, stream)
        .map(|body| body.map_err(|error| Box::new(error) as BodyError).boxed_unsync())
}

fn json(value: &impl Serialize) -> Result<Response<Body>> {
    Ok(Response::new(full(serde_json::to_vec(value).internal("writing an answer")?)))
}

fn done() -> Response<Body> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn refuse(error: &Error) -> Response<Body> {
    let body = serde_json::to_vec(&error.to_problem()).unwrap_or_default();
    let mut response = Response::new(full(body));
    *response.status_mut() = problem::status(error.kind());
    response
}

fn full(bytes: Vec<u8>) -> Body {
    Full::new(Bytes::from(bytes)).map_err(|never| match never {}).boxed_unsync()
}

async fn read<T: DeserializeOwned>(body: Incoming) -> Result<T> {
    let bytes = Limited::new(body, MAX_DOCUMENT).collect().await.map_err(|error| {
        Error::new(ErrorKind::TooLarge, "body_unreadable", "The body is longer than 1 MiB or was cut short.")
            .source_error(error)
    })?;
    serde_json::from_slice(&bytes.to_bytes()).map_err(|error| {
        Error::invalid("body_invalid", format!("The body is not what this request takes: {error}."))
            .next_step("Server and node may be of versions that do not fit; update the older one.")
    })
}

fn id<T: FromStr>(text: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| Error::invalid("invalid_id", error.to_string()))
}

fn parameter<T: FromStr>(query: &str, name: &str) -> Result<Option<T>> {
    let value = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
    value
        .map(|(_, value)| {
            value
                .parse()
                .map_err(|_| Error::invalid("invalid_query", format!("{name}={value} is not understood.")))
        })
        .transpose()
}

fn unknown(path: &str) -> Error {
    Error::new(ErrorKind::NotFound, "no_such_request", format!("The node does not know {path}."))
        .next_step("Server and node may be of versions that do not fit; update the older one.")
}
