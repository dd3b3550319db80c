//! Users and their tenants; accounts of people ([`Accounts`]).

mod changes;
mod links;
mod requests;
mod service;
mod sign_in;
#[cfg(test)]
pub(in crate::identity) mod tests;
mod unverified;

use stead_api::v1::identity as wire;
use stead_core::email::EmailAddress;
use stead_core::ids::UserId;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::users::{self, User};
use stead_db::{SystemScope, TenantAccess, Tx, revocations, tokens};

use super::Identity;

pub use requests::SignUp;
pub use service::{Accounts, SignUpPolicy};
pub(in crate::identity) use service::{record, whereabouts};
pub(in crate::identity) use sign_in::come_in;
pub(in crate::identity) use unverified::claim_unverified;

const MAX_NAME: usize = 100;

pub(crate) fn user_view(user: &User) -> wire::User {
    wire::User {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        email_verified: user.email_verified_at.is_some(),
        created_at: Timestamp::from_micros(user.created_at).to_string(),
    }
}

pub(crate) fn check_name(name: &str) -> Result<&str> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "name_invalid",
            "The name is empty, too long or holds characters that cannot be shown.",
        )
        .next_step(format!("Use 1 to {MAX_NAME} printable characters.")));
    }
    Ok(name)
}

impl Identity {
    /// The owner of the installation: the first user. Made, with a personal tenant, when there is none.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn first_owner(&self, name: &str) -> Result<UserId> {
        let name = check_name(name)?;
        self.inner
            .system
            .transaction(|tx| async move {
                match users::first(&tx).await? {
                    Some(user) => user.id.parse().map_err(|_| Error::internal("a user's id is damaged")),
                    None => insert_user(&tx, name, true).await,
                }
            })
            .await
    }

    /// A new user with a personal tenant, on behalf of the operator, who vouches for the address.
    ///
    /// # Errors
    /// `name_invalid`, `email_invalid`, `email_taken`; a failure of the database.
    pub async fn create_user(&self, name: &str, email: Option<&str>) -> Result<UserId> {
        let name = check_name(name)?;
        let email = &email.map(EmailAddress::parse).transpose()?;
        self.inner
            .system
            .transaction(|tx| async move {
                let user = insert_user(&tx, name, true).await?;
                if let Some(email) = email {
                    users::set_email(&tx, user, email, Some(tx.now())).await?;
                }
                Ok(user)
            })
            .await
    }
}

/// `may_operate`: runs the installation when there is nobody yet. Who signs up by themselves never does.
pub(in crate::identity) async fn insert_user(
    tx: &Tx<SystemScope>,
    name: &str,
    may_operate: bool,
) -> Result<UserId> {
    let id: UserId = tx.ambient().new_id();
    let row = User {
        is_operator: may_operate && users::first(tx).await?.is_none(),
        ..User::new(id, name, tx.now().micros())
    };
    users::insert(tx, row).await?;
    let tenant = crate::tenants::insert_personal(tx, name, id).await?;
    let subject = id.to_string();
    audit::append(tx, Entry { tenant: Some(tenant), ..Entry::new("user.create", &subject) }).await?;
    Ok(id)
}

/// Refuses who has not confirmed their e-mail address. Who has none was made by the operator, or came from another source.
///
/// # Errors
/// `email_unverified`.
pub(crate) async fn require_verified_email(access: &impl TenantAccess) -> Result<()> {
    let user = users::myself(access).await?.ok_or_else(|| Error::internal("the caller's user is gone"))?;
    if user.email.is_none() || user.email_verified_at.is_some() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Forbidden, "email_unverified", "Your e-mail address is not confirmed yet.")
        .next_step(
            "Follow the link in the mail that was sent to it, or ask for another mail in your account.",
        ))
}

/// Revokes every API token of the user.
async fn end_tokens(tx: &Tx<SystemScope>, user: UserId) -> Result<()> {
    for token in tokens::all_of_user(tx, user).await? {
        if let Ok(id) = token.id.parse() {
            tokens::delete(tx, user, id).await?;
            revocations::append(tx, "token", &token.id).await?;
        }
    }
    Ok(())
}
