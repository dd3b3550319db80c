//! Who asks, held to a permission. The permission is a type, so that a handler cannot be written without naming one.

use std::marker::PhantomData;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use stead_control::{Caller, Operator, TenantScope};
use stead_core::Error;
use stead_core::access::Permission;
use stead_core::error::ErrorKind;
use stead_core::ids::TenantId;

use crate::problem::{Answer, Failure};
use crate::state::AppState;

/// The header that names the tenant to act in.
pub const TENANT_HEADER: &str = "stead-tenant";

/// A permission as a type.
pub trait Needs: Send + Sync + 'static {
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($name:ident),+ $(,)?) => {$(
        #[derive(Debug)]
        pub enum $name {}
        impl Needs for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )+};
}

permissions!(
    InstanceRead,
    InstanceWrite,
    InstanceConnect,
    OperationRead,
    OperationWrite,
    TenantRead,
    TenantWrite,
    TenantExport,
    TenantDelete,
    MemberWrite,
    RoleWrite,
    SsoRead,
    SsoWrite,
    AuditRead,
    AuditWrite,
    SecretRead,
    SecretWrite,
    WebhookRead,
    WebhookWrite,
    NodeRead,
    AccountRead,
    AccountWrite,
    OperatorRead,
    OperatorWrite,
);

/// The caller that the authentication layer found.
pub(super) fn caller(parts: &Parts) -> Answer<Caller> {
    parts.extensions.get::<Caller>().cloned().ok_or_else(|| {
        Error::new(ErrorKind::Unauthenticated, "unauthenticated", "Nobody is signed in.")
            .next_step("Sign in, or send an API token as `Authorization: Bearer stead_…`.")
            .into()
    })
}

/// The tenant named by the header; browsers cannot set headers on WebSockets and event streams, so `?tenant=` does as well.
fn wanted_tenant(parts: &Parts) -> Answer<Option<TenantId>> {
    let header = parts.headers.get(TENANT_HEADER).map(|value| value.to_str().unwrap_or_default().to_owned());
    let named = header.or_else(|| {
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .find(|(name, _)| name == "tenant")
            .map(|(_, value)| value.into_owned())
    });
    match named {
        None => Ok(None),
        Some(text) => super::path::id("tenant", &text).map(Some),
    }
}

/// A member of a tenant with the permission `P`.
#[derive(Debug)]
pub struct InTenant<P> {
    pub scope: TenantScope,
    needs: PhantomData<P>,
}

impl<P: Needs> FromRequestParts<AppState> for InTenant<P> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Answer<Self> {
        let caller = caller(parts)?;
        let tenant = wanted_tenant(parts)?;
        let identity = state.control.identity();
        let scope = match identity.scope(&caller, tenant, P::PERMISSION).await {
            Err(error) if error.code() == "permission_missing" => {
                // The role does not allow it everywhere; a binding may on the instance that the path names.
                let instance = instance_of(parts, state).await;
                identity.scope_about(&caller, tenant, P::PERMISSION, instance.as_deref()).await?
            }
            outcome => outcome?,
        };
        Ok(Self { scope, needs: PhantomData })
    }
}

/// The instance in the path, by id or name.
async fn instance_of(parts: &mut Parts, state: &AppState) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.ok()?;
    parameters.iter().find(|(name, _)| *name == "instance").map(|(_, value)| value.to_owned())
}

/// A caller acting on their own account, whose credential has the permission `P`.
#[derive(Debug)]
pub struct OnAccount<P> {
    pub caller: Caller,
    /// The tenant named by the header, not yet looked at.
    pub tenant: Option<TenantId>,
    needs: PhantomData<P>,
}

impl<P: Needs> FromRequestParts<AppState> for OnAccount<P> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Answer<Self> {
        let caller = caller(parts)?;
        state.control.identity().require(&caller, P::PERMISSION)?;
        Ok(Self { caller, tenant: wanted_tenant(parts)?, needs: PhantomData })
    }
}

/// A caller who runs the installation, whose credential has the permission `P`.
#[derive(Debug)]
pub struct AsOperator<P> {
    pub operator: Operator,
    needs: PhantomData<P>,
}

impl<P: Needs> FromRequestParts<AppState> for AsOperator<P> {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Answer<Self> {
        let caller = caller(parts)?;
        let operator = state.control.identity().operator(&caller, P::PERMISSION).await?;
        Ok(Self { operator, needs: PhantomData })
    }
}

/// A signed-in caller, before any permission is asked: for handlers whose tenant stands in the path.
#[derive(Debug)]
pub struct SignedIn(pub Caller);

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Answer<Self> {
        caller(parts).map(Self)
    }
}

impl SignedIn {
    /// # Errors
    /// When the caller is no member of the tenant, or lacks the permission `P` there.
    pub async fn scope<P: Needs>(&self, state: &AppState, tenant: TenantId) -> Answer<TenantScope> {
        Ok(state.control.identity().scope(&self.0, Some(tenant), P::PERMISSION).await?)
    }
}
