//! Who asks and what they may do: users, sessions, API tokens, sign-in links, admission to previews. Tenants and memberships are
//! [`crate::tenants`]'.
//!
//! Owns those tables and is their only writer. Secrets are made here, shown once, and kept only as SHA-256 hashes of 256 (tokens:
//! 178) random bits, which need no slow hash. Everything that ends a right (a session, a token, a membership) appends a
//! revocation in the same transaction; [`Identity::revocations`] wakes those who hold something open on that right.

mod access_tokens;
pub(crate) mod accounts;
mod admission;
mod caller;
mod device;
mod devices;
mod expiry;
mod factors;
mod intents;
mod known;
mod notices;
mod operators;
mod passwords;
mod previews;
#[cfg(test)]
mod program_tests;
mod refresh;
mod second_factors;
pub(crate) mod secret;
pub(crate) mod sessions;
mod sources;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use stead_api::v1::identity as wire;
use stead_core::access::Permission;
use stead_core::ids::{InstanceId, TenantId, UserId};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::users::{self, User};
use stead_db::{Credential, Db, Nudge, SystemScope, TenantScope, revocations, tenants};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub(crate) use accounts::require_verified_email;
pub use accounts::{Accounts, SignUp, SignUpPolicy};
pub use admission::{Admission, Factor, Pending, SecondFactor};
pub use caller::{Caller, Held, Presented, RequestInfo};
pub use factors::{Factors, Proof, StepUp};
pub use operators::Operator;
pub use previews::PreviewPass;
pub use refresh::ProgramTokens;
pub use sessions::SignedIn;
pub(crate) use sources::sources_giving;
pub use sources::{
    Asked as SourceAsked, Back as SourceBack, Begun as SourceBegun, InstalledSource, Lost as SourceLost,
    Outcome as SourceOutcome, Sources, SourcesSettings,
};

use self::known::Known;
use self::passwords::Passwords;
use crate::attempts::Attempts;
use crate::keys::Keys;
use crate::tenants::{security, view};

