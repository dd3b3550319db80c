//! Custom roles: a name and permission keys. Built-in roles are static and cannot be changed.

use std::collections::BTreeSet;

use stead_api::v1::Page;
use stead_api::v1::tenants::{CreateRole, PermissionInfo, RoleDefinition, UpdateRole};
use stead_core::access::{Permission, Role};
use stead_core::error::FieldError;
use stead_core::ids::{RoleId, TenantId};
use stead_core::rights::{Grant, is_of_instances, may_handle};
use stead_core::{Error, ErrorKind, Result};
use stead_db::{TenantAccess, TenantScope, Tx, revocations, roles};

use super::{Tenants, record, view};
use crate::idempotency::{self, Mutation};
use crate::identity::accounts::check_name;
use crate::identity::sources_giving;

const MAX_ROLES: usize = 100;

/// Every permission with the built-in roles that have it.
#[must_use]
pub(super) fn permissions() -> Page<PermissionInfo> {
    let items = Permission::ALL
        .into_iter()
        .map(|permission| PermissionInfo {
            key: permission.as_str().to_owned(),
            roles: Role::ALL.into_iter().filter(|role| role.allows(permission)).map(view::built_in).collect(),
            per_instance: is_of_instances(permission),
            operators_only: permission.is_operators(),
        })
        .collect();
    Page { items, next_cursor: None }
}

fn parse(keys: &[String]) -> Result<BTreeSet<Permission>> {
    let mut wrong = Vec::new();
    let mut permissions = BTreeSet::new();
    for (index, key) in keys.iter().enumerate() {
        match Permission::parse(key) {
            Some(permission) if !permission.is_operators() => {
                permissions.insert(permission);
            }
            Some(_) => wrong.push((index, "runs the installation; no role gives it")),
            None => wrong.push((index, "no such permission")),
        }
    }
    if wrong.is_empty() {
        return Ok(permissions);
    }
    let error = Error::invalid("permissions_invalid", "Some of these permissions cannot be given by a role.")
        .next_step("`GET /v1/permissions` lists those that can.");
    Err(wrong.into_iter().take(20).fold(error, |error, (index, message)| {
        error.field(FieldError {
            field: format!("permissions.{index}"),
            message: message.to_owned(),
            line: None,
            column: None,
        })
    }))
}

fn name(text: &str) -> Result<String> {
    let name = check_name(text)?;
    if Role::parse(&name.to_lowercase()).is_some() {
        return Err(Error::conflict("name_taken", format!("{name} is a built-in role."))
            .next_step("Choose another name."));
    }
    Ok(name.to_owned())
}

async fn free(tx: &Tx<TenantScope>, tenant: TenantId, name: &str, except: Option<RoleId>) -> Result<usize> {
    let all = roles::list(tx, tenant).await?;
    let taken = all.iter().any(|grant| match grant {
        Grant::Custom { id, name: other, .. } => other == name && Some(*id) != except,
        Grant::BuiltIn(_) => false,
    });
    if taken {
        return Err(Error::conflict("name_taken", format!("There is already a role called {name}."))
            .next_step("Choose another name, or change that one."));
    }
    Ok(all.len())
}

async fn custom(tx: &Tx<TenantScope>, tenant: TenantId, id: RoleId) -> Result<Grant> {
    roles::grant(tx, tenant, &id.to_string()).await?.ok_or_else(|| Error::not_found("role", id))
}

impl Tenants {
    /// Every permission there is.
    #[must_use]
    pub fn permissions(&self) -> Page<PermissionInfo> {
        permissions()
    }

