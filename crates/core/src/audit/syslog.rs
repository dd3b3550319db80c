//! Syslog messages (RFC 5424), framed by their length for TCP and TLS (RFC 6587 §3.4.1, RFC 5425).

use std::fmt::Write as _;

use super::row::Row;
use super::{INSTALLATION, hex};

/// Facility 13, log audit; severity 5, notice.
const PRIORITY: u8 = 13 * 8 + 5;
/// Example number for private use (RFC 5612).
const ENTERPRISE: &str = "32473";

/// One message without its frame. `host` is this server, `message` the text after the structured data.
#[must_use]
pub fn message(row: &Row, host: &str, message: &str) -> String {
    let mut text = format!(
        "<{PRIORITY}>1 {} {} stead - {} [stead@{ENTERPRISE}",
        row.at,
        header(host, 255),
        header(&row.action, 32)
    );
    let tenant = (row.tree != INSTALLATION).then_some(row.tree.as_str());
    let index = row.index.to_string();
    let leaf = hex(&row.leaf());
    for (name, value) in [
        ("id", Some(row.id.as_str())),
        ("tenant", tenant),
        ("actor", row.actor.as_deref()),
        ("credential", row.credential.as_deref()),
        ("object", row.object.as_deref()),
        ("request", row.request_id.as_deref()),
        ("subject", row.subject.as_deref()),
        ("index", Some(index.as_str())),
        ("leaf", Some(leaf.as_str())),
    ] {
        if let Some(value) = value {
            let _ = write!(text, " {name}=\"{}\"", escaped(value));
        }
    }
    text.push(']');
    if !message.is_empty() {
        text.push(' ');
        text.push_str(&message.replace(['\n', '\r'], " "));
    }
    text
}

/// The message with its length before it, in bytes.
#[must_use]
pub fn framed(message: &str) -> String {
    format!("{} {message}", message.len())
}

/// Header fields are printable ASCII without spaces; `-` stands for none.
fn header(text: &str, longest: usize) -> String {
    let clean: String = text.chars().filter(char::is_ascii_graphic).take(longest).collect();
    if clean.is_empty() { "-".to_owned() } else { clean }
}

/// RFC 5424 §6.3.3: `"`, `\` and `]` are escaped.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '"' | '\\' | ']' => {
                text.push('\\');
                text.push(character);
            }
            control if control.is_control() => text.push(' '),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::rows;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_message_is_one_line_and_its_values_stay_inside(row in rows(), object in "\\PC{0,20}", said in "(?s).{0,40}") {
            let row = Row { object: Some(object), ..row };
            let text = message(&row, "host", &said);
            prop_assert!(!text.contains('\n'));
            prop_assert!(text.starts_with("<109>1 "));
            let framed = framed(&text);
            let (length, rest) = framed.split_once(' ').unwrap();
            prop_assert_eq!(length.parse::<usize>().unwrap(), rest.len());
            // Every quote that is not escaped belongs to a name's value: they come in pairs.
            let data = &text[text.find('[').unwrap()..];
            let mut inside = false;
            let mut characters = data.chars();
            while let Some(character) = characters.next() {
                match character {
                    '\\' if inside => { characters.next(); }
                    '"' => inside = !inside,
                    ']' if !inside => break,
                    _ => {}
                }
            }
            prop_assert!(!inside);
        }
    }
}
