//! Queries on tenants, and the loading of tenant scopes: the one place where a member's rights are put together. Written by
//! `control::tenants`.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Expr, ExprTrait as _, Func, LikeExpr};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, JoinType,
    QueryFilter, QueryOrder, QuerySelect,
};
use stead_core::access::Permission;
use stead_core::ids::{TenantId, UserId};
use stead_core::rights::{Grant, Rights};
use stead_core::{Error, Result, Timestamp};

use crate::connection::Db;
use crate::entities::{
    audit_sink, delivery, event, export, idempotency_key, identity, inbox_item, instance, instance_binding,
    invite, membership, notice, operation, preview_session, preview_ticket, role, secret, source, tenant,
    tenant_quota, upload, webhook,
};
use crate::failure::{Doing, corrupt};
use crate::scope::{
    Access, Actor, LoadedMembership, Scope, SystemAccess, SystemScope, TenantAccess, TenantScope,
};
use crate::transaction::{Tx, on};
use crate::{members, roles};

pub use crate::entities::membership::Model as Membership;
pub use crate::entities::tenant::Model as Tenant;
pub use crate::members::{all as members, insert as insert_member, remove as remove_member};

impl Db {
    /// Loads the membership of `actor`'s user in `tenant`, or in the personal tenant. `None` when there is none, or the tenant is
    /// being deleted: to this user the tenant does not exist. `limit` leaves only the permissions that a token carries.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn tenant_scope(
        &self,
        actor: Actor,
        tenant: Option<TenantId>,
        limit: Option<&BTreeSet<Permission>>,
    ) -> Result<Option<TenantScope>> {
        let scope = self.load_scope(actor, tenant, limit).await?;
        Ok(scope.filter(|scope| scope.tenant_deleted_at().is_none()))
    }

    /// The same for a tenant whose deletion was asked for, and for nothing but to restore it.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn deleted_tenant_scope(
        &self,
        actor: Actor,
        tenant: TenantId,
        limit: Option<&BTreeSet<Permission>>,
    ) -> Result<Option<TenantScope>> {
        let scope = self.load_scope(actor, Some(tenant), limit).await?;
        Ok(scope.filter(|scope| scope.tenant_deleted_at().is_some()))
    }

    async fn load_scope(
        &self,
        actor: Actor,
        tenant: Option<TenantId>,
        limit: Option<&BTreeSet<Permission>>,
    ) -> Result<Option<TenantScope>> {
        let wanted = match tenant {
            Some(id) => tenant::Column::Id.eq(id.to_string()),
            None => tenant::Column::PersonalOf.eq(actor.user.to_string()),
        };
        let found = tenant::Entity::find()
            .join(
                JoinType::InnerJoin,
                tenant::Entity::belongs_to(membership::Entity)
                    .from(tenant::Column::Id)
                    .to(membership::Column::TenantId)
                    .into(),
            )
            .select_also(membership::Entity)
            .filter(wanted)
            .filter(membership::Column::UserId.eq(actor.user.to_string()))
            .filter(tenant::Column::ErasedAt.is_null())
            .one(self.readers())
            .await
            .doing("finding a tenant")?;
        let Some((found, Some(membership))) = found else { return Ok(None) };
        let id: TenantId = found.id.parse().map_err(|_| corrupt("a tenant's id"))?;
        let system = self.system("loading a scope");
        let role = roles::grant(&system, id, &membership.role).await?.ok_or_else(|| corrupt("a role"))?;
        // Nothing goes beyond what an owner may do.
        let bindings = match role.is_owner() {
            true => Vec::new(),
            false => members::bindings_of(&system, id, actor.user).await?,
        };
        let networks: Vec<String> =
            serde_json::from_str(&found.ip_allowlist).map_err(|_| corrupt("an allowlist of networks"))?;
        let ip_allowlist = networks
            .iter()
            .map(|network| network.parse().map_err(|_| corrupt("a network")))
            .collect::<Result<Vec<_>>>()?;
        let loaded = LoadedMembership {
            tenant: id,
            tenant_name: found.name,
            personal: found.personal_of.is_some(),
            tenant_created_at: Timestamp::from_micros(found.created_at),
            deleted_at: found.deleted_at.map(Timestamp::from_micros),
            require_second_factor: found.require_second_factor,
            ip_allowlist,
            rights: Rights::new(&role, bindings, limit),
            role,
        };
        Ok(Some(TenantScope::new(self.clone(), loaded, actor)))
    }
}

/// The tenant's id as text, when the access is to this tenant.
///
/// # Errors
/// A defect when it is to another one.
pub(crate) fn own<A: Access + ?Sized>(access: &A, tenant: TenantId) -> Result<String> {
    match access.tenant() {
        Some(other) if other != tenant => Err(Error::internal("a scope of another tenant")),
        _ => Ok(tenant.to_string()),
    }
}

