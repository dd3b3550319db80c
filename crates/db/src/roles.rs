//! Queries on the roles that tenants make for themselves. Written by `control::tenants`.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use stead_core::access::{Permission, Role};
use stead_core::ids::{RoleId, TenantId};
use stead_core::rights::Grant;
use stead_core::{Error, Result};

use crate::entities::{instance_binding, invite, membership, role};
use crate::failure::{Doing, corrupt};
use crate::scope::{Access, Scope};
use crate::tenants::own;
use crate::transaction::{Tx, on};

pub use crate::entities::role::Model as CustomRole;

fn custom(row: &CustomRole) -> Result<Grant> {
    let names: Vec<String> =
        serde_json::from_str(&row.permissions).map_err(|_| corrupt("a role's permissions"))?;
    Ok(Grant::Custom {
        id: row.id.parse().map_err(|_| corrupt("a role's id"))?,
        name: row.name.clone(),
        // One that this version does not know gives nothing.
        permissions: names.iter().filter_map(|name| Permission::parse(name)).collect(),
    })
}

/// The role that a reference names in this tenant.
///
/// # Errors
/// A failure of the database.
pub async fn grant<A: Access>(access: &A, tenant: TenantId, reference: &str) -> Result<Option<Grant>> {
    if let Some(role) = Role::parse(reference) {
        return Ok(Some(Grant::BuiltIn(role)));
    }
    let row = role::Entity::find_by_id(reference.to_owned())
        .filter(role::Column::TenantId.eq(own(access, tenant)?))
        .one(on(access))
        .await
        .doing("finding a role")?;
    row.as_ref().map(custom).transpose()
}

/// Several at once, of whatever tenant: references that rows of memberships and bindings hold.
pub(crate) async fn grants<A: Access>(access: &A, references: &[&str]) -> Result<HashMap<String, Grant>> {
    let mut grants: HashMap<String, Grant> = references
        .iter()
        .filter_map(|reference| Some(((*reference).to_owned(), Grant::BuiltIn(Role::parse(reference)?))))
        .collect();
    let others: BTreeSet<&str> =
        references.iter().copied().filter(|reference| !grants.contains_key(*reference)).collect();
    if !others.is_empty() {
        let rows = role::Entity::find()
            .filter(role::Column::Id.is_in(others))
            .all(on(access))
            .await
            .doing("loading roles")?;
        for row in &rows {
            grants.insert(row.id.clone(), custom(row)?);
        }
    }
    Ok(grants)
}

/// The tenant's own roles, by name.
///
/// # Errors
/// A failure of the database.
pub async fn list<A: Access>(access: &A, tenant: TenantId) -> Result<Vec<Grant>> {
    let rows = role::Entity::find()
        .filter(role::Column::TenantId.eq(own(access, tenant)?))
        .order_by_asc(role::Column::Name)
        .all(on(access))
        .await
        .doing("listing roles")?;
    rows.iter().map(custom).collect()
}

fn written(permissions: &BTreeSet<Permission>) -> Result<String> {
    let names: Vec<&str> = permissions.iter().map(|permission| permission.as_str()).collect();
    serde_json::to_string(&names).map_err(|error| Error::internal("writing a role").source_error(error))
}

/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(
    tx: &Tx<S>,
    tenant: TenantId,
    id: RoleId,
    name: &str,
    permissions: &BTreeSet<Permission>,
) -> Result<()> {
    let now = tx.now().micros();
    let row = CustomRole {
        id: id.to_string(),
        tenant_id: own(tx, tenant)?,
        name: name.to_owned(),
        permissions: written(permissions)?,
        created_at: now,
        updated_at: now,
    };
    role::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a role")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn update<S: Scope>(
    tx: &Tx<S>,
    tenant: TenantId,
    id: RoleId,
    name: &str,
    permissions: &BTreeSet<Permission>,
) -> Result<()> {
    let row = role::ActiveModel {
        name: Set(name.to_owned()),
        permissions: Set(written(permissions)?),
        updated_at: Set(tx.now().micros()),
        ..Default::default()
    };
    role::Entity::update_many()
        .set(row)
        .filter(role::Column::Id.eq(id.to_string()))
        .filter(role::Column::TenantId.eq(own(tx, tenant)?))
        .exec(on(tx))
        .await
        .doing("changing a role")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn delete<S: Scope>(tx: &Tx<S>, tenant: TenantId, id: RoleId) -> Result<()> {
    role::Entity::delete_many()
        .filter(role::Column::Id.eq(id.to_string()))
        .filter(role::Column::TenantId.eq(own(tx, tenant)?))
        .exec(on(tx))
        .await
        .doing("deleting a role")?;
    Ok(())
}

/// How many memberships, bindings and open invitations give the role.
///
/// # Errors
/// A failure of the database.
pub async fn uses<A: Access>(access: &A, tenant: TenantId, reference: &str) -> Result<u64> {
    const WHAT: &str = "counting the uses of a role";
    let tenant = own(access, tenant)?;
    let members = membership::Entity::find()
        .filter(membership::Column::TenantId.eq(tenant.as_str()))
        .filter(membership::Column::Role.eq(reference))
        .count(on(access))
        .await
        .doing(WHAT)?;
    let bindings = instance_binding::Entity::find()
        .filter(instance_binding::Column::TenantId.eq(tenant.as_str()))
        .filter(instance_binding::Column::Role.eq(reference))
        .count(on(access))
        .await
        .doing(WHAT)?;
    let invites = invite::Entity::find()
        .filter(invite::Column::TenantId.eq(tenant.as_str()))
        .filter(invite::Column::Role.eq(reference))
        .filter(invite::Column::AcceptedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .count(on(access))
        .await
        .doing(WHAT)?;
    Ok(members + bindings + invites)
}
