//! Tenants: who belongs to them, with which role, and what they may take.
//!
//! Owns tenants, memberships, roles, bindings on instances, invitations and quotas and is their only writer, and the operators'
//! marks on users (`is_operator`, `disabled_at`). What a member may do is put together when a scope is loaded
//! ([`stead_db::Db::tenant_scope`], [`stead_core::rights`]); everything that takes a right away appends a revocation in the same
//! transaction, so that it is felt within a second.
//!
//! Rules that hold everywhere here: nobody gives or takes away what they do not have; a tenant keeps an owner; a personal tenant
//! belongs to its user alone and goes with the account.

pub(crate) mod by_source;
mod deletion;
#[cfg(test)]
mod departure_tests;
mod departures;
#[cfg(test)]
mod erasure_tests;
mod invites;
pub(crate) mod members;
mod operators;
pub mod quotas;
mod roles;
pub(crate) mod security;
#[cfg(test)]
mod tests;
pub(crate) mod view;

use std::sync::Arc;

use stead_api::v1::identity as wire;
use stead_api::v1::tenants::{CreateTenant, TenantsQuery, UpdateTenant};
use stead_api::v1::{Page, PageQuery};
use stead_core::access::Role;
use stead_core::ids::{TenantId, UserId};
use stead_core::{Error, ErrorKind, Result};
use stead_db::audit::{self, Entry};
use stead_db::page::PageRequest;
use stead_db::tenants::{self, Tenant};
use stead_db::{Db, Scope, SystemScope, TenantScope, Tx, members as rows, revocations};

use crate::data_rights::DataRights;
use crate::engine::{Engine, Reconciler};
use crate::idempotency::{self, Mutation};
use crate::identity::accounts::check_name;
use crate::identity::{Caller, Identity};
use crate::instances::Instances;
use crate::keys::Keys;

pub use deletion::GRACE;
pub use invites::LIFETIME as INVITE_LIFETIME;

/// Tenants that one user may own.
const MAX_OWNED: usize = 200;

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tenants {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    identity: Identity,
    instances: Instances,
    engine: Engine,
    data_rights: DataRights,
    keys: Keys,
    base_url: String,
}

impl Tenants {
    /// Registers the kinds of operations with the engine.
    #[must_use]
    pub fn new(
        db: Db,
        identity: Identity,
        instances: Instances,
        engine: Engine,
        data_rights: DataRights,
        keys: Keys,
        base_url: &str,
    ) -> Self {
        engine.register(Arc::new(deletion::Erase::new(
            instances.clone(),
            identity.clone(),
            data_rights.clone(),
        )));
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self { inner: Arc::new(Inner { db, identity, instances, engine, data_rights, keys, base_url }) }
    }

    fn system(&self) -> SystemScope {
        self.inner.db.system("tenants")
    }

    /// Follows deletions to their end.
    #[must_use]
    pub fn reconcilers(&self) -> Vec<Arc<dyn Reconciler>> {
        vec![Arc::new(deletion::FollowDeletions::new(self.clone()))]
    }

