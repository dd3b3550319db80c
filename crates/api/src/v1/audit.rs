//! The audit log: its rows, checkpoints of it, and its verification.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stead_core::audit::row::{Forgettable, Row};
use stead_core::audit::tree::{Hash, parse_hash};
use stead_core::audit::{INSTALLATION, hex};
use utoipa::{IntoParams, ToSchema};

/// Who did what, when, to what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEvent {
    /// Place in the tenant's log, from 0.
    pub index: u64,
    pub id: String,
    pub at: String,
    /// Absent: it concerns the installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The user who acted; absent: Stead itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The session or token used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// Such as `instance.create`.
    pub action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The user whom `about` is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// More about it, such as `before` and `after`. Gone when the tenant was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Value>,
    /// Where the actor acted from. Gone when the actor was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Names and addresses of `subject`. Gone when that user was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Value>,
    /// In exports: what it takes to verify the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<AuditProof>,
}

/// What the row's leaf is made of, besides what the row says. Hashes are SHA-256 in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditProof {
    /// RFC 6962 leaf hash.
    pub leaf: String,
    pub salt: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail_digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal_digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about_digest: Option<String>,
    /// Address and client as they are stored: sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

impl AuditEvent {
    /// The row as evidence, with the leaf that was stored with it; `None` when a part is missing or is none of the form. Address,
    /// client and names are covered in their sealed form alone.
    #[must_use]
    pub fn evidence(&self) -> Option<(Row, Hash)> {
        let proof = self.proof.as_ref()?;
        let digest = |text: &Option<String>| match text {
            Some(text) => parse_hash(text).map(Some),
            None => Some(None),
        };
        let detail_digest = digest(&proof.detail_digest)?;
        let row = Row {
            tree: self.tenant.clone().unwrap_or_else(|| INSTALLATION.to_owned()),
            index: self.index,
            id: self.id.clone(),
            at: self.at.parse().ok()?,
            actor: self.actor.clone(),
            credential: self.credential.clone(),
            action: self.action.clone(),
            object: self.object.clone(),
            request_id: self.request_id.clone(),
            subject: self.subject.clone(),
            salt: proof.salt.clone(),
            detail: Forgettable {
                text: self.detail.as_ref().map(ToString::to_string),
                digest: detail_digest,
            },
            personal: Forgettable { text: proof.personal.clone(), digest: digest(&proof.personal_digest)? },
            about: Forgettable { text: proof.about.clone(), digest: digest(&proof.about_digest)? },
        };
        Some((row, parse_hash(&proof.leaf)?))
    }

    /// The row without what is sealed.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        Self {
            index: row.index,
            id: row.id.clone(),
            at: row.at.to_string(),
            tenant: (row.tree != INSTALLATION).then(|| row.tree.clone()),
            actor: row.actor.clone(),
            credential: row.credential.clone(),
            action: row.action.clone(),
            object: row.object.clone(),
            subject: row.subject.clone(),
            request_id: row.request_id.clone(),
            detail: row.detail.text.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            ip: None,
            user_agent: None,
            about: None,
            proof: None,
        }
    }

    /// With what it takes to verify it.
    #[must_use]
    pub fn with_proof(self, row: &Row, stored_leaf: Option<&Hash>) -> Self {
        let digest = |text: &Forgettable| text.digest.map(|digest| hex(&digest));
        let proof = AuditProof {
            leaf: stored_leaf.map(|leaf| hex(leaf)).unwrap_or_default(),
            salt: row.salt.clone(),
            detail_digest: digest(&row.detail),
            personal_digest: digest(&row.personal),
            about_digest: digest(&row.about),
            personal: row.personal.text.clone(),
            about: row.about.text.clone(),
        };
        Self { proof: Some(proof), ..self }
    }
}