/// Whether there is such a tenant.
///
/// # Errors
/// A failure of the database.
pub async fn exists(access: &impl SystemAccess, id: TenantId) -> Result<bool> {
    let found = tenant::Entity::find_by_id(id.to_string()).one(on(access)).await.doing("finding a tenant")?;
    Ok(found.is_some())
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

/// Whatever its state.
///
/// # Errors
/// A failure of the database.
pub async fn find<A: Access>(access: &A, id: TenantId) -> Result<Option<Tenant>> {
    tenant::Entity::find_by_id(own(access, id)?).one(on(access)).await.doing("finding a tenant")
}

async fn change<S: Scope>(
    tx: &Tx<S>,
    id: TenantId,
    row: tenant::ActiveModel,
    what: &'static str,
) -> Result<()> {
    let row = tenant::ActiveModel { id: sea_orm::ActiveValue::Unchanged(own(tx, id)?), ..row };
    row.update(on(tx)).await.doing(what)?;
    Ok(())
}

/// # Errors
/// A failure of the database.
pub async fn rename<S: Scope>(tx: &Tx<S>, id: TenantId, name: &str) -> Result<()> {
    let row = tenant::ActiveModel { name: Set(name.to_owned()), ..Default::default() };
    change(tx, id, row, "renaming a tenant").await
}

/// # Errors
/// A failure of the database.
pub async fn set_security<S: Scope>(
    tx: &Tx<S>,
    id: TenantId,
    require_second_factor: bool,
    networks: &[String],
) -> Result<()> {
    let networks = serde_json::to_string(networks)
        .map_err(|error| Error::internal("writing an allowlist").source_error(error))?;
    let row = tenant::ActiveModel {
        require_second_factor: Set(require_second_factor),
        ip_allowlist: Set(networks),
        ..Default::default()
    };
    change(tx, id, row, "changing a tenant's rules of security").await
}

/// `None` takes the deletion back.
///
/// # Errors
/// A failure of the database.
pub async fn set_deleted<S: Scope>(tx: &Tx<S>, id: TenantId, at: Option<Timestamp>) -> Result<()> {
    let row = tenant::ActiveModel { deleted_at: Set(at.map(Timestamp::micros)), ..Default::default() };
    change(tx, id, row, "marking a tenant as deleted").await
}

/// Tenants whose deletion was asked for and that are not erased yet, the oldest wish first.
///
/// # Errors
/// A failure of the database.
pub async fn deleted(access: &impl SystemAccess, limit: u64) -> Result<Vec<Tenant>> {
    tenant::Entity::find()
        .filter(tenant::Column::DeletedAt.is_not_null())
        .filter(tenant::Column::ErasedAt.is_null())
        .order_by_asc(tenant::Column::DeletedAt)
        .limit(limit)
        .all(on(access))
        .await
        .doing("listing deleted tenants")
}

/// Removes everything that belongs to a deleted tenant, and its name. What stays are the rows of its audit log, whose words are
/// forgotten, the operation that does this, and the mark that there was such a tenant, so that its id is not used again.
/// Repeating it changes nothing.
///
/// # Errors
/// A failure of the database.
pub async fn erase(tx: &Tx<SystemScope>, id: TenantId) -> Result<()> {
    const WHAT: &str = "erasing a tenant";
    let tenant = id.to_string();
    macro_rules! remove {
        ($($entity:ident),+) => {$(
            $entity::Entity::delete_many()
                .filter($entity::Column::TenantId.eq(tenant.as_str()))
                .exec(on(tx))
                .await
                .doing(WHAT)?;
        )+};
    }
    // Children before parents, where the database does not do it by itself.
    remove!(
        instance_binding,
        membership,
        invite,
        role,
        tenant_quota,
        preview_ticket,
        preview_session,
        idempotency_key,
        upload,
        source,
        identity,
        secret,
        delivery,
        webhook,
        notice,
        inbox_item,
        audit_sink,
        export,
        event,
        instance
    );
    operation::Entity::delete_many()
        .filter(operation::Column::TenantId.eq(tenant.as_str()))
        .filter(operation::Column::EndedAt.is_not_null())
        .exec(on(tx))
        .await
        .doing(WHAT)?;
    let row = tenant::ActiveModel {
        name: Set("(erased)".to_owned()),
        // Whose it was stays, in ids alone: no two tenants are one user's, so that the id of a user who is gone is nobody's again.
        ip_allowlist: Set("[]".to_owned()),
        erased_at: Set(Some(tx.now().micros())),
        ..Default::default()
    };
    change(tx, id, row, WHAT).await
}

/// Instances of the tenant that were not deleted, as ids.
///
/// # Errors
/// A failure of the database.
pub async fn live_instances(
    access: &impl SystemAccess,
    id: TenantId,
) -> Result<Vec<stead_core::ids::InstanceId>> {
    let ids: Vec<String> = instance::Entity::find()
        .select_only()
        .column(instance::Column::Id)
        .filter(instance::Column::TenantId.eq(id.to_string()))
        .filter(instance::Column::DeletedAt.is_null())
        .into_tuple()
        .all(on(access))
        .await
        .doing("listing a tenant's instances")?;
    ids.iter().map(|id| id.parse().map_err(|_| corrupt("an instance's id"))).collect()
}

/// As many as one answer holds.
const MANY: u64 = 200;

/// The tenants that the acting user belongs to, oldest first, with the role in each; the first two hundred.
///
/// # Errors
/// A failure of the database.
pub async fn mine(access: &impl TenantAccess) -> Result<Vec<(Tenant, Grant)>> {
    of_user_on(access, access.scope().user_id(), None, MANY, false).await
}

/// The personal tenant of a user.
///
/// # Errors
/// A failure of the database.
pub async fn personal_of(access: &impl SystemAccess, user: UserId) -> Result<Option<TenantId>> {
    let id: Option<String> = tenant::Entity::find()
        .select_only()
        .column(tenant::Column::Id)
        .filter(tenant::Column::PersonalOf.eq(user.to_string()))
        .into_tuple()
        .one(on(access))
        .await
        .doing("finding a personal tenant")?;
    id.map(|id| id.parse().map_err(|_| corrupt("a tenant's id"))).transpose()
}

/// A page of a user's tenants, after `after`; with `deleted` of those whose deletion was asked for instead.
///
/// # Errors
/// A failure of the database.
pub async fn page_of_user(
    access: &impl SystemAccess,
    user: UserId,
    after: Option<&str>,
    limit: u64,
    deleted: bool,
) -> Result<Vec<(Tenant, Grant)>> {
    of_user_on(access, user, after, limit, deleted).await
}

async fn of_user_on<A: Access>(
    access: &A,
    user: UserId,
    after: Option<&str>,
    limit: u64,
    deleted: bool,
) -> Result<Vec<(Tenant, Grant)>> {
    let state = match deleted {
        true => tenant::Column::DeletedAt.is_not_null(),
        false => tenant::Column::DeletedAt.is_null(),
    };
    let mut query = membership::Entity::find()
        .join(
            sea_orm::JoinType::InnerJoin,
            membership::Entity::belongs_to(tenant::Entity)
                .from(membership::Column::TenantId)
                .to(tenant::Column::Id)
                .into(),
        )
        .select_also(tenant::Entity)
        .filter(membership::Column::UserId.eq(user.to_string()))
        .filter(state)
        .filter(tenant::Column::ErasedAt.is_null())
        .order_by_asc(membership::Column::TenantId)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(membership::Column::TenantId.gt(after));
    }
    let rows = query.all(on(access)).await.doing("listing a user's tenants")?;
    let references: Vec<&str> = rows.iter().map(|(member, _)| member.role.as_str()).collect();
    let grants = roles::grants(access, &references).await?;
    rows.into_iter()
        .map(|(member, tenant)| {
            let grant = grants.get(&member.role).cloned().ok_or_else(|| corrupt("a role"))?;
            Ok((tenant.ok_or_else(|| corrupt("a membership"))?, grant))
        })
        .collect()
}

