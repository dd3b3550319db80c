//! Queries on quotas of tenants and on what they use. Written by `control::tenants`, on behalf of operators.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use stead_core::Result;
use stead_core::ids::TenantId;
use stead_core::quota::Amounts;

use crate::entities::{invite, membership, tenant_quota};
use crate::failure::Doing;
use crate::scope::{Access, SystemScope};
use crate::transaction::{Tx, on};

/// What an operator said; `None`: the default holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overrides {
    pub instances: Option<u64>,
    pub cpu_millis: Option<u64>,
    pub memory_bytes: Option<u64>,
    pub disk_bytes: Option<u64>,
    pub members: Option<u64>,
}

impl Overrides {
    #[must_use]
    pub fn over(&self, default: Amounts) -> Amounts {
        Amounts {
            instances: self.instances.unwrap_or(default.instances),
            cpu_millis: self.cpu_millis.unwrap_or(default.cpu_millis),
            memory_bytes: self.memory_bytes.unwrap_or(default.memory_bytes),
            disk_bytes: self.disk_bytes.unwrap_or(default.disk_bytes),
            members: self.members.unwrap_or(default.members),
        }
    }
}

fn number(value: Option<i64>) -> Option<u64> {
    value.and_then(|value| u64::try_from(value).ok())
}

fn stored(value: Option<u64>) -> Option<i64> {
    value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))
}

/// # Errors
/// A failure of the database.
pub async fn overrides<A: Access>(access: &A, tenant: TenantId) -> Result<Overrides> {
    let row = tenant_quota::Entity::find_by_id(tenant.to_string())
        .one(on(access))
        .await
        .doing("reading a tenant's quotas")?;
    Ok(row.map_or_else(Overrides::default, |row| Overrides {
        instances: number(row.instances),
        cpu_millis: number(row.cpu_millis),
        memory_bytes: number(row.memory_bytes),
        disk_bytes: number(row.disk_bytes),
        members: number(row.members),
    }))
}

/// # Errors
/// A failure of the database.
pub async fn set_overrides(tx: &Tx<SystemScope>, tenant: TenantId, overrides: &Overrides) -> Result<()> {
    let row = tenant_quota::ActiveModel {
        tenant_id: Set(tenant.to_string()),
        instances: Set(stored(overrides.instances)),
        cpu_millis: Set(stored(overrides.cpu_millis)),
        memory_bytes: Set(stored(overrides.memory_bytes)),
        disk_bytes: Set(stored(overrides.disk_bytes)),
        members: Set(stored(overrides.members)),
        updated_at: Set(tx.now().micros()),
        updated_by: Set(tx.actor().map(|actor| actor.user.to_string())),
    };
    use tenant_quota::Column as C;
    tenant_quota::Entity::insert(row)
        .on_conflict(
            OnConflict::column(C::TenantId)
                .update_columns([
                    C::Instances,
                    C::CpuMillis,
                    C::MemoryBytes,
                    C::DiskBytes,
                    C::Members,
                    C::UpdatedAt,
                    C::UpdatedBy,
                ])
                .to_owned(),
        )
        .exec_without_returning(on(tx))
        .await
        .doing("setting a tenant's quotas")?;
    Ok(())
}

/// What the tenant's instances and members take now.
///
/// # Errors
/// A failure of the database.
pub async fn used<A: Access>(access: &A, tenant: TenantId) -> Result<Amounts> {
    let taken = crate::instances::taken(access, tenant).await?;
    Ok(Amounts {
        instances: taken.instances,
        cpu_millis: taken.cpu_millis,
        memory_bytes: taken.memory_bytes,
        disk_bytes: taken.disk_bytes,
        members: seats(access, tenant).await?,
    })
}

/// Members and open invitations.
///
/// # Errors
/// A failure of the database.
pub async fn seats<A: Access>(access: &A, tenant: TenantId) -> Result<u64> {
    let members = membership::Entity::find()
        .filter(membership::Column::TenantId.eq(tenant.to_string()))
        .count(on(access))
        .await
        .doing("counting members")?;
    let now = crate::scope::sealed::Runs::db(access, crate::scope::INSIDE).ambient().now();
    let invited = invite::Entity::find()
        .filter(invite::Column::TenantId.eq(tenant.to_string()))
        .filter(invite::Column::AcceptedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .filter(invite::Column::ExpiresAt.gt(now.micros()))
        .count(on(access))
        .await
        .doing("counting invitations")?;
    Ok(members + invited)
}
