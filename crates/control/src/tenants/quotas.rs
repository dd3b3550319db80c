//! Quotas: what a tenant may take. Checked in the transaction of what they limit, so that no number of requests at once exceeds them.

use stead_core::ids::TenantId;
use stead_core::quota::{self, Amounts};
use stead_core::{Error, Result};
use stead_db::{Scope, Tx};

pub use stead_core::quota::Limited;

/// Whether the scope's tenant may take `amount` more.
///
/// # Errors
/// `quota_exceeded`; a failure of the database.
pub async fn check<S: Scope>(tx: &Tx<S>, what: Limited, amount: u64) -> Result<()> {
    let tenant = stead_db::Access::tenant(tx).ok_or_else(|| Error::internal("a quota without a tenant"))?;
    check_all(tx, tenant, &[(what, amount)]).await
}

/// The same for several things at once, in a tenant that Stead itself acts in.
///
/// # Errors
/// `quota_exceeded` for the first that does not fit; a failure of the database.
pub async fn check_all<S: Scope>(tx: &Tx<S>, tenant: TenantId, wanted: &[(Limited, u64)]) -> Result<()> {
    if wanted.iter().all(|(_, amount)| *amount == 0) {
        return Ok(());
    }
    let limits = stead_db::quotas::overrides(tx, tenant).await?.over(Amounts::DEFAULT_LIMITS);
    let used = stead_db::quotas::used(tx, tenant).await?;
    wanted
        .iter()
        .try_for_each(|(what, amount)| quota::check(*what, limits.of(*what), used.of(*what), *amount))
}
