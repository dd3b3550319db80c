//! Names of instances: what they may look like, and how one is made up.
//!
//! A name is a DNS label, because it is the host name inside and part of the preview's address. `--` separates the port there,
//! so that names never hold it.

use crate::Error;
use crate::Result;

pub const MAX_LENGTH: usize = 40;

/// Names that would read as something else in an address or a command.
const RESERVED: [&str; 6] = ["localhost", "stead", "api", "www", "new", "all"];

/// # Errors
/// `invalid_name`, with the rule and a name that would do.
pub fn check(name: &str) -> Result<()> {
    let why = problem(name);
    match why {
        None => Ok(()),
        Some(why) => {
            let suggestion = slug(name).unwrap_or_else(|| "my-workspace".to_owned());
            Err(Error::invalid("invalid_name", format!("This name cannot be used: {why}"))
                .next_step(format!("Try `{suggestion}`."))
                .field(crate::error::FieldError {
                    field: "name".into(),
                    message: why.into(),
                    line: None,
                    column: None,
                }))
        }
    }
}

fn problem(name: &str) -> Option<&'static str> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() {
        Some("it is empty.")
    } else if name.len() > MAX_LENGTH {
        Some("it is longer than 40 characters.")
    } else if !name.bytes().all(allowed) {
        Some("it may hold only lower-case letters a to z, digits and hyphens.")
    } else if name.starts_with('-') || name.ends_with('-') {
        Some("it may not begin or end with a hyphen.")
    } else if name.contains("--") {
        Some("it may not hold two hyphens in a row; they separate the port in preview addresses.")
    } else if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Some("it needs at least one letter.")
    } else if looks_like_id(name) || RESERVED.contains(&name) {
        Some("it is reserved.")
    } else {
        None
    }
}

/// Ids and names share one place in addresses; ids hold an underscore, so only their prefix alone needs keeping.
fn looks_like_id(name: &str) -> bool {
    name == "inst"
}

/// The nearest valid name to any text.
#[must_use]
pub fn slug(text: &str) -> Option<String> {
    let mut out = String::new();
    for c in text.chars().take(200) {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() == MAX_LENGTH {
            break;
        }
    }
    let mut name = out.trim_end_matches('-').to_owned();
    if name.is_empty() {
        return None;
    }
    if problem(&name).is_some() {
        name = format!("ws-{}", name.chars().take(MAX_LENGTH - 3).collect::<String>());
        name.truncate(name.trim_end_matches('-').len());
    }
    problem(&name).is_none().then_some(name)
}

/// The name that a repository suggests: the last part of its path without `.git`.
#[must_use]
pub fn from_repository(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next().unwrap_or(address).trim_end_matches('/');
    let last = path.rsplit(['/', ':']).next()?;
    slug(last.strip_suffix(".git").unwrap_or(last))
}

/// `name-2`, `name-3`, …: still a valid name.
#[must_use]
pub fn numbered(name: &str, number: u32) -> String {
    with_suffix(name, &number.to_string())
}

/// A valid name with a hyphen and this suffix of lower-case letters and digits, shortened where needed.
#[must_use]
pub fn with_suffix(name: &str, suffix: &str) -> String {
    let room = MAX_LENGTH.saturating_sub(suffix.len() + 1);
    let short: String = name.chars().take(room).collect();
    format!("{}-{suffix}", short.trim_end_matches('-'))
}

/// The first of `name`, `name-2`, `name-3`, … for which `taken` is false.
pub fn free(name: &str, mut taken: impl FnMut(&str) -> bool) -> String {
    let mut candidate = name.to_owned();
    let mut number = 2;
    while taken(&candidate) {
        candidate = numbered(name, number);
        number += 1;
    }
    candidate
}

const ADJECTIVES: [&str; 32] = [
    "amber", "bold", "brave", "bright", "calm", "clear", "cosy", "crisp", "eager", "early", "fair", "fresh",
    "gentle", "golden", "green", "happy", "keen", "kind", "light", "lively", "lucky", "mellow", "neat",
    "noble", "quick", "quiet", "silver", "smooth", "solid", "sunny", "swift", "warm",
];

const NOUNS: [&str; 32] = [
    "acre", "barn", "beacon", "birch", "brook", "cabin", "cedar", "cliff", "clover", "cove", "dune", "field",
    "fern", "forge", "garden", "grove", "harbor", "heath", "hill", "lake", "loft", "maple", "meadow", "mill",
    "orchard", "pine", "quarry", "reed", "ridge", "river", "stone", "valley",
];

/// A pleasant name for a blank workspace, from a random number.
#[must_use]
pub fn made_up(random: u64) -> String {
    let pick =
        |list: &[&'static str; 32], shift: u32| list[usize::try_from((random >> shift) % 32).unwrap_or(0)];
    format!("{}-{}", pick(&ADJECTIVES, 0), pick(&NOUNS, 5))
}

/// Five lower-case letters and digits from a random number.
#[must_use]
pub fn random_suffix(random: u64) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    (0..5)
        .map(|index| char::from(ALPHABET[usize::try_from((random >> (index * 5)) % 32).unwrap_or(0)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn repositories_suggest_names() {
        assert_eq!(from_repository("https://github.com/org/My.App.git").as_deref(), Some("my-app"));
        assert_eq!(from_repository("git@github.com:org/shop.git").as_deref(), Some("shop"));
        assert_eq!(from_repository("ssh://git@host/x/y/").as_deref(), Some("y"));
        assert_eq!(from_repository("https://host/2048").as_deref(), Some("ws-2048"));
        assert_eq!(from_repository("https://host/…"), None);
    }

    #[test]
    fn refusals_say_the_rule_and_a_name_that_would_do() {
        let error = check("My App").unwrap_err();
        assert_eq!(error.code(), "invalid_name");
        assert_eq!(error.next_step_text(), Some("Try `my-app`."));
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "123", "inst", "localhost", &"a".repeat(41), "ä"] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_free_name_is_found_by_counting() {
        let taken = ["shop", "shop-2"];
        assert_eq!(free("shop", |name| taken.contains(&name)), "shop-3");
    }

    proptest! {
        #[test]
        fn every_made_name_is_valid(text in "\\PC{0,80}", random: u64, number in 2_u32..) {
            if let Some(name) = slug(&text) {
                prop_assert!(check(&name).is_ok(), "{}", name);
                prop_assert!(check(&numbered(&name, number)).is_ok());
                prop_assert!(check(&with_suffix(&name, &random_suffix(random))).is_ok());
            }
            if let Some(name) = from_repository(&text) {
                prop_assert!(check(&name).is_ok());
            }
            prop_assert!(check(&made_up(random)).is_ok());
        }

        #[test]
        fn valid_names_are_their_own_slug(name in "[a-z][a-z0-9]{0,10}(-[a-z0-9]{1,5}){0,3}") {
            if check(&name).is_ok() {
                prop_assert_eq!(slug(&name), Some(name));
            }
        }
    }
}
