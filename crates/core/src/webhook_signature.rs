//! Signatures of webhooks by the Standard Webhooks specification (standardwebhooks.com, version 1.0.0): made for the calls that Stead
//! sends, checked for those that it receives. Pure; time comes in.
//!
//! A call has three headers: `webhook-id`, the same in every attempt; `webhook-timestamp`, seconds since 1970 of the attempt; and
//! `webhook-signature`, one or more `v1,<base64>` with spaces between them, one for each secret that counts now.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::ambient::Ambient;
use crate::{Error, Result, Timestamp};

/// How far the clocks of the two sides may be apart, and how long a call may travel.
pub const TOLERANCE: Duration = Duration::from_secs(300);
const PREFIX: &str = "whsec_";
/// Bytes of a secret, by the specification.
const SHORTEST: usize = 24;
const LONGEST: usize = 64;
/// Signatures of one call that are looked at: more are no rotation but an attempt to make work.
const MOST_SIGNATURES: usize = 16;

/// A new secret: `whsec_` and 256 random bits.
#[must_use]
pub fn new_secret(ambient: &Ambient) -> String {
    let mut bytes = [0; 32];
    ambient.fill_random(&mut bytes);
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

fn key(secret: &str) -> Result<Vec<u8>> {
    let decoded = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).ok();
    decoded.filter(|bytes| (SHORTEST..=LONGEST).contains(&bytes.len())).ok_or_else(|| {
        Error::invalid(
            "webhook_secret_invalid",
            "The secret of the webhook is none of the Standard Webhooks.",
        )
        .next_step("It is written like whsec_ and then 24 to 64 bytes in base64.")
    })
}

fn mac(key: &[u8], id: &str, timestamp: i64, body: &[u8]) -> Result<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Error::internal("making an HMAC"))?;
    mac.update(id.as_bytes());
    mac.update(format!(".{timestamp}.").as_bytes());
    mac.update(body);
    Ok(mac)
}

/// The header `webhook-signature`: one signature per secret. `timestamp` is in seconds since 1970.
///
/// # Errors
/// `webhook_secret_invalid`.
pub fn sign(secrets: &[&str], id: &str, timestamp: i64, body: &[u8]) -> Result<String> {
    let mut signatures = Vec::with_capacity(secrets.len());
    for secret in secrets {
        let signature = mac(&key(secret)?, id, timestamp, body)?.finalize().into_bytes();
        signatures.push(format!("v1,{}", STANDARD.encode(signature)));
    }
    Ok(signatures.join(" "))
}

/// The headers of a call, as they came.
#[derive(Debug, Clone, Copy)]
pub struct Headers<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub signature: &'a str,
}

/// Checks that the call was signed by one of the secrets, not more than [`TOLERANCE`] ago or ahead. Compares in constant time.
/// Whether the id came before is for [`Seen`] to say, or for a unique index where the effect is stored.
///
/// # Errors
/// `webhook_unsigned`, `webhook_too_old`, `webhook_too_new`, `webhook_signature_wrong`, `webhook_secret_invalid`; all are answered
/// with 400.
pub fn verify(secrets: &[&str], headers: &Headers<'_>, body: &[u8], now: Timestamp) -> Result<()> {
    let unsigned = || {
        Error::invalid("webhook_unsigned", "The call has not the headers of a signed webhook.")
            .next_step("Send webhook-id, webhook-timestamp and webhook-signature.")
    };
    let plain = |text: &str| {
        !text.is_empty() && text.len() <= 256 && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if !plain(headers.id) || headers.id.contains('.') {
        return Err(unsigned());
    }
    // Digits alone: what `parse` accepts besides (a sign) would make a second text of one time.
    if headers.timestamp.is_empty() || !headers.timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unsigned());
    }
    let timestamp: i64 = headers.timestamp.parse().map_err(|_| unsigned())?;
    let seconds = now.micros().div_euclid(1_000_000);
    let tolerance = i64::try_from(TOLERANCE.as_secs()).unwrap_or(i64::MAX);
    if seconds.saturating_sub(timestamp) > tolerance {
        return Err(Error::invalid("webhook_too_old", "The call was signed more than five minutes ago."));
    }
    if timestamp.saturating_sub(seconds) > tolerance {
        return Err(Error::invalid("webhook_too_new", "The call was signed more than five minutes ahead."));
    }
    let signatures: Vec<Vec<u8>> = headers
        .signature
        .split(' ')
        .filter_map(|signature| signature.strip_prefix("v1,"))
        .take(MOST_SIGNATURES)
        .filter_map(|signature| STANDARD.decode(signature).ok())
        .collect();
    if signatures.is_empty() {
        return Err(unsigned());
    }
    for secret in secrets {
        let expected = mac(&key(secret)?, headers.id, timestamp, body)?;
        if signatures.iter().any(|signature| expected.clone().verify_slice(signature).is_ok()) {
            return Ok(());
        }
    }
    Err(Error::invalid("webhook_signature_wrong", "No signature of the call fits its body."))
}

/// Which calls came already, for receivers that keep nothing. Bounded: remembers for twice the tolerance, after which [`verify`] refuses
/// a call anyway.
#[derive(Debug)]
pub struct Seen {
    at: HashMap<String, Timestamp>,
    order: VecDeque<(Timestamp, String)>,
    most: usize,
}

