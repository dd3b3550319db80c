//! Repeating a POST is harmless: its key, the hash of its body and its result are stored in the transaction of its effect.
//!
//! Owns the table of idempotency keys. A key belongs to a user and a route; using it again with another body is refused.

#[cfg(test)]
mod tests;

use std::future::Future;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use stead_core::error::InternalContext as _;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::idempotency_keys::{self, IdempotencyKey};
use stead_db::{Access as _, Scope, SystemScope, TenantScope, Tx};

/// How long a key is remembered.
pub const LIFETIME: Duration = Duration::from_hours(24);
const MAX_KEY: usize = 200;

/// What makes a request recognisable when it comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Chosen by the client.
    pub key: String,
    /// Method and path.
    pub route: String,
    /// Hash of method, path and body.
    pub body_hash: String,
}

/// What comes with a request that changes something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mutation {
    pub idempotency: Option<Idempotency>,
}

/// A result, and whether it is the one of an earlier request with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once<T> {
    pub value: T,
    pub repeated: bool,
}

/// Runs `work` in a transaction of `scope`, once per idempotency key: a repetition gets the stored result and has no effect. Keep
/// the result small (ids) and without anything confidential; views are made from it afterwards.
///
/// # Errors
/// `idempotency_key_reused` when the key came with another body before; what `work` returns, which is not remembered.
pub async fn once<T, F, Fut>(scope: &TenantScope, mutation: &Mutation, mut work: F) -> Result<Once<T>>
where
    T: Serialize + DeserializeOwned,
    F: FnMut(std::sync::Arc<Tx<TenantScope>>) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let work = tokio::sync::Mutex::new(&mut work);
    let work = &work;
    scope.transaction(|tx| within(tx, mutation, work)).await
}

/// The same for what somebody does beyond tenants: `scope` is on behalf of them.
///
/// # Errors
/// See [`once`].
pub async fn once_on_behalf<T, F, Fut>(
    scope: &SystemScope,
    mutation: &Mutation,
    mut work: F,
) -> Result<Once<T>>
where
    T: Serialize + DeserializeOwned,
    F: FnMut(std::sync::Arc<Tx<SystemScope>>) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let work = tokio::sync::Mutex::new(&mut work);
    let work = &work;
    scope.transaction(|tx| within(tx, mutation, work)).await
}

/// In the transaction: what is remembered, or the work and then its result remembered.
async fn within<S, T, F, Fut>(
    tx: Tx<S>,
    mutation: &Mutation,
    work: &tokio::sync::Mutex<&mut F>,
) -> Result<Once<T>>
where
    S: Scope,
    T: Serialize + DeserializeOwned,
    F: FnMut(std::sync::Arc<Tx<S>>) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let tx = std::sync::Arc::new(tx);
    let Some(idempotency) = &mutation.idempotency else {
        let begun = (work.lock().await)(std::sync::Arc::clone(&tx));
        return Ok(Once { value: begun.await?, repeated: false });
    };
    if let Some(value) = recall(&tx, idempotency).await? {
        return Ok(Once { value, repeated: true });
    }
    let begun = (work.lock().await)(std::sync::Arc::clone(&tx));
    let value = begun.await?;
    remember(&tx, idempotency, &value).await?;
    Ok(Once { value, repeated: false })
}

/// Who acts, and the tenant as text: empty beyond tenants.
fn acting<S: Scope>(tx: &Tx<S>) -> Result<(String, String)> {
    let actor = tx.actor().ok_or_else(|| Error::internal("an idempotency key of nobody"))?;
    Ok((actor.user.to_string(), tx.tenant().map(|tenant| tenant.to_string()).unwrap_or_default()))
}

async fn recall<S: Scope, T: DeserializeOwned>(tx: &Tx<S>, idempotency: &Idempotency) -> Result<Option<T>> {
    if idempotency.key.is_empty() || idempotency.key.len() > MAX_KEY {
        return Err(Error::invalid("idempotency_key_invalid", "The idempotency key is empty or too long.")
            .next_step(format!("Send up to {MAX_KEY} characters, such as a UUID.")));
    }
    let Some(row) = idempotency_keys::find(tx, &idempotency.route, &idempotency.key).await? else {
        return Ok(None);
    };
    if Timestamp::from_micros(row.expires_at) <= tx.now() {
        idempotency_keys::delete(tx, &row).await?;
        return Ok(None);
    }
    let (_, tenant) = acting(tx)?;
    if row.body_hash != idempotency.body_hash || row.tenant_id != tenant {
        return Err(Error::new(
            ErrorKind::Conflict,
            "idempotency_key_reused",
            "This idempotency key was used before for a different request.",
        )
        .next_step("Use a new key for each new request, and the same key only to repeat one."));
    }
    serde_json::from_str(&row.result).map(Some).internal("reading the stored result of an idempotency key")
}

async fn remember<S: Scope, T: Serialize>(tx: &Tx<S>, idempotency: &Idempotency, value: &T) -> Result<()> {
    let (user_id, tenant_id) = acting(tx)?;
    let row = IdempotencyKey {
        user_id,
        route: idempotency.route.clone(),
        key: idempotency.key.clone(),
        tenant_id,
        body_hash: idempotency.body_hash.clone(),
        result: serde_json::to_string(value).internal("writing the result of an idempotency key")?,
        created_at: tx.now().micros(),
        expires_at: tx.now().plus(LIFETIME).micros(),
    };
    idempotency_keys::insert(tx, row).await
}
