//! AES-256-GCM and the forms of what it makes. Pure: keys, nonces and associated data are given.
//!
//! A sealed text is `<data key's id>.<base64url of nonce, ciphertext and tag>`. Nonces are 96 random bits: NIST SP 800-38D §8.3
//! allows 2^32 messages under one key, which is why an owner's key can be rotated.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stead_core::ids::DataKeyId;
use stead_core::{Error, Result};
use zeroize::Zeroizing;

/// 256 bits that leave memory when they are dropped.
pub(super) type Key = Zeroizing<[u8; 32]>;

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key)
        .map(LessSafeKey::new)
        .map_err(|_| Error::internal("a key of 256 bits was refused"))
}

/// Nonce, ciphertext and tag.
pub(super) fn encrypt(key: &[u8; 32], nonce: [u8; NONCE_LEN], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let mut text = Zeroizing::new(plain.to_vec());
    let tag = cipher(key)?
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), text.as_mut_slice())
        .map_err(|_| Error::internal("sealing failed"))?;
    let mut sealed = Vec::with_capacity(NONCE_LEN + text.len() + tag.as_ref().len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&text);
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// What [`encrypt`] was given; `None` when key or associated data are others, or the text was changed.
pub(super) fn decrypt(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let Some((nonce, rest)) = sealed.split_first_chunk::<NONCE_LEN>() else { return Ok(None) };
    let mut text = Zeroizing::new(rest.to_vec());
    let opened = cipher(key)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), text.as_mut_slice())
        .map(|plain| plain.len());
    Ok(opened.ok().map(|length| {
        text.truncate(length);
        text
    }))
}

/// What a value is bound to. Lengths are written out, so that no two lists of parts give the same bytes.
pub(super) fn associated_data(use_of: &str, parts: &[&str]) -> Vec<u8> {
    let mut data = Vec::new();
    for part in std::iter::once(&use_of).chain(parts) {
        data.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    data
}

pub(super) fn write(key: DataKeyId, sealed: &[u8]) -> String {
    format!("{key}.{}", URL_SAFE_NO_PAD.encode(sealed))
}

/// The data key's id and the bytes; `None` when the text is none that [`write`] made.
pub(super) fn read(text: &str) -> Option<(DataKeyId, Vec<u8>)> {
    let (key, bytes) = text.split_once('.')?;
    Some((key.parse().ok()?, URL_SAFE_NO_PAD.decode(bytes).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_sealed_opens_only_unchanged(
            key: [u8; 32], other: [u8; 32], nonce: [u8; 12], aad: Vec<u8>, plain: Vec<u8>, place: prop::sample::Index, bit in 0_u8..8
        ) {
            let sealed = encrypt(&key, nonce, &aad, &plain).unwrap();
            prop_assert_eq!(decrypt(&key, &aad, &sealed).unwrap().unwrap().to_vec(), plain);
            let mut changed = sealed.clone();
            changed[place.index(sealed.len())] ^= 1 << bit;
            prop_assert!(decrypt(&key, &aad, &changed).unwrap().is_none());
            prop_assert!(decrypt(&key, &aad, &sealed[..sealed.len() - 1]).unwrap().is_none());
            let mut further = aad.clone();
            further.push(0);
            prop_assert!(decrypt(&key, &further, &sealed).unwrap().is_none());
            if key != other {
                prop_assert!(decrypt(&other, &aad, &sealed).unwrap().is_none());
            }
        }

        #[test]
        fn parts_do_not_run_together(left in "[a-c/]{0,6}", right in "[a-c/]{0,6}", cut in 0_usize..12) {
            let joined = format!("{left}{right}");
            if joined.is_char_boundary(cut.min(joined.len())) {
                let (first, second) = joined.split_at(cut.min(joined.len()));
                let same = first == left;
                prop_assert_eq!(associated_data("x", &[first, second]) == associated_data("x", &[&left, &right]), same);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,120}") {
            let _ = read(&text);
        }
    }
}
