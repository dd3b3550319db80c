//! Invitations: single use, seven days, kept as a hash. One is bound to a mailbox, or is an open link because it was made as such.
//!
//! An invitation gives what its maker may give when it is accepted, not when it was made: it is refused once they have left, lost
//! `member:write`, or do not have what the role allows.

use std::time::Duration;

use stead_api::v1::identity as identity_wire;
use stead_api::v1::tenants as wire;
use stead_api::v1::{Page, PageQuery};
use stead_core::access::Permission;
use stead_core::error::FieldError;
use stead_core::ids::{InviteId, TenantId, UserId};
use stead_core::rights::{Grant, may_handle};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::invites::{self, Invite};
use stead_db::page::PageRequest;
use stead_db::tenants::{self, Tenant};
use stead_db::users::{self, User};
use stead_db::{SystemAccess, TenantAccess, TenantScope, members, roles};

use super::members::named;
use super::quotas::{self, Limited};
use super::{Tenants, not_personal, paged, record, view};
use crate::idempotency::{self, Mutation};
use crate::identity::{Caller, secret};
use crate::notifications::{self, LinkToken, Notice};

/// How long an invitation can be accepted.
pub const LIFETIME: Duration = Duration::from_hours(7 * 24);
const MAX_EMAIL: usize = 254;
const MAX_SECRET: usize = 200;

/// As addresses are compared.
fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

fn wrong_field(name: &str, message: &str) -> Error {
    Error::invalid("invite_invalid_input", format!("{name}: {message}."))
        .next_step("Send either an e-mail address, or `link: true` for a link that whoever has it can use.")
        .field(FieldError { field: name.to_owned(), message: message.to_owned(), line: None, column: None })
}

/// The mailbox, `None` for an open link.
fn mailbox(input: &wire::CreateInvite) -> Result<Option<String>> {
    match (&input.email, input.link) {
        (Some(_), true) => Err(wrong_field("link", "an invitation to a mailbox is no open link")),
        (None, false) => Err(wrong_field("email", "who is invited is missing")),
        (None, true) => Ok(None),
        (Some(email), false) => {
            let email = folded(email);
            let shaped = email.len() <= MAX_EMAIL
                && !email.chars().any(|character| character.is_whitespace() || character.is_control())
                && email.rsplit_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
            if shaped { Ok(Some(email)) } else { Err(wrong_field("email", "this is no e-mail address")) }
        }
    }
}

/// Says the same for every token that cannot be used, so that it tells nothing of others' invitations.
fn refused() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "invite_not_valid",
        "This invitation does not exist, or cannot be used any more.",
    )
    .next_step("Ask for a new one: they last seven days and work once.")
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| Error::internal("an id in the database is damaged"))
}

/// An invitation that can be accepted now.
struct Offer {
    invite: Invite,
    tenant: Tenant,
    tenant_id: TenantId,
    inviter: User,
    role: Grant,
}

/// The invitation with this token, with everything that has to hold for it to be usable.
async fn offer<A: SystemAccess>(access: &A, token: &str, now: Timestamp) -> Result<Offer> {
    if token.is_empty() || token.len() > MAX_SECRET {
        return Err(refused());
    }
    let invite = invites::by_secret_hash(access, &secret::hash(token)).await?.ok_or_else(refused)?;
    let open =
        invite.accepted_at.is_none() && invite.revoked_at.is_none() && invite.expires_at > now.micros();
    if !open {
        return Err(refused());
    }
    let tenant_id: TenantId = parse(&invite.tenant_id)?;
    let tenant = tenants::find(access, tenant_id).await?.ok_or_else(refused)?;
    if tenant.deleted_at.is_some() || tenant.erased_at.is_some() {
        return Err(refused());
    }
    let inviter_id: UserId = parse(&invite.created_by)?;
    let inviter = users::find(access, inviter_id).await?.ok_or_else(refused)?;
    let role = roles::grant(access, tenant_id, &invite.role).await?.ok_or_else(refused)?;
    let theirs = members::grant(access, tenant_id, inviter_id).await?.ok_or_else(refused)?.permissions();
    let may = theirs.contains(&Permission::MemberWrite) && may_handle(&theirs, &role.permissions()).is_ok();
    if !may || inviter.disabled_at.is_some() {
        return Err(refused());
    }
    Ok(Offer { invite, tenant, tenant_id, inviter, role })
}

