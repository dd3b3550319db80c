//! Checking a `phazeai.yaml` without creating anything.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"text": "image: debian\n"}))]
#[serde(deny_unknown_fields)]
pub struct ValidateWorkspaceConfig {
    /// The file's text.
    pub text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceConfigReport {
    pub valid: bool,
    pub errors: Vec<crate::problem::ProblemField>,
}
