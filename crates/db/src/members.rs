//! Queries on memberships and on what members may do on single instances. Written by `control::tenants`.

use std::collections::HashMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use stead_core::Result;
use stead_core::access::Role;
use stead_core::ids::{InstanceId, TenantId, UserId};
use stead_core::rights::Grant;

use crate::entities::{instance_binding, membership, tenant, user};
use crate::failure::{Doing, corrupt};
use crate::roles;
use crate::scope::{Access, Scope, SystemAccess, TenantAccess};
use crate::tenants::own;
use crate::transaction::{Tx, on};

pub use crate::entities::instance_binding::Model as Binding;
pub use crate::entities::membership::Model as Membership;

/// # Errors
/// A failure of the database.
pub async fn insert<S: Scope>(tx: &Tx<S>, tenant: TenantId, user: UserId, role: Role) -> Result<()> {
    insert_as(tx, tenant, user, role.as_str()).await
}

/// With any role, by its reference.
///
/// # Errors
/// A failure of the database.
pub async fn insert_as<S: Scope>(tx: &Tx<S>, tenant: TenantId, user: UserId, role: &str) -> Result<()> {
    let row = Membership {
        tenant_id: own(tx, tenant)?,
        user_id: user.to_string(),
        role: role.to_owned(),
        created_at: tx.now().micros(),
    };
    membership::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("inserting a membership")?;
    Ok(())
}

/// Returns whether there was such a membership. Bindings go with it.
///
/// # Errors
/// A failure of the database.
pub async fn remove<S: Scope>(tx: &Tx<S>, tenant: TenantId, user: UserId) -> Result<bool> {
    let result = membership::Entity::delete_by_id((own(tx, tenant)?, user.to_string()))
        .exec(on(tx))
        .await
        .doing("removing a membership")?;
    Ok(result.rows_affected > 0)
}

/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, tenant: TenantId, user: UserId) -> Result<Option<Membership>> {
    membership::Entity::find_by_id((own(access, tenant)?, user.to_string()))
        .one(on(access))
        .await
        .doing("finding a membership")
}

/// The role of a member; `None` for somebody who is none.
///
/// # Errors
/// A failure of the database.
pub async fn grant<A: Access>(access: &A, tenant: TenantId, user: UserId) -> Result<Option<Grant>> {
    match find(access, tenant, user).await? {
        None => Ok(None),
        Some(row) => {
            roles::grant(access, tenant, &row.role).await?.map(Some).ok_or_else(|| corrupt("a role"))
        }
    }
}

/// # Errors
/// A failure of the database.
pub async fn set_role<S: Scope>(tx: &Tx<S>, tenant: TenantId, user: UserId, role: &str) -> Result<()> {
    membership::Entity::update_many()
        .set(membership::ActiveModel { role: Set(role.to_owned()), ..Default::default() })
        .filter(membership::Column::TenantId.eq(own(tx, tenant)?))
        .filter(membership::Column::UserId.eq(user.to_string()))
        .exec(on(tx))
        .await
        .doing("changing a role")?;
    Ok(())
}

/// Memberships joined with whose they are.
fn beside_their_users() -> Select<membership::Entity> {
    membership::Entity::find().join(
        sea_orm::JoinType::InnerJoin,
        membership::Entity::belongs_to(user::Entity)
            .from(membership::Column::UserId)
            .to(user::Column::Id)
            .into(),
    )
}

/// Owners beside this user. Who wants their account gone is none: they will not be there.
fn other_owners_of(tenant: &str, user: UserId) -> Select<membership::Entity> {
    beside_their_users()
        .filter(user::Column::DeletedAt.is_null())
        .filter(membership::Column::TenantId.eq(tenant))
        .filter(membership::Column::UserId.ne(user.to_string()))
        .filter(membership::Column::Role.eq(Role::Owner.as_str()))
}

/// How many owners the tenant has beside this user. Who wants their account gone does not count.
///
/// # Errors
/// A failure of the database.
pub async fn other_owners<A: Access>(access: &A, tenant: TenantId, user: UserId) -> Result<u64> {
    other_owners_of(&own(access, tenant)?, user).count(on(access)).await.doing("counting owners")
}

/// How many members the tenant has.
///
/// # Errors
/// A failure of the database.
pub async fn count<A: Access>(access: &A, tenant: TenantId) -> Result<u64> {
    membership::Entity::find()
        .filter(membership::Column::TenantId.eq(own(access, tenant)?))
        .count(on(access))
        .await
        .doing("counting members")
}

/// Every member of the scope's tenant.
///
/// # Errors
/// A failure of the database.
pub async fn all(access: &impl TenantAccess) -> Result<Vec<(user::Model, Membership)>> {
    page(access, None, u64::from(u32::MAX)).await
}

/// Members of the scope's tenant in the order of their users' ids (whose accounts are oldest come first), after `after`.
///
/// # Errors
/// A failure of the database.
pub async fn page(
    access: &impl TenantAccess,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<(user::Model, Membership)>> {
    let mut query = beside_their_users()
        .select_also(user::Entity)
        .filter(membership::Column::TenantId.eq(access.scope().tenant_id().to_string()))
        .order_by_asc(membership::Column::UserId)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(membership::Column::UserId.gt(after));
    }
    let rows = query.all(on(access)).await.doing("listing members")?;
    rows.into_iter()
        .map(|(member, user)| Ok((user.ok_or_else(|| corrupt("a membership"))?, member)))
        .collect()
}

