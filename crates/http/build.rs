//! Chooses what is embedded as the dashboard: `web/dist` when it has been built, else a page that says it was not.

#![expect(clippy::disallowed_methods, reason = "cargo configures build scripts by the environment")]

use std::path::{Path, PathBuf};
use std::{env, fs};

const PLACEHOLDER: &str = r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Stead</title>
</head>
<body>
<main>
<h1>Stead runs</h1>
<p>This build has no dashboard in it. To get one, run <code>npm ci</code> and <code>npm run build</code> in the folder
<code>web</code> of the source, then build Stead again.</p>
<p>The API works: its description is at <a href="/v1/openapi.json">/v1/openapi.json</a>. So does the command line: <code>stead --help</code>.</p>
</main>
</body>
</html>
"##;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let built = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../web/dist");
    // An existing folder can be watched; a missing one would make cargo run this each time.
    fs::create_dir_all(&built)?;
    println!("cargo:rerun-if-changed={}", built.display());
    println!("cargo:rerun-if-changed=build.rs");
    let chosen = if built.join("index.html").is_file() {
        built.canonicalize()?
    } else {
        let folder = PathBuf::from(env::var("OUT_DIR")?).join("dashboard");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("index.html"), PLACEHOLDER)?;
        folder
    };
    println!("cargo:rustc-env=STEAD_DASHBOARD_DIR={}", chosen.display());
    Ok(())
}
