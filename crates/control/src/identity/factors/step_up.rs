//! Proving once more who one is, within a session. What counts as a recent proof stands in [`super::super::admission`].

use stead_api::v1::factors as wire;
use stead_core::{Error, ErrorKind, Result};
use stead_db::passwords;
use zeroize::Zeroizing;

use super::{Factors, Proof, of};
use crate::attempts::Limited;
use crate::identity::accounts::record;
use crate::identity::{Caller, Factor};

/// What somebody who is signed in proves with that it is them.
pub enum StepUp {
    Password(Zeroizing<String>),
    Factor(Proof),
}

impl std::fmt::Debug for StepUp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.factor().as_str())
    }
}

impl StepUp {
    /// From a request, in which exactly one must be given.
    ///
    /// # Errors
    /// `proof_missing`.
    pub fn one_of(input: wire::StepUpRequest) -> Result<Self> {
        let wire::StepUpRequest { password, totp, passkey } = input;
        match (password.map(Zeroizing::new), totp, passkey) {
            (Some(password), None, None) => Ok(Self::Password(password)),
            (None, totp, passkey) => Proof::one_of(totp, None, passkey).map(Self::Factor),
            _ => Err(Error::invalid("proof_missing", "Exactly one proof has to be given.")
                .next_step("Send one of password, totp and passkey.")),
        }
    }

    const fn factor(&self) -> Factor {
        match self {
            Self::Password(_) => Factor::Password,
            Self::Factor(Proof::Totp(_)) => Factor::Totp,
            Self::Factor(Proof::RecoveryCode(_)) => Factor::RecoveryCode,
            Self::Factor(Proof::Passkey { .. }) => Factor::Passkey,
        }
    }
}

fn nothing_to_prove_with() -> Error {
    Error::conflict(
        "step_up_impossible",
        "Your account has neither a password nor a second factor to confirm this with.",
    )
    .next_step(
        "Sign in again by a link in a mail, or by a link that is made on the server's machine (`stead dashboard` there): \
         that counts. Then set a password.",
    )
}

impl Factors {
    /// The caller proves once more who they are. Answers with the session's new secret when it has a cookie: the former one is worth
    /// nothing any more.
    ///
    /// # Errors
    /// `session_needed` for API tokens; `step_up_refused`, whatever was wrong; `step_up_impossible`; `rate_limited`; `sign_in_busy`.
    pub async fn step_up(&self, caller: &Caller, proof: StepUp) -> Result<Option<String>> {
        let (identity, user) = (&self.inner.identity, caller.user());
        if !caller.is_session() {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "session_needed",
                "An API token cannot prove who holds it.",
            )
            .next_step("Sign in to the dashboard, or use `stead login`."));
        }
        let limited = Limited::StepUp { user };
        identity.attempts().take(limited).await?;
        let factor = proof.factor();
        let right = match proof {
            StepUp::Password(password) => {
                identity.password_is(&self.inner.system, Some(user), password).await?
            }
            StepUp::Factor(proof) => match self.prove(user, proof, &caller.request).await {
                Ok(()) => true,
                Err(error) if error.kind() == ErrorKind::Unauthenticated => false,
                Err(error) => return Err(error),
            },
        };
        if !right {
            self.as_caller(caller)
                .transaction(|tx| async move { record(&tx, user, "session.step_up_refuse").await })
                .await?;
            let system = &self.inner.system;
            if passwords::hash_of(system, user).await?.is_none() && of(system, user).await?.is_empty() {
                return Err(nothing_to_prove_with());
            }
            // The session is as valid as before: not 401, which would end it in browsers.
            return Err(Error::new(
                ErrorKind::Forbidden,
                "step_up_refused",
                "This is not right, or was used before.",
            )
            .next_step("Try again, or another way."));
        }
        let secret = identity.stepped_up(caller, factor).await?;
        identity.attempts().succeeded(limited).await?;
        Ok(secret)
    }
}
