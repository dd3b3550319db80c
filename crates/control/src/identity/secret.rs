//! Secrets: how they are made, what they look like, and what is kept of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use stead_core::ambient::Ambient;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Scanners for leaked secrets find it by this.
const TOKEN_PREFIX: &str = "stead_";
const TOKEN_RANDOM: usize = 30;
const TOKEN_CHECK: usize = 6;
/// Characters of a token that may be shown later.
const HINT: usize = TOKEN_PREFIX.len() + 4;

/// 256 random bits as text for cookies and addresses.
pub(crate) fn opaque(ambient: &Ambient) -> String {
    let mut bytes = [0; 32];
    ambient.fill_random(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a secret: SHA-256, hex. Looked up by equality in an index, which tells nothing of the secret by its timing.
pub(crate) fn hash(secret: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha256::digest(secret.as_bytes());
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// An API token: `stead_`, 30 random characters, 6 that check them, so that scanners and typing errors need no database.
pub(super) fn token(ambient: &Ambient) -> String {
    let mut random = String::with_capacity(TOKEN_RANDOM);
    while random.len() < TOKEN_RANDOM {
        let mut bytes = [0; 64];
        ambient.fill_random(&mut bytes);
        // 248 is the largest multiple of 62 in a byte: taking less keeps every character as likely as the others.
        let usable = bytes
            .into_iter()
            .filter(|byte| *byte < 248)
            .map(|byte| char::from(BASE62[usize::from(byte % 62)]));
        random.extend(usable.take(TOKEN_RANDOM - random.len()));
    }
    let check = check(&random);
    format!("{TOKEN_PREFIX}{random}{check}")
}

fn check(random: &str) -> String {
    let digest = Sha256::digest(random.as_bytes());
    let mut number = u64::from_be_bytes([
        digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7],
    ]);
    (0..TOKEN_CHECK)
        .map(|_| {
            let digit = BASE62[usize::try_from(number % 62).unwrap_or(0)];
            number /= 62;
            char::from(digit)
        })
        .collect()
}

/// Whether the text can be a token at all.
pub(super) fn is_token(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(TOKEN_PREFIX) else { return false };
    rest.len() == TOKEN_RANDOM + TOKEN_CHECK
        && rest.is_ascii()
        && check(&rest[..TOKEN_RANDOM]) == rest[TOKEN_RANDOM..]
}

/// The part of a token that may be shown later.
pub(super) fn hint(token: &str) -> String {
    token.chars().take(HINT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_check_themselves() {
        let ambient = Ambient::system();
        let made = token(&ambient);
        assert!(is_token(&made));
        assert_ne!(made, token(&ambient));
        let mut wrong = made.clone();
        let last = wrong.pop().unwrap();
        wrong.push(if last == 'a' { 'b' } else { 'a' });
        assert!(!is_token(&wrong));
        assert!(!is_token("stead_") && !is_token("") && !is_token(&"é".repeat(30)));
        assert!(made.starts_with(&hint(&made)) && hint(&made).len() == 10);
    }
}
