//! Erasure: what somebody has a right to have forgotten. Owns no table; it destroys keys, forgets texts of the audit log (whose trees
//! stay valid, see [`stead_core::audit::row`]) and removes the user's row with all that hangs on it.
//!
//! Exports ([`exports`]) are what somebody has a right to be given.
//!
//! Tenants are erased by `tenants`, which calls [`DataRights::erase_tenant`] in a step of its operation.

mod erase_user;
mod exports;
#[cfg(test)]
mod tests;

pub use exports::{Download, Exports, Sources};

use serde_json::Value;
use stead_core::Result;
use stead_core::ids::{OperationId, TenantId, UserId};
use stead_db::{Db, Scope, SystemScope, Tx, audit};

use crate::engine::{Engine, NewOperation};
use crate::keys::{Keys, Owner};

/// Audit rows that are taken in one transaction.
const BATCH: u64 = 500;

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct DataRights {
    system: SystemScope,
    keys: Keys,
    engine: Engine,
}

impl DataRights {
    /// Makes the operation known that erases users.
    #[must_use]
    pub fn new(db: &Db, keys: Keys, engine: Engine) -> Self {
        let this = Self { system: db.system("data rights"), keys, engine };
        this.engine.register(erase_user::kind(&this));
        this
    }

    /// Begins to erase a user in the caller's transaction: the operation belongs to their personal tenant, which is deleted by
    /// `tenants`. From its first step on there is no way back. Whoever asks has made sure that no tenant loses its last owner.
    ///
    /// # Errors
    /// `operation_in_progress` when it was asked for before.
    pub async fn erase_user<S: Scope>(
        &self,
        tx: &Tx<S>,
        user: UserId,
        personal: TenantId,
    ) -> Result<OperationId> {
        let new = NewOperation {
            kind: erase_user::KIND,
            tenant: personal,
            resource: Some(user.to_string()),
            input: Value::Null,
            supersede: false,
        };
        self.engine.enqueue(tx, new).await
    }

    /// Forgets what the audit log says in words about a tenant, then destroys its keys: whatever they sealed is gone. May be
    /// repeated, and goes on where it was interrupted.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn erase_tenant(&self, tenant: TenantId) -> Result<()> {
        loop {
            let forgotten = self
                .system
                .transaction(|tx| async move { audit::forget_tenant(&tx, tenant, BATCH).await })
                .await?;
            if forgotten == 0 {
                break;
            }
        }
        self.destroy(Owner::Tenant(tenant)).await
    }

    /// Forgets what of a user stands open in the audit log, from before there were keys.
    async fn forget_open_texts(&self, user: UserId) -> Result<()> {
        let mut after = String::new();
        loop {
            let from = after.as_str();
            let last = self
                .system
                .transaction(|tx| async move { audit::forget_open_texts(&tx, user, from, BATCH).await })
                .await?;
            match last {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    async fn destroy(&self, owner: Owner) -> Result<()> {
        self.system.transaction(|tx| async move { self.keys.destroy(&tx, owner).await }).await
    }
}
