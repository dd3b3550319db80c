//! Why a command failed, what to do next, and the exit code.

use std::process::ExitCode;

use serde_json::json;
use stead_api::client::ClientError;
use stead_api::problem::ProblemField;
use stead_api::v1::instances::InstanceProblem;
use stead_core::{Error, ErrorKind};

use crate::output::{Output, Tone};

const PROVE_IT: &str = "Sign in with `stead login` and run it in a terminal, which asks for your password or a code of your authenticator app; \
     or do it in the dashboard.";

/// A failed command, ready to be reported.
#[derive(Debug)]
pub(crate) struct Failure(Box<Report>);

#[derive(Debug)]
struct Report {
    exit: u8,
    code: String,
    message: String,
    next_step: Option<String>,
    fields: Vec<ProblemField>,
    request_id: Option<String>,
}

impl Failure {
    #[must_use]
    pub(crate) fn new(exit: u8, code: &str, message: impl Into<String>) -> Self {
        Self(Box::new(Report {
            exit,
            code: code.to_owned(),
            message: message.into(),
            next_step: None,
            fields: Vec::new(),
            request_id: None,
        }))
    }

    #[must_use]
    pub(crate) fn next(mut self, next_step: impl Into<String>) -> Self {
        self.0.next_step = Some(next_step.into());
        self
    }

    #[must_use]
    pub(crate) fn usage(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(2, "usage", message).next(next_step)
    }

    #[must_use]
    pub(crate) fn not_signed_in() -> Self {
        Self::new(3, "not_signed_in", "You are not signed in to a Stead server.")
            .next("Start one here with `stead up`, or sign in to another with `stead login URL`.")
    }

    /// An operation ended badly.
    #[must_use]
    pub(crate) fn operation(problem: Option<&InstanceProblem>, fallback: &str) -> Self {
        problem.map_or_else(
            || Self::new(8, "operation_failed", fallback),
            |problem| {
                Self(Box::new(Report {
                    exit: 8,
                    code: problem.code.clone(),
                    message: problem.message.clone(),
                    next_step: problem.next_step.clone(),
                    fields: problem.errors.clone(),
                    request_id: None,
                }))
            },
        )
    }

    #[must_use]
    pub(crate) fn code(&self) -> &str {
        &self.0.code
    }

    /// Prints the failure and gives its exit code.
    #[must_use]
    pub(crate) fn report(&self, output: &Output) -> ExitCode {
        let Report { exit, code, message, next_step, fields, request_id } = &*self.0;
        if output.json {
            output.json(&json!({ "error": {
                "code": code, "message": message, "next_step": next_step, "errors": fields, "request_id": request_id,
            }}));
        } else {
            output.error(format!("{} {}", output.paint(Tone::Bad, "error:"), message));
            for field in fields {
                let place = match (field.line, field.column) {
                    (Some(line), Some(column)) => format!("line {line}, column {column}: "),
                    _ if field.field.is_empty() => String::new(),
                    _ => format!("{}: ", field.field),
                };
                output.error(format!("  {place}{}", field.message));
            }
            if let Some(next_step) = next_step {
                output.error(format!("{} {next_step}", output.paint(Tone::Strong, " next:")));
            }
            if let Some(request_id) = request_id {
                output.error(output.paint(Tone::Faint, &format!("  (request {request_id})")));
            }
        }
        ExitCode::from(*exit)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Refused(problem) => Self(Box::new(Report {
                exit: match (problem.status, problem.code.as_str()) {
                    (401, _) => 3,
                    (404, _) => 4,
                    (_, code) if code.contains("quota") || code.contains("capacity") => 7,
                    (403, _) => 5,
                    (409 | 412, _) => 6,
                    (400 | 422, _) => 2,
                    _ => 1,
                },
                next_step: match (problem.status, problem.code.as_str()) {
                    // The server names the request that proves it.
                    (_, "step_up_required") => Some(PROVE_IT.to_owned()),
                    (401, _) if problem.next_step.is_none() => Some(
                        "Sign in anew with `stead login`, or restart `stead up` on this machine.".to_owned(),
                    ),
                    _ => problem.next_step.clone(),
                },
                // The id is only of use where the log has more to say.
                request_id: (problem.status >= 500).then(|| problem.request_id.clone()),
                code: problem.code,
                message: problem.detail,
                fields: problem.errors,
            })),
            ClientError::Unreachable { address, reason } => {
                Self::new(9, "server_unreachable", format!("{address} does not answer: {reason}."))
                    .next("Is Stead running? Start it with `stead up`, or name another server with --server.")
            }
            ClientError::Protocol(message) => Self::new(1, "protocol", message),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match error.kind() {
            ErrorKind::InvalidInput | ErrorKind::TooLarge => 2,
            ErrorKind::Unauthenticated => 3,
            ErrorKind::NotFound => 4,
            ErrorKind::Forbidden => 5,
            ErrorKind::Conflict | ErrorKind::PreconditionFailed => 6,
            ErrorKind::QuotaExceeded => 7,
            _ => 1,
        };
        let inside = error.inside();
        let message = if error.kind() == ErrorKind::Internal && !inside.is_empty() {
            format!("{} ({inside})", error.message())
        } else {
            error.message().to_owned()
        };
        Self(Box::new(Report {
            exit,
            code: error.code().to_owned(),
            message,
            next_step: error.next_step_text().map(str::to_owned),
            fields: error.fields().iter().cloned().map(ProblemField::from).collect(),
            request_id: None,
        }))
    }
}
