//! Which passwords are taken. Pure.
//!
//! Length counts, composition does not (OWASP ASVS 5.0, 6.2.1, 6.2.5, 6.2.9): 12 to 256 characters of any kind, spaces too. What people
//! choose most often at that length is refused (6.2.4), and so is one's own address. A password is compared byte by byte as it was
//! typed: it is neither trimmed nor normalised, so one typed in another Unicode form is another password.

use stead_core::email::EmailAddress;
use stead_core::error::FieldError;
use stead_core::{Error, Result};

pub(crate) const SHORTEST: usize = 12;
pub(crate) const LONGEST: usize = 256;
/// A text made of one piece of up to this many characters, again and again, is as easy to guess as the piece.
const PIECE: usize = 4;

/// The most common passwords that are long enough, lower-case, one a line. Those that repeat one short piece are not listed.
const COMMON: &str = include_str!("common.txt");

/// Rows of keys and characters that people walk along.
const WALKS: [&str; 4] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/// `field` names the input's field, for the error.
///
/// # Errors
/// `password_refused`, with the reason at the field.
pub(crate) fn check(password: &str, email: Option<&EmailAddress>, field: &str) -> Result<()> {
    let Some(why) = problem(password, email) else { return Ok(()) };
    Err(Error::invalid("password_refused", format!("This password cannot be used: {why}."))
        .next_step(format!("Use {SHORTEST} to {LONGEST} characters; a few unrelated words do well."))
        .field(FieldError { field: field.to_owned(), message: why, line: None, column: None }))
}

fn problem(password: &str, email: Option<&EmailAddress>) -> Option<String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(format!("it has {length} characters, the shortest has {SHORTEST}"));
    }
    if length > LONGEST {
        return Some(format!("it has {length} characters, the longest has {LONGEST}"));
    }
    if password.contains('\0') {
        return Some("it holds a NUL character".to_owned());
    }
    let lower = password.to_lowercase();
    if email.is_some_and(|email| lower == email.key() || lower == email.local_part()) {
        return Some("it is your e-mail address".to_owned());
    }
    if is_common(&lower) {
        return Some("it is one of those that are tried first".to_owned());
    }
    None
}

fn is_common(lower: &str) -> bool {
    COMMON.lines().any(|common| common == lower) || repeats(lower) || walks(lower)
}

fn repeats(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    (1..=PIECE).any(|piece| characters.iter().zip(characters.iter().skip(piece)).all(|(a, b)| a == b))
}

fn walks(text: &str) -> bool {
    WALKS.iter().any(|walk| walk.contains(text) || walk.chars().rev().collect::<String>().contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        let email = EmailAddress::parse("Ada.Lovelace@example.org").unwrap();
        check(password, Some(&email), "password").is_err()
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(refused("elevenchars"));
        assert!(!refused("twelve chars"));
        assert!(!refused("ünïcödé wörd"));
        assert!(!refused(&"Zq8 ".repeat(40).chars().chain("x y".chars()).collect::<String>()));
        assert!(refused(&"word ".repeat(60)));
        assert!(refused("correct\0horse battery"));
    }

    #[test]
    fn nothing_is_asked_of_its_composition() {
        for good in
            ["correct horse battery", "onlylowercaseletters", "    padded with spaces   ", "40728 11936 5521"]
        {
            assert!(!refused(good), "{good}");
        }
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for common in [
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "PasswordPassword",
            "password1234",
            "123456789012",
            "987654321098",
            "qwertyuiopas",
            "1qaz2wsx3edc",
            "ada.lovelace",
            "ADA.LOVELACE@example.org",
            "administrator",
        ] {
            assert!(refused(common), "{common}");
        }
    }

    #[test]
    fn the_list_holds_only_what_could_be_taken() {
        for line in COMMON.lines() {
            assert!(line.chars().count() >= SHORTEST && line == line.to_lowercase(), "{line}");
            assert!(!repeats(line) && !walks(line), "{line} is refused without the list");
        }
    }
}
