//! What a client shows to say who it is.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::ClientError;
use crate::v1::factors::StepUpRequest;

/// Hands out tokens that end, and gets new ones.
pub trait TokenSource: Send + Sync + fmt::Debug {
    /// A token for the next request: another one than `refused`, which the server did not take any more.
    ///
    /// # Errors
    /// When there is none to be had: the session has ended, or the server does not answer.
    fn token<'a>(&'a self, refused: Option<&'a str>) -> BoxFuture<'a, Result<String, ClientError>>;
}

/// Asks the user to prove once more who they are, where the server wants that before it does something dangerous.
pub trait Prover: Send + Sync + fmt::Debug {
    /// A password or a code; `None` when nobody is there to answer.
    fn proof(&self) -> BoxFuture<'_, Option<StepUpRequest>>;
}

#[derive(Clone, Debug)]
pub(super) enum Credential {
    Nothing,
    Fixed(Secret),
    Renewed(Arc<dyn TokenSource>),
}

/// A credential that never shows in debug output.
#[derive(Clone)]
pub(super) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Credential {
    pub(super) fn fixed(token: Option<String>) -> Self {
        token.map_or(Self::Nothing, |token| Self::Fixed(Secret(token)))
    }

    pub(super) async fn token(&self) -> Result<Option<String>, ClientError> {
        match self {
            Self::Nothing => Ok(None),
            Self::Fixed(Secret(token)) => Ok(Some(token.clone())),
            Self::Renewed(source) => source.token(None).await.map(Some),
        }
    }

    /// What to show instead of a token that was refused; `None` when there is nothing else.
    pub(super) async fn instead_of(&self, refused: Option<&str>) -> Result<Option<String>, ClientError> {
        match (self, refused) {
            (Self::Renewed(source), Some(refused)) => {
                let token = source.token(Some(refused)).await?;
                Ok((token != refused).then_some(token))
            }
            _ => Ok(None),
        }
    }
}