fn invite_view(row: &Invite, role: &Grant, invited_by: &str) -> wire::Invite {
    let (role, custom_role) = view::role(role);
    wire::Invite {
        id: row.id.clone(),
        email: row.email.clone(),
        role,
        custom_role,
        invited_by: invited_by.to_owned(),
        created_at: view::at(row.created_at),
        expires_at: view::at(row.expires_at),
    }
}

impl Tenants {
    /// Invitations that are still open, the newest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn invites(&self, scope: &TenantScope, page: &PageQuery) -> Result<Page<wire::Invite>> {
        let page = PageRequest::new(page.cursor.clone(), page.limit);
        let (tenant, before) = (scope.tenant_id(), page.before.as_deref());
        let found = invites::open(scope, tenant, before, scope.now(), page.limit + 1).await?;
        let grants = view::Grants::load(scope).await?;
        let makers = found.iter().map(|row| row.created_by.as_str()).collect();
        let names = users::names(&self.system(), &makers).await?;
        let items = found
            .iter()
            .map(|row| {
                let maker = names.get(&row.created_by).map_or("somebody who has left", String::as_str);
                Ok(invite_view(row, grants.of(&row.role)?, maker))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(paged(items, page.limit, |invite: &wire::Invite| invite.id.clone()))
    }

    /// Invites somebody. The link is in the answer, once.
    ///
    /// # Errors
    /// `invite_invalid_input`, `role_unknown`, `role_exceeds_yours`, `already_member`, `quota_exceeded`, `personal_tenant`.
    pub async fn invite(
        &self,
        scope: &TenantScope,
        input: &wire::CreateInvite,
        mutation: &Mutation,
    ) -> Result<wire::CreatedInvite> {
        let email = &mailbox(input)?;
        let token = &secret::opaque(self.inner.db.ambient());
        let hash = &secret::hash(token);
        let system = &self.system();
        let once = idempotency::once(scope, mutation, |tx| async move {
            let scope = TenantAccess::scope(&*tx);
            let tenant = scope.tenant_id();
            not_personal(scope, "has no other members")?;
            let role = named(&*tx, tenant, &input.role).await?;
            may_handle(scope.permissions(), &role.permissions())?;
            if let Some(email) = email
                && let Some(user) = users::by_email_key(system, email).await?
                && members::find(&*tx, tenant, parse(&user.id)?).await?.is_some()
            {
                return Err(Error::conflict("already_member", format!("{email} is a member already.")));
            }
            quotas::check(&*tx, Limited::Members, 1).await?;
            let id: InviteId = tx.ambient().new_id();
            let row = Invite {
                id: id.to_string(),
                tenant_id: tenant.to_string(),
                email: email.clone(),
                role: role.reference(),
                secret_hash: hash.clone(),
                created_by: scope.user_id().to_string(),
                created_at: tx.now().micros(),
                expires_at: tx.now().plus(LIFETIME).micros(),
                accepted_at: None,
                accepted_by: None,
                revoked_at: None,
            };
            let expires_at = tx.now().plus(LIFETIME);
            invites::insert(&tx, row).await?;
            if let Some(address) = email {
                let invited = users::by_email_key(system, address).await?;
                let notice = Notice::Invite {
                    tenant,
                    tenant_name: scope.tenant_name().to_owned(),
                    inviter_name: users::myself(&*tx).await?.map(|user| user.name).unwrap_or_default(),
                    role: role.name().to_owned(),
                    address: address.clone(),
                    user: invited.map(|user| parse(&user.id)).transpose()?,
                    token: LinkToken::new(token.as_str()),
                    expires_at,
                };
                notifications::queue(&tx, &self.inner.keys, notice).await?;
            }
            let detail = serde_json::json!({"after": {"role": role.reference(), "link": email.is_none()}});
            record(&*tx, "invite.create", &id.to_string(), Some(&detail)).await?;
            Ok(id)
        })
        .await?;
        let tenant = scope.tenant_id();
        let row = invites::find(scope, tenant, once.value).await?;
        let row = row.ok_or_else(|| Error::not_found("invite", once.value))?;
        let role = roles::grant(scope, tenant, &row.role).await?;
        let role = role.ok_or_else(|| Error::not_found("role", &row.role))?;
        let maker = users::myself(scope).await?.map(|user| user.name).unwrap_or_default();
        let url = (!once.repeated).then(|| format!("{}/invite#{token}", self.inner.base_url));
        Ok(wire::CreatedInvite { invite: invite_view(&row, &role, &maker), url })
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// `invite_not_found`, also for one that was used or taken back before.
    pub async fn revoke_invite(&self, scope: &TenantScope, id: InviteId) -> Result<()> {
        scope
            .transaction(|tx| async move {
                let tenant = TenantAccess::scope(&tx).tenant_id();
                if !invites::revoke(&tx, tenant, id).await? {
                    return Err(Error::not_found("invite", id));
                }
                record(&tx, "invite.revoke", &id.to_string(), None).await
            })
            .await
    }

    /// What an invitation offers.
    ///
    /// # Errors
    /// `invite_not_valid`, whatever the reason.
    pub async fn look_up_invite(&self, token: &str) -> Result<wire::InviteOffer> {
        let system = self.system();
        let offer = offer(&system, token, system.now()).await?;
        Ok(wire::InviteOffer {
            tenant: offer.tenant.name,
            invited_by: offer.inviter.name,
            role: offer.role.name().to_owned(),
            email: offer.invite.email,
            expires_at: view::at(offer.invite.expires_at),
        })
    }

    /// The caller becomes a member, with the role of the invitation, in the tenant of the invitation, whatever else the request says.
    ///
    /// # Errors
    /// `invite_not_valid`; `invite_for_another_mailbox`; `already_member`; `quota_exceeded`.
    pub async fn accept_invite(&self, caller: &Caller, token: &str) -> Result<identity_wire::Tenant> {
        let user = caller.user();
        let scope = self.system().on_behalf_of(caller.actor());
        let (tenant, role) = scope
            .transaction(|tx| async move {
                let offer = offer(&tx, token, tx.now()).await?;
                let account = users::find(&tx, user).await?.ok_or_else(|| Error::internal("a caller without a user"))?;
                if let Some(email) = &offer.invite.email
                    && !holds_mailbox(&account, email)
                {
                    return Err(Error::new(
                        ErrorKind::Forbidden,
                        "invite_for_another_mailbox",
                        "This invitation is for another e-mail address than the confirmed one of your account.",
                    )
                    .next_step("Sign in with the account that has it, confirm your address, or ask for another invitation."));
                }
                let tenant = offer.tenant_id;
                if members::find(&tx, tenant, user).await?.is_some() {
                    return Err(Error::conflict("already_member", "You are a member of this tenant already."));
                }
                if !invites::accept(&tx, &offer.invite.id, user).await? {
                    return Err(refused());
                }
                // The invitation held the seat; it is counted again as its limit may have been lowered.
                quotas::check_all(&tx, tenant, &[(Limited::Members, 1)]).await?;
                members::insert_as(&tx, tenant, user, &offer.role.reference()).await?;
                let detail = serde_json::json!({
                    "invite": offer.invite.id,
                    "invited_by": offer.invite.created_by,
                    "after": {"role": offer.role.reference()},
                });
                let object = user.to_string();
                let entry =
                    Entry { tenant: Some(tenant), detail: Some(&detail), ..Entry::new("member.join", &object) };
                audit::append(&tx, entry).await?;
                let notice = Notice::MemberJoined {
                    tenant,
                    tenant_name: offer.tenant.name.clone(),
                    user,
                    user_name: account.name,
                    role: offer.role.name().to_owned(),
                };
                notifications::queue(&tx, &self.inner.keys, notice).await?;
                Ok((offer.tenant, offer.role))
            })
            .await?;
        Ok(view::tenant(&tenant, &role))
    }
}

/// Whether the account's own, confirmed address is this one.
fn holds_mailbox(user: &User, email: &str) -> bool {
    user.email_verified_at.is_some() && user.email_key.as_deref() == Some(email)
}
