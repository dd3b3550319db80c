//! What the operator says about signing in with others.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use stead_api::v1::sources::SourceKind;
use stead_control::identity::{InstalledSource, SourcesSettings};
use stead_core::ids::TenantId;
use stead_core::{Error, Result};

use crate::config::EnvironmentSecrets;

#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// Sign in with GitHub: id of the OAuth app; its secret is in the variable STEAD_GITHUB_CLIENT_SECRET.
    #[arg(long, env = "STEAD_GITHUB_CLIENT_ID", value_name = "ID")]
    github_client_id: Option<String>,
    /// Sign in with Google: id of the OAuth client; its secret is in the variable STEAD_GOOGLE_CLIENT_SECRET.
    #[arg(long, env = "STEAD_GOOGLE_CLIENT_ID", value_name = "ID")]
    google_client_id: Option<String>,
    /// Sign in with GitLab: id of the application; its secret is in the variable STEAD_GITLAB_CLIENT_SECRET.
    #[arg(long, env = "STEAD_GITLAB_CLIENT_ID", value_name = "ID")]
    gitlab_client_id: Option<String>,
    /// An own GitLab instead of gitlab.com.
    #[arg(long, env = "STEAD_GITLAB_URL", value_name = "URL")]
    gitlab_url: Option<String>,
    /// File with further sources of sign-in (JSON); see docs/sign-in.md.
    #[arg(long, env = "STEAD_SIGN_IN_SOURCES", value_name = "PATH")]
    sign_in_sources: Option<PathBuf>,
    /// Domain that is certain to be a tenant's: its own sources may find accounts by addresses there. May be repeated.
    #[arg(long, env = "STEAD_CONFIRMED_DOMAINS", value_delimiter = ',', value_name = "TENANT=DOMAIN")]
    confirmed_domain: Vec<String>,
}

fn wrong(message: String, next: &str) -> Error {
    Error::invalid("source_settings_invalid", message).next_step(next)
}

fn preset(
    environment: &EnvironmentSecrets,
    kind: SourceKind,
    name: &str,
    client_id: &str,
) -> Result<InstalledSource> {
    let variable = format!("STEAD_{}_CLIENT_SECRET", kind.as_str().to_uppercase());
    let secret = environment.client_secret(&variable).ok_or_else(|| {
        wrong(
            format!("Signing in with {name} needs the client's secret."),
            &format!("Set the variable {variable}, or leave the client id away."),
        )
    })?;
    let settings = [("client_id", client_id), ("client_secret", secret.as_str())];
    Ok(InstalledSource {
        id: kind.as_str().to_owned(),
        name: name.to_owned(),
        kind,
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        domains: Vec::new(),
    })
}

fn confirmed(text: &str) -> Result<(TenantId, String)> {
    let read =
        text.split_once('=').and_then(|(tenant, domain)| Some((tenant.trim().parse().ok()?, domain.trim())));
    match read {
        Some((tenant, domain)) if domain.contains('.') => Ok((tenant, domain.to_ascii_lowercase())),
        _ => Err(wrong(
            format!("{text} does not confirm a domain."),
            "Write it like ten_01j9zz3kq8f7v9x2m4n5p6r7st=acme.example.",
        )),
    }
}

impl SourceArgs {
    /// # Errors
    /// `source_settings_invalid`.
    pub(crate) fn sources(&self, environment: &EnvironmentSecrets) -> Result<SourcesSettings> {
        let mut installed = Vec::new();
        for (kind, name, client_id) in [
            (SourceKind::Github, "GitHub", &self.github_client_id),
            (SourceKind::Google, "Google", &self.google_client_id),
            (SourceKind::Gitlab, "GitLab", &self.gitlab_client_id),
        ] {
            if let Some(client_id) = client_id {
                installed.push(preset(environment, kind, name, client_id)?);
            }
        }
        if let Some(url) = &self.gitlab_url {
            let own: BTreeMap<String, String> = [("issuer".to_owned(), url.clone())].into();
            let gitlab = installed.iter_mut().filter(|source| source.kind == SourceKind::Gitlab);
            gitlab.for_each(|source| source.settings.extend(own.clone()));
        }
        if let Some(path) = &self.sign_in_sources {
            let shown = path.display();
            let bytes = zeroize::Zeroizing::new(std::fs::read(path).map_err(|error| {
                wrong(format!("{shown} cannot be read: {error}."), "Name a file that this user may read.")
            })?);
            let more: Vec<InstalledSource> = serde_json::from_slice(&bytes).map_err(|error| {
                // The error tells a place and a name, never a value of a setting.
                wrong(
                    format!("{shown} is no list of sources of sign-in (line {}).", error.line()),
                    "docs/sign-in.md has an example.",
                )
            })?;
            installed.extend(more);
        }
        let confirmed_domains =
            self.confirmed_domain.iter().map(|text| confirmed(text)).collect::<Result<_>>()?;
        Ok(SourcesSettings { installed, confirmed_domains })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_confirmed_for_a_tenant() {
        let (tenant, domain) = confirmed("ten_01j9zz3kq8f7v9x2m4n5p6r7st=Acme.Example").unwrap();
        assert_eq!(
            (tenant.to_string().as_str(), domain.as_str()),
            ("ten_01j9zz3kq8f7v9x2m4n5p6r7st", "acme.example")
        );
        for bad in ["", "acme.example", "ten_x=acme.example", "ten_01j9zz3kq8f7v9x2m4n5p6r7st=acme"] {
            assert!(confirmed(bad).is_err(), "{bad}");
        }
    }
}
