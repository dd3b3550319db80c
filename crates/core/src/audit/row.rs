//! A row of the audit log and the bytes that it commits to.
//!
//! The leaf of a row holds everything that says who did what when, its place and its tree. Three texts may have to be forgotten
//! (the detail when a tenant is erased, what is personal when a user is): they enter as digests, salted with the row's salt, so that
//! the leaf stays what it is without them and says nothing about them.

use sha2::{Digest as _, Sha256};

use super::tree::{Hash, leaf_hash};
use crate::Timestamp;

const FORM: &[u8] = b"stead audit row 1";
const TEXT_FORM: &[u8] = b"stead audit text 1";

/// A text that may be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forgettable {
    /// `None` also once it is forgotten.
    pub text: Option<String>,
    /// `None` when there never was a text.
    pub digest: Option<Hash>,
}

impl Forgettable {
    #[must_use]
    pub fn new(salt: &str, text: Option<String>) -> Self {
        let digest = text.as_deref().map(|text| digest(salt, text));
        Self { text, digest }
    }

    /// Whether the text is the one that the digest stands for, or was forgotten.
    #[must_use]
    pub fn holds(&self, salt: &str) -> bool {
        match (&self.text, &self.digest) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(text), Some(expected)) => digest(salt, text) == *expected,
        }
    }

    #[must_use]
    pub fn is_forgotten(&self) -> bool {
        self.text.is_none() && self.digest.is_some()
    }
}

/// The digest by which a text enters the leaf.
#[must_use]
pub fn digest(salt: &str, text: &str) -> Hash {
    let mut bytes = Vec::with_capacity(TEXT_FORM.len() + salt.len() + text.len() + 16);
    put(&mut bytes, Some(TEXT_FORM));
    put(&mut bytes, Some(salt.as_bytes()));
    put(&mut bytes, Some(text.as_bytes()));
    Sha256::digest(&bytes).into()
}

/// A row as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// A tenant's id, or [`super::INSTALLATION`].
    pub tree: String,
    /// Its place among the leaves of the tree, from 0.
    pub index: u64,
    pub id: String,
    pub at: Timestamp,
    /// The user who acted; `None`: Stead itself.
    pub actor: Option<String>,
    pub credential: Option<String>,
    pub action: String,
    pub object: Option<String>,
    pub request_id: Option<String>,
    /// The user whom [`Row::about`] is about.
    pub subject: Option<String>,
    /// Random; empty once the tenant is erased.
    pub salt: String,
    pub detail: Forgettable,
    /// Where the actor acted from, sealed under the actor's key.
    pub personal: Forgettable,
    /// Names and addresses of the subject, sealed under the subject's key.
    pub about: Forgettable,
}

impl Row {
    /// What is hashed: each field with its length, an absent one told from an empty one, so that no two rows share their bytes.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        put(&mut bytes, Some(FORM));
        put(&mut bytes, Some(self.tree.as_bytes()));
        bytes.extend_from_slice(&self.index.to_be_bytes());
        bytes.extend_from_slice(&self.at.micros().to_be_bytes());
        put(&mut bytes, Some(self.id.as_bytes()));
        put(&mut bytes, self.actor.as_deref().map(str::as_bytes));
        put(&mut bytes, self.credential.as_deref().map(str::as_bytes));
        put(&mut bytes, Some(self.action.as_bytes()));
        put(&mut bytes, self.object.as_deref().map(str::as_bytes));
        put(&mut bytes, self.request_id.as_deref().map(str::as_bytes));
        put(&mut bytes, self.subject.as_deref().map(str::as_bytes));
        for text in [&self.detail, &self.personal, &self.about] {
            put(&mut bytes, text.digest.as_ref().map(|digest| digest.as_slice()));
        }
        bytes
    }

    #[must_use]
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.canonical())
    }

    /// Whether the texts that are still there are those that the leaf stands for.
    #[must_use]
    pub fn texts_hold(&self) -> bool {
        [&self.detail, &self.personal, &self.about].into_iter().all(|text| text.holds(&self.salt))
    }
}

fn put(into: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        None => into.push(0),
        Some(bytes) => {
            into.push(1);
            into.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            into.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        pub(in crate::audit) fn rows()(
            index in 0_u64..4,
            at in 0_i64..4,
            texts in proptest::collection::vec("[a-c]{0,2}", 3),
            optional in proptest::collection::vec(proptest::option::of("[a-c]{0,2}"), 8),
        ) -> Row {
            let salt = texts[2].clone();
            Row {
                tree: texts[0].clone(),
                index,
                id: String::new(),
                at: Timestamp::from_micros(at),
                actor: optional[0].clone(),
                credential: optional[1].clone(),
                action: texts[1].clone(),
                object: optional[2].clone(),
                request_id: optional[3].clone(),
                subject: optional[4].clone(),
                detail: Forgettable::new(&salt, optional[5].clone()),
                personal: Forgettable::new(&salt, optional[6].clone()),
                about: Forgettable::new(&salt, optional[7].clone()),
                salt,
            }
        }
    }

    proptest! {
        #[test]
        fn two_rows_share_their_leaf_only_when_they_are_the_same(left in rows(), right in rows()) {
            let mut same = right.clone();
            same.salt.clone_from(&left.salt);
            let digests_agree = left.detail.digest == right.detail.digest
                && left.personal.digest == right.personal.digest
                && left.about.digest == right.about.digest;
            same.detail = if digests_agree { left.detail.clone() } else { same.detail };
            same.personal = if digests_agree { left.personal.clone() } else { same.personal };
            same.about = if digests_agree { left.about.clone() } else { same.about };
            prop_assert_eq!(left.canonical() == right.canonical(), left == same);
        }

        #[test]
        fn forgetting_keeps_the_leaf_and_editing_is_seen(row in rows(), text in "[d-f]{1,3}") {
            let mut forgotten = row.clone();
            for text in [&mut forgotten.detail, &mut forgotten.personal, &mut forgotten.about] {
                text.text = None;
            }
            forgotten.salt.clear();
            prop_assert!(row.texts_hold() && forgotten.texts_hold());
            prop_assert_eq!(forgotten.leaf(), row.leaf());
            let mut edited = row;
            edited.personal.text = Some(text);
            prop_assert!(!edited.texts_hold());
        }
    }
}
