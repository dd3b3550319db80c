//! Sinks: where a tenant's audit events are forwarded to, from the moment the sink is added. Adding, removing and listing; the
//! sending is in [`super::forward`].

use serde_json::json;
use stead_api::v1::Page;
use stead_api::v1::audit as wire;
use stead_core::error::{FieldError, InternalContext as _};
use stead_core::ids::AuditSinkId;
use stead_core::{Error, ErrorKind, Result, Timestamp, webhook_signature};
use stead_db::TenantScope;
use stead_db::audit::{self as rows, Entry, Sink};
use zeroize::Zeroizing;

use super::Audit;
use super::destination::{Destination, Sealed};
use crate::idempotency::{Mutation, once};
use crate::keys::Owner;

/// Of one tenant.
const MOST: usize = 5;
/// Bytes of a certificate authority.
const LONGEST_CA: usize = 64 << 10;

/// The context that what is kept of a sink is sealed with.
pub(super) fn context(id: &str) -> String {
    format!("audit_sink/{id}")
}

fn view(row: &Sink, size: u64) -> wire::AuditSink {
    wire::AuditSink {
        id: row.id.clone(),
        kind: if row.kind == Destination::HTTPS {
            wire::AuditSinkKind::Https
        } else {
            wire::AuditSinkKind::Syslog
        },
        target: row.name.clone(),
        created_at: Timestamp::from_micros(row.created_at).to_string(),
        waiting: size.saturating_sub(u64::try_from(row.next_index).unwrap_or(0)),
        delivered_at: row.delivered_at.map(|at| Timestamp::from_micros(at).to_string()),
        last_error: row.last_failure.clone(),
        retry_at: (row.failures > 0).then(|| Timestamp::from_micros(row.retry_at).to_string()),
    }
}

fn wrong(field: &str, message: &str) -> Error {
    Error::invalid("sink_invalid", format!("Events cannot be forwarded there: {message}."))
        .field(FieldError { field: field.to_owned(), message: message.to_owned(), line: None, column: None })
}

impl Audit {
    /// The tenant's sinks, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn sinks(&self, scope: &TenantScope) -> Result<Page<wire::AuditSink>> {
        let size = self.size(scope).await?;
        let found = rows::sinks(scope).await?;
        Ok(Page { items: found.iter().map(|row| view(row, size)).collect(), next_cursor: None })
    }

    async fn size<A: stead_db::TenantAccess>(&self, access: &A) -> Result<u64> {
        let tree = access.scope().tenant_id().to_string();
        Ok(rows::frontier(access, &tree).await?.map_or(0, |frontier| frontier.size()))
    }

    /// A new sink, of every event from now on. An HTTPS sink's signing secret is shown here alone; a repetition with the same
    /// idempotency key shows the same.
    ///
    /// # Errors
    /// `sink_invalid`, `address_invalid`, `address_not_allowed`, `too_many_sinks`.
    pub async fn add_sink(
        &self,
        scope: &TenantScope,
        input: &wire::CreateAuditSink,
        mutation: &Mutation,
    ) -> Result<wire::CreatedAuditSink> {
        let inner = &self.inner;
        let destination = match input.kind {
            wire::AuditSinkKind::Https => Destination::https(&inner.outbound, &input.target).await?,
            wire::AuditSinkKind::Syslog => Destination::syslog(&inner.outbound, &input.target).await?,
        };
        if let Some(ca) = &input.ca {
            if ca.len() > LONGEST_CA || super::destination::roots(Some(ca)).is_err() {
                return Err(wrong("ca", "expected certificates in PEM, at most 64 KiB"));
            }
            if destination.kind() != Destination::SYSLOG_TLS {
                return Err(wrong("ca", "it is used for syslog over TLS alone"));
            }
        }
        let secret =
            (destination.kind() == Destination::HTTPS).then(|| webhook_signature::new_secret(&inner.ambient));
        let sealed = Sealed { secret, ca: input.ca.clone() };
        let (destination, sealed) = (&destination, &sealed);
        let made = once(scope, mutation, |tx| async move {
            if rows::sinks(tx.as_ref()).await?.len() >= MOST {
                return Err(Error::new(
                    ErrorKind::QuotaExceeded,
                    "too_many_sinks",
                    format!("The tenant forwards to {MOST} places already."),
                )
                .next_step("Remove one that is not needed any more."));
            }
            let id = tx.ambient().new_id::<AuditSinkId>().to_string();
            let plain = Zeroizing::new(serde_json::to_vec(sealed).internal("writing a sink's settings")?);
            let owner = Owner::Tenant(scope.tenant_id());
            let row = Sink {
                id: id.clone(),
                tenant_id: scope.tenant_id().to_string(),
                name: destination.shown(),
                kind: destination.kind().to_owned(),
                address: destination.address(),
                sealed_token: Some(inner.keys.seal(&tx, owner, &context(&id), &plain).await?),
                created_by: scope.user_id().to_string(),
                created_at: tx.now().micros(),
                next_index: i64::try_from(self.size(tx.as_ref()).await?).internal("reading a log's size")?,
                delivered_at: None,
                failures: 0,
                last_failure: None,
                retry_at: 0,
            };
            let detail = json!({ "kind": row.kind, "target": row.name });
            rows::insert_sink(&tx, row).await?;
            rows::append(&tx, Entry { detail: Some(&detail), ..Entry::new("audit_sink.create", &id) })
                .await?;
            Ok(id)
        })
        .await?;
        let row = rows::sink(scope, &made.value).await?.ok_or_else(|| unknown(&made.value))?;
        let sealed = self.sealed(scope, &row).await?;
        Ok(wire::CreatedAuditSink { sink: view(&row, self.size(scope).await?), secret: sealed.secret })
    }

    /// What is kept of a sink besides its row.
    pub(super) async fn sealed<A: stead_db::Access>(&self, access: &A, row: &Sink) -> Result<Sealed> {
        let tenant = row.tenant_id.parse().internal("reading a sink's tenant")?;
        let Some(text) = &row.sealed_token else { return Ok(Sealed::default()) };
        let plain = self.inner.keys.open(access, Owner::Tenant(tenant), &context(&row.id), text).await?;
        serde_json::from_slice(&plain).internal("reading a sink's settings")
    }

    /// # Errors
    /// `sink_not_found`.
    pub async fn remove_sink(&self, scope: &TenantScope, id: AuditSinkId) -> Result<()> {
        let id = &id.to_string();
        scope
            .transaction(|tx| async move {
                if !rows::remove_sink(&tx, id).await? {
                    return Err(unknown(id));
                }
                rows::append(&tx, Entry::new("audit_sink.delete", id)).await
            })
            .await
    }
}

fn unknown(id: &str) -> Error {
    Error::not_found("sink", id)
}
