//! What people send about webhooks, checked.

use reqwest::Url;
use stead_core::error::{FieldError, InternalContext as _};
use stead_core::{Error, Result};

use super::{Kind, event};
use crate::outbound::Outbound;

const LONGEST_NAME: usize = 100;

fn wrong(field: &str, message: String) -> Error {
    Error::invalid("webhook_invalid", "The webhook cannot be like this.").field(FieldError {
        field: field.to_owned(),
        message,
        line: None,
        column: None,
    })
}

pub(super) fn name(text: &str) -> Result<String> {
    let name = text.trim();
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(wrong("name", format!("use 1 to {LONGEST_NAME} printable characters")));
    }
    Ok(name.to_owned())
}

/// The filters as they are stored.
pub(super) fn events(filters: &[String]) -> Result<String> {
    event::check(filters).map_err(|message| wrong("events", message))?;
    serde_json::to_string(filters).internal("writing a webhook's events")
}

pub(super) fn url(outbound: &Outbound, text: &str) -> Result<Url> {
    outbound.check_url(text.trim()).map_err(|error| {
        let message = error.message().to_owned();
        error.field(FieldError { field: "url".into(), message, line: None, column: None })
    })
}

/// The address without what may be a secret: the whole path at Discord and Slack, the query everywhere.
pub(super) fn shown(url: &Url, kind: Kind) -> String {
    let origin = url.origin().ascii_serialization();
    match kind {
        Kind::Discord | Kind::Slack => format!("{origin}/…"),
        Kind::Standard if url.query().is_some() => format!("{origin}{}?…", url.path()),
        Kind::Standard => format!("{origin}{}", url.path()),
    }
}
