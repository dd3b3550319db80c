//! Reading an ID token (OpenID Connect Core §3.1.3.7). Pure.
//!
//! Strict where libraries are lenient: only asymmetric algorithms, the key chosen by the provider's own key set alone, times are
//! numbers, a boolean is a boolean, one audience or the authorised party named. Signatures are checked by `jsonwebtoken`; the claims
//! by hand, against the clock of the installation.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};
use stead_core::Timestamp;
use subtle::ConstantTimeEq as _;

const LONGEST: usize = 32 * 1_024;
/// Clocks of two machines may differ by this, seconds.
const LEEWAY: i64 = 60;
/// An answer to what was asked a moment ago is not older, seconds.
const OLDEST: i64 = 3_600;
const LONGEST_SUBJECT: usize = 255;

pub(super) type Claims = Map<String, Value>;

/// What the token has to be for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

/// Why a token was refused. For the log; whoever signs in learns that it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    Malformed,
    Algorithm,
    /// No key of the set is the one; the set may be out of date.
    UnknownKey,
    Signature,
    Issuer,
    Audience,
    Party,
    Expired,
    NotYet,
    IssuedAt,
    Nonce,
    Subject,
}

const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let usable = key.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
    let named = key.common.key_algorithm.is_none_or(|named| named == KeyAlgorithm::from(algorithm));
    let shape = match (&key.algorithm, algorithm) {
        (
            AlgorithmParameters::RSA(_),
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512,
        ) => true,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => curve.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES384) => curve.curve == EllipticCurve::P384,
        (AlgorithmParameters::OctetKeyPair(pair), Algorithm::EdDSA) => pair.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    usable && named && shape
}

/// The only key that the token can have been signed with.
fn choose<'a>(keys: &'a JwkSet, algorithm: Algorithm, id: Option<&str>) -> Option<&'a Jwk> {
    let mut fitting = keys
        .keys
        .iter()
        .filter(|key| fits(key, algorithm) && id.is_none_or(|id| key.common.key_id.as_deref() == Some(id)));
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Some(key),
        _ => None,
    }
}

fn number(claims: &Claims, name: &str) -> Result<Option<i64>, Wrong> {
    match claims.get(name) {
        None => Ok(None),
        // Some providers write whole seconds with a fraction; none writes a text and means a time.
        Some(Value::Number(number)) => {
            #[expect(clippy::cast_possible_truncation, reason = "seconds, bounded before")]
            let fraction =
                number.as_f64().filter(|seconds| seconds.abs() < 1e12).map(|seconds| seconds.floor() as i64);
            number.as_i64().or(fraction).map(Some).ok_or(Wrong::Malformed)
        }
        Some(_) => Err(Wrong::Malformed),
    }
}

fn audiences(claims: &Claims) -> Option<Vec<&str>> {
    match claims.get("aud")? {
        Value::String(one) => Some(vec![one]),
        Value::Array(many) => many.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), Wrong> {
    if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
        return Err(Wrong::Issuer);
    }
    let audiences = audiences(claims).ok_or(Wrong::Audience)?;
    if !audiences.contains(&expected.client_id) {
        return Err(Wrong::Audience);
    }
    let party = match claims.get("azp") {
        None => None,
        Some(Value::String(party)) => Some(party.as_str()),
        Some(_) => return Err(Wrong::Party),
    };
    if party.is_some_and(|party| party != expected.client_id) || audiences.len() > 1 && party.is_none() {
        return Err(Wrong::Party);
    }
    let now = expected.now.micros().div_euclid(1_000_000);
    let expires = number(claims, "exp")?.ok_or(Wrong::Expired)?;
    if expires.saturating_add(LEEWAY) <= now {
        return Err(Wrong::Expired);
    }
    if number(claims, "nbf")?.is_some_and(|begins| begins > now.saturating_add(LEEWAY)) {
        return Err(Wrong::NotYet);
    }
    let issued = number(claims, "iat")?.ok_or(Wrong::IssuedAt)?;
    if issued > now.saturating_add(LEEWAY) || issued < now.saturating_sub(OLDEST) {
        return Err(Wrong::IssuedAt);
    }
    let nonce = claims.get("nonce").and_then(Value::as_str).ok_or(Wrong::Nonce)?;
    if !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return Err(Wrong::Nonce);
    }
    subject(claims).map(drop).ok_or(Wrong::Subject)
}

/// The account there, by the name that never changes.
pub(super) fn subject(claims: &Claims) -> Option<&str> {
    let subject = claims.get("sub")?.as_str()?;
    let good =
        !subject.is_empty() && subject.len() <= LONGEST_SUBJECT && !subject.chars().any(char::is_control);
    good.then_some(subject)
}

/// The claims of a token that a key of the set signed, for this client and this sign-in, now.
pub(super) fn verify(token: &str, keys: &JwkSet, expected: &Expected<'_>) -> Result<Claims, Wrong> {
    if token.len() > LONGEST {
        return Err(Wrong::Malformed);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| Wrong::Malformed)?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Wrong::Algorithm);
    }
    // An access token or a logout token is no ID token (RFC 8725 §3.11).
    if header.typ.as_deref().is_some_and(|kind| !kind.eq_ignore_ascii_case("jwt")) {
        return Err(Wrong::Malformed);
    }
    let key = choose(keys, header.alg, header.kid.as_deref()).ok_or(Wrong::UnknownKey)?;
    let key = DecodingKey::from_jwk(key).map_err(|_| Wrong::UnknownKey)?;
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let claims =
        jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| Wrong::Signature)?.claims;
    check_claims(&claims, expected)?;
    Ok(claims)
}

