//! Taking over an account whose address nobody had confirmed.
//!
//! Anybody can sign up with somebody else's address and wait for its owner to arrive by another way. Therefore whoever proves that the
//! address is theirs gets the account without anything that was put into it to sign in with before.

use stead_core::Result;
use stead_core::ids::UserId;
use stead_db::{SystemScope, Tx, factors, identities, mail_links, passwords, users};

use super::super::sessions::end_all;
use super::end_tokens;
use super::service::record;

/// Removes password, second factors, linked accounts, sessions, API tokens and mailed links of the user, raises the credential version, and confirms the address. The
/// caller of this calls `Identity::rights_ended` after the commit.
///
/// # Errors
/// A failure of the database.
pub(crate) async fn claim_unverified(tx: &Tx<SystemScope>, user: UserId) -> Result<()> {
    passwords::delete(tx, user).await?;
    factors::delete_all(tx, user).await?;
    identities::delete_of_user(tx, user).await?;
    end_all(tx, user, None).await?;
    end_tokens(tx, user).await?;
    mail_links::delete_of(tx, user, None).await?;
    users::raise_credential_version(tx, user).await?;
    users::set_email_verified(tx, user).await?;
    record(tx, user, "user.claim").await
}
