//! Scopes: the only ways to a query. See the crate's documentation.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use sea_orm::DatabaseConnection;
use stead_core::access::{Permission, Role};
use stead_core::ids::{RequestId, SessionId, TenantId, TokenId, UserId};
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
    inner: Arc<TenantInner>,
}

struct TenantInner {
    db: Db,
    tenant: TenantId,
    tenant_name: String,
    personal: bool,
    tenant_created_at: Timestamp,
    role: Role,
    permissions: BTreeSet<Permission>,
    actor: Actor,
}

/// What [`Db::tenant_scope`] loaded.
pub(crate) struct LoadedMembership {
    pub(crate) tenant: TenantId,
    pub(crate) tenant_name: String,
    pub(crate) personal: bool,
    pub(crate) tenant_created_at: Timestamp,
    pub(crate) role: Role,
}

impl TenantScope {
    pub(crate) fn new(
        db: Db,
        loaded: LoadedMembership,
        actor: Actor,
        limit: Option<&BTreeSet<Permission>>,
    ) -> Self {
        let permissions = Permission::ALL
            .into_iter()
            .filter(|permission| loaded.role.allows(*permission))
            .filter(|permission| limit.is_none_or(|limit| limit.contains(permission)))
            .collect();
        let LoadedMembership { tenant, tenant_name, personal, tenant_created_at, role } = loaded;
        Self {
            inner: Arc::new(TenantInner {
                db,
                tenant,
                tenant_name,
                personal,
                tenant_created_at,
                role,
                permissions,
                actor,
            }),
        }
    }

    /// The same membership and limits for another request of the same credential.
    #[must_use]
    pub fn for_request(
        &self,
        request: Option<RequestId>,
        ip: Option<IpAddr>,
        user_agent: Option<Arc<str>>,
    ) -> Self {
        let inner = &self.inner;
        let actor =
            Actor { request, ip, user_agent, user: inner.actor.user, credential: inner.actor.credential };
        Self {
            inner: Arc::new(TenantInner {
                db: inner.db.clone(),
                tenant: inner.tenant,
                tenant_name: inner.tenant_name.clone(),
                personal: inner.personal,
                tenant_created_at: inner.tenant_created_at,
                role: inner.role,
                permissions: inner.permissions.clone(),
                actor,
            }),
        }
    }

    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.inner.tenant
    }

    #[must_use]
    pub fn tenant_name(&self) -> &str {
        &self.inner.tenant_name
    }

    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.inner.personal
    }

    #[must_use]
    pub fn tenant_created_at(&self) -> Timestamp {
        self.inner.tenant_created_at
    }

    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.inner.actor.user
    }

    #[must_use]
    pub fn role(&self) -> Role {
        self.inner.role
    }

    /// What the role allows, less what the token's scopes leave out.
    #[must_use]
    pub fn permissions(&self) -> &BTreeSet<Permission> {
        &self.inner.permissions
    }

    #[must_use]
    pub fn allows(&self, permission: Permission) -> bool {
        self.inner.permissions.contains(&permission)
    }

    #[must_use]
    pub fn acting(&self) -> &Actor {
        &self.inner.actor
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.db.ambient().now()
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
        transaction::run(self, &self.inner.db, work).await
    }
}

impl fmt::Debug for TenantScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TenantScope")
            .field("tenant", &self.inner.tenant)
            .field("role", &self.inner.role)
            .field("actor", &self.inner.actor)
            .finish_non_exhaustive()
    }
}

impl sealed::Runs for TenantScope {
    type Connection = DatabaseConnection;
    fn connection(&self, _: sealed::Inside) -> &DatabaseConnection {
        self.inner.db.readers()
    }
    fn db(&self, _: sealed::Inside) -> &Db {
        &self.inner.db
    }
}

impl Access for TenantScope {
    fn tenant(&self) -> Option<TenantId> {
        Some(self.inner.tenant)
    }
    fn actor(&self) -> Option<&Actor> {
        Some(&self.inner.actor)
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
