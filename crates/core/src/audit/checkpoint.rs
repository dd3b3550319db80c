//! Signed checkpoints: the size and root of a tree at a time, as a signed note.
//!
//! The text is that of <https://c2sp.org/tlog-checkpoint>: origin, size, root in base64, then a line of our own with the time. The
//! signature is Ed25519 as in <https://c2sp.org/signed-note>, so that the tools of transparency logs can read it. The signature
//! itself is made and checked by whoever has the cryptography ([`Signatures`]); a key is written `name+id+base64`, as there.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};

use super::tree::Hash;
use crate::{Error, Result, Timestamp};

/// Longer texts are no checkpoint.
pub const LONGEST: usize = 4_096;
const ED25519: u8 = 1;
/// How a note's signature line begins.
const DASH: &str = "\u{2014} ";

/// Size and root of a tree at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The tree: a tenant's id, or `installation`.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    pub at: Timestamp,
}

impl Checkpoint {
    /// What is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\ntime {}\n", self.origin, self.size, BASE64.encode(self.root), self.at)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
        let size = lines.next()?.parse().ok()?;
        let root = BASE64.decode(lines.next()?).ok()?.try_into().ok()?;
        let at = lines.next()?.strip_prefix("time ")?.parse().ok()?;
        let parsed = Self { origin, size, root, at };
        // One form only: what was signed is what is read.
        (lines.next().is_none() && parsed.text() == text).then_some(parsed)
    }
}

/// A public key that signs checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    pub name: String,
    pub public: [u8; 32],
}

impl VerifierKey {
    /// The first four bytes of SHA-256 over name, newline, algorithm and key.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let digest =
            Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]).chain_update(self.public);
        let digest: Hash = digest.finalize().into();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[ED25519][..], &self.public].concat();
        write!(formatter, "{}+{}+{}", self.name, super::hex(&self.id()), BASE64.encode(bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = || {
            let mut parts = text.trim().splitn(3, '+');
            let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
            let bytes = BASE64.decode(key).ok()?;
            let (algorithm, public) = bytes.split_first()?;
            let key = Self { name: name.to_owned(), public: public.try_into().ok()? };
            let right = *algorithm == ED25519 && !name.is_empty() && super::hex(&key.id()) == id;
            right.then_some(key)
        };
        parsed().ok_or_else(|| {
            Error::invalid("audit_key_invalid", "This is no key that verifies checkpoints.")
                .next_step("`stead audit checkpoint --key` prints it: name+id+base64.")
        })
    }
}

