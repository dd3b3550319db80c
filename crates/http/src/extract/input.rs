//! Bodies and queries, with the wrong field named.

use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::de::DeserializeOwned;
use stead_core::Error;
use stead_core::error::{ErrorKind, FieldError};

use crate::endpoints::LONGEST_WAIT;
use crate::problem::{Answer, Failure};

fn field_error(path: &str, message: impl Into<String>) -> FieldError {
    let field = if path == "." { String::new() } else { path.to_owned() };
    FieldError { field, message: message.into(), line: None, column: None }
}

/// Reads JSON; an absent body counts as `{}` when `optional`.
pub(super) fn parse_json<T: DeserializeOwned>(
    headers: &HeaderMap,
    bytes: &Bytes,
    optional: bool,
) -> Answer<T> {
    if optional && bytes.is_empty() {
        return parse_text(b"{}");
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let error = Error::invalid("media_type_unsupported", "The body has to be JSON.")
            .next_step("Send `Content-Type: application/json`.");
        return Err(Failure::with_status(http::StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    parse_text(bytes)
}

fn parse_text<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    // A list would be taken for the fields in their order.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
            Ok(_) => Error::invalid("input_invalid", "The body is no JSON object.")
                .field(field_error(".", "expected an object")),
            Err(error) => malformed(&error),
        }
        .into());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let parsed: Result<T, _> = serde_path_to_error::deserialize(&mut reader);
    let error = match parsed {
        Ok(value) => match reader.end() {
            Ok(()) => return Ok(value),
            Err(error) => return Err(malformed(&error).into()),
        },
        Err(error) => error,
    };
    let path = error.path().to_string();
    let inner = error.into_inner();
    if inner.is_data() {
        let message = without_position(&inner);
        return Err(Error::invalid("input_invalid", "The body has wrong fields.")
            .field(field_error(&path, message))
            .into());
    }
    Err(malformed(&inner).into())
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::invalid("json_malformed", format!("The body is no JSON: {error}."))
        .next_step("Send one JSON object.")
}

/// serde_json adds the position, which says less than the field's path.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(cut) => text[..cut].to_owned(),
        None => text,
    }
}

pub(super) async fn read_body(request: Request) -> Answer<(HeaderMap, Bytes)> {
    let headers = request.headers().clone();
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| {
        if rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
            Failure::from(Error::new(
                ErrorKind::TooLarge,
                "body_too_large",
                "The body is larger than this address takes.",
            ))
        } else {
            Failure::from(Error::invalid("body_unreadable", "The body broke off."))
        }
    })?;
    Ok((headers, bytes))
}

/// A JSON body.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, _: &S) -> Answer<Self> {
        let (headers, bytes) = read_body(request).await?;
        parse_json(&headers, &bytes, false).map(Self)
    }
}

/// A body of JSON, or of a form, which OAuth clients send.
#[derive(Debug)]
pub struct JsonOrForm<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonOrForm<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, _: &S) -> Answer<Self> {
        let (headers, bytes) = read_body(request).await?;
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return parse_json(&headers, &bytes, false).map(Self);
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) => parse_query(text).map(Self),
            Err(_) => Err(Error::invalid("form_malformed", "The body is no form.").into()),
        }
    }
}

/// The query string.
#[derive(Debug)]
pub struct QueryOf<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// # Errors
/// With the wrong parameter named.
pub fn parse_query<T: DeserializeOwned>(query: &str) -> Answer<T> {
    let parameters = || url::form_urlencoded::parse(query.as_bytes());
    // No text has a NUL in it, and PostgreSQL takes none.
    if let Some((name, _)) = parameters().find(|(_, value)| value.contains('\0')) {
        return Err(Error::invalid("query_invalid", "The address has wrong parameters.")
            .field(field_error(&name, "a NUL character is not allowed"))
            .into());
    }
    let reader = serde_urlencoded::Deserializer::new(parameters());
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let path = error.path().to_string();
        Error::invalid("query_invalid", "The address has wrong parameters.")
            .field(field_error(&path, error.into_inner().to_string()))
            .into()
    })
}

/// `?wait=30s`: how long to wait for the operation to end.
#[derive(Debug, Clone, Copy)]
pub struct Wait(pub Option<Duration>);

impl<S: Send + Sync> FromRequestParts<S> for Wait {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let wait = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .find(|(name, _)| name == "wait");
        match wait {
            None => Ok(Self(None)),
            Some((_, text)) => parse_wait(&text).map(|wait| Self(Some(wait))).ok_or_else(|| {
                Error::invalid("query_invalid", "The address has wrong parameters.")
                    .field(field_error(
                        "wait",
                        format!("expected a time such as 30s or 500ms, at most {}s", LONGEST_WAIT.as_secs()),
                    ))
                    .into()
            }),
        }
    }
}

/// `30s`, `2m` or `500ms`, at most [`LONGEST_WAIT`].
#[must_use]
pub fn parse_wait(text: &str) -> Option<Duration> {
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let wait = match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60)?),
        _ => return None,
    };
    (wait <= LONGEST_WAIT).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use stead_api::v1::instances::{CreateInstance, InstanceQuery};

    fn headers() -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, "application/json; charset=utf-8".parse().unwrap())])
    }

    fn wrong(text: &'static str) -> Failure {
        parse_json::<CreateInstance>(&headers(), &Bytes::from_static(text.as_bytes()), false).unwrap_err()
    }

    #[test]
    fn wrong_fields_are_named() {
        assert!(format!("{:?}", wrong(r#"{"resources":{"pids":"x"}}"#)).contains("input_invalid"));
        assert!(format!("{:?}", wrong("{")).contains("json_malformed"));
        assert!(format!("{:?}", wrong("{} {}")).contains("json_malformed"));
        assert!(parse_json::<CreateInstance>(&headers(), &Bytes::new(), true).is_ok());
        assert!(parse_json::<CreateInstance>(&HeaderMap::new(), &Bytes::from_static(b"{}"), true).is_err());
    }

    #[test]
    fn queries_take_numbers_and_booleans() {
        let query: InstanceQuery = parse_query("limit=20&q=a%20b").unwrap();
        assert_eq!((query.limit, query.q.as_deref()), (Some(20), Some("a b")));
        assert!(parse_query::<InstanceQuery>("limit=many").is_err());
    }

    #[test]
    fn waits_are_bounded() {
        assert_eq!(parse_wait("30s"), Some(Duration::from_secs(30)));
        assert_eq!(parse_wait("2m"), Some(LONGEST_WAIT));
        assert_eq!(parse_wait("500ms"), Some(Duration::from_millis(500)));
        for wrong in ["", "s", "30", "121s", "-1s", "1h", "99999999999999999999s", "1.5s"] {
            assert_eq!(parse_wait(wrong), None, "{wrong}");
        }
    }
}
