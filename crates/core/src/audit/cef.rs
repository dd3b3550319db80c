//! ArcSight Common Event Format (CEF 0), one event per line, as SIEM systems read it.

use std::fmt::Write as _;

use super::row::Row;
use super::{INSTALLATION, hex};

/// Where the actor acted from, opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct From<'a> {
    pub ip: Option<&'a str>,
    pub user_agent: Option<&'a str>,
}

/// One line without its end. `version` is this software's; `detail` is JSON.
#[must_use]
pub fn line(row: &Row, version: &str, from: From<'_>, detail: Option<&str>) -> String {
    let mut text = format!(
        "CEF:0|Stead|Stead|{}|{}|{}|{}|",
        header(version),
        header(&row.action),
        header(&row.action.replace(['.', '_'], " ")),
        severity(&row.action)
    );
    let millis = (row.at.micros() / 1_000).to_string();
    let tenant = (row.tree != INSTALLATION).then_some(row.tree.as_str());
    let index = row.index.to_string();
    let leaf = hex(&row.leaf());
    let fields = [
        ("rt", Some(millis.as_str())),
        ("externalId", Some(row.id.as_str())),
        ("act", Some(row.action.as_str())),
        ("suid", row.actor.as_deref()),
        ("duid", row.subject.as_deref()),
        ("src", from.ip.filter(|ip| ip.contains('.'))),
        ("c6a2Label", from.ip.filter(|ip| ip.contains(':')).map(|_| "Source IPv6 Address")),
        ("c6a2", from.ip.filter(|ip| ip.contains(':'))),
        ("requestClientApplication", from.user_agent),
        ("cs1Label", tenant.map(|_| "tenant")),
        ("cs1", tenant),
        ("cs2Label", row.object.as_ref().map(|_| "object")),
        ("cs2", row.object.as_deref()),
        ("cs3Label", row.credential.as_ref().map(|_| "credential")),
        ("cs3", row.credential.as_deref()),
        ("cs4Label", row.request_id.as_ref().map(|_| "request")),
        ("cs4", row.request_id.as_deref()),
        ("cs5Label", Some("leaf")),
        ("cs5", Some(leaf.as_str())),
        ("cn1Label", Some("index")),
        ("cn1", Some(index.as_str())),
        ("msg", detail),
    ];
    let mut first = true;
    for (name, value) in fields {
        if let Some(value) = value {
            let _ = write!(text, "{}{name}={}", if first { "" } else { " " }, extension(value));
            first = false;
        }
    }
    text
}

/// 0 to 10: what ends or refuses something weighs more than what makes it.
fn severity(action: &str) -> u8 {
    let verb = action.rsplit('.').next().unwrap_or(action);
    match verb {
        _ if verb.contains("reuse") || verb.contains("refused") || verb.contains("failed") => 8,
        "erase" | "delete" | "disable" | "remove" | "revoke" | "destroy" | "rotate" => 6,
        "create" | "update" | "add" | "set" => 4,
        _ => 3,
    }
}

/// `|` and `\` are escaped in the header.
fn header(value: &str) -> String {
    value.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ")
}

/// `=`, `\` and line ends are escaped in the extension.
fn extension(value: &str) -> String {
    value.replace('\\', "\\\\").replace('=', "\\=").replace("\r\n", "\\n").replace(['\n', '\r'], "\\n")
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::rows;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_line_has_seven_bars_and_one_line(row in rows(), action in "\\PC{0,20}", detail in "(?s).{0,40}") {
            let row = Row { action, ..row };
            let text = line(&row, "1|0", From { ip: Some("::1"), user_agent: Some("a=b\\") }, Some(&detail));
            prop_assert!(!text.contains(['\n', '\r']));
            let header = &text[..text.find("rt=").unwrap()];
            let bars = header.replace("\\\\", "").replace("\\|", "").matches('|').count();
            prop_assert_eq!(bars, 7);
            prop_assert!(text.contains("requestClientApplication=a\\=b\\\\ "));
        }
    }
}
