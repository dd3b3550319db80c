//! What a browser loads until the sign-in page stands: asked of Chromium, which counts bytes as they come over the wire.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use stead_testkit::binary::Stead;

use crate::report::Row;

const BAR: u64 = 200 * 1_000;

#[derive(Deserialize)]
struct Loaded {
    bytes: u64,
    requests: usize,
    uncompressed: u64,
}

pub(crate) fn row(stead: &Stead) -> Row {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
    let output = Command::new("node")
        .current_dir(&web)
        .arg("scripts/transferred.mjs")
        .arg(format!("{}sign-in", stead.url()))
        .output()
        .expect("node starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let loaded: Loaded = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    Row {
        what: "sign-in page, transferred".into(),
        stead: format!("{:.1} kB", loaded.bytes as f64 / 1e3),
        peer: format!("uncompressed {:.1} kB", loaded.uncompressed as f64 / 1e3),
        ratio: format!("{:.2}", loaded.bytes as f64 / loaded.uncompressed as f64),
        bar: "under 200 kB",
        reached: loaded.bytes < BAR,
        how: format!(
            "Chromium with an empty cache, until its network is idle: {} requests with headers, scripts, styles, fonts and calls of the API.",
            loaded.requests
        ),
    }
}
