//! Members: their roles in the tenant and on single instances, and how they go.

use stead_api::v1::Page;
use stead_api::v1::identity as wire;
use stead_api::v1::tenants::{Binding, SetBinding, UpdateMember};
use stead_core::access::Permission;
use stead_core::ids::{InstanceId, TenantId, UserId};
use stead_core::rights::{Grant, is_of_instances, may_handle, owner_may_go};
use stead_core::{Error, Result};
use stead_db::{Scope, TenantAccess, TenantScope, Tx, members, revocations, users};

use super::{Tenants, not_personal, record, view};
use crate::identity::accounts::user_view;
use crate::keys::Keys;
use crate::notifications::{self, Notice};

/// The role that a request names.
///
/// # Errors
/// `role_not_found`, as a wrong field.
pub(crate) async fn named<S: Scope>(tx: &Tx<S>, tenant: TenantId, reference: &str) -> Result<Grant> {
    stead_db::roles::grant(tx, tenant, reference).await?.ok_or_else(|| {
        Error::invalid("role_unknown", "There is no such role in this tenant.")
            .next_step("`GET /v1/tenants/{tenant}/roles` lists the roles.")
            .field(stead_core::error::FieldError {
                field: "role".into(),
                message: "no such role".into(),
                line: None,
                column: None,
            })
    })
}

/// The membership ends, with the rules that hold however it does: bindings go with it, an owner stays, what is open is cut.
async fn end(tx: &Tx<TenantScope>, keys: &Keys, user: UserId, action: &str) -> Result<()> {
    let scope = TenantAccess::scope(tx);
    let tenant = scope.tenant_id();
    let grant = members::grant(tx, tenant, user).await?.ok_or_else(|| Error::not_found("member", user))?;
    if grant.is_owner() {
        owner_may_go(1 + members::other_owners(tx, tenant, user).await?)?;
    }
    members::remove(tx, tenant, user).await?;
    let subject = user.to_string();
    revocations::append(tx, "membership", &subject).await?;
    let detail = serde_json::json!({"before": {"role": grant.reference(), "role_name": grant.name()}});
    record(tx, action, &subject, Some(&detail)).await?;
    let notice = Notice::MemberRemoved {
        tenant,
        tenant_name: scope.tenant_name().to_owned(),
        user,
        user_name: name_of(tx, user).await?,
        left: scope.user_id() == user,
    };
    notifications::queue(tx, keys, notice).await
}

/// For a sentence that names them.
async fn name_of(tx: &Tx<TenantScope>, user: UserId) -> Result<String> {
    let id = user.to_string();
    let mut names = users::names(tx, &std::collections::BTreeSet::from([id.as_str()])).await?;
    Ok(names.remove(&id).unwrap_or_default())
}

impl Tenants {
    /// Gives a member another role.
    ///
    /// # Errors
    /// `member_not_found`, `role_unknown`, `role_exceeds_yours`, `last_owner`, `personal_tenant`.
    pub async fn set_role(
        &self,
        scope: &TenantScope,
        user: UserId,
        input: &UpdateMember,
    ) -> Result<wire::Member> {
        let (grant, row) = scope
            .transaction(|tx| async move {
                let scope = TenantAccess::scope(&tx);
                let tenant = scope.tenant_id();
                let before = members::grant(&tx, tenant, user)
                    .await?
                    .ok_or_else(|| Error::not_found("member", user))?;
                not_personal(scope, "has its user as the only member, who stays its owner")?;
                let after = named(&tx, tenant, &input.role).await?;
                may_handle(scope.permissions(), &before.permissions())?;
                may_handle(scope.permissions(), &after.permissions())?;
                if before.is_owner() && !after.is_owner() {
                    owner_may_go(1 + members::other_owners(&tx, tenant, user).await?)?;
                }
                members::set_role(&tx, tenant, user, &after.reference()).await?;
                let subject = user.to_string();
                revocations::append(&tx, "membership", &subject).await?;
                let shown =
                    |grant: &Grant| serde_json::json!({"role": grant.reference(), "role_name": grant.name()});
                let detail = serde_json::json!({"before": shown(&before), "after": shown(&after)});
                record(&tx, "member.set_role", &subject, Some(&detail)).await?;
                let notice = Notice::MemberRoleChanged {
                    tenant,
                    tenant_name: scope.tenant_name().to_owned(),
                    user,
                    user_name: name_of(&tx, user).await?,
                    role: after.name().to_owned(),
                };
                notifications::queue(&tx, &self.inner.keys, notice).await?;
                let row = members::find(&tx, tenant, user).await?;
                Ok((after, row.ok_or_else(|| Error::not_found("member", user))?))
            })
            .await?;
        self.inner.identity.rights_ended();
        let found =
            users::find(&self.system(), user).await?.ok_or_else(|| Error::not_found("member", user))?;
        let (role, custom_role) = view::role(&grant);
        Ok(wire::Member { user: user_view(&found), role, custom_role, since: view::at(row.created_at) })
    }