/// Whether the user owns another tenant than their personal one alone; by ids.
///
/// # Errors
/// A failure of the database.
pub async fn owned_by(access: &impl SystemAccess, user: UserId) -> Result<Vec<TenantId>> {
    let ids: Vec<String> = membership::Entity::find()
        .select_only()
        .column(membership::Column::TenantId)
        .filter(membership::Column::UserId.eq(user.to_string()))
        .filter(membership::Column::Role.eq("owner"))
        .into_tuple()
        .all(on(access))
        .await
        .doing("listing the tenants somebody owns")?;
    ids.iter().map(|id| id.parse().map_err(|_| corrupt("a tenant's id"))).collect()
}

/// What operators look for among all tenants.
#[derive(Debug, Clone, Default)]
pub struct TenantFilter {
    /// Part of the name, or an id.
    pub text: Option<String>,
    /// Only those whose deletion was asked for, or only the others.
    pub deleted: Option<bool>,
    pub personal: Option<bool>,
}

/// The newest first, from before `before` on.
///
/// # Errors
/// A failure of the database.
pub async fn list_all(
    access: &impl SystemAccess,
    filter: &TenantFilter,
    before: Option<&str>,
    limit: u64,
) -> Result<Vec<Tenant>> {
    let mut query = tenant::Entity::find()
        .filter(tenant::Column::ErasedAt.is_null())
        .order_by_desc(tenant::Column::Id)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(tenant::Column::Id.lt(before));
    }
    if let Some(text) = &filter.text {
        query = query.filter(
            Condition::any()
                .add(contains(tenant::Column::Name, text))
                .add(tenant::Column::Id.eq(text.as_str())),
        );
    }
    if let Some(deleted) = filter.deleted {
        let column = tenant::Column::DeletedAt;
        query = query.filter(if deleted { column.is_not_null() } else { column.is_null() });
    }
    if let Some(personal) = filter.personal {
        let column = tenant::Column::PersonalOf;
        query = query.filter(if personal { column.is_not_null() } else { column.is_null() });
    }
    query.all(on(access)).await.doing("listing all tenants")
}

/// Whether the column holds the text, whatever the case.
pub(crate) fn contains<C: ColumnTrait>(column: C, text: &str) -> sea_orm::sea_query::SimpleExpr {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}
