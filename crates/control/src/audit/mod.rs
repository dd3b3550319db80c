//! The audit log as people and other systems see it: queries, exports, signed checkpoints, verification, forwarding.
//!
//! Rows are appended by every domain in the transaction of its change ([`stead_db::audit::append`]); checkpoints are written here,
//! to the database and to files beside it ([`checkpoints`]), so that whoever alters the one is found by the other. Both are best
//! copied to where this server cannot write. Sinks and how far they are ([`sinks`], [`forward`]) are written here, too.

mod checkpoints;
mod destination;
mod export;
mod forward;
#[cfg(test)]
mod forward_tests;
mod sealing;
mod sinks;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;
use stead_api::v1::Page;
use stead_api::v1::audit as wire;
use stead_core::ambient::Ambient;
use stead_core::audit::checkpoint::{self, Checkpoint, Signatures, VerifierKey};
use stead_core::audit::hex;
use stead_core::audit::tree::Frontier;
use stead_core::audit::verify::{Outcome, Verifier};
use stead_core::error::{FieldError, InternalContext as _};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{AuditEvent, Filter};
use stead_db::page::PageRequest;
use stead_db::{Access, Db, SystemScope, TenantScope};
use tokio::sync::Semaphore;
use url::Url;

use crate::engine::Reconciler;
use crate::keys::{Keys, SigningKeys, SigningPurpose};
use crate::outbound::Outbound;

pub use export::Format;

/// The name of the keys in signed notes.
const KEY_NAME: &str = "stead-audit";
/// Rows read at once.
const BATCH: u64 = 500;
/// Checkpoints that the log is held against: more than a month of hours.
const CHECKPOINTS: u64 = 1_000;
const MAX_GIVEN: usize = 100;
const LONGEST_FILTER: usize = 100;

/// Checks the signatures of checkpoints.
#[derive(Debug, Clone, Copy)]
pub struct Ed25519;

impl Signatures for Ed25519 {
    fn verify(&self, public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
    }
}

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Audit {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    system: SystemScope,
    keys: Keys,
    ambient: Ambient,
    outbound: Outbound,
    /// Where checkpoints are published.
    folder: PathBuf,
    /// This server, in syslog messages.
    host: String,
    /// Verifications read whole logs: one at a time.
    verifying: Semaphore,
}