    /// Ends a membership, and what is open on it.
    ///
    /// # Errors
    /// `member_not_found`, `role_exceeds_yours`, `last_owner`, `personal_tenant`.
    pub async fn remove_member(&self, scope: &TenantScope, user: UserId) -> Result<()> {
        scope
            .transaction(|tx| async move {
                let scope = TenantAccess::scope(&tx);
                let tenant = scope.tenant_id();
                let theirs = members::grant(&tx, tenant, user)
                    .await?
                    .ok_or_else(|| Error::not_found("member", user))?;
                not_personal(scope, "has its user as the only member, who stays its owner")?;
                may_handle(scope.permissions(), &theirs.permissions())?;
                end(&tx, &self.inner.keys, user, "member.remove").await
            })
            .await?;
        self.inner.identity.rights_ended();
        Ok(())
    }

    /// The caller's own membership ends.
    ///
    /// # Errors
    /// `last_owner`, `personal_tenant`.
    pub async fn leave(&self, scope: &TenantScope) -> Result<()> {
        not_personal(scope, "cannot be left; it goes with the account")?;
        scope
            .transaction(|tx| async move {
                let scope = TenantAccess::scope(&tx);
                end(&tx, &self.inner.keys, scope.user_id(), "member.leave").await
            })
            .await?;
        self.inner.identity.rights_ended();
        Ok(())
    }

    /// Who may do more on this instance than their role in the tenant says.
    ///
    /// # Errors
    /// `instance_not_found`.
    pub async fn bindings(&self, scope: &TenantScope, instance: &str) -> Result<Page<Binding>> {
        let instance = self.inner.instances.find(scope, instance).await?.id;
        let grants = view::Grants::load(scope).await?;
        let found = members::bindings_on(scope, instance).await?;
        let items = found
            .iter()
            .map(|(user, row)| {
                let (role, custom_role) = view::role(grants.of(&row.role)?);
                Ok(Binding { user: user_view(user), role, custom_role, since: view::at(row.created_at) })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Page { items, next_cursor: None })
    }

    /// Binds a role to a member on one instance: it adds to their role in the tenant.
    ///
    /// # Errors
    /// `instance_not_found`, `member_not_found`, `role_unknown`, `role_exceeds_yours`.
    pub async fn set_binding(
        &self,
        scope: &TenantScope,
        instance: &str,
        user: UserId,
        input: &SetBinding,
    ) -> Result<Binding> {
        let instance = self.inner.instances.find(scope, instance).await?.id;
        let grant = scope
            .transaction(|tx| async move {
                let scope = TenantAccess::scope(&tx);
                let tenant = scope.tenant_id();
                still_there(&tx, instance).await?;
                if members::find(&tx, tenant, user).await?.is_none() {
                    return Err(Error::not_found("member", user).next_step("Invite them first."));
                }
                let grant = named(&tx, tenant, &input.role).await?;
                may_bind(scope, &grant)?;
                let before = members::find_binding(&tx, instance, user).await?;
                members::put_binding(&tx, tenant, instance, user, &grant.reference()).await?;
                revocations::append(&tx, "membership", &user.to_string()).await?;
                let detail = serde_json::json!({
                    "user": user.to_string(),
                    "before": before.map(|row| row.role),
                    "after": grant.reference(),
                });
                record(&tx, "instance.bind", &instance.to_string(), Some(&detail)).await?;
                Ok(grant)
            })
            .await?;
        self.inner.identity.rights_ended();
        let found =
            users::find(&self.system(), user).await?.ok_or_else(|| Error::not_found("member", user))?;
        let (role, custom_role) = view::role(&grant);
        Ok(Binding { user: user_view(&found), role, custom_role, since: scope.now().to_string() })
    }

    /// Takes a binding away, and cuts what is open by it.
    ///
    /// # Errors
    /// `instance_not_found`, `binding_not_found`, `role_exceeds_yours`.
    pub async fn remove_binding(&self, scope: &TenantScope, instance: &str, user: UserId) -> Result<()> {
        let instance = self.inner.instances.find(scope, instance).await?.id;
        scope
            .transaction(|tx| async move {
                let scope = TenantAccess::scope(&tx);
                let tenant = scope.tenant_id();
                let found = members::find_binding(&tx, instance, user).await?;
                let before = found.ok_or_else(|| Error::not_found("binding", user))?;
                may_bind(scope, &named(&tx, tenant, &before.role).await?)?;
                members::remove_binding(&tx, tenant, instance, user).await?;
                revocations::append(&tx, "membership", &user.to_string()).await?;
                let detail = serde_json::json!({"user": user.to_string(), "before": before.role});
                record(&tx, "instance.unbind", &instance.to_string(), Some(&detail)).await
            })
            .await?;
        self.inner.identity.rights_ended();
        Ok(())
    }
}

async fn still_there(tx: &Tx<TenantScope>, instance: InstanceId) -> Result<()> {
    match stead_db::instances::find(tx, instance).await? {
        Some(_) => Ok(()),
        None => Err(Error::not_found("instance", instance)),
    }
}

/// A binding gives what concerns instances alone.
fn may_bind(scope: &TenantScope, grant: &Grant) -> Result<()> {
    let given: std::collections::BTreeSet<Permission> =
        grant.permissions().into_iter().filter(|permission| is_of_instances(*permission)).collect();
    may_handle(scope.permissions(), &given)
}
