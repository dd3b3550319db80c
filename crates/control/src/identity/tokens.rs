//! API tokens.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use stead_api::v1::identity as wire;
use stead_api::v1::{Page, PageQuery};
use stead_core::access::Permission;
use stead_core::error::{FieldError, InternalContext as _};
use stead_core::ids::{TokenId, UserId};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::tokens::ApiToken;
use stead_db::{Scope, Tx, revocations, tokens};

use super::caller::Caller;
use super::sessions::personal_tenant;
use super::{Identity, Scopes, secret};
use crate::idempotency::Mutation;

const MAX_NAME: usize = 100;
const MAX_TOKENS: usize = 100;
const MAX_DAYS: u32 = 3_650;

pub(super) fn parse_scopes(text: &str) -> Result<Scopes> {
    let names: Vec<String> = serde_json::from_str(text).internal("reading a token's scopes")?;
    if names.is_empty() {
        return Ok(None);
    }
    // A permission that is not known any more limits the token all the same.
    Ok(Some(Arc::new(names.iter().filter_map(|name| Permission::parse(name)).collect::<BTreeSet<_>>())))
}

fn view(row: &ApiToken) -> Result<wire::ApiToken> {
    Ok(wire::ApiToken {
        id: row.id.clone(),
        name: row.name.clone(),
        hint: row.hint.clone(),
        scopes: serde_json::from_str(&row.scopes).internal("reading a token's scopes")?,
        created_at: Timestamp::from_micros(row.created_at).to_string(),
        last_used_at: row.last_used_at.map(|at| Timestamp::from_micros(at).to_string()),
        expires_at: row.expires_at.map(|at| Timestamp::from_micros(at).to_string()),
    })
}

/// A time, or the end of a day (UTC).
fn end_of(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| format!("{text}T23:59:59Z").parse().ok())
}

