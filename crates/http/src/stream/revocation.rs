//! When a caller's right to a stream ends, or becomes another.

use std::future::Future;

use stead_control::{RequestInfo, TenantScope};
use stead_core::access::Permission;
use stead_core::error::ErrorKind;

use crate::state::AppState;
use crate::stream::bridge::Cut;

/// Completes when the credential has ended, or the caller lacks the permission in the tenant. Asked again whenever a
/// credential or membership of anybody ends, so at once and for nothing in between.
pub fn until_revoked(
    state: &AppState,
    scope: &TenantScope,
    permission: Permission,
) -> impl Future<Output = Cut> + Send + 'static + use<> {
    let identity = state.control.identity().clone();
    // The session or token itself, whose secrets may change and end meanwhile: a step-up gives a browser another cookie, and an
    // access token lives shorter than a terminal.
    let (presented, tenant) = (identity.hold(scope, permission), scope.tenant_id());
    let instance = scope.instance().map(|instance| instance.to_string());
    let info = RequestInfo { ip: scope.acting().ip, ..RequestInfo::default() };
    // From here on nothing is missed: the first look comes after.
    let mut changes = identity.revocations();
    async move {
        loop {
            let allowed = match identity.authenticate(&presented, &info).await {
                Ok(caller) => {
                    identity.scope_about(&caller, Some(tenant), permission, instance.as_deref()).await
                }
                Err(error) => Err(error),
            };
            match allowed {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Unauthenticated => return Cut::SignedOut,
                Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::NotFound) => {
                    return Cut::Forbidden;
                }
                // Not knowing is not a reason to cut work off; the next change asks again.
                Err(error) => {
                    tracing::warn!(error = ?error, "whether a stream is still allowed is not known")
                }
            }
            if changes.changed().await.is_err() {
                return Cut::ShuttingDown;
            }
        }
    }
}

/// Completes when the member's rights in the tenant are not those that they were: another role, one that was changed, another
/// binding, or none any more.
pub fn until_other_rights(
    state: &AppState,
    scope: &TenantScope,
) -> impl Future<Output = ()> + Send + 'static + use<> {
    let identity = state.control.identity().clone();
    let scope = scope.clone();
    let mut changes = identity.revocations();
    async move {
        let mut bound = None;
        loop {
            match identity.membership_now(&scope).await {
                Ok(now) => {
                    let before = bound.get_or_insert_with(|| now.rights().clone());
                    if now.role() != scope.role() || now.rights() != &*before {
                        return;
                    }
                }
                Err(error) if error.kind() == ErrorKind::NotFound => return,
                Err(error) => {
                    tracing::warn!(error = ?error, "whether somebody's rights are others is not known")
                }
            }
            if changes.changed().await.is_err() {
                // The server shuts down, which ends streams by itself.
                return std::future::pending().await;
            }
        }
    }
}
