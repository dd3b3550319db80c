//! What those who run the installation do to tenants and users, and a tenant's view of its quotas.

use stead_api::v1::Page;
use stead_api::v1::tenants as wire;
use stead_core::ids::{TenantId, UserId};
use stead_core::quota::{Amounts, Limited};
use stead_core::{Error, Result};
use stead_db::audit::{self, Entry};
use stead_db::page::PageRequest;
use stead_db::quotas::Overrides;
use stead_db::tenants::{self, TenantFilter};
use stead_db::users::{self, UserFilter};
use stead_db::{Access, TenantScope, quotas, revocations};

use super::{Tenants, paged, view};
use crate::identity::Operator;
use crate::identity::accounts::user_view;

const MAX_SEARCH: usize = 200;

fn text(q: Option<&str>) -> Option<String> {
    let text: String = q?.trim().chars().take(MAX_SEARCH).collect();
    (!text.is_empty()).then_some(text)
}

fn said(overrides: &Overrides, what: Limited) -> bool {
    match what {
        Limited::Instances => overrides.instances,
        Limited::CpuMillis => overrides.cpu_millis,
        Limited::MemoryBytes => overrides.memory_bytes,
        Limited::DiskBytes => overrides.disk_bytes,
        Limited::Members => overrides.members,
    }
    .is_some()
}

async fn shown<A: Access>(access: &A, tenant: TenantId) -> Result<Vec<wire::Quota>> {
    let overrides = quotas::overrides(access, tenant).await?;
    let (limits, used) = (overrides.over(Amounts::DEFAULT_LIMITS), quotas::used(access, tenant).await?);
    Ok(Limited::ALL
        .into_iter()
        .map(|what| wire::Quota {
            what: what.as_str().to_owned(),
            used: used.of(what),
            limit: limits.of(what),
            set: said(&overrides, what),
        })
        .collect())
}

impl Tenants {
    /// What the scope's tenant uses and may use.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn quotas(&self, scope: &TenantScope) -> Result<wire::Quotas> {
        Ok(wire::Quotas { items: shown(scope, scope.tenant_id()).await? })
    }

    /// All tenants, the newest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn all(
        &self,
        operator: &Operator,
        query: &wire::OperatorTenantsQuery,
    ) -> Result<Page<wire::OperatorTenant>> {
        let page = PageRequest::new(query.cursor.clone(), query.limit);
        let filter =
            TenantFilter { text: text(query.q.as_deref()), deleted: query.deleted, personal: query.personal };
        let scope = operator.scope();
        let rows = tenants::list_all(scope, &filter, page.before.as_deref(), page.limit + 1).await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.id.parse().map_err(|_| Error::internal("a tenant's id is damaged"))?;
            items.push(wire::OperatorTenant {
                quotas: shown(scope, id).await?,
                id: row.id,
                name: row.name,
                personal: row.personal_of.is_some(),
                created_at: view::at(row.created_at),
                deleted_at: row.deleted_at.map(view::at),
            });
        }
        Ok(paged(items, page.limit, |tenant: &wire::OperatorTenant| tenant.id.clone()))
    }

    /// All users, the newest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn users(
        &self,
        operator: &Operator,
        query: &wire::OperatorUsersQuery,
    ) -> Result<Page<wire::OperatorUser>> {
        let page = PageRequest::new(query.cursor.clone(), query.limit);
        let filter =
            UserFilter { text: text(query.q.as_deref()), operator: query.operator, disabled: query.disabled };
        let before = page.before.as_deref();
        let rows = users::list_all(operator.scope(), &filter, before, page.limit + 1).await?;
        let items = rows.iter().map(operator_user).collect();
        Ok(paged(items, page.limit, |user: &wire::OperatorUser| user.user.id.clone()))
    }

    /// Sets what a tenant may take; what is used already stays.
    ///
    /// # Errors
    /// `tenant_not_found`.
    pub async fn set_quotas(
        &self,
        operator: &Operator,
        tenant: TenantId,
        input: &wire::SetQuotas,
    ) -> Result<wire::Quotas> {
        let overrides = &Overrides {
            instances: input.instances,
            cpu_millis: input.cpu_millis,
            memory_bytes: input.memory_bytes,
            disk_bytes: input.disk_bytes,
            members: input.members,
        };
        operator
            .scope()
            .transaction(|tx| async move {
                if tenants::find(&tx, tenant).await?.is_none_or(|row| row.erased_at.is_some()) {
                    return Err(Error::not_found("tenant", tenant));
                }
                let before = quotas::overrides(&tx, tenant).await?;
                quotas::set_overrides(&tx, tenant, overrides).await?;
                let detail = serde_json::json!({"before": numbers(&before), "after": numbers(overrides)});
                let object = tenant.to_string();
                let entry = Entry {
                    tenant: Some(tenant),
                    detail: Some(&detail),
                    ..Entry::new("tenant.set_quotas", &object)
                };
                audit::append(&tx, entry).await
            })
            .await?;
        Ok(wire::Quotas { items: shown(operator.scope(), tenant).await? })
    }

    /// Keeps a user out, and ends every session of theirs; or lets them in again.
    ///
    /// # Errors
    /// `user_not_found`; `last_operator`.
    pub async fn set_disabled(
        &self,
        operator: &Operator,
        user: UserId,
        disabled: bool,
    ) -> Result<wire::OperatorUser> {
        let row = operator
            .scope()
            .transaction(|tx| async move {
                let row = users::find(&tx, user).await?.ok_or_else(|| Error::not_found("user", user))?;
                if row.disabled_at.is_some() != disabled {
                    if disabled && row.is_operator && users::operators(&tx).await? <= 1 {
                        return Err(Error::conflict("last_operator", "This is the last operator.")
                            .next_step("Nobody could undo it."));
                    }
                    users::set_disabled(&tx, user, disabled.then(|| tx.now())).await?;
                    if disabled {
                        for session in stead_db::sessions::all_of_user(&tx, user).await? {
                            let id = session
                                .id
                                .parse()
                                .map_err(|_| Error::internal("a session's id is damaged"))?;
                            stead_db::previews::delete_of(&tx, &session.id).await?;
                            stead_db::sessions::delete(&tx, user, id).await?;
                        }
                    }
                    revocations::append(&tx, "user", &user.to_string()).await?;
                }
                let action = if disabled { "user.disable" } else { "user.enable" };
                let object = user.to_string();
                // It is told in the log of the operator who did it.
                let tenant = tenants::personal_of(&tx, operator.caller().user()).await?;
                audit::append(&tx, Entry { tenant, ..Entry::new(action, &object) }).await?;
                users::find(&tx, user).await?.ok_or_else(|| Error::not_found("user", user))
            })
            .await?;
        self.inner.identity.rights_ended();
        Ok(operator_user(&row))
    }
}

fn operator_user(row: &users::User) -> wire::OperatorUser {
    wire::OperatorUser {
        user: user_view(row),
        operator: row.is_operator,
        disabled_at: row.disabled_at.map(view::at),
    }
}

fn numbers(overrides: &Overrides) -> serde_json::Value {
    serde_json::json!({
        "instances": overrides.instances,
        "cpu_millis": overrides.cpu_millis,
        "memory_bytes": overrides.memory_bytes,
        "disk_bytes": overrides.disk_bytes,
        "members": overrides.members,
    })
}