impl Seen {
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { at: HashMap::new(), order: VecDeque::new(), most: most.max(1) }
    }

    /// Whether this verified call is the first with its id. When more ids are remembered than fit, the oldest are forgotten.
    pub fn is_first(&mut self, id: &str, now: Timestamp) -> bool {
        while let Some((at, _)) = self.order.front() {
            if now.since(*at) <= TOLERANCE * 2 && self.order.len() < self.most {
                break;
            }
            if let Some((_, old)) = self.order.pop_front() {
                self.at.remove(&old);
            }
        }
        if self.at.contains_key(id) {
            return false;
        }
        self.at.insert(id.to_owned(), now);
        self.order.push_back((now, id.to_owned()));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT: i64 = 1_614_265_330;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn code(result: Result<()>) -> String {
        result.err().map_or_else(|| "ok".to_owned(), |error| error.code().to_owned())
    }

    /// The example of the specification and of its reference libraries.
    #[test]
    fn the_example_of_the_specification() {
        let signature = sign(&[SECRET], ID, AT, BODY).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let headers = Headers { id: ID, timestamp: "1614265330", signature: &signature };
        assert_eq!(code(verify(&[SECRET], &headers, BODY, at(AT))), "ok");
    }

    /// Test 15 of the security list: replay, tolerance, a changed byte, two signatures while the secret changes.
    #[test]
    fn security_15_webhook_replay() {
        let (old, new) = (SECRET, new_secret(&Ambient::system()));
        let both = sign(&[&new, old], ID, AT, BODY).unwrap();
        let headers = Headers { id: ID, timestamp: "1614265330", signature: &both };
        // Receivers that know only the one or the other, before and after the roll.
        for secrets in [vec![old], vec![new.as_str()], vec![old, new.as_str()]] {
            assert_eq!(code(verify(&secrets, &headers, BODY, at(AT))), "ok");
        }
        let other = new_secret(&Ambient::system());
        assert_eq!(code(verify(&[&other], &headers, BODY, at(AT))), "webhook_signature_wrong");
        // The same body twice: one effect.
        let mut seen = Seen::new(100);
        assert!(seen.is_first(ID, at(AT)));
        assert!(!seen.is_first(ID, at(AT + 299)));
        // Times.
        for (now, expected) in [
            (AT + 300, "ok"),
            (AT - 300, "ok"),
            (AT + 301, "webhook_too_old"),
            (AT - 301, "webhook_too_new"),
            (AT + 10_000_000, "webhook_too_old"),
        ] {
            assert_eq!(code(verify(&[old], &headers, BODY, at(now))), expected);
        }
        // A byte of body, id, time or signature.
        for index in 0..BODY.len() {
            let mut changed = BODY.to_vec();
            changed[index] ^= 1;
            assert_eq!(code(verify(&[old], &headers, &changed, at(AT))), "webhook_signature_wrong");
        }
        let one = sign(&[old], ID, AT, BODY).unwrap();
        let refused = "webhook_signature_wrong";
        assert_eq!(
            code(verify(
                &[old],
                &Headers { id: "msg_other", timestamp: "1614265330", signature: &one },
                BODY,
                at(AT)
            )),
            refused
        );
        assert_eq!(
            code(verify(&[old], &Headers { id: ID, timestamp: "1614265331", signature: &one }, BODY, at(AT))),
            refused
        );
        for signature in ["", "v1", "v1,", "v2,AAAA", "v1a,AAAA", &one.replace("v1,", "v1a,"), &one[3..]] {
            let result =
                code(verify(&[old], &Headers { id: ID, timestamp: "1614265330", signature }, BODY, at(AT)));
            assert!(result == "webhook_unsigned" || result == refused, "{signature}: {result}");
        }
        for timestamp in ["", "+1614265330", " 1614265330", "1614265330.0", "99999999999999999999", "-1"] {
            assert_eq!(
                code(verify(&[old], &Headers { id: ID, timestamp, signature: &one }, BODY, at(AT))),
                "webhook_unsigned"
            );
        }
        // A dot in the id would let its end pass for the time.
        assert_eq!(
            code(verify(
                &[old],
                &Headers { id: "a.1614265330", timestamp: "1614265330", signature: &one },
                BODY,
                at(AT)
            )),
            "webhook_unsigned"
        );
        for secret in ["", "whsec_", "whsec_AAAA", "whsec_no base64"] {
            assert_eq!(code(verify(&[secret], &headers, BODY, at(AT))), "webhook_secret_invalid");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut seen = Seen::new(3);
        for number in 0..10 {
            assert!(seen.is_first(&number.to_string(), at(AT)));
        }
        assert!(seen.at.len() <= 3 && seen.order.len() <= 3);
        assert!(!seen.is_first("9", at(AT)));
        assert!(seen.is_first("9", at(AT + 601)), "forgotten when it would be refused anyway");
    }

    proptest! {
        #[test]
        fn what_is_signed_is_verified(body: Vec<u8>, seconds in 0_i64..4_000_000_000) {
            let secret = new_secret(&Ambient::system());
            let signature = sign(&[&secret], ID, seconds, &body).unwrap();
            let timestamp = seconds.to_string();
            let headers = Headers { id: ID, timestamp: &timestamp, signature: &signature };
            prop_assert!(verify(&[&secret], &headers, &body, at(seconds)).is_ok());
        }

        #[test]
        fn nothing_panics(id: String, timestamp: String, signature: String, secret: String) {
            let headers = Headers { id: &id, timestamp: &timestamp, signature: &signature };
            prop_assert!(verify(&[&secret], &headers, b"", at(AT)).is_err());
        }
    }
}
