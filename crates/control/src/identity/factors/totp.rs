//! Codes by time (RFC 6238): SHA-1, six digits, steps of 30 seconds, one step to either side; every step once.

use qrcode::QrCode;
use qrcode::render::svg;
use stead_api::v1::factors as wire;
use stead_core::error::InternalContext as _;
use stead_core::ids::UserId;
use stead_core::{Error, Result, Timestamp};
use stead_db::{factors, users};
use totp_rs::{Builder, Totp};

use super::{Factors, recovery};
use crate::attempts::Limited;
use crate::identity::Caller;
use crate::keys::Owner;
use crate::notifications::FactorChange;

const SECRET: usize = 20;
const MAX_CODE: usize = 20;
const QR_PIXELS: u32 = 220;
/// Names in authenticator apps are a line.
const MAX_NAME: usize = 60;

/// Of the caller, who is signed in all the same.
fn wrong() -> Error {
    Error::invalid("code_wrong", "This code is not right, or was used before.")
        .next_step("Type the code that your app shows now; the clocks of both devices have to be right.")
        .about_field("code")
}

fn context(user: UserId) -> String {
    format!("totp/{user}")
}

pub(super) fn of_secret(secret: &[u8]) -> Result<Totp> {
    Builder::new()
        .with_secret(secret)
        .build()
        .map_err(|error| Error::internal(format!("a TOTP secret: {error}")))
}

/// The time step of the code, when it is one of those that are valid now.
pub(super) fn step_of(totp: &Totp, code: &str, now: Timestamp) -> Option<i64> {
    let code: String = code.chars().filter(|character| !character.is_whitespace()).collect();
    if code.len() > MAX_CODE {
        return None;
    }
    let seconds = u64::try_from(now.micros() / 1_000_000).ok()?;
    totp.check(&code, seconds).and_then(|step| i64::try_from(step).ok())
}

impl Factors {
    /// A new secret for an authenticator app. It counts once a code of it was confirmed.
    ///
    /// # Errors
    /// `step_up_required`; `totp_exists`.
    pub async fn begin_totp(&self, caller: &Caller) -> Result<wire::TotpSetup> {
        self.inner.identity.require_recent(caller).await?;
        let user = caller.user();
        let mut secret = zeroize::Zeroizing::new([0; SECRET]);
        self.inner.identity.inner.db.ambient().fill_random(&mut *secret);
        let secret = &secret;
        let account = self
            .as_caller(caller)
            .transaction(|tx| async move {
                if factors::totp(&tx, user).await?.is_some_and(|row| row.confirmed_at.is_some()) {
                    return Err(Error::conflict("totp_exists", "You have an authenticator app already.")
                        .next_step("Remove it before you set up another one."));
                }
                let account = users::find(&tx, user)
                    .await?
                    .ok_or_else(|| Error::internal("the caller's user is gone"))?;
                let sealed =
                    self.inner.keys.seal(&tx, Owner::User(user), &context(user), secret.as_slice()).await?;
                let row = factors::Totp {
                    user_id: user.to_string(),
                    sealed_secret: sealed,
                    last_step: 0,
                    created_at: tx.now().micros(),
                    confirmed_at: None,
                };
                factors::set_totp(&tx, row).await?;
                crate::identity::accounts::record(&tx, user, "totp.begin").await?;
                Ok(account)
            })
            .await?;
        let name = account.email.unwrap_or(account.name);
        let name: String = name.replace(':', ".").chars().take(MAX_NAME).collect();
        let named = Builder::new()
            .with_secret(secret.as_slice())
            .with_account_name(name)
            .with_issuer(Some(self.inner.issuer.as_str()))
            .build()
            .map_err(|error| Error::internal(format!("a TOTP secret: {error}")))?;
        let uri = named
            .to_url()
            .map_err(|error| Error::internal(format!("the address of a TOTP secret: {error}")))?;
        let qr_svg = QrCode::new(uri.as_bytes())
            .internal("drawing a QR code")?
            .render::<svg::Color<'_>>()
            .min_dimensions(QR_PIXELS, QR_PIXELS)
            .build();
        Ok(wire::TotpSetup { secret: totp_rs::Secret::from(secret.as_slice()).to_base32(), uri, qr_svg })
    }

    /// Confirms the secret by a code, which is used up by that. Answers with recovery codes.
    ///
    /// # Errors
    /// `step_up_required`; `totp_missing`; `code_wrong`; `rate_limited`.
    pub async fn confirm_totp(&self, caller: &Caller, code: &str) -> Result<wire::RecoveryCodes> {
        let identity = &self.inner.identity;
        identity.require_recent(caller).await?;
        let user = caller.user();
        identity.attempts().take(Limited::StepUp { user }).await?;
        let row = factors::totp(&self.inner.system, user)
            .await?
            .filter(|row| row.confirmed_at.is_none())
            .ok_or_else(|| {
                Error::conflict("totp_missing", "There is no authenticator app to confirm.")
                    .next_step("Begin with `POST /v1/me/totp`.")
            })?;
        let step = self.step(user, &row, code).await?.ok_or_else(wrong)?;
        let codes = recovery::make(identity.inner.db.ambient());
        let (hashes, made_at) = (&recovery::hashes(&codes), row.created_at);
        self.as_caller(caller)
            .transaction(|tx| async move {
                if !factors::use_step(&tx, user, made_at, step).await? {
                    return Err(wrong());
                }
                factors::confirm_totp(&tx, user).await?;
                factors::set_recovery_codes(&tx, user, hashes).await?;
                self.changed(&tx, user, "totp.confirm", FactorChange::TotpAdded, &caller.request).await
            })
            .await?;
        Ok(wire::RecoveryCodes { recovery_codes: codes })
    }

    /// # Errors
    /// `step_up_required`; `totp_not_found`.
    pub async fn remove_totp(&self, caller: &Caller) -> Result<()> {
        self.inner.identity.require_recent(caller).await?;
        let user = caller.user();
        self.as_caller(caller)
            .transaction(|tx| async move {
                if !factors::delete_totp(&tx, user).await? {
                    return Err(Error::not_found("totp", user));
                }
                // Without another second factor the codes would stand for nothing.
                if factors::passkeys(&tx, user).await?.is_empty() {
                    factors::set_recovery_codes(&tx, user, &[]).await?;
                }
                self.changed(&tx, user, "totp.remove", FactorChange::TotpRemoved, &caller.request).await
            })
            .await
    }

    /// Uses a code of a confirmed app up.
    pub(super) async fn use_totp(&self, user: UserId, code: &str) -> Result<bool> {
        let Some(row) =
            factors::totp(&self.inner.system, user).await?.filter(|row| row.confirmed_at.is_some())
        else {
            return Ok(false);
        };
        let Some(step) = self.step(user, &row, code).await? else { return Ok(false) };
        let made_at = row.created_at;
        self.inner
            .system
            .transaction(|tx| async move { factors::use_step(&tx, user, made_at, step).await })
            .await
    }

    async fn step(&self, user: UserId, row: &factors::Totp, code: &str) -> Result<Option<i64>> {
        let (keys, system) = (&self.inner.keys, &self.inner.system);
        let secret = keys.open(system, Owner::User(user), &context(user), &row.sealed_secret).await?;
        let totp = of_secret(&secret)?;
        Ok(step_of(&totp, code, self.now()).filter(|step| *step > row.last_step))
    }
}
