//! Things that must not be committed: ignored tests, focused tests, bare lint exceptions, credentials.

use std::fs;
use std::path::Path;

use crate::files::{generated, tracked};

/// Endings of the files it holds for, the text, and the reason. The texts are split so that this file does not match itself.
const FORBIDDEN: &[(&[&str], &str, &str)] = &[
    (&[".rs"], concat!("#[al", "low("), "use #[expect(lint, reason = \"…\")]"),
    (&[".rs"], concat!("#[ign", "ore"), "a test that does not run proves nothing"),
    (&[".rs"], concat!("todo", "!("), "finish it or leave it out"),
    (&[".ts", ".tsx"], concat!(".on", "ly("), "a focused test hides the others"),
    (&[".ts", ".tsx"], concat!("@ts-ig", "nore"), "use @ts-expect-error with a reason"),
    (
        &[".rs", ".ts", ".tsx", ".json", ".toml", ".yml", ".md"],
        concat!("-----BEGIN PRI", "VATE KEY"),
        "a key in the repository",
    ),
];

pub(crate) fn check(root: &Path) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for path in tracked(root)? {
        if generated(&path) {
            continue;
        }
        let Ok(text) = fs::read_to_string(root.join(&path)) else { continue };
        for (endings, word, reason) in FORBIDDEN {
            if !endings.iter().any(|ending| path.ends_with(ending)) {
                continue;
            }
            for (number, line) in text.lines().enumerate() {
                if line.contains(word) {
                    problems.push(format!("{path}:{}: {word} - {reason}", number + 1));
                }
            }
        }
    }
    Ok(problems)
}