impl Audit {
    /// From here on personal values of the log are sealed.
    #[must_use]
    pub fn new(db: &Db, keys: Keys, outbound: Outbound, folder: PathBuf, base_url: &str) -> Self {
        let host = Url::parse(base_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let host = host.unwrap_or_default();
        db.seal_audit_by(Arc::new(sealing::Sealing { keys: keys.clone() }));
        let system = db.system("audit");
        Self {
            inner: Arc::new(Inner {
                system,
                keys,
                ambient: db.ambient().clone(),
                outbound,
                folder,
                host,
                verifying: Semaphore::new(1),
            }),
        }
    }

    /// Makes checkpoints, and forwards to sinks.
    #[must_use]
    pub fn reconcilers(&self) -> Vec<Arc<dyn Reconciler>> {
        vec![
            Arc::new(checkpoints::MakeCheckpoints { audit: self.clone() }),
            Arc::new(forward::Forward { audit: self.clone() }),
        ]
    }

    /// The log of the scope's tenant, newest first.
    ///
    /// # Errors
    /// `input_invalid` for a time that is none.
    pub async fn list(
        &self,
        scope: &TenantScope,
        query: &wire::AuditQuery,
    ) -> Result<Page<wire::AuditEvent>> {
        let filter = filter(
            query.action.as_ref(),
            query.actor.as_ref(),
            query.object.as_ref(),
            query.from.as_ref(),
            query.to.as_ref(),
        )?;
        let page = PageRequest::new(query.cursor.clone(), query.limit);
        let found = stead_db::audit::search(scope, &filter, &page).await?;
        let mut items = Vec::with_capacity(found.rows.len());
        for row in &found.rows {
            items.push(self.view(scope, row, false).await?);
        }
        Ok(Page { items, next_cursor: found.next_cursor })
    }

    /// A row with what is sealed in it opened, as far as its keys are there.
    async fn view<A: Access>(
        &self,
        access: &A,
        row: &AuditEvent,
        with_proof: bool,
    ) -> Result<wire::AuditEvent> {
        let keys = &self.inner.keys;
        let evidence = row.row()?;
        let context = stead_db::audit::personal_context(&row.id);
        let personal =
            sealing::opened(keys, access, row.actor.as_deref(), &context, row.personal.as_deref()).await?;
        let context = stead_db::audit::about_context(&row.id);
        let mut about =
            sealing::opened(keys, access, row.subject.as_deref(), &context, row.about.as_deref()).await?;
        if let Some(fields) = about.as_mut().and_then(Value::as_object_mut) {
            fields.remove("salt");
        }
        let text = |name: &str| personal.as_ref().and_then(|values| values[name].as_str().map(str::to_owned));
        let event = wire::AuditEvent {
            ip: text("ip"),
            user_agent: text("user_agent"),
            about,
            ..wire::AuditEvent::of(&evidence)
        };
        Ok(if with_proof { event.with_proof(&evidence, row.leaf().as_ref()) } else { event })
    }

    /// Size and root of the tenant's log as it is now, signed.
    ///
    /// # Errors
    /// A failure of the database or the keys.
    pub async fn checkpoint(&self, scope: &TenantScope) -> Result<wire::AuditCheckpoint> {
        let tree = scope.tenant_id().to_string();
        let frontier = stead_db::audit::frontier(scope, &tree).await?.unwrap_or_default();
        let keys = self.signing().await?;
        let (checkpoint, note) = self.sign(&keys, &tree, &frontier);
        Ok(wire::AuditCheckpoint {
            tenant: tree,
            size: checkpoint.size,
            root: hex(&checkpoint.root),
            at: checkpoint.at.to_string(),
            note,
            keys: verifier_keys(&keys).iter().map(ToString::to_string).collect(),
        })
    }

    async fn signing(&self) -> Result<Arc<SigningKeys>> {
        self.inner.keys.signing(SigningPurpose::AuditCheckpoint).await
    }

    fn sign(&self, keys: &SigningKeys, tree: &str, frontier: &Frontier) -> (Checkpoint, String) {
        let checkpoint = Checkpoint {
            origin: tree.to_owned(),
            size: frontier.size(),
            root: frontier.root(),
            at: self.inner.system.now(),
        };
        let signature = keys.sign(checkpoint.text().as_bytes());
        // The current key is the first of the public ones.
        let public = keys.public().first().map_or([0; 32], |key| key.bytes);
        let key = VerifierKey { name: KEY_NAME.to_owned(), public };
        let note = checkpoint::note(&checkpoint, &key, &signature);
        (checkpoint, note)
    }

    /// Holds the tenant's log against the checkpoints in the database, in the published file, and those given.
    ///
    /// # Errors
    /// `checkpoint_invalid` or `checkpoint_signature_invalid` for one that was given; `audit_verification_busy`.
    pub async fn verify(
        &self,
        scope: &TenantScope,
        input: &wire::VerifyAudit,
    ) -> Result<wire::AuditVerification> {
        if input.checkpoints.len() > MAX_GIVEN {
            return Err(wrong_field("checkpoints", format!("at most {MAX_GIVEN}")));
        }
        let _turn = self.inner.verifying.try_acquire().map_err(|_| {
            Error::unavailable("audit_verification_busy", "Another log is being verified.")
                .next_step("Try again in a minute.")
                .retry_after(std::time::Duration::from_secs(60))
        })?;
        let tree = scope.tenant_id().to_string();
        let keys = verifier_keys(self.signing().await?.as_ref());
        let mut points = Vec::new();
        for note in &input.checkpoints {
            points.push(checkpoint::open(note, &keys, &Ed25519)?);
        }
        let kept = stead_db::audit::checkpoints(scope, &tree, CHECKPOINTS).await?;
        let published = checkpoints::published(&self.inner.folder, &tree).await?;
        for note in kept.into_iter().map(|row| row.note).chain(checkpoint::notes(&published)) {
            match checkpoint::open(&note, &keys, &Ed25519) {
                Ok(point) => points.push(point),
                Err(error) => {
                    tracing::warn!(audit.tree = tree, "a stored checkpoint does not verify: {error}");
                }
            }
        }
        let outcome = self.hold_against(scope, &tree, points).await?;
        Ok(wire::AuditVerification::from(&outcome))
    }

    async fn hold_against<A: Access>(
        &self,
        access: &A,
        tree: &str,
        points: Vec<Checkpoint>,
    ) -> Result<Outcome> {
        // The frontier first: rows that come while this reads are left for the next time.
        let kept = stead_db::audit::frontier(access, tree).await?;
        let end = kept.as_ref().map_or(0, Frontier::size);
        let mut verifier = Verifier::new(tree, points);
        let mut from = 0;
        loop {
            let rows = stead_db::audit::leaves(access, tree, from, &Filter::default(), BATCH).await?;
            let full = u64::try_from(rows.len()).unwrap_or(0) == BATCH;
            for row in rows {
                let evidence = row.row()?;
                // Rows with the index of one before are looked at, too: they do not belong there.
                if evidence.index != u64::MAX && evidence.index >= end && from >= end {
                    return Ok(verifier.finish(kept.as_ref()));
                }
                from = evidence.index + 1;
                verifier.row(&evidence, row.leaf().as_ref());
            }
            if !full {
                return Ok(verifier.finish(kept.as_ref()));
            }
        }
    }
}

/// The keys that checkpoints verify with, the one in use first.
fn verifier_keys(keys: &SigningKeys) -> Vec<VerifierKey> {
    keys.public().iter().map(|key| VerifierKey { name: KEY_NAME.to_owned(), public: key.bytes }).collect()
}

fn wrong_field(field: &str, message: String) -> Error {
    Error::new(ErrorKind::InvalidInput, "input_invalid", format!("The field {field} is wrong: {message}."))
        .field(FieldError { field: field.to_owned(), message, line: None, column: None })
}

fn filter(
    action: Option<&String>,
    actor: Option<&String>,
    object: Option<&String>,
    from: Option<&String>,
    to: Option<&String>,
) -> Result<Filter> {
    let text = |name: &str, value: Option<&String>| match value {
        Some(value) if value.len() > LONGEST_FILTER || value.contains('\0') => {
            Err(wrong_field(name, format!("at most {LONGEST_FILTER} characters, without NUL")))
        }
        value => Ok(value.filter(|value| !value.is_empty()).cloned()),
    };
    let time = |name: &str, value: Option<&String>| match value.filter(|value| !value.is_empty()) {
        None => Ok(None),
        Some(value) => value
            .parse::<Timestamp>()
            .map(Some)
            .map_err(|_| wrong_field(name, "expected a time such as 2026-11-21T08:00:00Z".to_owned())),
    };
    Ok(Filter {
        action: text("action", action)?,
        actor: text("actor", actor)?,
        object: text("object", object)?,
        from: time("from", from)?,
        to: time("to", to)?,
    })
}

fn encoded(event: &wire::AuditEvent) -> Result<String> {
    serde_json::to_string(event).internal("writing an audit event")
}
