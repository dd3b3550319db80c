//! Files stay small, say in their first line what they own, and carry names that say something.

use std::fs;
use std::path::Path;
use std::process::Command;

const MOST_LINES: usize = 1_000;
const MOST_LINES_OF_TESTS: usize = 1_500;
const EMPTY_NAMES: [&str; 5] = ["utils", "helpers", "common", "misc", "manager"];

pub(crate) fn tracked(root: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("git does not start: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect())
}

pub(crate) fn generated(path: &str) -> bool {
    path == "web/src/api/schema.ts"
        || path.contains("/generated/")
        || path.ends_with("-lock.json")
        || path.ends_with(".lock")
}

pub(crate) fn check(root: &Path) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for path in tracked(root)? {
        let source = [".rs", ".ts", ".tsx", ".css", ".sh"].iter().any(|ending| path.ends_with(ending));
        if !source || generated(&path) {
            continue;
        }
        let Ok(text) = fs::read_to_string(root.join(&path)) else { continue };
        let lines = text.lines().count();
        let tests = path.contains("/tests/")
            || path.ends_with("tests.rs")
            || path.contains(".test.")
            || path.contains("/e2e/");
        let most = if tests { MOST_LINES_OF_TESTS } else { MOST_LINES };
        if lines > most {
            problems
                .push(format!("{path} has {lines} lines; {most} are allowed: split it by reasons to change"));
        }
        if path.ends_with(".rs") && !tests && !text.starts_with("//!") && !text.starts_with("#!") {
            problems.push(format!("{path} does not begin with //! saying what it owns"));
        }
        let stem = Path::new(&path)
            .file_stem()
            .map(|stem| stem.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        if EMPTY_NAMES.contains(&stem.as_str()) {
            problems.push(format!("{path}: name the file after what it holds"));
        }
    }
    Ok(problems)
}
