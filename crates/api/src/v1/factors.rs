//! Second factors: codes of an authenticator app, recovery codes, passkeys.
//!
//! What browsers give and take for passkeys is passed on as it is: `options` is what `navigator.credentials` takes, `credential` what it
//! returns, both as JSON (Web Authentication Level 3, `PublicKeyCredential.toJSON`).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What the caller signs in with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Factors {
    pub password: bool,
    pub totp: bool,
    pub recovery_codes_left: u64,
    pub passkeys: u64,
}

/// A new secret for an authenticator app; it counts once a code was confirmed.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TotpSetup {
    /// Base32, to type by hand.
    pub secret: String,
    /// `otpauth://…`
    pub uri: String,
    /// The same as a picture.
    pub qr_svg: String,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"code": "000000"}))]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotp {
    pub code: String,
}

/// Each signs in once in place of a second factor. Shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Passkey {
    pub id: String,
    pub name: String,
    pub created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<String>,
}

/// A new passkey; with recovery codes when there were none, shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedPasskey {
    #[serde(flatten)]
    pub passkey: Passkey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_codes: Option<Vec<String>>,
}

/// A passkey ceremony that has begun.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PasskeyBegun {
    /// Shown again when it is finished, within five minutes.
    pub pending: String,
    pub options: Value,
}

#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({}))]
#[serde(deny_unknown_fields)]
pub struct BeginPasskey {
    /// The pending sign-in that the passkey completes; absent: the passkey signs in by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
}

/// What a passkey answered.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"pending": "nothing", "credential": {}}))]
#[serde(deny_unknown_fields)]
pub struct PasskeyProof {
    pub pending: String,
    pub credential: Value,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"pending": "nothing", "name": "Laptop", "credential": {}}))]
#[serde(deny_unknown_fields)]
pub struct AddPasskey {
    pub pending: String,
    pub name: String,
    pub credential: Value,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"name": "Laptop"}))]
#[serde(deny_unknown_fields)]
pub struct RenamePasskey {
    pub name: String,
}

/// Exactly one of the three.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"pending": "nothing", "totp": "000000"}))]
#[serde(deny_unknown_fields)]
pub struct SecondFactorRequest {
    pub pending: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<PasskeyProof>,
}

/// Exactly one of the three.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"password": "correct horse battery staple"}))]
#[serde(deny_unknown_fields)]
pub struct StepUpRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// A code of the authenticator app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<String>,
    /// The answer to `POST /v1/auth/passkey/begin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<PasskeyProof>,
}

macro_rules! debug_without_secrets {
    ($($name:ident),+ $(,)?) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

debug_without_secrets!(
    TotpSetup,
    ConfirmTotp,
    RecoveryCodes,
    CreatedPasskey,
    PasskeyBegun,
    BeginPasskey,
    PasskeyProof,
    AddPasskey,
    SecondFactorRequest,
    StepUpRequest,
);
