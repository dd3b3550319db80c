//! Files sent ahead of the request that uses them: `POST /v1/uploads` with the bytes as the body.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Upload {
    pub id: String,
    pub size_bytes: u64,
    pub sha256: String,
    /// Removed at this time when nothing has used it.
    pub expires_at: String,
}
