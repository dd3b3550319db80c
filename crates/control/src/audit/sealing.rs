//! Seals what the audit log holds of users, under their own keys.

use async_trait::async_trait;
use stead_core::Result;
use stead_core::ids::UserId;
use stead_db::audit::SealPersonal;
use stead_db::{Access, SystemScope, TenantScope, Tx};

use crate::keys::{Keys, Owner};

#[derive(Debug)]
pub(crate) struct Sealing {
    pub(crate) keys: Keys,
}

#[async_trait]
impl SealPersonal for Sealing {
    async fn seal_in_tenant(
        &self,
        tx: &Tx<TenantScope>,
        user: UserId,
        context: &str,
        plain: &str,
    ) -> Result<String> {
        self.keys.seal(tx, Owner::User(user), context, plain.as_bytes()).await
    }

    async fn seal_in_system(
        &self,
        tx: &Tx<SystemScope>,
        user: UserId,
        context: &str,
        plain: &str,
    ) -> Result<String> {
        self.keys.seal(tx, Owner::User(user), context, plain.as_bytes()).await
    }
}
