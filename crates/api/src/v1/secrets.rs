//! Secrets: values that instances get at start and that are shown to nobody.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose secret it is. For one name an instance's own counts before the tenant's, and that before its creator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecretLevel {
    /// Given to every instance that the user creates, in any tenant: whoever may connect to the instance can read it.
    User,
    /// Given to every instance of the tenant.
    Tenant,
    /// Given to one instance.
    Instance,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InjectKind {
    /// An environment variable of every process.
    Env,
    /// A file below `/run/secrets`, readable by the instance's ordinary user alone, in memory.
    File,
}

/// How instances get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Inject {
    pub kind: InjectKind,
    /// Name of the variable, or of the file in `/run/secrets`. The secret's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// A secret without its value.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Secret {
    pub id: String,
    pub name: String,
    pub level: SecretLevel,
    pub inject: Inject,
    /// Grows with each value.
    pub version: u64,
    pub created_at: String,
    pub updated_at: String,
    /// The user who wrote the newest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<String>,
}

/// A new value. Instances that run get it with their next start.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"value": "postgres://shop:…@db/shop", "inject": {"kind": "env", "target": "DATABASE_URL"}}))]
pub struct PutSecret {
    /// Up to 64 KiB of text.
    pub value: String,
    /// An environment variable named like the secret when absent, or as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inject: Option<Inject>,
}

impl std::fmt::Debug for PutSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PutSecret").field("inject", &self.inject).finish_non_exhaustive()
    }
}

/// That there was a value; the newest twenty are kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SecretVersion {
    pub version: u64,
    pub created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
}