/// What bindings give the user on instances of the tenant.
///
/// # Errors
/// A failure of the database.
pub async fn bindings_of<A: Access>(
    access: &A,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<(InstanceId, Grant)>> {
    let rows = instance_binding::Entity::find()
        .filter(instance_binding::Column::TenantId.eq(own(access, tenant)?))
        .filter(instance_binding::Column::UserId.eq(user.to_string()))
        .all(on(access))
        .await
        .doing("loading bindings")?;
    let references: Vec<&str> = rows.iter().map(|row| row.role.as_str()).collect();
    let grants: HashMap<String, Grant> = roles::grants(access, &references).await?;
    rows.iter()
        .map(|row| {
            let instance = row.instance_id.parse().map_err(|_| corrupt("an instance's id"))?;
            let grant = grants.get(&row.role).cloned().ok_or_else(|| corrupt("a role"))?;
            Ok((instance, grant))
        })
        .collect()
}

/// The bindings on an instance of the scope's tenant, with their users.
///
/// # Errors
/// A failure of the database.
pub async fn bindings_on(
    access: &impl TenantAccess,
    instance: InstanceId,
) -> Result<Vec<(user::Model, Binding)>> {
    let rows = instance_binding::Entity::find()
        .join(
            sea_orm::JoinType::InnerJoin,
            instance_binding::Entity::belongs_to(user::Entity)
                .from(instance_binding::Column::UserId)
                .to(user::Column::Id)
                .into(),
        )
        .select_also(user::Entity)
        .filter(instance_binding::Column::InstanceId.eq(instance.to_string()))
        .filter(instance_binding::Column::TenantId.eq(access.scope().tenant_id().to_string()))
        .order_by_asc(instance_binding::Column::UserId)
        .all(on(access))
        .await
        .doing("listing bindings")?;
    rows.into_iter().map(|(binding, user)| Ok((user.ok_or_else(|| corrupt("a binding"))?, binding))).collect()
}

/// # Errors
/// A failure of the database.
pub async fn find_binding<A: TenantAccess>(
    access: &A,
    instance: InstanceId,
    user: UserId,
) -> Result<Option<Binding>> {
    instance_binding::Entity::find_by_id((instance.to_string(), user.to_string()))
        .filter(instance_binding::Column::TenantId.eq(access.scope().tenant_id().to_string()))
        .one(on(access))
        .await
        .doing("finding a binding")
}

/// Adds the binding or changes its role. The instance and the member have been looked up in the same transaction.
///
/// # Errors
/// A failure of the database.
pub async fn put_binding<S: Scope>(
    tx: &Tx<S>,
    tenant: TenantId,
    instance: InstanceId,
    user: UserId,
    role: &str,
) -> Result<()> {
    use instance_binding::Column as C;
    let row = instance_binding::ActiveModel {
        instance_id: Set(instance.to_string()),
        user_id: Set(user.to_string()),
        tenant_id: Set(own(tx, tenant)?),
        role: Set(role.to_owned()),
        created_by: Set(tx.actor().map(|actor| actor.user.to_string())),
        created_at: Set(tx.now().micros()),
    };
    instance_binding::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([C::InstanceId, C::UserId])
                .update_columns([C::Role, C::CreatedBy, C::CreatedAt])
                .to_owned(),
        )
        .exec_without_returning(on(tx))
        .await
        .doing("binding a role to an instance")?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn remove_binding<S: Scope>(
    tx: &Tx<S>,
    tenant: TenantId,
    instance: InstanceId,
    user: UserId,
) -> Result<()> {
    instance_binding::Entity::delete_many()
        .filter(instance_binding::Column::InstanceId.eq(instance.to_string()))
        .filter(instance_binding::Column::UserId.eq(user.to_string()))
        .filter(instance_binding::Column::TenantId.eq(own(tx, tenant)?))
        .exec(on(tx))
        .await
        .doing("removing a binding")?;
    Ok(())
}

/// Names of tenants, other than personal ones and those that are being deleted, that would be left without an owner if this user went.
///
/// # Errors
/// A failure of the database.
pub async fn owned_alone(access: &impl SystemAccess, user: UserId) -> Result<Vec<String>> {
    let owned = membership::Entity::find()
        .filter(membership::Column::UserId.eq(user.to_string()))
        .filter(membership::Column::Role.eq(Role::Owner.as_str()))
        .all(on(access))
        .await
        .doing("listing what a user owns")?;
    let mut alone = Vec::new();
    for row in owned {
        let tenant = tenant::Entity::find_by_id(row.tenant_id.clone())
            .filter(tenant::Column::PersonalOf.is_null())
            .filter(tenant::Column::DeletedAt.is_null())
            .one(on(access))
            .await
            .doing("finding a tenant")?;
        let other =
            other_owners_of(&row.tenant_id, user).one(on(access)).await.doing("looking for another owner")?;
        alone.extend(tenant.filter(|_| other.is_none()).map(|tenant| tenant.name));
    }
    Ok(alone)
}
