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

/// The text that was sealed, or stood open. `None` when it was forgotten or its key destroyed.
pub(super) async fn opened<A: Access>(
    keys: &Keys,
    access: &A,
    user: Option<&str>,
    context: &str,
    text: Option<&str>,
) -> Result<Option<serde_json::Value>> {
    let Some(text) = text else { return Ok(None) };
    if stead_db::audit::is_open(text) {
        return Ok(serde_json::from_str(text).ok());
    }
    let Some(user) = user.and_then(|user| user.parse::<UserId>().ok()) else { return Ok(None) };
    match keys.open(access, Owner::User(user), context, text).await {
        Ok(plain) => Ok(serde_json::from_slice(&plain).ok()),
        Err(error) if error.code() == "key_destroyed" => Ok(None),
        // What was tampered with must not hide the rest of the log; the verification names it.
        Err(error) if error.kind() == stead_core::ErrorKind::Internal => {
            tracing::warn!(audit.context = context, error.inside = %error.inside(), "a personal text of the audit log does not open");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
