//! When a caller's right to a stream ends.

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
