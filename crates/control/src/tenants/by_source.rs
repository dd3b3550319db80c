//! Members who come by a source of sign-in of the tenant.

use stead_core::ids::{TenantId, UserId};
use stead_core::rights::Grant;
use stead_core::{Error, Result};
use stead_db::audit::{self, Entry};
use stead_db::{SystemScope, Tx, members, revocations, roles, tenants, users};

use super::quotas::{self, Limited};
use crate::keys::Keys;
use crate::notifications::{self, Notice};

/// A tenant's source, and the role that it gives somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) source: &'a str,
    pub(crate) role: &'a str,
}

/// Whether the role that a source is to give is there.
///
/// # Errors
/// `source_role_gone`.
async fn role(tx: &Tx<SystemScope>, given: &Given<'_>) -> Result<Grant> {
    roles::grant(tx, given.tenant, given.role).await?.ok_or_else(|| {
        Error::conflict("source_role_gone", "The role that this source gives does not exist any more.")
            .next_step("Whoever runs the tenant has to choose another one for this source.")
    })
}

/// Makes the user a member; does nothing for who is one.
///
/// # Errors
/// `source_role_gone`, `quota_exceeded`.
pub(crate) async fn join(tx: &Tx<SystemScope>, keys: &Keys, given: &Given<'_>, user: UserId) -> Result<()> {
    let tenant = given.tenant;
    if members::find(tx, tenant, user).await?.is_some() {
        return Ok(());
    }
    let role = role(tx, given).await?;
    quotas::check_all(tx, tenant, &[(Limited::Members, 1)]).await?;
    members::insert_as(tx, tenant, user, &role.reference()).await?;
    let object = user.to_string();
    let detail = serde_json::json!({"source": given.source, "after": {"role": role.reference()}});
    let entry = Entry { tenant: Some(tenant), detail: Some(&detail), ..Entry::new("member.join", &object) };
    audit::append(tx, entry).await?;
    let (Some(tenant_row), Some(user_row)) = (tenants::find(tx, tenant).await?, users::find(tx, user).await?)
    else {
        return Err(Error::internal("a tenant or user is gone in the middle"));
    };
    let notice = Notice::MemberJoined {
        tenant,
        tenant_name: tenant_row.name,
        user,
        user_name: user_row.name,
        role: role.name().to_owned(),
    };
    notifications::queue(tx, keys, notice).await
}

/// Gives a member the role. Owners are made and unmade by hand, and who is no member stays none. Returns whether it was another
/// one; the caller of this calls `Identity::rights_ended` after the commit then.
///
/// # Errors
/// `source_role_gone`.
pub(crate) async fn follow(tx: &Tx<SystemScope>, given: &Given<'_>, user: UserId) -> Result<bool> {
    let Some(before) = members::grant(tx, given.tenant, user).await? else { return Ok(false) };
    let after = role(tx, given).await?;
    if before.is_owner() || before.reference() == after.reference() {
        return Ok(false);
    }
    members::set_role(tx, given.tenant, user, &after.reference()).await?;
    let subject = user.to_string();
    revocations::append(tx, "membership", &subject).await?;
    let detail = serde_json::json!({
        "source": given.source,
        "before": {"role": before.reference()},
        "after": {"role": after.reference()},
    });
    let entry = Entry {
        tenant: Some(given.tenant),
        detail: Some(&detail),
        ..Entry::new("member.set_role", &subject)
    };
    audit::append(tx, entry).await?;
    Ok(true)
}
