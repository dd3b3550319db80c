//! Ports and previews.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Members of the tenant who are signed in.
    Private,
    /// Anyone with the address.
    Public,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Port {
    pub port: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub visibility: Visibility,
    /// Something inside listens on it now.
    pub listening: bool,
    /// Named in the settings, not only detected.
    pub declared: bool,
    #[schema(example = "http://8000--shop.localhost:7433/")]
    pub preview_url: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"visibility": "public"}))]
#[serde(deny_unknown_fields)]
pub struct SetPort {
    pub visibility: Option<Visibility>,
    pub label: Option<String>,
}