    /// The tenants the caller belongs to, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn list(&self, caller: &Caller, query: &TenantsQuery) -> Result<Page<wire::Tenant>> {
        let page = PageRequest::new(query.cursor.clone(), query.limit);
        let deleted = query.deleted.unwrap_or(false);
        let found = tenants::page_of_user(
            &self.system(),
            caller.user(),
            page.before.as_deref(),
            page.limit + 1,
            deleted,
        )
        .await?;
        let items = found.iter().map(|(tenant, role)| view::tenant(tenant, role)).collect();
        Ok(paged(items, page.limit, |tenant: &wire::Tenant| tenant.id.clone()))
    }

    /// The scope's tenant.
    #[must_use]
    pub fn get(&self, scope: &TenantScope) -> wire::Tenant {
        view::scope(scope)
    }

    /// The members of the scope's tenant.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn members(&self, scope: &TenantScope, page: &PageQuery) -> Result<Page<wire::Member>> {
        let page = PageRequest::new(page.cursor.clone(), page.limit);
        let found = rows::page(scope, page.before.as_deref(), page.limit + 1).await?;
        let grants = view::Grants::load(scope).await?;
        let items =
            found.iter().map(|(user, member)| grants.member(user, member)).collect::<Result<Vec<_>>>()?;
        Ok(paged(items, page.limit, |member: &wire::Member| member.user.id.clone()))
    }

    /// A new tenant that the caller owns.
    ///
    /// # Errors
    /// `name_invalid`; `too_many_tenants`.
    pub async fn create(
        &self,
        caller: &Caller,
        input: &CreateTenant,
        mutation: &Mutation,
    ) -> Result<wire::Tenant> {
        let name = check_name(&input.name)?;
        let owner = caller.user();
        let scope = self.system().on_behalf_of(caller.actor());
        let once = idempotency::once_on_behalf(&scope, mutation, |tx| async move {
            if tenants::owned_by(&*tx, owner).await?.len() >= MAX_OWNED {
                return Err(Error::new(
                    ErrorKind::QuotaExceeded,
                    "too_many_tenants",
                    format!("You own {MAX_OWNED} tenants, which is the limit."),
                )
                .next_step("Delete some first, or let somebody else own them."));
            }
            insert(&tx, name, owner, false).await
        })
        .await?;
        let found = tenants::find(&self.system(), once.value).await?;
        let tenant = found.ok_or_else(|| Error::not_found("tenant", once.value))?;
        let role = rows::grant(&self.system(), once.value, owner).await?;
        let role = role.ok_or_else(|| Error::not_found("tenant", once.value))?;
        Ok(view::tenant(&tenant, &role))
    }

    /// # Errors
    /// `name_invalid`.
    pub async fn rename(&self, scope: &TenantScope, input: &UpdateTenant) -> Result<wire::Tenant> {
        let name = check_name(&input.name)?;
        scope
            .transaction(|tx| async move {
                let id = stead_db::TenantAccess::scope(&tx).tenant_id();
                let before = tenants::find(&tx, id).await?.ok_or_else(|| Error::not_found("tenant", id))?;
                tenants::rename(&tx, id, name).await?;
                // Scopes that are kept in memory know the name.
                revocations::append(&tx, "tenant", &id.to_string()).await?;
                let detail = serde_json::json!({"before": {"name": before.name}, "after": {"name": name}});
                record(&tx, "tenant.rename", &id.to_string(), Some(&detail)).await
            })
            .await?;
        self.inner.identity.rights_ended();
        Ok(wire::Tenant { name: name.to_owned(), ..view::scope(scope) })
    }

    /// A new tenant, on behalf of the operator of this machine.
    ///
    /// # Errors
    /// `name_invalid`, or a failure of the database.
    pub async fn create_for(&self, name: &str, owner: UserId) -> Result<TenantId> {
        let name = check_name(name)?;
        self.system().transaction(|tx| async move { insert(&tx, name, owner, false).await }).await
    }

    /// Makes the user a member, on behalf of the operator of this machine.
    ///
    /// # Errors
    /// `quota_exceeded`; a failure of the database (a member already, too).
    pub async fn add_member(&self, tenant: TenantId, user: UserId, role: Role) -> Result<()> {
        self.system()
            .transaction(|tx| async move {
                quotas::check_all(&tx, tenant, &[(quotas::Limited::Members, 1)]).await?;
                rows::insert(&tx, tenant, user, role).await?;
                let detail = serde_json::json!({"after": {"role": role.as_str()}});
                let object = user.to_string();
                let entry = Entry {
                    tenant: Some(tenant),
                    detail: Some(&detail),
                    ..Entry::new("member.add", &object)
                };
                audit::append(&tx, entry).await
            })
            .await
    }
}

/// The personal tenant of a user who is being made in this transaction.
pub(crate) async fn insert_personal(tx: &Tx<SystemScope>, name: &str, user: UserId) -> Result<TenantId> {
    insert(tx, name, user, true).await
}

async fn insert(tx: &Tx<SystemScope>, name: &str, owner: UserId, personal: bool) -> Result<TenantId> {
    let id: TenantId = tx.ambient().new_id();
    let row = Tenant::new(id, name, personal.then(|| owner.to_string()), tx.now().micros());
    tenants::insert(tx, row).await?;
    rows::insert(tx, id, owner, Role::Owner).await?;
    let object = id.to_string();
    audit::append(tx, Entry { tenant: Some(id), ..Entry::new("tenant.create", &object) }).await?;
    Ok(id)
}

/// A line of the audit log of the scope's tenant.
async fn record<S: Scope>(
    tx: &Tx<S>,
    action: &str,
    object: &str,
    detail: Option<&serde_json::Value>,
) -> Result<()> {
    audit::append(tx, Entry { detail, ..Entry::new(action, object) }).await
}

/// # Errors
/// `personal_tenant`.
pub(crate) fn not_personal(scope: &TenantScope, what: &str) -> Result<()> {
    if !scope.is_personal() {
        return Ok(());
    }
    Err(Error::conflict("personal_tenant", format!("A personal tenant {what}."))
        .next_step("Create another tenant to work with others: `stead tenants create NAME`."))
}

/// `items` holds up to one more than the limit, which tells that there is a next page.
fn paged<T>(mut items: Vec<T>, limit: u64, id: impl Fn(&T) -> String) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = if more { items.last().map(id) } else { None };
    Page { items, next_cursor }
}
