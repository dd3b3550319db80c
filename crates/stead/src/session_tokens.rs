//! Tokens of a session that `stead login` began: the access token of the credentials file as long as it lives, then another.
//!
//! One process renews at a time: it holds the lock of the file, and who waited for it finds the new tokens there. Where locks do
//! not hold (some network file systems) the server gives the same successor to everybody who asks within half a minute.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use stead_api::client::{Client, ClientError, TokenSource};
use stead_api::problem::ProblemBody;
use stead_api::v1::identity::TokenAnswer;
use stead_core::ambient::Ambient;
use url::Url;

use crate::credentials::{self, Credentials, Held, Login, SessionTokens};

/// A token that lives shorter than this is renewed before it is used.
const MARGIN_SECONDS: i64 = 30;
/// The same exchange is tried again after these, all within the half minute in which the server repeats its answer.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(8)];

/// Of one server.
#[derive(Debug)]
pub struct StoredTokens {
    path: PathBuf,
    server: Url,
    ambient: Ambient,
    /// The last one, so that a command reads the file once.
    last: Mutex<Option<(String, i64)>>,
}

fn seconds(ambient: &Ambient) -> i64 {
    ambient.now().micros().div_euclid(1_000_000)
}

/// What the credentials file holds of an answer.
#[must_use]
pub fn kept(answer: &TokenAnswer, ambient: &Ambient) -> SessionTokens {
    SessionTokens {
        session_id: answer.session_id.clone(),
        access_token: answer.access_token.clone(),
        access_until: seconds(ambient).saturating_add(i64::try_from(answer.expires_in).unwrap_or(0)),
        refresh_token: answer.refresh_token.clone(),
    }
}

/// A client for a stored login.
///
/// # Errors
/// When the address is no HTTP address.
pub fn client(
    path: PathBuf,
    server: &Url,
    login: &Login,
    tenant: Option<String>,
    ambient: &Ambient,
) -> Result<Client, ClientError> {
    match &login.held {
        Held::Token { token } => Client::new(server.clone(), Some(token.clone()), tenant),
        Held::Session(_) => {
            let source = StoredTokens {
                path,
                server: server.clone(),
                ambient: ambient.clone(),
                last: Mutex::default(),
            };
            Ok(Client::new(server.clone(), None, tenant)?.renewing(std::sync::Arc::new(source)))
        }
    }
}

impl TokenSource for StoredTokens {
    fn token<'a>(&'a self, refused: Option<&'a str>) -> BoxFuture<'a, Result<String, ClientError>> {
        Box::pin(self.current(refused))
    }
}

fn unusable(error: &stead_core::Error) -> ClientError {
    ClientError::Protocol(error.message().to_owned())
}

impl StoredTokens {
    fn ended(&self) -> ClientError {
        ClientError::Refused(Box::new(ProblemBody {
            kind: "https://stead.dev/problems/session_ended".to_owned(),
            title: "Unauthorized".to_owned(),
            status: 401,
            detail: format!("Your session at {} has ended.", self.server),
            code: "session_ended".to_owned(),
            request_id: String::new(),
            next_step: Some(format!("Sign in again with `stead login {}`.", self.server)),
            errors: Vec::new(),
        }))
    }

    fn lives(&self, until: i64) -> bool {
        until.saturating_sub(seconds(&self.ambient)) > MARGIN_SECONDS
    }

    fn remember(&self, token: &str, until: i64) -> String {
        let kept = Some((token.to_owned(), until));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        token.to_owned()
    }

    async fn current(&self, refused: Option<&str>) -> Result<String, ClientError> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((token, until)) = last
            && Some(token.as_str()) != refused
            && self.lives(until)
        {
            return Ok(token);
        }
        match self.stored(refused)? {
            Stored::Good(token) => Ok(token),
            Stored::Old(_) => self.renew(refused).await,
        }
    }

    /// What the file says now.
    fn stored(&self, refused: Option<&str>) -> Result<Stored, ClientError> {
        let all = Credentials::load(&self.path).map_err(|error| unusable(&error))?;
        match all.login(&self.server).map(|login| &login.held) {
            Some(Held::Session(tokens))
                if Some(tokens.access_token.as_str()) != refused && self.lives(tokens.access_until) =>
            {
                Ok(Stored::Good(self.remember(&tokens.access_token, tokens.access_until)))
            }
            Some(Held::Session(tokens)) => Ok(Stored::Old(tokens.refresh_token.clone())),
            // Somebody has signed in by a token meanwhile.
            Some(Held::Token { token }) => Ok(Stored::Good(token.clone())),
            None => Err(self.ended()),
        }
    }

    async fn renew(&self, refused: Option<&str>) -> Result<String, ClientError> {
        let path = self.path.clone();
        let locked = tokio::task::spawn_blocking(move || credentials::lock(&path)).await;
        let _lock = locked
            .map_err(|error| ClientError::Protocol(error.to_string()))?
            .map_err(|error| unusable(&error))?;
        let refresh = match self.stored(refused)? {
            Stored::Good(token) => return Ok(token),
            Stored::Old(refresh) => refresh,
        };
        let outcome = self.exchange(&refresh).await;
        let mut all = Credentials::load(&self.path).map_err(|error| unusable(&error))?;
        match outcome {
            Ok(answer) => {
                let tokens = kept(&answer, &self.ambient);
                let token = self.remember(&tokens.access_token, tokens.access_until);
                if let Some(login) = all.login_mut(&self.server) {
                    login.held = Held::Session(tokens);
                }
                all.store(&self.path).map_err(|error| unusable(&error))?;
                Ok(token)
            }
            Err(error) if error.code() == Some("invalid_grant") => {
                all.forget(&self.server);
                all.store(&self.path).map_err(|error| unusable(&error))?;
                Err(self.ended())
            }
            Err(error) => Err(error),
        }
    }

    /// With the same token until there is an answer: one that got lost is given again.
    async fn exchange(&self, refresh: &str) -> Result<TokenAnswer, ClientError> {
        let client = Client::new(self.server.clone(), None, None)?;
        let mut pauses = PAUSES.iter();
        loop {
            let error = match client.refresh(refresh).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let lost = match &error {
                ClientError::Refused(problem) => problem.status >= 500,
                ClientError::Unreachable { .. } | ClientError::Protocol(_) => true,
            };
            match pauses.next().filter(|_| lost) {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return Err(error),
            }
        }
    }
}

enum Stored {
    Good(String),
    /// The access token has ended; with the refresh token.
    Old(String),
}
