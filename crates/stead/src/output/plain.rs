//! Text from elsewhere, so that it can only be read: what a terminal would obey is taken out.
//!
//! Names, titles and messages come from a server, and there from other people and from repositories. Escape sequences could move
//! the cursor over what was printed before, rename the window or fill the clipboard; marks of direction make text read as something
//! else than it is (Unicode Technical Report 36 §2.5).

const REPLACEMENT: char = '\u{fffd}';
const ESCAPE: char = '\u{1b}';
/// Begins every sequence of [`super::Output::paint`].
const PAINT: &str = "\u{1b}[";

/// Whether a terminal acts on the character, or reads what is beside it in another order.
fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// On one line: white space is a space, whatever else is obeyed a replacement character.
#[must_use]
pub fn on_one_line(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\t' | '\n' | '\r' => ' ',
            letter if is_obeyed(letter) => REPLACEMENT,
            letter => letter,
        })
        .collect()
}

/// Lines stay lines, and with `painted` what sets one of `codes` stays as it is.
pub(super) fn lines(text: &str, painted: bool, codes: &[&str]) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let painting = (letter == ESCAPE && painted).then(|| painting(rest, codes)).flatten();
        let length = painting.unwrap_or(letter.len_utf8());
        match letter {
            _ if painting.is_some() => plain.push_str(&rest[..length]),
            '\n' | '\t' => plain.push(letter),
            '\r' if rest.starts_with("\r\n") => {}
            letter if is_obeyed(letter) => plain.push(REPLACEMENT),
            letter => plain.push(letter),
        }
        rest = &rest[length..];
    }
    plain
}

/// Length of the sequence that the text begins with, when it sets one of the codes.
fn painting(text: &str, codes: &[&str]) -> Option<usize> {
    let (code, _) = text.strip_prefix(PAINT)?.split_once('m')?;
    codes.contains(&code).then_some(PAINT.len() + code.len() + 1)
}

/// JSON that says the same: within its strings what is obeyed is written as `\u…`. Between them only line ends are.
pub(super) fn json(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut plain, letter| {
        if letter != '\n' && is_obeyed(letter) {
            plain.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            plain.push(letter);
        }
        plain
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Clears the screen, in two spellings; sets the clipboard; writes over the line; turns the direction.
    const HOSTILE: &str =
        "a\u{1b}[2Jb\u{9b}2Jc\u{1b}]52;c;cm0gLXJm\u{7}d\re\u{202e}f\u{1b}[31mg\u{1b}[8m\u{7f}\n\th";

    #[test]
    fn what_a_terminal_obeys_is_taken_out() {
        assert_eq!(on_one_line(HOSTILE), "a�[2Jb�2Jc�]52;c;cm0gLXJm�d e�f�[31mg�[8m�  h");
        let lines = |text| lines(text, true, &["31", "0"]);
        assert_eq!(lines(HOSTILE), "a�[2Jb�2Jc�]52;c;cm0gLXJm�d�e�f\u{1b}[31mg�[8m�\n\th");
        assert_eq!(lines("one\r\ntwo"), "one\ntwo");
        assert_eq!(lines("\u{1b}[31mred\u{1b}[0m"), "\u{1b}[31mred\u{1b}[0m");
        assert_eq!(super::lines("\u{1b}[31mred", false, &["31"]), "�[31mred");
    }

    #[test]
    fn other_languages_and_emoji_stay() {
        for text in ["Ångström", "東京", "مرحبا", "👩‍🚀", "a–b…"] {
            assert_eq!((on_one_line(text).as_str(), lines(text, true, &[]).as_str()), (text, text));
        }
    }

    proptest! {
        #[test]
        fn json_says_the_same_without_anything_that_is_obeyed(text in "\\PC{0,8}[\u{0}-\u{9f}\u{200e}\u{2028}\u{202e}]{0,8}") {
            let value = serde_json::json!({ "name": text });
            for written in [serde_json::to_string(&value), serde_json::to_string_pretty(&value)] {
                let plain = json(&written.unwrap());
                prop_assert!(plain.chars().all(|letter| letter == '\n' || !is_obeyed(letter)));
                prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&plain).unwrap(), &value);
            }
        }
    }
}