/// Which rows of the log.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// An action, or its beginning with a `*` after it, such as `instance.*`.
    pub action: Option<String>,
    /// Id of the user who acted.
    pub actor: Option<String>,
    /// Id of what it was done to.
    pub object: Option<String>,
    /// At or after this time (RFC 3339).
    pub from: Option<String>,
    /// Before this time (RFC 3339).
    pub to: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// In which form the log is exported, and which rows. Only a whole export can be verified.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditExportQuery {
    /// `jsonl` (the default) or `cef`.
    pub format: Option<String>,
    /// An action, or its beginning with a `*` after it, such as `instance.*`.
    pub action: Option<String>,
    /// Id of the user who acted.
    pub actor: Option<String>,
    /// Id of what it was done to.
    pub object: Option<String>,
    /// At or after this time (RFC 3339).
    pub from: Option<String>,
    /// Before this time (RFC 3339).
    pub to: Option<String>,
}

/// The log's size and root now, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditCheckpoint {
    pub tenant: String,
    pub size: u64,
    /// RFC 6962 root in hexadecimal.
    pub root: String,
    pub at: String,
    /// The signed note (c2sp.org/tlog-checkpoint). Keep it outside of this server: the log can be held against it later.
    pub note: String,
    /// Keys that checkpoints of this server verify with, the one in use first, as `name+id+base64`.
    pub keys: Vec<String>,
}

/// Holds the log against checkpoints: those that the server keeps, and those given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"checkpoints": []}))]
#[serde(deny_unknown_fields)]
pub struct VerifyAudit {
    /// Signed notes that were kept elsewhere. At most 100.
    #[serde(default)]
    pub checkpoints: Vec<String>,
}

/// What the verification of the log came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditVerification {
    /// Nothing is wrong.
    pub intact: bool,
    /// Rows that were looked at.
    pub rows: u64,
    /// Over those rows, in hexadecimal.
    pub root: String,
    /// Checkpoints that the rows agree with.
    pub checkpoints: u64,
    /// Rows of which something was forgotten by an erasure.
    pub forgotten: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<AuditFinding>,
}

/// The first row that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditFinding {
    /// `missing`, `edited`, `out_of_place`, `truncated` or `rewritten`.
    pub wrong: String,
    pub index: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub message: String,
}

impl From<&stead_core::audit::verify::Outcome> for AuditVerification {
    fn from(outcome: &stead_core::audit::verify::Outcome) -> Self {
        Self {
            intact: outcome.finding.is_none(),
            rows: outcome.rows,
            root: hex(&outcome.root),
            checkpoints: outcome.checkpoints,
            forgotten: outcome.forgotten,
            finding: outcome.finding.as_ref().map(|finding| AuditFinding {
                wrong: finding.wrong.as_str().to_owned(),
                index: finding.index,
                id: finding.id.clone(),
                message: finding.message(),
            }),
        }
    }
}

/// How events are forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditSinkKind {
    /// JSON Lines by POST, several events at once, signed by the Standard Webhooks specification.
    Https,
    /// RFC 5424 over TLS (or TCP in a private network), with the event in CEF.
    Syslog,
}

/// Where events are forwarded to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditSink {
    pub id: String,
    pub kind: AuditSinkKind,
    /// The address, without what may be a secret in it.
    pub target: String,
    pub created_at: String,
    /// Events that it has not got yet.
    pub waiting: u64,
    /// When it last took something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<String>,
    /// Why the last attempt failed; absent when it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When it is tried again after a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<String>,
}

/// A new sink. It gets every event from now on, in order, at least once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "https", "target": "https://siem.example.org/events"}))]
pub struct CreateAuditSink {
    pub kind: AuditSinkKind,
    /// A URL; for syslog `host:port`, or `tcp://host:port` without TLS.
    pub target: String,
    /// Certificates in PEM that a syslog receiver's is held against, instead of the authorities that everybody trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
}

/// The address may hold a secret.
impl std::fmt::Debug for CreateAuditSink {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CreateAuditSink").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A new sink with the secret that its deliveries are signed with, which is shown here alone.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedAuditSink {
    #[serde(flatten)]
    pub sink: AuditSink,
    /// Of HTTPS sinks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl std::fmt::Debug for CreatedAuditSink {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CreatedAuditSink").field("sink", &self.sink).finish_non_exhaustive()
    }
}
