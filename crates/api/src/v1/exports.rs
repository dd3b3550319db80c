//! Exports: archives of what is stored of a user or a tenant.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportScope {
    /// The caller's own, in every tenant.
    User,
    /// Everything of the tenant that the caller acts in.
    Tenant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    Running,
    /// It can be downloaded.
    Ready,
    Failed,
    /// The archive was removed.
    Expired,
}

/// An archive: a tar.gz of JSON and JSON Lines with a manifest.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Export {
    pub id: String,
    pub scope: ExportScope,
    pub state: ExportState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    pub created_at: String,
    /// The archive is removed at this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The operation that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"scope": "user"}))]
pub struct CreateExport {
    pub scope: ExportScope,
}