    /// The roles that can be given in the tenant: the built-in ones, then its own by name.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn roles(&self, scope: &TenantScope) -> Result<Page<RoleDefinition>> {
        let own = roles::list(scope, scope.tenant_id()).await?;
        let built_in = Role::ALL.into_iter().map(Grant::BuiltIn);
        Ok(Page {
            items: built_in.chain(own).map(|grant| view::definition(&grant)).collect(),
            next_cursor: None,
        })
    }

    /// # Errors
    /// `name_invalid`, `name_taken`, `permissions_invalid`, `role_exceeds_yours`, `too_many_roles`.
    pub async fn create_role(
        &self,
        scope: &TenantScope,
        input: &CreateRole,
        mutation: &Mutation,
    ) -> Result<RoleDefinition> {
        let (name, permissions) = (name(&input.name)?, parse(&input.permissions)?);
        let (name, permissions) = (&name, &permissions);
        let once = idempotency::once(scope, mutation, |tx| async move {
            let scope = TenantAccess::scope(&*tx);
            let tenant = scope.tenant_id();
            may_handle(scope.permissions(), permissions)?;
            if free(&tx, tenant, name, None).await? >= MAX_ROLES {
                return Err(Error::new(
                    ErrorKind::QuotaExceeded,
                    "too_many_roles",
                    format!("This tenant has {MAX_ROLES} roles of its own, which is the limit."),
                )
                .next_step("Delete some that nobody has."));
            }
            let id: RoleId = tx.ambient().new_id();
            roles::insert(&tx, tenant, id, name, permissions).await?;
            let detail = serde_json::json!({"after": shown(name, permissions)});
            record(&*tx, "role.create", &id.to_string(), Some(&detail)).await?;
            Ok(id)
        })
        .await?;
        let found = roles::grant(scope, scope.tenant_id(), &once.value.to_string()).await?;
        Ok(view::definition(&found.ok_or_else(|| Error::not_found("role", once.value))?))
    }

    /// Changes a role; whoever has it is held to the new one within a second.
    ///
    /// # Errors
    /// `role_not_found` (built-in ones cannot be changed), and those of [`Tenants::create_role`].
    pub async fn update_role(
        &self,
        scope: &TenantScope,
        id: RoleId,
        input: &UpdateRole,
    ) -> Result<RoleDefinition> {
        let new_name = input.name.as_deref().map(name).transpose()?;
        let new_permissions = input.permissions.as_deref().map(parse).transpose()?;
        let (new_name, new_permissions) = (&new_name, &new_permissions);
        let grant = scope
            .transaction(|tx| async move {
                let scope = TenantAccess::scope(&tx);
                let tenant = scope.tenant_id();
                let before = custom(&tx, tenant, id).await?;
                let Grant::Custom { name: old_name, permissions: old, .. } = &before else {
                    return Err(Error::not_found("role", id));
                };
                let name = new_name.as_ref().unwrap_or(old_name);
                let permissions = new_permissions.as_ref().unwrap_or(old);
                may_handle(scope.permissions(), old)?;
                may_handle(scope.permissions(), permissions)?;
                free(&tx, tenant, name, Some(id)).await?;
                roles::update(&tx, tenant, id, name, permissions).await?;
                let subject = id.to_string();
                revocations::append(&tx, "role", &subject).await?;
                let detail =
                    serde_json::json!({"before": shown(old_name, old), "after": shown(name, permissions)});
                record(&tx, "role.update", &subject, Some(&detail)).await?;
                custom(&tx, tenant, id).await
            })
            .await?;
        self.inner.identity.rights_ended();
        Ok(view::definition(&grant))
    }

    /// # Errors
    /// `role_not_found`; `role_in_use`, also by a source of sign-in that gives it; `role_exceeds_yours`.
    pub async fn delete_role(&self, scope: &TenantScope, id: RoleId) -> Result<()> {
        scope
            .transaction(|tx| async move {
                let scope = TenantAccess::scope(&tx);
                let tenant = scope.tenant_id();
                let grant = custom(&tx, tenant, id).await?;
                may_handle(scope.permissions(), &grant.permissions())?;
                let uses = roles::uses(&tx, tenant, &id.to_string()).await?;
                if uses > 0 {
                    return Err(Error::conflict(
                        "role_in_use",
                        format!(
                            "{} is given {uses} times: to members, on instances or by open invitations.",
                            grant.name()
                        ),
                    )
                    .next_step("Give those another role first."));
                }
                let sources = sources_giving(&tx, &id.to_string()).await?;
                if !sources.is_empty() {
                    return Err(Error::conflict(
                        "role_in_use",
                        format!(
                            "{} is what people get who sign in with {}.",
                            grant.name(),
                            sources.join(", ")
                        ),
                    )
                    .next_step("Let those sources of sign-in give another role first."));
                }
                roles::delete(&tx, tenant, id).await?;
                let detail = serde_json::json!({"before": shown(grant.name(), &grant.permissions())});
                record(&tx, "role.delete", &id.to_string(), Some(&detail)).await
            })
            .await
    }
}

fn shown(name: &str, permissions: &BTreeSet<Permission>) -> serde_json::Value {
    let keys: Vec<&str> = permissions.iter().map(|permission| permission.as_str()).collect();
    serde_json::json!({"name": name, "permissions": keys})
}
