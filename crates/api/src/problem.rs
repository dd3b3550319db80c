//! The body of every error answer: RFC 9457 problem details with a stable `code` and the request's id.

use serde::{Deserialize, Serialize};
use stead_core::error::FieldError;
use utoipa::ToSchema;

/// An error answer, media type `application/problem+json`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProblemBody {
    /// A link that explains the code.
    #[serde(rename = "type")]
    #[schema(example = "https://stead.dev/problems/instance_not_found")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    pub status: u16,
    /// What happened and why, one sentence.
    pub detail: String,
    /// Stable and machine-readable.
    #[schema(example = "instance_not_found")]
    pub code: String,
    /// Finds the log lines of this request.
    pub request_id: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// The wrong fields of the input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
}

/// One wrong field.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProblemField {
    /// Dotted path; empty for the whole input.
    pub field: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

impl From<FieldError> for ProblemField {
    fn from(error: FieldError) -> Self {
        Self { field: error.field, message: error.message, line: error.line, column: error.column }
    }
}
