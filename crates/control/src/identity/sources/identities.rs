//! The accounts elsewhere that somebody has linked to their own.

use stead_api::v1::Page;
use stead_api::v1::sources::{LinkedIdentity, SourceKind};
use stead_core::ids::{IdentityId, SessionId, SourceId, UserId};
use stead_core::{Error, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::identities::{self, Identity as Linked};
use stead_db::{
    SystemScope, Tx, device_requests, factors, passwords, pending_sign_ins, previews, revocations, sessions,
    sources, users,
};

use super::{Sources, kind_of};
use crate::identity::Caller;
use crate::identity::Factor;
use crate::identity::accounts::whereabouts;
use crate::identity::sessions::{parse, personal_tenant};
use crate::notifications::{self, FactorChange, Notice};

/// Ends the sessions of a user that began with another source, but one: those of browsers, and those of programs that were let in by
/// them. A session does not say by which source it began, so all of them end. What somebody made while they were signed in, such as
/// API tokens, is their account's and not the source's: it stays.
pub(super) async fn end_begun_with_sources(
    tx: &Tx<SystemScope>,
    user: UserId,
    but: Option<SessionId>,
) -> Result<()> {
    let but = but.map(|id| id.to_string());
    for row in sessions::all_of_user(tx, user).await? {
        if row.factors.split(' ').next() == Some(Factor::Source.as_str()) && Some(&row.id) != but.as_ref() {
            sessions::delete(tx, user, parse(&row.id)?).await?;
            previews::delete_of(tx, &row.id).await?;
            revocations::append(tx, "session", &row.id).await?;
        }
    }
    // Who is half way in, and a program that was let in and has not asked yet, would begin one later.
    pending_sign_ins::delete_begun_with(tx, user, Factor::Source.as_str()).await?;
    device_requests::delete_approved_with(tx, user, Factor::Source.as_str()).await
}

impl Sources {
    /// Name and kind of a source, whether it is switched on or not; `None` when it is gone.
    async fn called(&self, id: &str) -> Result<Option<(String, SourceKind)>> {
        if let Some(known) = self.inner.installed.iter().find(|known| known.id == id) {
            return Ok(Some((known.name.clone(), known.kind)));
        }
        let Ok(source) = id.parse::<SourceId>() else { return Ok(None) };
        match sources::find(&self.inner.system, source).await? {
            Some(row) => Ok(Some((row.name.clone(), kind_of(&row)?))),
            None => Ok(None),
        }
    }

    async fn linked_view(&self, row: Linked) -> Result<LinkedIdentity> {
        // The operator may have taken the source away.
        let (source_name, kind) =
            self.called(&row.source_id).await?.unwrap_or_else(|| (row.source_id.clone(), SourceKind::Oidc));
        Ok(LinkedIdentity {
            id: row.id,
            source_id: row.source_id,
            source_name,
            kind,
            email: row.email,
            created_at: Timestamp::from_micros(row.created_at).to_string(),
            last_used_at: row.last_used_at.map(|at| Timestamp::from_micros(at).to_string()),
        })
    }

    /// The caller's linked accounts, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn identities(&self, caller: &Caller) -> Result<Page<LinkedIdentity>> {
        let mut items = Vec::new();
        for row in identities::of_user(&self.inner.system, caller.user()).await? {
            items.push(self.linked_view(row).await?);
        }
        Ok(Page { items, next_cursor: None })
    }

    /// Unlinks one, unless it is the only way in. Other sessions that began with a source end.
    ///
    /// # Errors
    /// `step_up_required`; `identity_not_found`; `last_way_in`.
    pub async fn unlink(&self, caller: &Caller, id: IdentityId) -> Result<()> {
        let user = caller.user();
        let source = {
            let rows = identities::of_user(&self.inner.system, user).await?;
            let row = rows.into_iter().find(|row| row.id == id.to_string());
            let row = row.ok_or_else(|| Error::not_found("identity", id))?;
            self.called(&row.source_id).await?.map_or(row.source_id, |(name, _)| name)
        };
        self.inner.identity.require_recent(caller).await?;
        let source = &source;
        let scope = self.inner.system.on_behalf_of(caller.actor());
        scope
            .transaction(|tx| async move {
                let missing = || Error::not_found("identity", id);
                let row = identities::delete(&tx, user, id).await?.ok_or_else(missing)?;
                if !has_another_way_in(&tx, user).await? {
                    return Err(Error::conflict("last_way_in", "This is the only way into your account.")
                        .next_step("Set a password or add a passkey first."));
                }
                users::raise_credential_version(&tx, user).await?;
                end_begun_with_sources(&tx, user, caller.session()).await?;
                let object = id.to_string();
                let detail = serde_json::json!({ "source": row.source_id });
                let tenant = personal_tenant(&tx, user).await?;
                let entry = Entry { tenant, detail: Some(&detail), ..Entry::new("identity.unlink", &object) };
                audit::append(&tx, entry).await?;
                let change = FactorChange::IdentityUnlinked { source: source.clone() };
                let notice =
                    Notice::FactorChanged { user, change, whereabouts: whereabouts(&caller.request) };
                notifications::queue(&tx, &self.inner.keys, notice).await
            })
            .await?;
        self.inner.identity.rights_ended();
        Ok(())
    }
}

/// A password, a passkey, a confirmed mailbox, another linked account.
async fn has_another_way_in(tx: &Tx<SystemScope>, user: UserId) -> Result<bool> {
    let row = users::find(tx, user).await?.ok_or_else(|| Error::internal("the caller's user is gone"))?;
    Ok(row.email_verified_at.is_some()
        || passwords::hash_of(tx, user).await?.is_some()
        || !factors::passkeys(tx, user).await?.is_empty()
        || !identities::of_user(tx, user).await?.is_empty())
}
