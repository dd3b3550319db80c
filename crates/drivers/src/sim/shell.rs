//! The grammar of the simulated shell: splitting a line into commands and words. Pure.

use std::collections::BTreeMap;

/// When a command of a line runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Always,
    AfterSuccess,
    AfterFailure,
}

/// Where a command's output goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redirect {
    pub(super) path: String,
    pub(super) append: bool,
}

/// One command, its words not yet expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) condition: Condition,
    pub(super) words: Vec<Word>,
    pub(super) redirect: Option<Redirect>,
}

/// Pieces of a word; `true` marks pieces in which `$` means something.
pub(super) type Word = Vec<(String, bool)>;

/// Splits a line into commands. Anything the simulated shell does not know is taken as plain text.
pub(super) fn parse(line: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut current = Command { condition: Condition::Always, words: Vec::new(), redirect: None };
    let mut word: Option<Word> = None;
    let mut expects_path: Option<bool> = None;
    let mut characters = line.chars().peekable();
    let finish_word = |word: &mut Option<Word>, command: &mut Command, expects_path: &mut Option<bool>| {
        if let Some(word) = word.take() {
            match expects_path.take() {
                Some(append) => {
                    let path = word.into_iter().map(|(text, _)| text).collect();
                    command.redirect = Some(Redirect { path, append });
                }
                None => command.words.push(word),
            }
        }
    };
    let finish_command = |command: &mut Command, commands: &mut Vec<Command>, next: Condition| {
        let done = std::mem::replace(command, Command { condition: next, words: Vec::new(), redirect: None });
        if !done.words.is_empty() || done.redirect.is_some() {
            commands.push(done);
        }
    };
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' => {
                let mut text = String::new();
                while let Some(inner) = characters.next() {
                    if inner == character {
                        break;
                    }
                    if inner == '\\' && character == '"' {
                        text.extend(characters.next());
                    } else {
                        text.push(inner);
                    }
                }
                word.get_or_insert_default().push((text, character == '"'));
            }
            '\\' => {
                if let Some(next) = characters.next() {
                    word.get_or_insert_default().push((next.to_string(), false));
                }
            }
            '#' if word.is_none() => while characters.next_if(|next| *next != '\n').is_some() {},
            ';' | '\n' => {
                finish_word(&mut word, &mut current, &mut expects_path);
                finish_command(&mut current, &mut commands, Condition::Always);
            }
            '&' if characters.next_if_eq(&'&').is_some() => {
                finish_word(&mut word, &mut current, &mut expects_path);
                finish_command(&mut current, &mut commands, Condition::AfterSuccess);
            }
            '|' if characters.next_if_eq(&'|').is_some() => {
                finish_word(&mut word, &mut current, &mut expects_path);
                finish_command(&mut current, &mut commands, Condition::AfterFailure);
            }
            '>' => {
                finish_word(&mut word, &mut current, &mut expects_path);
                expects_path = Some(characters.next_if_eq(&'>').is_some());
            }
            blank if blank.is_whitespace() => finish_word(&mut word, &mut current, &mut expects_path),
            other => {
                let word = word.get_or_insert_default();
                match word.last_mut() {
                    Some((text, true)) => text.push(other),
                    _ => word.push((other.to_string(), true)),
                }
            }
        }
    }
    finish_word(&mut word, &mut current, &mut expects_path);
    finish_command(&mut current, &mut commands, Condition::Always);
    commands
}

/// Puts the values of `$NAME`, `${NAME}` and `$?` into a word.
pub(super) fn expand(word: &Word, env: &BTreeMap<String, String>, last: i32) -> String {
    let mut out = String::new();
    for (text, expands) in word {
        if !*expands {
            out.push_str(text);
            continue;
        }
        let mut rest = text.as_str();
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('?') {
                out.push_str(&last.to_string());
                rest = after;
                continue;
            }
            let (braced, body) = rest.strip_prefix('{').map_or((false, rest), |body| (true, body));
            let length = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(body.len());
            if length == 0 {
                out.push('$');
                continue;
            }
            out.push_str(env.get(&body[..length]).map_or("", String::as_str));
            rest = &body[length..];
            if braced {
                rest = rest.strip_prefix('}').unwrap_or(rest);
            }
        }
        out.push_str(rest);
    }
    out
}

/// `path` seen from `directory`, without `.` and `..`.
pub(super) fn resolve(directory: &str, path: &str) -> String {
    let joined = if path.starts_with('/') { path.to_owned() } else { format!("{directory}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(line: &str) -> Vec<Vec<String>> {
        let env = BTreeMap::from([("NAME".to_owned(), "a b".to_owned())]);
        parse(line)
            .iter()
            .map(|command| command.words.iter().map(|word| expand(word, &env, 3)).collect())
            .collect()
    }

    #[test]
    fn quotes_variables_and_separators() {
        assert_eq!(
            words(r#"echo "x $NAME" '$NAME' ${NAME}c $? ; ls && cd /x # rest"#),
            vec![vec!["echo", "x a b", "$NAME", "a bc", "3"], vec!["ls"], vec!["cd", "/x"]]
        );
        assert_eq!(parse("echo hi >> f")[0].redirect, Some(Redirect { path: "f".into(), append: true }));
        assert_eq!(resolve("/a/b", "../c/./d"), "/a/c/d");
    }

    proptest! {
        #[test]
        fn any_line_parses(line: String) {
            let _ = words(&line);
        }
    }
}
