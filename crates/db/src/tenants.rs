//! Queries on tenants and memberships, and the loading of tenant scopes. Written by `control::identity`.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use stead_core::access::{Permission, Role};
use stead_core::ids::{TenantId, UserId};
use stead_core::{Result, Timestamp};

use crate::connection::Db;
use crate::entities::{membership, tenant, user};
use crate::failure::{Doing, corrupt};
use crate::scope::{Actor, LoadedMembership, SystemAccess, SystemScope, TenantAccess, TenantScope};
use crate::transaction::{Tx, on};

pub use crate::entities::membership::Model as Membership;
pub use crate::entities::tenant::Model as Tenant;

impl Db {
    /// Loads the membership of `actor`'s user in `tenant`, or in the personal tenant. `None` when there is none: to this user the
    /// tenant does not exist. `limit` leaves only the permissions that a token carries.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn tenant_scope(
        &self,
        actor: Actor,
        tenant: Option<TenantId>,
        limit: Option<&BTreeSet<Permission>>,
    ) -> Result<Option<TenantScope>> {
        let user = actor.user.to_string();
        let wanted = match tenant {
            Some(id) => tenant::Column::Id.eq(id.to_string()),
            None => tenant::Column::PersonalOf.eq(user.clone()),
        };
        let Some(found) =
            tenant::Entity::find().filter(wanted).one(self.readers()).await.doing("finding a tenant")?
        else {
            return Ok(None);
        };
        let Some(member) = membership::Entity::find_by_id((found.id.clone(), user))
            .one(self.readers())
            .await
            .doing("loading a membership")?
        else {
            return Ok(None);
        };
        let loaded = LoadedMembership {
            tenant: found.id.parse().map_err(|_| corrupt("a tenant's id"))?,
            tenant_name: found.name,
            personal: found.personal_of.is_some(),
            tenant_created_at: Timestamp::from_micros(found.created_at),
            role: Role::parse(&member.role).ok_or_else(|| corrupt("a role"))?,
        };
        Ok(Some(TenantScope::new(self.clone(), loaded, actor, limit)))
    }
}

/// # Errors
/// A failure of the database.
pub async fn insert(tx: &Tx<SystemScope>, row: Tenant) -> Result<()> {
    tenant::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a tenant")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn insert_member(tx: &Tx<SystemScope>, tenant: TenantId, user: UserId, role: Role) -> Result<()> {
    let row = Membership {
        tenant_id: tenant.to_string(),
        user_id: user.to_string(),
        role: role.as_str().to_owned(),
        created_at: tx.now().micros(),
    };
    membership::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a membership")?;
    Ok(())
}

/// Returns whether there was such a membership.
///
/// # Errors
/// A failure of the database.
pub async fn remove_member(tx: &Tx<SystemScope>, tenant: TenantId, user: UserId) -> Result<bool> {
    let result = membership::Entity::delete_by_id((tenant.to_string(), user.to_string()))
        .exec(on(tx))
        .await
        .doing("removing a membership")?;
    Ok(result.rows_affected > 0)
}

/// The tenants that the acting user belongs to, oldest first, with the role in each.
///
/// # Errors
/// A failure of the database.
pub async fn mine(access: &impl TenantAccess) -> Result<Vec<(Tenant, Role)>> {
    of_user_on(access, access.scope().user_id()).await
}

/// # Errors
/// A failure of the database.
pub async fn of_user(access: &impl SystemAccess, user: UserId) -> Result<Vec<(Tenant, Role)>> {
    of_user_on(access, user).await
}

async fn of_user_on<A: crate::Access>(access: &A, user: UserId) -> Result<Vec<(Tenant, Role)>> {
    let memberships = membership::Entity::find()
        .filter(membership::Column::UserId.eq(user.to_string()))
        .all(on(access))
        .await
        .doing("listing memberships")?;
    let tenants = tenant::Entity::find()
        .filter(tenant::Column::Id.is_in(memberships.iter().map(|row| row.tenant_id.clone())))
        .order_by_asc(tenant::Column::Id)
        .all(on(access))
        .await
        .doing("listing tenants")?;
    tenants
        .into_iter()
        .map(|tenant| {
            let role = memberships
                .iter()
                .find(|row| row.tenant_id == tenant.id)
                .and_then(|row| Role::parse(&row.role))
                .ok_or_else(|| corrupt("a role"))?;
            Ok((tenant, role))
        })
        .collect()
}

/// Members of the scope's tenant, in the order they joined.
///
/// # Errors
/// A failure of the database.
pub async fn members(access: &impl TenantAccess) -> Result<Vec<(user::Model, Membership)>> {
    let memberships = membership::Entity::find()
        .filter(membership::Column::TenantId.eq(access.scope().tenant_id().to_string()))
        .order_by_asc(membership::Column::CreatedAt)
        .order_by_asc(membership::Column::UserId)
        .all(on(access))
        .await
        .doing("listing members")?;
    let mut users = user::Entity::find()
        .filter(user::Column::Id.is_in(memberships.iter().map(|row| row.user_id.clone())))
        .all(on(access))
        .await
        .doing("loading members")?;
    Ok(memberships
        .into_iter()
        .filter_map(|row| {
            let position = users.iter().position(|user| user.id == row.user_id)?;
            Some((users.swap_remove(position), row))
        })
        .collect())
}
