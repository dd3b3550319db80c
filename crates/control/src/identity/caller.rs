//! Who asks, and with what.

use std::net::IpAddr;

use stead_core::access::Permission;
use stead_core::ids::{RequestId, SessionId, UserId};
use stead_db::{Actor, Credential};

use super::Scopes;

/// A credential as it came, not yet looked at.
#[derive(Clone, PartialEq, Eq)]
pub enum Presented {
    /// The secret of a session, from a cookie.
    Session(String),
    /// An API token.
    Token(String),
    /// A JWT of a program's session.
    AccessToken(String),
    /// What an intent token opened.
    Held(Held),
}

/// The right to something that was opened with an intent token: that of the credential behind it, for one permission. Made only
/// by [`super::Identity`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub(super) user: UserId,
    pub(super) credential: Credential,
    pub(super) permission: Permission,
}

impl Presented {
    /// What stands in `Authorization: Bearer`: an API token, or an access token.
    #[must_use]
    pub fn bearer(text: &str) -> Self {
        if text.contains('.') { Self::AccessToken(text.to_owned()) } else { Self::Token(text.to_owned()) }
    }
}

impl std::fmt::Debug for Presented {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Session(_) => "Session(…)",
            Self::Token(_) => "Token(…)",
            Self::AccessToken(_) => "AccessToken(…)",
            Self::Held(_) => "Held(…)",
        })
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestInfo {
    pub request: Option<RequestId>,
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
    /// It came from the machine that the server runs on, as far as that can be seen, and no proxy says that it passed it on.
    pub local: bool,
    /// The credential that came with it, valid or not. A session that is shown while signing in ends with that.
    pub presented: Option<Presented>,
}

/// An authenticated caller. Made only by [`super::Identity`]. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller {
    pub(super) user: UserId,
    pub(super) credential: Credential,
    pub(super) scopes: Scopes,
    pub(super) request: RequestInfo,
}

impl Caller {
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The id of the session or token.
    #[must_use]
    pub fn credential(&self) -> Credential {
        self.credential
    }

    #[must_use]
    pub fn is_session(&self) -> bool {
        matches!(self.credential, Credential::Session(_))
    }

    /// As the audit log names them.
    pub(crate) fn actor(&self) -> Actor {
        Actor {
            user: self.user,
            credential: self.credential,
            request: self.request.request,
            ip: self.request.ip,
            user_agent: self.request.user_agent.as_deref().map(std::sync::Arc::from),
        }
    }

    /// Where the request came from, as far as that is known.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.request.ip
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        match self.credential {
            Credential::Session(id) => Some(id),
            Credential::Token(_) => None,
        }
    }
}