/// Checks Ed25519 signatures.
pub trait Signatures {
    fn verify(&self, public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool;
}

/// The signed note of a checkpoint.
#[must_use]
pub fn note(checkpoint: &Checkpoint, key: &VerifierKey, signature: &[u8]) -> String {
    let bytes = [&key.id()[..], signature].concat();
    format!("{}\n{DASH}{} {}\n", checkpoint.text(), key.name, BASE64.encode(bytes))
}

/// The checkpoint of a note that one of the keys signed.
///
/// # Errors
/// `checkpoint_invalid` when it is no note; `checkpoint_signature_invalid` when none of the keys signed it.
pub fn open(note: &str, keys: &[VerifierKey], signatures: &impl Signatures) -> Result<Checkpoint> {
    let invalid = || {
        Error::invalid("checkpoint_invalid", "This is no checkpoint.")
            .next_step("`stead audit checkpoint` prints one.")
    };
    if note.len() > LONGEST {
        return Err(invalid());
    }
    let (text, lines) = note.split_once("\n\n").ok_or_else(invalid)?;
    let text = format!("{text}\n");
    let checkpoint = Checkpoint::parse(&text).ok_or_else(invalid)?;
    for line in lines.lines() {
        let (name, encoded) =
            line.strip_prefix(DASH).and_then(|line| line.split_once(' ')).ok_or_else(invalid)?;
        let bytes = BASE64.decode(encoded).map_err(|_| invalid())?;
        let Some((id, signature)) = bytes.split_at_checked(4) else { return Err(invalid()) };
        // Signatures of other keys (witnesses) are passed over.
        let known = keys.iter().find(|key| key.name == name && key.id() == id);
        if known.is_some_and(|key| signatures.verify(&key.public, text.as_bytes(), signature)) {
            return Ok(checkpoint);
        }
    }
    Err(Error::invalid("checkpoint_signature_invalid", "None of the given keys signed this checkpoint.")
        .next_step("Compare the key with the one that was kept when the installation was set up."))
}

/// Splits a file of notes, one after the other, as it is published.
pub fn notes(file: &str) -> impl Iterator<Item = String> {
    let mut rest = file.trim_start_matches('\n');
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        // A note ends with the last of its signature lines.
        let body = rest.find("\n\n").map_or(rest.len(), |at| at + 2);
        let mut end = body;
        for line in rest[body..].split_inclusive('\n') {
            if !line.starts_with(DASH) {
                break;
            }
            end += line.len();
        }
        let (note, after) = rest.split_at(end);
        rest = after.trim_start_matches('\n');
        Some(note.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Stands for Ed25519: a keyed hash twice, since a test here has no cryptography.
    struct Keyed;

    fn sign(public: &[u8; 32], message: &[u8]) -> Vec<u8> {
        let half: Hash = Sha256::new().chain_update(public).chain_update(message).finalize().into();
        [half, half].concat()
    }

    impl Signatures for Keyed {
        fn verify(&self, public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
            sign(public, message) == signature
        }
    }

    fn key(byte: u8) -> VerifierKey {
        VerifierKey { name: "stead-audit".into(), public: [byte; 32] }
    }

    fn checkpoint(size: u64) -> Checkpoint {
        Checkpoint {
            origin: "ten_01j9zz3kq8f7v9x2m4n5p6r7st".into(),
            size,
            root: [7; 32],
            at: Timestamp::from_micros(1_700_000_000_000_000),
        }
    }

    fn signed(size: u64) -> String {
        let checkpoint = checkpoint(size);
        note(&checkpoint, &key(1), &sign(&key(1).public, checkpoint.text().as_bytes()))
    }

    #[test]
    fn a_note_opens_with_its_key_alone() {
        assert_eq!(open(&signed(9), &[key(2), key(1)], &Keyed).unwrap(), checkpoint(9));
        let refused = open(&signed(9), &[key(2)], &Keyed).unwrap_err();
        assert_eq!(refused.code(), "checkpoint_signature_invalid");
        let raised = signed(9).replacen("\n9\n", "\n8\n", 1);
        assert_eq!(open(&raised, &[key(1)], &Keyed).unwrap_err().code(), "checkpoint_signature_invalid");
    }

    #[test]
    fn a_key_survives_its_text() {
        assert_eq!(key(3).to_string().parse::<VerifierKey>().unwrap(), key(3));
        assert!("stead-audit+00000000+AQ==".parse::<VerifierKey>().is_err());
    }

    #[test]
    fn a_file_of_notes_comes_apart_again() {
        let file = format!("{}\n{}{}", signed(1), signed(2), signed(3));
        let sizes: Vec<_> =
            notes(&file).map(|note| open(&note, &[key(1)], &Keyed).map(|point| point.size)).collect();
        assert!(matches!(sizes.as_slice(), [Ok(1), Ok(2), Ok(3)]), "{sizes:?}");
    }

    proptest! {
        #[test]
        fn other_texts_are_refused_without_panic(text in "(?s).{0,200}", cut in 0_usize..300, byte in 0_usize..300) {
            prop_assert!(open(&text, &[key(1)], &Keyed).is_err());
            let note = signed(5);
            let cut: String = note.chars().take(cut).collect();
            prop_assert!(open(&cut, &[key(1)], &Keyed).is_err() || cut.trim_end() == note.trim_end());
            let mut bytes = note.into_bytes();
            let at = byte % (bytes.len() - 1);
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            if let Ok(text) = String::from_utf8(bytes) {
                prop_assert!(open(&text, &[key(1)], &Keyed).is_err());
            }
            let _ = notes(&text).count();
        }
    }
}
