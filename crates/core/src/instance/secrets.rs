//! What an instance gets at start beyond its recipe: never part of the document, never written to a disk.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Where secrets that are files are put inside, in memory.
pub const SECRETS_DIRECTORY: &str = "/run/secrets";
/// All values of one instance together are at most this long: they travel in one frame.
pub const MOST_SECRET_BYTES: usize = 512 << 10;

/// A text that no log shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

/// By the name of the variable, and of the file in [`SECRETS_DIRECTORY`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSecrets {
    pub env: BTreeMap<String, SecretText>,
    pub files: BTreeMap<String, SecretText>,
}

impl InstanceSecrets {
    /// Length of all values.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.env.values().chain(self.files.values()).map(|value| value.0.len()).sum()
    }
}

/// The name of an environment variable: letters, digits and underscores, not beginning with a digit, at most 128.
#[must_use]
pub fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 128
        && !name.starts_with(|letter: char| letter.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name of a file in one folder: letters, digits, `.`, `_` and `-`, beginning with none of the signs but `_`, at most 128. Also
/// what a secret may be called.
#[must_use]
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 128
        && !name.starts_with(['.', '-'])
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lead_nowhere_else() {
        for good in ["TOKEN", "_x1", "a"] {
            assert!(is_variable(good) && is_file_name(good), "{good}");
        }
        for bad in ["", "1A", "A-B", "A=B", "A B", "Ä", "A\n"] {
            assert!(!is_variable(bad), "{bad}");
        }
        assert!(is_file_name("tls.key") && is_file_name("1"));
        for bad in ["", ".", "..", ".hidden", "-x", "a/b", "/etc", "a\0", "ä"] {
            assert!(!is_file_name(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_shown(value in "[a-z]{12,40}") {
            let mut secrets = InstanceSecrets::default();
            secrets.env.insert("A".into(), SecretText::new(value.clone()));
            secrets.files.insert("b".into(), SecretText::new(value.clone()));
            let shown = format!("{secrets:?}");
            prop_assert!(!shown.contains(&value));
            prop_assert_eq!(secrets.bytes(), 2 * value.len());
        }
    }
}
