//! Recovery codes: ten, 120 random bits each, single use, kept as hashes. So many bits need no slow hash (OWASP ASVS 5.0, 6.5.2).

use stead_api::v1::factors as wire;
use stead_core::ambient::Ambient;
use stead_core::ids::UserId;
use stead_core::{Error, Result};
use stead_db::factors;

use super::{Factors, of};
use crate::identity::accounts::record;
use crate::identity::{Caller, RequestInfo, secret};
use crate::notifications::{self, FactorChange, Notice};

const CODES: usize = 10;
const LENGTH: usize = 24;
const GROUP: usize = 4;
const MAX_TYPED: usize = 100;
/// Crockford's base32: no letter that reads as another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

pub(super) fn make(ambient: &Ambient) -> Vec<String> {
    (0..CODES)
        .map(|_| {
            let mut bytes = [0; LENGTH];
            ambient.fill_random(&mut bytes);
            let characters: Vec<char> =
                bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
            characters.chunks(GROUP).map(String::from_iter).collect::<Vec<_>>().join("-")
        })
        .collect()
}

/// As it is compared: without what people add or leave out, and with letters that read as digits taken for them.
fn plain(typed: &str) -> Option<String> {
    if typed.len() > MAX_TYPED {
        return None;
    }
    let text: String = typed
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .map(|character| match character.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    (text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(text)
}

pub(super) fn hashes(codes: &[String]) -> Vec<String> {
    codes.iter().filter_map(|code| plain(code)).map(|code| secret::hash(&code)).collect()
}

impl Factors {
    /// Ten new codes in the place of all there were.
    ///
    /// # Errors
    /// `step_up_required`; `second_factor_missing`.
    pub async fn renew_recovery_codes(&self, caller: &Caller) -> Result<wire::RecoveryCodes> {
        self.inner.identity.require_recent(caller).await?;
        let user = caller.user();
        let codes = make(self.inner.identity.inner.db.ambient());
        let hashes = &hashes(&codes);
        self.as_caller(caller)
            .transaction(|tx| async move {
                if of(&tx, user).await?.is_empty() {
                    return Err(Error::conflict(
                        "second_factor_missing",
                        "Recovery codes stand in for a second factor, and you have none.",
                    )
                    .next_step("Set up an authenticator app or a passkey first."));
                }
                factors::set_recovery_codes(&tx, user, hashes).await?;
                let change = FactorChange::RecoveryCodesMade;
                self.changed(&tx, user, "recovery_codes.renew", change, &caller.request).await
            })
            .await?;
        Ok(wire::RecoveryCodes { recovery_codes: codes })
    }

    /// Uses a code up.
    pub(super) async fn use_recovery_code(
        &self,
        user: UserId,
        typed: &str,
        info: &RequestInfo,
    ) -> Result<bool> {
        let Some(hash) = plain(typed).map(|code| secret::hash(&code)) else { return Ok(false) };
        let hash = &hash;
        self.inner
            .system
            .transaction(|tx| async move {
                if of(&tx, user).await?.is_empty() || !factors::use_recovery_code(&tx, user, hash).await? {
                    return Ok(false);
                }
                record(&tx, user, "recovery_code.use").await?;
                let left = factors::recovery_codes_left(&tx, user).await?;
                let change = FactorChange::RecoveryCodeUsed { left: u32::try_from(left).unwrap_or(u32::MAX) };
                let whereabouts = crate::identity::accounts::whereabouts(info);
                let notice = Notice::FactorChanged { user, change, whereabouts };
                notifications::queue(&tx, &self.inner.keys, notice).await?;
                Ok(true)
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_taken_as_people_type_them() {
        let codes = make(&Ambient::system());
        assert_eq!((codes.len(), hashes(&codes).len()), (CODES, CODES));
        let code = &codes[0];
        assert_eq!(code.len(), LENGTH + LENGTH / GROUP - 1);
        let typed =
            format!(" {} ", code.to_uppercase().replace('-', " ").replace('0', "O").replace('1', "l"));
        assert_eq!(plain(&typed), plain(code));
        for wrong in ["", "-", &code[1..], &format!("{code}0"), &"u".repeat(LENGTH), &"0".repeat(5_000)] {
            assert_eq!(plain(wrong), None, "{wrong}");
        }
    }
}