#[cfg(test)]
pub(super) mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn key(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
    }

    fn set(keys: &[(&str, u8)]) -> JwkSet {
        let keys: Vec<Value> = keys
            .iter()
            .map(|(id, seed)| {
                let public = URL_SAFE_NO_PAD.encode(key(*seed).public_key().as_ref());
                json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "use": "sig", "alg": "EdDSA", "x": public})
            })
            .collect();
        serde_json::from_value(json!({ "keys": keys })).unwrap()
    }

    fn signed(seed: u8, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(key(seed).sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    fn claims(change: &Value) -> Value {
        let mut claims = json!({
            "iss": "https://login.example.org", "aud": "stead", "sub": "42", "nonce": "n",
            "exp": NOW + 300, "iat": NOW,
        });
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        claims
    }

    fn read(token: &str) -> Result<Claims, Wrong> {
        let expected = Expected {
            issuer: "https://login.example.org",
            client_id: "stead",
            nonce: "n",
            now: Timestamp::from_micros(NOW * 1_000_000),
        };
        verify(token, &set(&[("one", 1), ("two", 2)]), &expected)
    }

    fn header() -> Value {
        json!({"alg": "EdDSA", "kid": "one", "typ": "JWT"})
    }

    #[test]
    fn a_good_token_is_read() {
        assert_eq!(subject(&read(&signed(1, &header(), &claims(&json!({})))).unwrap()), Some("42"));
        let several = claims(&json!({"aud": ["stead", "other"], "azp": "stead"}));
        assert!(read(&signed(1, &header(), &several)).is_ok());
    }

    #[test]
    fn security_14_claims_that_are_for_something_else_are_refused() {
        for (change, wrong) in [
            (json!({"iss": "https://login.example.org/"}), Wrong::Issuer),
            (json!({"iss": "https://evil.example"}), Wrong::Issuer),
            (json!({"iss": null}), Wrong::Issuer),
            (json!({"aud": "other"}), Wrong::Audience),
            (json!({"aud": null}), Wrong::Audience),
            (json!({"aud": ["stead", 1]}), Wrong::Audience),
            (json!({"aud": ["stead", "other"]}), Wrong::Party),
            (json!({"azp": "other"}), Wrong::Party),
            (json!({"azp": 1}), Wrong::Party),
            (json!({"exp": NOW - 61}), Wrong::Expired),
            (json!({"exp": null}), Wrong::Expired),
            (json!({"exp": (NOW + 300).to_string()}), Wrong::Malformed),
            (json!({"exp": true}), Wrong::Malformed),
            (json!({"nbf": (NOW - 300).to_string()}), Wrong::Malformed),
            (json!({"nbf": NOW + 120}), Wrong::NotYet),
            (json!({"iat": null}), Wrong::IssuedAt),
            (json!({"iat": NOW + 120}), Wrong::IssuedAt),
            (json!({"iat": NOW - 7_200}), Wrong::IssuedAt),
            (json!({"nonce": "other"}), Wrong::Nonce),
            (json!({"nonce": null}), Wrong::Nonce),
            (json!({"nonce": 1}), Wrong::Nonce),
            (json!({"sub": null}), Wrong::Subject),
            (json!({"sub": ""}), Wrong::Subject),
            (json!({"sub": 42}), Wrong::Subject),
            (json!({"sub": "x".repeat(256)}), Wrong::Subject),
        ] {
            assert_eq!(read(&signed(1, &header(), &claims(&change))).unwrap_err(), wrong, "{change}");
        }
    }

    #[test]
    fn security_14_a_header_chooses_neither_key_nor_algorithm() {
        let good = claims(&json!({}));
        for (change, seed, wrong) in [
            (json!({"kid": "two"}), 1, Wrong::Signature),
            (json!({"kid": "three"}), 1, Wrong::UnknownKey),
            (json!({"kid": "../../one"}), 1, Wrong::UnknownKey),
            // Several keys fit, and it says nothing.
            (json!({"kid": null}), 1, Wrong::UnknownKey),
            (json!({"alg": "HS256"}), 1, Wrong::Algorithm),
            (json!({"alg": "RS256"}), 1, Wrong::UnknownKey),
            (json!({"alg": "ES256"}), 1, Wrong::UnknownKey),
            (json!({"alg": "none"}), 1, Wrong::Malformed),
            (json!({"typ": "at+jwt"}), 1, Wrong::Malformed),
            (json!({"typ": "logout+jwt"}), 1, Wrong::Malformed),
        ] {
            let mut header = header();
            for (name, value) in change.as_object().unwrap() {
                match value {
                    Value::Null => drop(header.as_object_mut().unwrap().remove(name)),
                    value => header[name] = value.clone(),
                }
            }
            assert_eq!(read(&signed(seed, &header, &good)).unwrap_err(), wrong, "{change}");
        }
        // An own key in the header helps nobody.
        let own = json!({"alg": "EdDSA", "kid": "one", "jwk": set(&[("one", 9)]).keys[0]});
        assert_eq!(read(&signed(9, &own, &good)).unwrap_err(), Wrong::Signature);
        let token = signed(1, &header(), &good);
        let (message, _) = token.rsplit_once('.').unwrap();
        assert!(read(&format!("{message}.")).is_err());
        assert!(read(message).is_err() && read("").is_err() && read(&"a.b.c".repeat(10_000)).is_err());
    }

    #[test]
    fn a_key_for_encryption_signs_nothing() {
        let mut keys = set(&[("one", 1)]);
        keys.keys[0].common.public_key_use = Some(PublicKeyUse::Encryption);
        assert!(choose(&keys, Algorithm::EdDSA, Some("one")).is_none());
    }
}
