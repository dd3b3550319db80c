//! Why a call did not succeed.

use url::Url;

use crate::problem::ProblemBody;

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server answered with a problem.
    #[error("{}", .0.detail)]
    Refused(Box<ProblemBody>),
    /// No answer at all.
    #[error("{address} does not answer: {reason}")]
    Unreachable { address: String, reason: String },
    /// Something answered, but not as a Stead server does.
    #[error("{0}")]
    Protocol(String),
}

impl ClientError {
    pub(super) fn unreachable(base: &Url, error: &reqwest::Error) -> Self {
        // The innermost cause is what people can act on ("connection refused").
        let mut reason: &dyn std::error::Error = error;
        while let Some(source) = reason.source() {
            reason = source;
        }
        Self::Unreachable { address: base.to_string(), reason: reason.to_string() }
    }

    pub(super) async fn from_response(response: reqwest::Response) -> Self {
        let status = response.status();
        match response.json::<ProblemBody>().await {
            Ok(problem) => Self::Refused(Box::new(problem)),
            Err(_) => Self::Protocol(format!(
                "the server answered {status} without an explanation; is it a Stead server?"
            )),
        }
    }

    /// The problem's code, when the server gave one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.code),
            _ => None,
        }
    }
}