fn check(input: &wire::CreateApiToken, now: Timestamp) -> Result<()> {
    let mut wrong = Vec::new();
    let mut field = |field: &str, message: String| {
        wrong.push(FieldError { field: field.to_owned(), message, line: None, column: None });
    };
    let length = input.name.trim().chars().count();
    if length == 0 || length > MAX_NAME || input.name.chars().any(char::is_control) {
        field("name", format!("use 1 to {MAX_NAME} printable characters"));
    }
    for (index, scope) in input.scopes.iter().enumerate() {
        if Permission::parse(scope).is_none() {
            let known: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
            field(&format!("scopes.{index}"), format!("no such permission; there are {}", known.join(", ")));
        }
    }
    if input.expires_in_days.is_some_and(|days| days == 0 || days > MAX_DAYS) {
        field("expires_in_days", format!("use 1 to {MAX_DAYS}"));
    }
    if let Some(text) = &input.expires_at {
        match end_of(text) {
            None => field(
                "expires_at",
                "use a date such as 2027-01-31 or a time such as 2027-01-31T12:00:00Z".to_owned(),
            ),
            Some(at) if at <= now || at > now.plus(Duration::from_hours(24) * MAX_DAYS) => {
                field("expires_at", format!("use a time within the next {MAX_DAYS} days"));
            }
            Some(_) if input.expires_in_days.is_some() => {
                field("expires_at", "use either this or expires_in_days".to_owned());
            }
            Some(_) => {}
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(wrong
        .into_iter()
        .fold(Error::invalid("token_invalid", "The token cannot be made like this."), Error::field))
}

/// Writes the token, unless its owner has too many.
async fn insert<S: Scope>(tx: &Tx<S>, row: ApiToken) -> Result<()> {
    let user: UserId = row.user_id.parse().map_err(|_| Error::internal("a user's id is damaged"))?;
    if tokens::of_user(tx, user, tx.now()).await?.len() >= MAX_TOKENS {
        return Err(Error::new(
            ErrorKind::QuotaExceeded,
            "too_many_tokens",
            format!("You have {MAX_TOKENS} API tokens, which is the limit."),
        )
        .next_step("Revoke some that are not used any more."));
    }
    tokens::insert(tx, row).await
}

impl Identity {
    /// The caller's tokens, newest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn tokens(&self, caller: &Caller, _page: &PageQuery) -> Result<Page<wire::ApiToken>> {
        let rows = tokens::of_user(&self.inner.system, caller.user, self.now()).await?;
        Ok(Page { items: rows.iter().map(view).collect::<Result<_>>()?, next_cursor: None })
    }

    /// A new token; the answer is the only place that shows its secret. A repetition with the same idempotency key cannot show it
    /// again and is refused.
    ///
    /// # Errors
    /// `token_invalid`; `step_up_required` for one that never expires; `permission_missing` for a permission that the caller's own token does not carry; `too_many_tokens`.
    pub async fn create_token(
        &self,
        caller: &Caller,
        input: wire::CreateApiToken,
        mutation: &Mutation,
    ) -> Result<wire::CreatedApiToken> {
        check(&input, self.now())?;
        // A limited token must not make one that can do more.
        if let Some(own) = &caller.scopes {
            let wanted: Vec<Permission> =
                input.scopes.iter().filter_map(|scope| Permission::parse(scope)).collect();
            if wanted.is_empty() || wanted.iter().any(|permission| !own.contains(permission)) {
                return Err(Error::new(
                    ErrorKind::Forbidden,
                    "permission_missing",
                    "A limited token can only make tokens that are limited to some of its own permissions.",
                )
                .next_step("Name scopes that this token has, or sign in."));
            }
        }
        if input.expires_in_days.is_none() && input.expires_at.is_none() {
            self.require_recent(caller).await?;
        }
        let scope = self.membership(caller, None).await?;
        let secret = secret::token(self.inner.db.ambient());
        let id: TokenId = self.inner.db.ambient().new_id();
        let row = self.row(id, caller.user, &secret, &input, false)?;
        let new = &row;
        let once = crate::idempotency::once(&scope, mutation, |tx| async move {
            insert(&*tx, new.clone()).await?;
            audit::append(&tx, Entry::new("token.create", &new.id)).await?;
            Ok(new.id.clone())
        })
        .await?;
        if once.repeated {
            return Err(Error::conflict(
                "token_already_created",
                format!("The token {} was made by the first request with this idempotency key; its secret is not shown again.", once.value),
            )
            .next_step("Revoke it and make another one with a new key."));
        }
        Ok(wire::CreatedApiToken { token: view(&row)?, secret })
    }

    /// A token for programs of the machine that the server runs on, on behalf of the operator.
    ///
    /// # Errors
    /// `too_many_tokens`; a failure of the database.
    pub async fn issue_token(&self, user: UserId, name: &str) -> Result<String> {
        let input = wire::CreateApiToken {
            name: name.to_owned(),
            scopes: Vec::new(),
            expires_in_days: None,
            expires_at: None,
        };
        check(&input, self.now())?;
        let secret = secret::token(self.inner.db.ambient());
        let row = self.row(self.inner.db.ambient().new_id(), user, &secret, &input, true)?;
        let new = &row;
        self.inner
            .system
            .transaction(|tx| async move {
                insert(&tx, new.clone()).await?;
                let personal = personal_tenant(&tx, user).await?;
                audit::append(&tx, Entry { tenant: personal, ..Entry::new("token.create", &new.id) }).await
            })
            .await?;
        Ok(secret)
    }

    fn row(
        &self,
        id: TokenId,
        user: UserId,
        secret: &str,
        input: &wire::CreateApiToken,
        of_machine: bool,
    ) -> Result<ApiToken> {
        let lifetime = input.expires_in_days.map(|days| self.now().plus(Duration::from_hours(24) * days));
        let expires_at = lifetime.or_else(|| input.expires_at.as_deref().and_then(end_of));
        Ok(ApiToken {
            id: id.to_string(),
            user_id: user.to_string(),
            name: input.name.trim().to_owned(),
            secret_hash: secret::hash(secret),
            hint: secret::hint(secret),
            scopes: serde_json::to_string(&input.scopes).internal("writing a token's scopes")?,
            created_at: self.now().micros(),
            last_used_at: None,
            expires_at: expires_at.map(Timestamp::micros),
            of_machine,
        })
    }

    /// Revokes a token of the caller, and what is open on it.
    ///
    /// # Errors
    /// `token_not_found`.
    pub async fn delete_token(&self, caller: &Caller, id: TokenId) -> Result<()> {
        let user = caller.user;
        self.inner
            .system
            .on_behalf_of(caller.actor())
            .transaction(|tx| async move {
                if !tokens::delete(&tx, user, id).await? {
                    return Err(Error::not_found("token", id));
                }
                let subject = id.to_string();
                revocations::append(&tx, "token", &subject).await?;
                let personal = personal_tenant(&tx, user).await?;
                audit::append(&tx, Entry { tenant: personal, ..Entry::new("token.revoke", &subject) }).await
            })
            .await?;
        self.rights_ended();
        Ok(())
    }
}
