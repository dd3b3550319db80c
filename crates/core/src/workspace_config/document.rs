//! YAML text to a tree whose nodes know their place. Aliases, tags, merge keys and several documents are refused: nothing in
//! the format needs them, and without aliases no small text can unfold into a large one.

use granit_parser::{Event, Marker, Parser, ScalarStyle};

use super::fields::Errors;

/// Nested collections; the format itself needs four.
const MAX_DEPTH: usize = 16;

/// 1-based line and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl From<Marker> for Place {
    fn from(marker: Marker) -> Self {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Self { line: number(marker.line()).max(1), column: number(marker.col()).saturating_add(1) }
    }
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) place: Place,
}

#[derive(Debug)]
pub(super) enum Value {
    /// `plain` scalars are the unquoted ones, which may mean numbers, booleans or nothing.
    Scalar {
        text: String,
        plain: bool,
    },
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    /// An empty value, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// What the value is, for messages.
    pub(super) fn described(&self) -> &'static str {
        match &self.value {
            _ if self.is_null() => "nothing",
            Value::Scalar { text, plain: true } if boolean(text).is_some() => "a boolean",
            Value::Scalar { text, plain: true } if is_number(text) => "a number",
            Value::Scalar { .. } => "text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }
}

/// The booleans of YAML's core schema.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

pub(super) fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
        && text.parse::<f64>().is_ok()
}

enum Open {
    Sequence(Vec<Node>, Place),
    /// The entries and a key that waits for its value.
    Mapping(Vec<(Node, Node)>, Option<Node>, Place),
}

/// The root of the only document; `None` when there is none or it cannot be read (then `errors` says why).
pub(super) fn read(text: &str, errors: &mut Errors) -> Option<Node> {
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut stack: Vec<Open> = Vec::new();
    let mut root = None;
    let mut documents = 0_u32;
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = match next {
            Ok(next) => next,
            Err(error) => {
                errors.only(
                    "",
                    Place::from(*error.marker()),
                    format!("This is not valid YAML: {}.", error.info()),
                );
                return None;
            }
        };
        let place = Place::from(span.start);
        let (node, tagged) = match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    errors.only(
                        "",
                        place,
                        "There can be only one document; remove the `---` and what follows.",
                    );
                    return None;
                }
                continue;
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                errors.add("", place, "Aliases are not supported here; write the value out.");
                (Node { value: Value::Scalar { text: String::new(), plain: true }, place }, false)
            }
            Event::Scalar(text, style, _, tag) => {
                let plain = style == ScalarStyle::Plain;
                (Node { value: Value::Scalar { text: text.into_owned(), plain }, place }, tag.is_some())
            }
            Event::SequenceStart(_, _, tag) => {
                note_tag(tag.is_some(), place, errors);
                stack.push(Open::Sequence(Vec::new(), place));
                continue;
            }
            Event::MappingStart(_, _, tag) => {
                note_tag(tag.is_some(), place, errors);
                stack.push(Open::Mapping(Vec::new(), None, place));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some(Open::Sequence(items, place)) => (Node { value: Value::Sequence(items), place }, false),
                Some(Open::Mapping(entries, _, place)) => {
                    (Node { value: Value::Mapping(entries), place }, false)
                }
                None => continue,
            },
            _ => continue,
        };
        note_tag(tagged, place, errors);
        match stack.last_mut() {
            None => root = Some(node),
            Some(Open::Sequence(items, _)) => items.push(node),
            Some(Open::Mapping(entries, waiting, _)) => match waiting.take() {
                None => *waiting = Some(node),
                Some(key) => entries.push((key, node)),
            },
        }
    }
    root
}

fn note_tag(tagged: bool, place: Place, errors: &mut Errors) {
    if tagged {
        errors.add(
            "",
            place,
            "Tags such as `!!str` are not supported here; put quotes around a value to make it text.",
        );
    }
}
