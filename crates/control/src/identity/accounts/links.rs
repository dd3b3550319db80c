//! Links in mails: 256 random bits, for one purpose, single use, bound to the credential version they were made for.

use std::time::Duration;

use stead_core::error::InternalContext as _;
use stead_core::ids::UserId;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::mail_links::{self, MailLink};
use stead_db::users::{self, User};
use stead_db::{SystemAccess, SystemScope, Tx};

use super::super::secret;

const MAX_SECRET: usize = 200;

/// What a link may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    VerifyEmail,
    ResetPassword,
    MagicLink,
    ConfirmEmail,
}

impl Purpose {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::MagicLink => "magic_link",
            Self::ConfirmEmail => "confirm_email",
        }
    }

    pub(super) const fn lifetime(self) -> Duration {
        match self {
            Self::VerifyEmail => Duration::from_hours(7 * 24),
            Self::ResetPassword => Duration::from_hours(1),
            Self::MagicLink => Duration::from_mins(15),
            Self::ConfirmEmail => Duration::from_hours(24),
        }
    }
}

/// A new link's secret, and until when it works.
pub(super) struct Made {
    pub(super) token: String,
    pub(super) expires_at: Timestamp,
}

pub(super) fn invalid() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "mail_link_invalid",
        "This link was used before, has expired, or was made before your password or address was changed.",
    )
    .next_step("Ask for a new mail.")
}

/// `address` is where it is sent; `password_hash` is what was chosen in the sign-up that it confirms.
pub(super) async fn make(
    tx: &Tx<SystemScope>,
    user: &User,
    purpose: Purpose,
    address: &str,
    password_hash: Option<String>,
) -> Result<Made> {
    let token = secret::opaque(tx.ambient());
    let expires_at = tx.now().plus(purpose.lifetime());
    let row = MailLink {
        secret_hash: secret::hash(&token),
        user_id: user.id.clone(),
        purpose: purpose.as_str().to_owned(),
        email: address.to_owned(),
        password_hash,
        credential_version: user.credential_version,
        created_at: tx.now().micros(),
        expires_at: expires_at.micros(),
    };
    mail_links::insert(tx, row).await?;
    Ok(Made { token, expires_at })
}

/// Uses the link up: its row, and whose it is.
///
/// # Errors
/// `mail_link_invalid`, whatever the reason.
pub(super) async fn redeem(
    tx: &Tx<SystemScope>,
    token: &str,
    purpose: Purpose,
) -> Result<(MailLink, User, UserId)> {
    if token.len() > MAX_SECRET {
        return Err(invalid());
    }
    let link = mail_links::take(tx, &secret::hash(token), purpose.as_str()).await?.ok_or_else(invalid)?;
    let id: UserId = link.user_id.parse().internal("reading a link's user")?;
    let user = users::find(tx, id)
        .await?
        .filter(|user| user.credential_version == link.credential_version && user.disabled_at.is_none())
        .ok_or_else(invalid)?;
    Ok((link, user, id))
}

/// Whose link this is, as it is now, without using it up.
///
/// # Errors
/// `mail_link_invalid`.
pub(super) async fn owner(access: &impl SystemAccess, token: &str, purpose: Purpose) -> Result<UserId> {
    if token.len() > MAX_SECRET {
        return Err(invalid());
    }
    let link = mail_links::find(access, &secret::hash(token), purpose.as_str()).await?.ok_or_else(invalid)?;
    link.user_id.parse().internal("reading a link's user")
}
