//! The table that `docs/BENCHMARKS.md` holds.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// One measured comparison.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) stead: String,
    pub(crate) peer: String,
    pub(crate) ratio: String,
    /// The bar of the charter, and whether this run is over it.
    pub(crate) bar: &'static str,
    pub(crate) reached: bool,
    pub(crate) how: String,
}

fn answer(program: &str, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .ok()
        .and_then(|output| String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned))
        .unwrap_or_else(|| "not installed".to_owned())
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("")
        .trim_start_matches([' ', '\t', ':']);
    format!("{} cores of {model}", std::thread::available_parallelism().map_or(1, usize::from))
}

pub(crate) fn render(rows: &[Row]) -> String {
    let mut text = String::from(
        "# Benchmarks\n\nWritten by `make bench`. Every figure stands beside one of a peer or a bare baseline, measured in turn with it in the same run on\n\
         the same machine; read the ratios, not the milliseconds. Nothing in the tests asserts on time.\n\n",
    );
    let _ = writeln!(text, "| | |\n|---|---|");
    let _ = writeln!(text, "| machine | {} |", processor());
    let _ = writeln!(text, "| kernel | {} |", answer("uname", &["-sr"]));
    let _ = writeln!(
        text,
        "| peers | {}; {} |",
        answer("docker", &["--version"]),
        answer("crun", &["--version"])
    );
    let _ = writeln!(text, "\n| what | Stead | peer | ratio | bar | reached |\n|---|---|---|---|---|---|");
    for row in rows {
        let reached = if row.reached { "yes" } else { "**no**" };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {reached} |",
            row.what, row.stead, row.peer, row.ratio, row.bar
        );
    }
    text.push_str("\n## How\n\n");
    for row in rows {
        let _ = writeln!(text, "* **{}**: {}", row.what, row.how);
    }
    text
}

pub(crate) fn write(rows: &[Row]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/BENCHMARKS.md");
    std::fs::write(&path, render(rows)).expect("docs/BENCHMARKS.md can be written");
    println!("{}", render(rows));
}
