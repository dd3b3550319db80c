//! The one error of Stead, free of HTTP.
//!
//! An [`Error`] carries two texts: the outside one (`message`, `next_step`) is shown to whoever asked; the inside one
//! (`context`, `source`) goes to the log where the error is handled and nowhere else. Therefore `Display` prints the outside
//! text only. Each error has a stable machine-readable `code`; the kind decides the HTTP status and the exit code.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of failure it is; decides the HTTP status (see `http::problem`) and the CLI's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The request itself is wrong; repeating it unchanged cannot succeed.
    InvalidInput,
    /// Nobody is signed in, or the credential is not valid any more.
    Unauthenticated,
    /// The object is visible to the caller, the action is not allowed.
    Forbidden,
    /// There is no such object, or the caller may not know of it.
    NotFound,
    /// The object's present state does not allow the action.
    Conflict,
    /// The caller's version of the object is out of date.
    PreconditionFailed,
    /// A quota of the tenant or the capacity of the node is used up.
    QuotaExceeded,
    /// Too many requests.
    RateLimited,
    /// The input is larger than allowed.
    TooLarge,
    /// Something needed is not reachable now; repeating later can succeed.
    Unavailable,
    /// A deadline passed.
    TimedOut,
    /// A system that the user named (a git host, an image registry) answered with a failure.
    Upstream,
    /// A defect of Stead or of the machine it runs on.
    Internal,
}

/// One wrong field of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Dotted path of the field, such as `resources.memory`; empty for the whole input.
    pub field: String,
    pub message: String,
    /// 1-based line in a text document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// 1-based column in a text document, counted in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// An error with an outside and an inside text. See the module's documentation.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    code: String,
    message: String,
    next_step: Option<String>,
    fields: Vec<FieldError>,
    retry_after: Option<Duration>,
    context: Vec<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// `code` is snake_case and stable; `message` says what happened and why in one sentence.
    pub fn new(kind: ErrorKind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            code: code.into(),
            message: message.into(),
            next_step: None,
            fields: Vec::new(),
            retry_after: None,
            context: Vec::new(),
            source: None,
        }))
    }

    pub fn invalid(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, code, message)
    }

    pub fn not_found(noun: &str, given: impl fmt::Display) -> Self {
        Self::new(
            ErrorKind::NotFound,
            format!("{noun}_not_found"),
            format!("There is no {noun} {given} here."),
        )
    }

    pub fn conflict(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, code, message)
    }

    pub fn unavailable(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, code, message)
    }

    /// A defect: the outside learns nothing but that it happened; `context` is for the log.
    pub fn internal(context: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, "internal", "Something went wrong inside Stead.").context(context)
    }

    /// What the reader can do about it, one sentence.
    #[must_use]
    pub fn next_step(mut self, next_step: impl Into<String>) -> Self {
        self.0.next_step = Some(next_step.into());
        self
    }

    #[must_use]
    pub fn field(mut self, field: FieldError) -> Self {
        self.0.fields.push(field);
        self
    }

    /// The same about a field of what somebody sent who is signed in: what they typed is wrong, not who they are.
    #[must_use]
    pub fn about_field(mut self, field: impl Into<String>) -> Self {
        self.0.kind = ErrorKind::InvalidInput;
        let message = self.0.message.clone();
        self.field(FieldError { field: field.into(), message, line: None, column: None })
    }

    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self
    }

    /// Adds inside text: what was being done when it failed.
    #[must_use]
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.0.context.push(context.into());
        self
    }

    #[must_use]
    pub fn source_error(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    #[must_use]
    pub fn next_step_text(&self) -> Option<&str> {
        self.0.next_step.as_deref()
    }

    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    #[must_use]
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The inside text for the log: contexts from the outermost in, then the chain of sources.
    #[must_use]
    pub fn inside(&self) -> String {
        let mut parts: Vec<String> = self.0.context.iter().rev().cloned().collect();
        let mut source = self.0.source.as_deref().map(|error| error as &dyn StdError);
        while let Some(error) = source {
            parts.push(error.to_string());
            source = error.source();
        }
        parts.join(": ")
    }

    /// The part that may leave the process: to be stored with an operation or sent to the server by a node.
    #[must_use]
    pub fn to_problem(&self) -> Problem {
        Problem {
            kind: self.0.kind,
            code: self.0.code.clone(),
            message: self.0.message.clone(),
            next_step: self.0.next_step.clone(),
            fields: self.0.fields.clone(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)?;
        if let Some(next_step) = &self.0.next_step {
            write!(formatter, " {next_step}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} {}: {} [{}]", self.0.kind, self.0.code, self.0.message, self.inside())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|error| error as &(dyn StdError + 'static))
    }
}

/// The outside part of an [`Error`], as it is stored with operations and reported by nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub kind: ErrorKind,
    pub code: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let mut error = Self::new(problem.kind, problem.code, problem.message);
        error.0.next_step = problem.next_step;
        error.0.fields = problem.fields;
        error
    }
}

/// Turns any failure into an internal error with a line about what was being done.
pub trait InternalContext<T> {
    /// # Errors
    /// The failure, as [`ErrorKind::Internal`].
    fn internal(self, doing: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> InternalContext<T> for std::result::Result<T, E> {
    fn internal(self, doing: impl Into<String>) -> Result<T> {
        self.map_err(|source| Error::internal(doing).source_error(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outside_text_never_holds_the_inside() {
        let error =
            Error::internal("reading /secret/path").source_error(std::io::Error::other("key=hunter2"));
        assert!(!error.to_string().contains("secret"));
        assert!(!serde_json::to_string(&error.to_problem()).unwrap().contains("hunter2"));
        assert!(error.inside().contains("hunter2"));
    }
}
