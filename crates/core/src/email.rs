//! E-mail addresses: what is accepted, and what makes two of them the same.
//!
//! Accepted is less than RFC 5321 and 5322 allow: a dot-atom before the `@`, a host name with at least one dot after it, ASCII alone.
//! Quoted local parts, address literals and internationalised mailboxes are refused; internationalised domains are written in their
//! ASCII form (`xn--…`). An address is kept as it was given; its key is lower-case, because no mail service in use tells
//! `Ada@` from `ada@`, and two accounts that differ in nothing else would be a trap.

use std::fmt;

use crate::{Error, Result};

/// RFC 5321 §4.5.3.1.3: a path is at most 256 octets, with its two angle brackets.
const MAX_LENGTH: usize = 254;
/// RFC 5321 §4.5.3.1.1.
const MAX_LOCAL: usize = 64;
/// RFC 1035 §2.3.4.
const MAX_LABEL: usize = 63;

/// An address that mail can be sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress {
    given: String,
    key: String,
}

impl EmailAddress {
    /// Surrounding white space is dropped.
    ///
    /// # Errors
    /// `email_invalid`.
    pub fn parse(text: &str) -> Result<Self> {
        let given = text.trim();
        if !is_address(given) {
            return Err(Error::invalid("email_invalid", "This is no e-mail address that Stead can use.")
                .next_step("Write it like ada@example.org, in ASCII, with the domain in its xn-- form if it has other letters."));
        }
        Ok(Self { given: given.to_owned(), key: given.to_ascii_lowercase() })
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.given
    }

    /// Equal for addresses of the same mailbox.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The part before the `@`, of the key.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.key.split_once('@').map_or("", |(local, _)| local)
    }
}

/// Addresses are personal: logs do not show them.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EmailAddress(…)")
    }
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    text.len() <= MAX_LENGTH && is_local(local) && is_domain(domain)
}

/// A dot-atom (RFC 5322 §3.2.3).
fn is_local(local: &str) -> bool {
    local.len() <= MAX_LOCAL
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
        })
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|label| {
            !label.is_empty()
                && label.len() <= MAX_LABEL
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
        // Else it is an IP address.
        && labels.last().is_some_and(|label| label.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn usual_addresses_are_taken_and_unusual_ones_are_not() {
        for good in [
            "ada@example.org",
            "Ada.Lovelace+stead@Example.ORG",
            " ada@example.org ",
            "a'b@x-1.example",
            "x@xn--bcher-kva.example",
        ] {
            assert_eq!(EmailAddress::parse(good).unwrap().key(), good.trim().to_ascii_lowercase());
        }
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "ada@@example.org",
            "a@b@example.org",
            ".ada@example.org",
            "ada.@example.org",
            "a..da@example.org",
            "ada@-x.org",
            "ada@x-.org",
            "ada@example..org",
            "ada@example.org.",
            "ada@10.0.0.1",
            "ada@[10.0.0.1]",
            "\"a da\"@example.org",
            "ada@exam ple.org",
            "ada@example.org\r\nBcc: eve@example.org",
            "ädä@example.org",
            "ada@bücher.example",
            "Ada <ada@example.org>",
            "ada@example.org,eve@example.org",
        ] {
            assert_eq!(EmailAddress::parse(bad).unwrap_err().code(), "email_invalid", "{bad:?}");
        }
        assert!(EmailAddress::parse(&format!("{}@example.org", "a".repeat(65))).is_err());
        assert!(EmailAddress::parse(&format!("a@{}org", "a.".repeat(130))).is_err());
    }

    proptest! {
        #[test]
        fn what_is_taken_holds_nothing_that_a_mail_header_could_misread(text in "\\PC{0,40}@\\PC{0,40}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert!(address.as_str().bytes().all(|byte| byte.is_ascii_graphic() && !b"<>,;:\"()[]\\".contains(&byte)));
                let again = EmailAddress::parse(address.key()).unwrap();
                prop_assert_eq!(again.key(), address.key());
            }
        }
    }
}
