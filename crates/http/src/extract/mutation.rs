//! Input of requests that change something: body, idempotency key, expected version.

use axum::extract::{FromRequest, FromRequestParts, Request};
use http::header::IF_MATCH;
use http::request::Parts;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use stead_control::{Idempotency, Mutation};
use stead_core::Error;
use stead_core::error::FieldError;

use crate::extract::input::{parse_json, read_body};
use crate::problem::{Answer, Failure};

pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
const MAX_KEY: usize = 200;

/// A JSON body (absent counts as `{}`) and what makes repeating the request harmless. The hash covers method, address and
/// body, so that a key cannot be used for two different requests.
#[derive(Debug)]
pub struct Command<T> {
    pub input: T,
    pub mutation: Mutation,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Command<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, _: &S) -> Answer<Self> {
        let route = format!("{} {}", request.method(), request.uri().path());
        let (headers, bytes) = read_body(request).await?;
        let idempotency = match headers.get(IDEMPOTENCY_KEY) {
            None => None,
            Some(key) => {
                let key = key
                    .to_str()
                    .ok()
                    .filter(|key| !key.is_empty() && key.len() <= MAX_KEY)
                    .ok_or_else(wrong_key)?;
                let mut hash = Sha256::new();
                hash.update(route.as_bytes());
                hash.update([0]);
                hash.update(&bytes);
                Some(Idempotency { key: key.to_owned(), route, body_hash: hex(&hash.finalize()) })
            }
        };
        Ok(Self { input: parse_json(&headers, &bytes, true)?, mutation: Mutation { idempotency } })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn wrong_key() -> Failure {
    Error::invalid("idempotency_key_invalid", "The header Idempotency-Key is empty or too long.")
        .next_step(format!("Send up to {MAX_KEY} printable characters, such as a UUID."))
        .into()
}

/// The version that `If-Match` expects; `*` expects none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let Some(value) = parts.headers.get(IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let version = text
            .strip_prefix("W/")
            .unwrap_or(text)
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .and_then(|text| text.parse().ok());
        match version {
            Some(version) => Ok(Self(Some(version))),
            None => {
                Err(Error::invalid("if_match_invalid", "The header If-Match is no version of this object.")
                    .next_step("Send the ETag of the object as it was read.")
                    .field(FieldError {
                        field: "If-Match".into(),
                        message: "expected a quoted number".into(),
                        line: None,
                        column: None,
                    })
                    .into())
            }
        }
    }
}
