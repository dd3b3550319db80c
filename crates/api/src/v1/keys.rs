//! Keys of the installation, as those who run it see them: ids and counts, never a key.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Keys {
    pub master_keys: Vec<MasterKey>,
    pub data_keys: DataKeys,
    pub signing_keys: Vec<SigningKey>,
}

/// A key that wraps data keys.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MasterKey {
    /// Derived from the key, to tell keys apart.
    pub id: String,
    /// `file`, `environment` or `command`.
    pub source: String,
    /// It wraps what is new.
    pub current: bool,
    pub created_at: String,
    /// Nothing is wrapped by it any more since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<String>,
    /// Data keys that it wraps now.
    pub data_keys: u64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct DataKeys {
    pub total: u64,
    /// They open what they sealed and seal nothing new.
    pub retired: u64,
}

/// A key that signs access tokens or checkpoints of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SigningKey {
    pub id: String,
    /// `access_token` or `audit_checkpoint`.
    pub purpose: String,
    /// It signs what is new.
    pub current: bool,
    /// Ed25519, 32 bytes in base64url.
    pub public_key: String,
    pub created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// The key that wraps all others.
    Master,
    /// The key that seals what belongs to a tenant or to the installation.
    Data,
    /// The keys that sign access tokens and audit checkpoints.
    Signing,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"what": "data", "plan": false}))]
pub struct RotateKeys {
    pub what: KeyKind,
    /// For `data`: the tenant whose key is rotated; the installation's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Only say what would be done.
    #[serde(default)]
    pub plan: bool,
}

/// What a rotation does.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KeyRotation {
    pub what: KeyKind,
    /// `installation` or a tenant's id, for `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Ids of the keys that are replaced.
    pub replaces: Vec<String>,
    /// Data keys to wrap anew, for `master`.
    pub data_keys: u64,
    /// Values to seal anew, by where they are, for `data`.
    pub values: Vec<SealedValues>,
    /// The operation that does it; absent in a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<super::operations::Operation>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SealedValues {
    /// Such as `secret_versions`.
    pub place: String,
    pub count: u64,
    /// They must not change, so that the old key is kept as long as they are.
    pub fixed: bool,
}
