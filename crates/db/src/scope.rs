//! Scopes: the only ways to a query. See the crate's documentation.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use sea_orm::DatabaseConnection;
use stead_core::access::Permission;
use stead_core::ids::{InstanceId, RequestId, SessionId, TenantId, TokenId, UserId};
use stead_core::rights::{Grant, Rights};
use stead_core::{Result, Timestamp};

use crate::audit::SealPersonal;
use crate::connection::Db;
use crate::transaction::{self, Tx};

pub(crate) mod sealed {
    /// Only this crate can make one, so only this crate can ask for a connection.
    #[derive(Debug, Clone, Copy)]
    pub struct Inside(pub(super) ());

    pub trait Runs {
        type Connection: sea_orm::ConnectionTrait;
        fn connection(&self, inside: Inside) -> &Self::Connection;
        fn db(&self, inside: Inside) -> &crate::connection::Db;
    }
}

pub(crate) const INSIDE: sealed::Inside = sealed::Inside(());

/// What a query can run on: a scope (reads, on a reader) or an open transaction of one.
pub trait Access: sealed::Runs + Send + Sync {
    /// The tenant whose rows alone are visible; `None` for Stead itself.
    fn tenant(&self) -> Option<TenantId>;
    /// Who acts; `None` when Stead does so by itself.
    fn actor(&self) -> Option<&Actor>;
    /// Whether all it reads is committed; a transaction also sees what it has written itself.
    fn sees_committed_only(&self) -> bool {
        true
    }
}

/// Access of a member to one tenant.
pub trait TenantAccess: Access {
    fn scope(&self) -> &TenantScope;
}

/// Access of Stead itself, or of somebody to what is theirs beyond tenants.
pub trait SystemAccess: Access {
    fn scope(&self) -> &SystemScope;
}

/// A scope that can open transactions.
#[async_trait::async_trait]
pub trait Scope: Access + Clone + fmt::Debug + 'static {
    /// Hands an open transaction of this scope to what takes one of its kind.
    #[doc(hidden)]
    async fn seal(
        tx: &Tx<Self>,
        seals: &dyn SealPersonal,
        user: UserId,
        context: &str,
        plain: &str,
    ) -> Result<String>;
}

/// The credential a request came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credential {
    Session(SessionId),
    Token(TokenId),
}

impl fmt::Display for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => fmt::Display::fmt(id, formatter),
            Self::Token(id) => fmt::Display::fmt(id, formatter),
        }
    }
}

/// Who acts and in which request, as the audit log keeps it.
#[derive(Debug, Clone)]
pub struct Actor {
    pub user: UserId,
    pub credential: Credential,
    pub request: Option<RequestId>,
    pub ip: Option<IpAddr>,
    /// As the client names itself.
    pub user_agent: Option<Arc<str>>,
}

impl Actor {
    /// Somebody in no particular request.
    #[must_use]
    pub fn new(user: UserId, credential: Credential) -> Self {
        Self { user, credential, request: None, ip: None, user_agent: None }
    }
}

/// A member acting in a tenant. Made only by [`Db::tenant_scope`]. Cheap to clone.
#[derive(Clone)]
pub struct TenantScope {
    db: Db,
    loaded: Arc<LoadedMembership>,
    /// What this request may do: the rights in the tenant, or those on the one instance it is about.
    permissions: Arc<BTreeSet<Permission>>,
    instance: Option<InstanceId>,
    actor: Arc<Actor>,
}

/// What [`Db::tenant_scope`] loaded.
pub(crate) struct LoadedMembership {
    pub(crate) tenant: TenantId,
    pub(crate) tenant_name: String,
    pub(crate) personal: bool,
    pub(crate) tenant_created_at: Timestamp,
    pub(crate) deleted_at: Option<Timestamp>,
    pub(crate) require_second_factor: bool,
    pub(crate) ip_allowlist: Vec<IpNet>,
    pub(crate) role: Grant,
    pub(crate) rights: Rights,
}

impl TenantScope {
    pub(crate) fn new(db: Db, loaded: LoadedMembership, actor: Actor) -> Self {
        let permissions = Arc::new(loaded.rights.in_tenant().clone());
        Self { db, loaded: Arc::new(loaded), permissions, instance: None, actor: Arc::new(actor) }
    }

    /// The same membership and limits for another request of the same credential.
    #[must_use]
    pub fn for_request(
        &self,
        request: Option<RequestId>,
        ip: Option<IpAddr>,
        user_agent: Option<Arc<str>>,
    ) -> Self {
        let (user, credential) = (self.actor.user, self.actor.credential);
        Self { actor: Arc::new(Actor { request, ip, user_agent, user, credential }), ..self.clone() }
    }

    /// The same for a request that is about this one instance: what bindings on it allow comes in.
    #[must_use]
    pub fn on_instance(&self, instance: InstanceId) -> Self {
        let permissions = Arc::new(self.loaded.rights.on(instance));
        Self { permissions, instance: Some(instance), ..self.clone() }
    }