/// Another server's revocations are looked for this often.
const LOOK_SHARED: Duration = Duration::from_millis(400);

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    system: SystemScope,
    /// Where browsers reach this server, without a slash at the end.
    base_url: String,
    known: Known,
    attempts: Attempts,
    passwords: Passwords,
    /// Set once, when the control plane is put together.
    keys: OnceLock<Keys>,
    revoked: watch::Sender<u64>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl Identity {
    #[must_use]
    pub fn new(db: Db, base_url: &str) -> Self {
        let system = db.system("identity");
        let attempts = Attempts::new(&db);
        let passwords = Passwords::new(db.clone());
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self {
            inner: Arc::new(Inner {
                db,
                system,
                base_url,
                known: Known::default(),
                attempts,
                passwords,
                keys: OnceLock::new(),
                revoked: watch::Sender::new(0),
            }),
        }
    }

    /// The same, able to sign and to seal.
    #[must_use]
    pub fn with_keys(self, keys: Keys) -> Self {
        // Whoever puts it together sets them once; a second time would change nothing.
        let _ = self.inner.keys.set(keys);
        self
    }

    /// Counters of limited actions.
    #[must_use]
    pub fn attempts(&self) -> &Attempts {
        &self.inner.attempts
    }

    #[cfg(test)]
    pub(crate) fn system(&self) -> SystemScope {
        self.inner.system.clone()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.system.now()
    }

    /// Grows whenever some right has ended. Whoever keeps a stream open on a right checks it again then, within a second.
    #[must_use]
    pub fn revocations(&self) -> watch::Receiver<u64> {
        self.inner.revoked.subscribe()
    }

    /// Forgets what is kept in memory and wakes those who hold something open. Called after the commit of every revocation.
    pub(crate) fn rights_ended(&self) {
        self.inner.known.clear();
        self.inner.revoked.send_modify(|count| *count += 1);
    }

    /// Watches for revocations, of this and of other servers, until `stop`.
    pub async fn watch_revocations(&self, stop: CancellationToken) {
        let mut nudges = self.inner.db.nudges();
        let shared = self.inner.db.is_shared();
        let mut newest = revocations::newest(&self.inner.system).await.unwrap_or(0);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                nudge = nudges.recv() => match nudge {
                    Ok(Nudge::Revocations) | Err(RecvError::Lagged(_)) => {}
                    Ok(_) => continue,
                    Err(RecvError::Closed) => return,
                },
                () = tokio::time::sleep(LOOK_SHARED), if shared => {}
            }
            match revocations::newest(&self.inner.system).await {
                Ok(found) if found > newest => {
                    newest = found;
                    self.rights_ended();
                }
                Ok(_) => {}
                Err(error) => {
                    // Not knowing is treated as if something had ended.
                    tracing::warn!(error.inside = %error.inside(), "revocations cannot be read: {error}");
                    self.rights_ended();
                }
            }
        }
    }

    /// Holds the caller's credential to a permission, without a tenant.
    ///
    /// # Errors
    /// `permission_missing` when an API token does not carry it.
    pub fn require(&self, caller: &Caller, permission: Permission) -> Result<()> {
        if caller.scopes.as_ref().is_none_or(|scopes| scopes.contains(&permission)) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Forbidden,
            "permission_missing",
            format!("This API token does not carry the permission {}.", permission.as_str()),
        )
        .next_step("Use a token that carries it, or sign in."))
    }

    /// The caller acting in a tenant (the personal one when absent) with a permission.
    ///
    /// # Errors
    /// `tenant_not_found` for a tenant the caller is no member of; `address_not_allowed`; `permission_missing` when role or token do
    /// not allow it.
    pub async fn scope(
        &self,
        caller: &Caller,
        tenant: Option<TenantId>,
        permission: Permission,
    ) -> Result<TenantScope> {
        self.scope_about(caller, tenant, permission, None).await
    }

    /// The same for a request about one instance, by id or name: a role that is bound on it counts too.
    ///
    /// # Errors
    /// See [`Identity::scope`].
    pub async fn scope_about(
        &self,
        caller: &Caller,
        tenant: Option<TenantId>,
        permission: Permission,
        instance: Option<&str>,
    ) -> Result<TenantScope> {
        let scope = self.membership(caller, tenant).await?;
        security::check_address(&scope)?;
        if scope.requires_second_factor() && !Box::pin(self.has_second_factor(caller.user)).await? {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "second_factor_required",
                format!("{} asks its members for a second factor, and you have none.", scope.tenant_name()),
            )
            .next_step("Set one up in your account: an authenticator app or a passkey."));
        }
        if scope.allows(permission) {
            return Ok(scope);
        }
        if let Some(reference) = instance
            && let Some(instance) = Box::pin(bound(&scope, permission, reference)).await?
        {
            return Ok(scope.on_instance(instance));
        }
        self.require(caller, permission)?;
        Err(Error::new(
            ErrorKind::Forbidden,
            "permission_missing",
            format!(
                "Your role in {} ({}) does not allow {}.",
                scope.tenant_name(),
                scope.role().name(),
                permission.as_str()
            ),
        )
        .next_step("Ask an owner of the tenant for another role."))
    }

    /// A user whose work goes on in an operation that they began, with all that they may do.
    pub(crate) fn at_work(&self, user: UserId, credential: Credential) -> Caller {
        Caller { user, credential, scopes: None, request: RequestInfo::default() }
    }

    /// The scope of such work, or of a download: what the member's role says now, whatever the credential is limited to. Who asks
    /// has made sure of the credential.
    ///
    /// # Errors
    /// `tenant_not_found` for who is no member any more; `permission_missing`.
    pub(crate) async fn scope_of_work(
        &self,
        caller: &Caller,
        tenant: TenantId,
        permission: Permission,
    ) -> Result<TenantScope> {
        let found = self.inner.db.tenant_scope(caller.actor(), Some(tenant), None).await?;
        let scope = found.ok_or_else(|| Error::not_found("tenant", tenant))?;
        if scope.allows(permission) {
            return Ok(scope);
        }
        Err(Error::new(
            ErrorKind::Forbidden,
            "permission_missing",
            format!("The role in {} does not allow {} any more.", scope.tenant_name(), permission.as_str()),
        ))
    }

    /// # Errors
    /// A failure of the database.
    pub(crate) async fn has_second_factor(&self, user: UserId) -> Result<bool> {
        Ok(!second_factors::of(&self.inner.system, user).await?.is_empty())
    }

    /// The scope's membership as it is now, whatever its credential is limited to: to see whether it has become another.
    ///
    /// # Errors
    /// `tenant_not_found` for who is no member any more; a failure of the database.
    pub async fn membership_now(&self, scope: &TenantScope) -> Result<TenantScope> {
        let actor = scope.acting();
        self.membership(&self.at_work(actor.user, actor.credential), Some(scope.tenant_id())).await
    }

    /// The scope of an owner in a tenant whose deletion was asked for, to restore it.
    ///
    /// # Errors
    /// `tenant_not_found`, also for a tenant that is not being deleted; `permission_missing`.
    pub(crate) async fn deleted_scope(&self, caller: &Caller, tenant: TenantId) -> Result<TenantScope> {
        let limit = caller.scopes.as_deref();
        let found = self.inner.db.deleted_tenant_scope(caller.actor(), tenant, limit).await?;
        let scope = found.ok_or_else(|| Error::not_found("tenant", tenant))?;
        if scope.allows(Permission::TenantDelete) {
            return Ok(scope);
        }
        Err(Error::new(ErrorKind::Forbidden, "permission_missing", "Only an owner restores a tenant.")
            .next_step("Ask an owner of the tenant."))
    }

    async fn membership(&self, caller: &Caller, tenant: Option<TenantId>) -> Result<TenantScope> {
        let key = (caller.credential, tenant, caller.scopes.clone());
        let now = self.now();
        if let Some(scope) = self.inner.known.scope(&key, now) {
            let actor = caller.actor();
            return Ok(scope.for_request(actor.request, actor.ip, actor.user_agent));
        }
        let before = self.inner.known.generation();
        let found = Box::pin(self.inner.db.tenant_scope(caller.actor(), tenant, caller.scopes.as_deref()));
        let scope = found.await?.ok_or_else(|| match tenant {
            Some(tenant) => Error::not_found("tenant", tenant).next_step("`GET /v1/tenants` lists yours."),
            None => Error::internal("a user without a personal tenant"),
        })?;
        self.inner.known.keep_scope(key, scope.clone(), now, before);
        Ok(scope)
    }

    /// The caller, for `GET /v1/me`.
    ///
    /// # Errors
    /// `tenant_not_found`.
    pub async fn me(&self, caller: &Caller, tenant: Option<TenantId>) -> Result<wire::Me> {
        let scope = self.membership(caller, tenant).await?;
        let user =
            users::myself(&scope).await?.ok_or_else(|| Error::internal("the caller's user is gone"))?;
        self.me_in(caller, &scope, &user).await
    }

    async fn me_in(&self, caller: &Caller, scope: &TenantScope, user: &User) -> Result<wire::Me> {
        let tenants = tenants::mine(scope).await?;
        // No role gives these.
        let operators = [Permission::OperatorRead, Permission::OperatorWrite].into_iter();
        let operators = operators.filter(|own| user.is_operator && self.require(caller, *own).is_ok());
        Ok(wire::Me {
            user: accounts::user_view(user),
            tenant: view::scope(scope),
            tenants: tenants.iter().map(|(tenant, role)| view::tenant(tenant, role)).collect(),
            permissions: scope
                .permissions()
                .iter()
                .copied()
                .chain(operators)
                .map(|permission| permission.as_str().to_owned())
                .collect(),
            session_id: caller.session().map(|id| id.to_string()),
        })
    }

    /// Removes expired rows of this domain, and wakes up nobody.
    #[must_use]
    pub fn reconcilers(&self) -> Vec<Arc<dyn crate::engine::Reconciler>> {
        vec![Arc::new(expiry::ForgetExpired::new(self.inner.db.system("forget what has expired")))]
    }
}

/// What a token is limited to; `None` is everything its owner may do.
type Scopes = Option<Arc<BTreeSet<Permission>>>;

/// The instance that a reference names, when a binding on it gives the permission.
async fn bound(scope: &TenantScope, permission: Permission, reference: &str) -> Result<Option<InstanceId>> {
    let bound: Vec<InstanceId> = scope.rights().bound_with(permission).collect();
    if bound.is_empty() {
        return Ok(None);
    }
    let instance = match reference.parse() {
        Ok(id) => Some(id),
        Err(_) => stead_db::instances::find_by_name(scope, reference).await?.map(|row| row.id),
    };
    Ok(instance.filter(|instance| bound.contains(instance)))
}
