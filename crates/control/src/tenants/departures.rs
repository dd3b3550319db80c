//! The end of an account: what belongs to its user alone is stopped at once, and thirty days after they wanted it gone they are erased,
//! and their personal tenant with them.
//!
//! The wish is one column (`users.deleted_at`), written by `identity`; everything after it is done by the reconciler and the operations
//! `user.erase` and `tenant.erase`. Who signs in before the first of them begins takes the wish back.

use serde_json::{Value, json};
use stead_core::ids::{TenantId, UserId};
use stead_core::{Error, Result, Timestamp};
use stead_db::{SystemScope, Tx, operations, revocations, tenants, users};

use super::Tenants;
use super::deletion::GRACE;

/// Users that one round looks after.
const ROUND: u64 = 500;

/// Whether their time is over, and nobody erases them yet.
async fn is_due(tx: &Tx<SystemScope>, user: UserId) -> Result<bool> {
    let since = users::find(tx, user).await?.and_then(|row| row.deleted_at);
    let over = since.is_some_and(|at| Timestamp::from_micros(at).plus(GRACE) <= tx.now());
    Ok(over && operations::holder(tx, &user.to_string()).await?.is_none())
}

async fn personal(tx: &Tx<SystemScope>, user: UserId) -> Result<TenantId> {
    tenants::personal_of(tx, user).await?.ok_or_else(|| Error::internal("a user without a personal tenant"))
}

enum Followed {
    /// So many instances were asked to stop.
    Stopped(usize),
    /// Whether the erasure was begun just now.
    Erasing(bool),
}

impl Tenants {
    /// One look at everybody who wants their account gone.
    pub(super) async fn follow_departures(&self) -> Result<Value> {
        let (mut stopped, mut erasing) = (0, 0);
        for row in users::departing(&self.system(), ROUND).await? {
            let (Ok(user), Some(since)) = (row.id.parse::<UserId>(), row.deleted_at) else { continue };
            match self.follow_departure(user, Timestamp::from_micros(since)).await {
                Ok(Followed::Stopped(count)) => stopped += count,
                Ok(Followed::Erasing(begun)) => erasing += usize::from(begun),
                // The next look tries again; others do not wait for this one.
                Err(error) => {
                    tracing::warn!(user.id = %user, error.inside = %error.inside(), "a deleted account is not looked after: {error}");
                }
            }
        }
        Ok(json!({"stopped": stopped, "erasing": erasing}))
    }

    async fn follow_departure(&self, user: UserId, since: Timestamp) -> Result<Followed> {
        let system = self.system();
        if system.now() < since.plus(GRACE) {
            return match tenants::personal_of(&system, user).await? {
                Some(personal) => self.inner.instances.stop_tenant(personal).await.map(Followed::Stopped),
                None => Ok(Followed::Stopped(0)),
            };
        }
        let begun = system.transaction(|tx| async move {
            if !is_due(&tx, user).await? {
                return Ok(false);
            }
            let personal = personal(&tx, user).await?;
            // Long ago, so that it is erased as well by the next look.
            tenants::set_deleted(&tx, personal, Some(since)).await?;
            revocations::append(&tx, "tenant", &personal.to_string()).await?;
            self.inner.data_rights.erase_user(&tx, user, personal).await?;
            Ok(true)
        });
        begun.await.map(Followed::Erasing)
    }
}
