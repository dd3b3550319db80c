//! Holds the table of `docs/ARCHITECTURE.md`: which crate may use which, and which libraries stay out.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// Crate, the crates of ours it may use, libraries it must never use directly.
const TABLE: &[(&str, &[&str], &[&str])] = &[
    ("stead-core", &[], &["tokio", "axum", "hyper", "sea-orm", "reqwest", "nix", "libc", "rustix"]),
    // The client feature is the only IO of `api`.
    ("stead-api", &["stead-core"], &["axum", "sea-orm", "hyper"]),
    ("stead-db", &["stead-core"], &["axum", "hyper", "reqwest"]),
    ("stead-link", &["stead-core", "stead-api"], &["axum", "sea-orm"]),
    ("stead-shim", &["stead-core"], &["tokio", "axum", "hyper", "sea-orm", "async-trait"]),
    ("stead-drivers", &["stead-core", "stead-link", "stead-shim"], &["axum", "sea-orm"]),
    ("stead-node", &["stead-core", "stead-api", "stead-link", "stead-drivers", "stead-shim"], &["sea-orm"]),
    ("stead-control", &["stead-core", "stead-api", "stead-db", "stead-link"], &["axum", "sea-orm", "hyper"]),
    ("stead-gateway", &["stead-core", "stead-api", "stead-link"], &["axum", "sea-orm"]),
    (
        "stead-http",
        &["stead-core", "stead-api", "stead-control", "stead-gateway", "stead-link"],
        &["sea-orm", "reqwest"],
    ),
    (
        "stead",
        &[
            "stead-core",
            "stead-api",
            "stead-db",
            "stead-link",
            "stead-shim",
            "stead-drivers",
            "stead-node",
            "stead-control",
            "stead-gateway",
            "stead-http",
        ],
        &["sea-orm"],
    ),
    (
        "stead-testkit",
        &[
            "stead-core",
            "stead-api",
            "stead-db",
            "stead-link",
            "stead-shim",
            "stead-drivers",
            "stead-node",
            "stead-control",
            "stead-gateway",
            "stead-http",
            "stead",
        ],
        &[],
    ),
    (
        "stead-bench",
        &["stead-core", "stead-api", "stead-db", "stead-control", "stead-drivers", "stead-testkit"],
        &[],
    ),
    ("xtask", &[], &[]),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build` or absent for an ordinary one.
    kind: Option<String>,
}

pub(crate) fn check(root: &Path) -> Result<Vec<String>, String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo metadata does not start: {error}"))?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata is not understood: {error}"))?;
    let mut problems = Vec::new();
    for package in &metadata.packages {
        let Some((_, allowed, forbidden)) = TABLE.iter().find(|(name, _, _)| *name == package.name) else {
            problems.push(format!("the crate {} is not in the table of xtask/src/crates.rs", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            let ours = TABLE.iter().any(|(name, _, _)| *name == dependency.name);
            let for_tests = dependency.kind.as_deref() == Some("dev");
            if ours && !for_tests && !allowed.contains(&dependency.name.as_str()) {
                problems.push(format!("{} must not use {}", package.name, dependency.name));
            }
            if !for_tests && forbidden.contains(&dependency.name.as_str()) {
                problems.push(format!("{} must not use the library {}", package.name, dependency.name));
            }
        }
    }
    Ok(problems)
}