    /// The instance whose bindings came in.
    #[must_use]
    pub fn instance(&self) -> Option<InstanceId> {
        self.instance
    }

    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.loaded.tenant
    }

    #[must_use]
    pub fn tenant_name(&self) -> &str {
        &self.loaded.tenant_name
    }

    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.loaded.personal
    }

    #[must_use]
    pub fn tenant_created_at(&self) -> Timestamp {
        self.loaded.tenant_created_at
    }

    /// When its deletion was asked for; such a scope is only made to restore it.
    #[must_use]
    pub fn tenant_deleted_at(&self) -> Option<Timestamp> {
        self.loaded.deleted_at
    }

    /// Whether members without a second factor are admitted to nothing but enrolment.
    #[must_use]
    pub fn requires_second_factor(&self) -> bool {
        self.loaded.require_second_factor
    }

    /// The networks that requests have to come from; empty: from anywhere.
    #[must_use]
    pub fn ip_allowlist(&self) -> &[IpNet] {
        &self.loaded.ip_allowlist
    }

    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.actor.user
    }

    #[must_use]
    pub fn role(&self) -> &Grant {
        &self.loaded.role
    }

    /// What role and bindings allow, less what the token's scopes leave out.
    #[must_use]
    pub fn permissions(&self) -> &BTreeSet<Permission> {
        &self.permissions
    }

    #[must_use]
    pub fn rights(&self) -> &Rights {
        &self.loaded.rights
    }

    #[must_use]
    pub fn allows(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    #[must_use]
    pub fn acting(&self) -> &Actor {
        &self.actor
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.db.ambient().now()
    }

    /// Runs `work` in one write transaction and commits it when it returns `Ok`. A transaction that lost a race is run again from
    /// its beginning, so `work` must have no effect outside the database; drop the [`Tx`] before returning.
    ///
    /// # Errors
    /// What `work` returns (rolled back), or a failure of the database.
    pub async fn transaction<T, F, Fut>(&self, work: F) -> Result<T>
    where
        F: FnMut(Tx<Self>) -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        transaction::run(self, &self.db, work).await
    }
}

impl fmt::Debug for TenantScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TenantScope")
            .field("tenant", &self.loaded.tenant)
            .field("role", &self.loaded.role.name())
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

impl sealed::Runs for TenantScope {
    type Connection = DatabaseConnection;
    fn connection(&self, _: sealed::Inside) -> &DatabaseConnection {
        self.db.readers()
    }
    fn db(&self, _: sealed::Inside) -> &Db {
        &self.db
    }
}

impl Access for TenantScope {
    fn tenant(&self) -> Option<TenantId> {
        Some(self.loaded.tenant)
    }
    fn actor(&self) -> Option<&Actor> {
        Some(&self.actor)
    }
}

impl TenantAccess for TenantScope {
    fn scope(&self) -> &TenantScope {
        self
    }
}

#[async_trait::async_trait]
impl Scope for TenantScope {
    async fn seal(
        tx: &Tx<Self>,
        seals: &dyn SealPersonal,
        user: UserId,
        context: &str,
        plain: &str,
    ) -> Result<String> {
        seals.seal_in_tenant(tx, user, context, plain).await
    }
}

/// Stead itself, with the reason it looks. Made by [`Db::system`]. Cheap to clone.
#[derive(Clone)]
pub struct SystemScope {
    db: Db,
    reason: &'static str,
    actor: Option<Actor>,
}

impl SystemScope {
    pub(crate) fn new(db: Db, reason: &'static str) -> Self {
        Self { db, reason, actor: None }
    }

    /// The same for somebody's request that concerns their account: the audit log names them.
    #[must_use]
    pub fn on_behalf_of(&self, actor: Actor) -> Self {
        Self { actor: Some(actor), ..self.clone() }
    }

    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.db.ambient().now()
    }

    /// See [`TenantScope::transaction`].
    ///
    /// # Errors
    /// What `work` returns (rolled back), or a failure of the database.
    pub async fn transaction<T, F, Fut>(&self, work: F) -> Result<T>
    where
        F: FnMut(Tx<Self>) -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        transaction::run(self, &self.db, work).await
    }
}

impl fmt::Debug for SystemScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SystemScope").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl sealed::Runs for SystemScope {
    type Connection = DatabaseConnection;
    fn connection(&self, _: sealed::Inside) -> &DatabaseConnection {
        self.db.readers()
    }
    fn db(&self, _: sealed::Inside) -> &Db {
        &self.db
    }
}

impl Access for SystemScope {
    fn tenant(&self) -> Option<TenantId> {
        None
    }
    fn actor(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }
}

impl SystemAccess for SystemScope {
    fn scope(&self) -> &SystemScope {
        self
    }
}

#[async_trait::async_trait]
impl Scope for SystemScope {
    async fn seal(
        tx: &Tx<Self>,
        seals: &dyn SealPersonal,
        user: UserId,
        context: &str,
        plain: &str,
    ) -> Result<String> {
        seals.seal_in_system(tx, user, context, plain).await
    }
}
