//! Sources that the operator configures for everybody on the installation.

use std::collections::BTreeMap;

use serde::Deserialize;
use stead_api::v1::sources::SourceKind;
use stead_core::error::FieldError;
use stead_core::ids::{SourceId, TenantId};
use stead_core::{Error, Result};

use super::{Known, Origin, config};

const LONGEST_ID: usize = 40;

/// What the operator says about signing in with others.
#[derive(Debug, Clone, Default)]
pub struct SourcesSettings {
    pub installed: Vec<InstalledSource>,
    /// Domains that the operator knows to be a tenant's: addresses in them find accounts by the word of the tenant's own sources.
    pub confirmed_domains: Vec<(TenantId, String)>,
}

/// A source of the installation, as the operator writes it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstalledSource {
    /// Part of the address that the other side sends people back to, and what accounts are linked under: it stays.
    pub id: String,
    pub name: String,
    pub kind: SourceKind,
    /// The same as of a tenant's source, with the secret among them.
    pub settings: BTreeMap<String, String>,
    /// Whoever has an address in one of these may make an account, whatever the rule of signing up, and nobody else comes in. Empty:
    /// everybody comes in, and the rule of signing up holds.
    #[serde(default)]
    pub domains: Vec<String>,
}

/// Settings hold secrets.
impl std::fmt::Debug for InstalledSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("InstalledSource")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

fn wrong(id: &str, field: &str, message: impl Into<String>) -> Error {
    let message = message.into();
    Error::invalid(
        "source_invalid",
        format!("The source of sign-in {id} cannot be like this: {field}: {message}."),
    )
    .next_step("docs/sign-in.md describes the settings of each kind.")
    .field(FieldError { field: field.to_owned(), message, line: None, column: None })
}

fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= LONGEST_ID
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

pub(super) fn read(given: &[InstalledSource]) -> Result<Vec<Known>> {
    let mut known: Vec<Known> = Vec::with_capacity(given.len());
    for source in given {
        let id = source.id.as_str();
        let named = |error: Error| match error.fields().first() {
            Some(field) => wrong(id, &field.field, field.message.clone()),
            None => error,
        };
        if !is_id(id) || id.parse::<SourceId>().is_ok() {
            return Err(wrong(id, "id", format!("use 1 to {LONGEST_ID} of a to z, 0 to 9 and -")));
        }
        if known.iter().any(|other| other.id == id) {
            return Err(wrong(id, "id", "there are two of this id"));
        }
        let settings = config::clean(source.kind, &source.settings).map_err(named)?;
        known.push(Known {
            id: id.to_owned(),
            name: config::check_name(&source.name).map_err(named)?,
            kind: source.kind,
            origin: Origin::Installation,
            revision: 0,
            domains: config::check_domains(&source.domains).map_err(named)?,
            role: String::new(),
            group_roles: Vec::new(),
            config: config::parse(source.kind, &settings).map_err(named)?,
        });
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn github(id: &str) -> InstalledSource {
        let settings = [("client_id", "stead"), ("client_secret", "hidden")];
        InstalledSource {
            id: id.into(),
            name: "GitHub".into(),
            kind: SourceKind::Github,
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            domains: Vec::new(),
        }
    }

    #[test]
    fn ids_are_plain_and_unique() {
        assert_eq!(read(&[github("github"), github("github-2")]).unwrap().len(), 2);
        for bad in [&[github("")][..], &[github("Git Hub")], &[github("a/b")], &[github("a"), github("a")]] {
            assert_eq!(read(bad).unwrap_err().fields()[0].field, "id");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_the_secret_is_not() {
        let mut source = github("github");
        source.settings.insert("issuer".into(), "https://evil.example".into());
        let error = read(&[source.clone()]).unwrap_err();
        assert!(error.message().contains("github") && error.message().contains("settings.issuer"));
        assert!(!format!("{source:?}").contains("hidden"));
    }
}
