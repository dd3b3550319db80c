//! The audit log as evidence: what a row commits to, the tree over the rows, signed checkpoints of it, and their verification.
//! Pure; rows are stored by `db`, checkpoints signed by `control::audit`.
//!
//! * [`row`]: the canonical bytes of a row. Texts that may have to be forgotten enter as digests.
//! * [`tree`]: the Merkle tree of RFC 6962 (Certificate Transparency), one per tenant and one for the installation.
//! * [`checkpoint`]: size and root of a tree at a time, as a signed note (<https://c2sp.org/signed-note>).
//! * [`verify`]: holds rows against checkpoints and names the first row that is wrong.
//! * [`cef`], [`syslog`]: the forms in which events leave for other systems.

pub mod cef;
pub mod checkpoint;
pub mod row;
pub mod syslog;
pub mod tree;
pub mod verify;

/// The tree of the rows that concern no tenant.
pub const INSTALLATION: &str = "installation";

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// The bytes of [`hex`]; `None` for any other text.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?)).collect()
}
