//! Parts of the path. What they name is looked up by the control plane; here only their length is bounded.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::de::DeserializeOwned;
use stead_core::Error;
use stead_core::error::ErrorKind;

use crate::problem::{Answer, Failure};

const MAX_LENGTH: usize = 100;

fn missing() -> Failure {
    Error::new(ErrorKind::NotFound, "object_not_found", "The address names nothing that exists here.").into()
}

async fn parts_of<T: DeserializeOwned + Send, S: Send + Sync>(parts: &mut Parts, state: &S) -> Answer<T> {
    // An id that is no text is as good as one that does not exist.
    Path::<T>::from_request_parts(parts, state).await.map(|Path(value)| value).map_err(|_| missing())
}

fn bounded(text: String) -> Answer<String> {
    // No text has a NUL in it, and PostgreSQL takes none.
    if text.is_empty() || text.len() > MAX_LENGTH || text.contains('\0') { Err(missing()) } else { Ok(text) }
}

/// The one parameter: an id, or a name where names are allowed.
#[derive(Debug)]
pub struct Ref(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Ref {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        parts_of::<String, S>(parts, state).await.and_then(bounded).map(Self)
    }
}

/// Two parameters: the object, and something of it.
#[derive(Debug)]
pub struct RefPair(pub String, pub String);

impl<S: Send + Sync> FromRequestParts<S> for RefPair {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let (first, second) = parts_of::<(String, String), S>(parts, state).await?;
        Ok(Self(bounded(first)?, bounded(second)?))
    }
}

/// An id of a known kind; another text names nothing.
///
/// # Errors
/// `NotFound`.
pub fn id<T: std::str::FromStr>(noun: &str, text: &str) -> Answer<T> {
    text.parse().map_err(|_| Error::not_found(noun, text.chars().take(MAX_LENGTH).collect::<String>()).into())
}
