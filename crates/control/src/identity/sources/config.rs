//! What a source has to be told, by kind: reading and checking of settings. Pure.
//!
//! Settings are texts by name, the same for the API, the command line and the operator's file. One of them may be a secret
//! ([`secret_name`]); it is kept apart from the others.

use std::collections::{BTreeMap, BTreeSet};

use stead_api::v1::sources::SourceKind;
use stead_core::error::FieldError;
use stead_core::{Error, Result};
use url::Url;
use zeroize::Zeroizing;

pub(super) type Settings = BTreeMap<String, String>;

const LONGEST_SETTING: usize = 2_048;
/// A certificate authority.
const LONGEST_CA: usize = 32 * 1_024;
const LONGEST_NAME: usize = 100;
const LONGEST_DOMAIN: usize = 253;
const MOST_DOMAINS: usize = 50;
const GOOGLE: &str = "https://accounts.google.com";
const GITLAB: &str = "https://gitlab.com";
const GITHUB: &str = "https://github.com";

/// A secret that no output shows.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(pub(super) Zeroizing<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// A provider that speaks OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Oidc {
    /// Exactly as the provider calls itself.
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) client_secret: Option<Secret>,
    pub(super) scopes: String,
    pub(super) groups_claim: String,
    /// An address of which the provider does not say whether it is confirmed counts for the rule of domains; never to find an account.
    pub(super) accept_unproven_email: bool,
}

/// GitHub speaks OAuth 2 with an API of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Github {
    /// Without a slash at the end: `https://github.com`, or an own server.
    pub(super) url: String,
    /// The same for its API.
    pub(super) api: String,
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
}

/// A directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ldap {
    pub(super) url: Url,
    pub(super) start_tls: bool,
    /// PEM; the authorities that everybody trusts when absent.
    pub(super) ca: Option<String>,
    /// Searches anonymously when absent.
    pub(super) bind: Option<(String, Secret)>,
    pub(super) base_dn: String,
    /// With `{user}` where the name goes.
    pub(super) user_filter: String,
    pub(super) id_attribute: String,
    pub(super) email_attribute: String,
    pub(super) name_attribute: String,
    /// Where groups are searched; `memberOf` of the person alone when absent.
    pub(super) group_base_dn: Option<String>,
    /// With `{dn}` and `{user}` where these go.
    pub(super) group_filter: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Config {
    Oidc(Oidc),
    Github(Github),
    Ldap(Box<Ldap>),
}

fn wrong(field: &str, message: impl Into<String>) -> Error {
    Error::invalid("source_invalid", "The source of sign-in cannot be like this.").field(FieldError {
        field: field.to_owned(),
        message: message.into(),
        line: None,
        column: None,
    })
}

/// The setting of the kind that is secret.
pub(super) const fn secret_name(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Ldap => "bind_password",
        _ => "client_secret",
    }
}

const fn known(kind: SourceKind) -> &'static [&'static str] {
    match kind {
        SourceKind::Oidc => {
            &["issuer", "client_id", "client_secret", "scopes", "groups_claim", "accept_unproven_email"]
        }
        SourceKind::Github => &["client_id", "client_secret", "url"],
        SourceKind::Google => &["client_id", "client_secret"],
        SourceKind::Gitlab => &["client_id", "client_secret", "issuer"],
        SourceKind::Ldap => &[
            "url",
            "start_tls",
            "ca",
            "bind_dn",
            "bind_password",
            "base_dn",
            "user_filter",
            "id_attribute",
            "email_attribute",
            "name_attribute",
            "group_base_dn",
            "group_filter",
        ],
    }
}

pub(super) fn check_name(name: &str) -> Result<String> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(wrong("name", format!("use 1 to {LONGEST_NAME} printable characters")));
    }
    Ok(name.to_owned())
}

/// In lower case, each once.
pub(super) fn check_domains(domains: &[String]) -> Result<Vec<String>> {
    if domains.len() > MOST_DOMAINS {
        return Err(wrong("domains", format!("at most {MOST_DOMAINS}")));
    }
    let mut found = BTreeSet::new();
    for domain in domains {
        let domain = domain.trim().to_ascii_lowercase();
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if domain.len() > LONGEST_DOMAIN || !domain.contains('.') || !domain.split('.').all(label) {
            return Err(wrong("domains", "write domains like acme.example"));
        }
        found.insert(domain);
    }
    Ok(found.into_iter().collect())
}

/// Without blanks around and without empty ones; refuses what the kind does not know.
pub(super) fn clean(kind: SourceKind, settings: &Settings) -> Result<Settings> {
    let mut cleaned = Settings::new();
    for (name, value) in settings {
        let field = format!("settings.{}", name.chars().take(100).collect::<String>());
        if !known(kind).contains(&name.as_str()) {
            let message =
                format!("there is no such setting; {} knows {}", kind.as_str(), known(kind).join(", "));
            return Err(wrong(&field, message));
        }
        let most = if name == "ca" { LONGEST_CA } else { LONGEST_SETTING };
        let value = value.trim();
        let control =
            value.chars().any(|letter| letter.is_control() && !(name == "ca" && "\r\n".contains(letter)));
        if value.len() > most || control {
            return Err(wrong(&field, format!("at most {most} printable characters")));
        }
        if !value.is_empty() {
            cleaned.insert(name.clone(), value.to_owned());
        }
    }
    Ok(cleaned)
}

struct Reader<'a>(&'a Settings);

impl Reader<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn needed(&self, name: &str) -> Result<String> {
        self.get(name).map(str::to_owned).ok_or_else(|| wrong(&format!("settings.{name}"), "is needed"))
    }

    fn or(&self, name: &str, default: &str) -> String {
        self.get(name).unwrap_or(default).to_owned()
    }

    fn flag(&self, name: &str) -> Result<bool> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(wrong(&format!("settings.{name}"), "write true or false")),
        }
    }

    /// An address of a provider, without a slash at the end.
    fn provider(&self, name: &str, default: Option<&str>) -> Result<String> {
        let text = match default {
            Some(default) => self.or(name, default),
            None => self.needed(name)?,
        };
        check_provider(&text).map_err(|message| wrong(&format!("settings.{name}"), message))?;
        Ok(text)
    }
}

/// What leads to people's passwords is read by TLS, but on this machine.
pub(super) fn check_provider(text: &str) -> std::result::Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "write an address like https://login.example.org".to_owned())?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err("it names no host".to_owned()),
    };
    if !(url.scheme() == "https" || url.scheme() == "http" && loopback) {
        return Err("it has to begin with https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("it holds a user, a password or a #".to_owned());
    }
    Ok(url)
}

/// The attributes of a directory are names (RFC 4512 §1.4).
fn attribute(reader: &Reader<'_>, name: &str, default: &str) -> Result<String> {
    let value = reader.or(name, default);
    let good = value.len() <= 100
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b';'));
    if good { Ok(value) } else { Err(wrong(&format!("settings.{name}"), "use the name of an attribute")) }
}

/// `settings` with the secret among them.
///
/// # Errors
/// `source_invalid`, naming the field.
pub(super) fn parse(kind: SourceKind, settings: &Settings) -> Result<Config> {
    let reader = Reader(settings);
    let secret = reader.get(secret_name(kind)).map(|text| Secret(Zeroizing::new(text.to_owned())));
    let needed_secret = |secret: Option<Secret>| {
        secret.ok_or_else(|| wrong(&format!("settings.{}", secret_name(kind)), "is needed"))
    };
    let oidc = |issuer: String, secret: Option<Secret>| -> Result<Config> {
        Ok(Config::Oidc(Oidc {
            issuer,
            client_id: reader.needed("client_id")?,
            client_secret: secret,
            scopes: scopes(&reader.or("scopes", "openid email profile")),
            groups_claim: reader.or("groups_claim", "groups"),
            accept_unproven_email: reader.flag("accept_unproven_email")?,
        }))
    };
    match kind {
        // A client without a secret is kept by PKCE alone.
        SourceKind::Oidc => oidc(reader.provider("issuer", None)?, secret),
        SourceKind::Google => oidc(GOOGLE.to_owned(), Some(needed_secret(secret)?)),
        SourceKind::Gitlab => oidc(reader.provider("issuer", Some(GITLAB))?, Some(needed_secret(secret)?)),
        SourceKind::Github => {
            let url = reader.provider("url", Some(GITHUB))?.trim_end_matches('/').to_owned();
            let api = match url.as_str() {
                GITHUB => "https://api.github.com".to_owned(),
                own => format!("{own}/api/v3"),
            };
            let client_id = reader.needed("client_id")?;
            Ok(Config::Github(Github { url, api, client_id, client_secret: needed_secret(secret)? }))
        }
        SourceKind::Ldap => ldap(&reader, secret),
    }
}

/// `openid` is always among them.
fn scopes(text: &str) -> String {
    let mut scopes: Vec<&str> = text.split_ascii_whitespace().collect();
    if !scopes.contains(&"openid") {
        scopes.insert(0, "openid");
    }
    scopes.join(" ")
}

fn ldap(reader: &Reader<'_>, secret: Option<Secret>) -> Result<Config> {
    let text = reader.needed("url")?;
    let url = Url::parse(&text)
        .ok()
        .filter(|url| {
            matches!(url.scheme(), "ldap" | "ldaps") && url.host_str().is_some_and(|host| !host.is_empty())
        })
        .ok_or_else(|| wrong("settings.url", "write an address like ldaps://directory.example.org"))?;
    let start_tls = reader.flag("start_tls")?;
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "ldap" && !start_tls && !loopback {
        return Err(wrong(
            "settings.url",
            "passwords would go unencrypted: use ldaps://, or ldap:// with start_tls",
        ));
    }
    let bind = match (reader.get("bind_dn"), secret) {
        (None, None) => None,
        (Some(dn), Some(secret)) => Some((dn.to_owned(), secret)),
        // A name without a password is an anonymous bind to most servers (RFC 4513 §5.1.2).
        (Some(_), None) => return Err(wrong("settings.bind_password", "is needed with bind_dn")),
        (None, Some(_)) => return Err(wrong("settings.bind_dn", "is needed with bind_password")),
    };
    let user_filter = reader.or("user_filter", "(uid={user})");
    if !user_filter.contains("{user}") || !user_filter.starts_with('(') || !user_filter.ends_with(')') {
        return Err(wrong(
            "settings.user_filter",
            "write a filter in brackets with {user} in it, like (uid={user})",
        ));
    }
    let group_filter = reader.or("group_filter", "(member={dn})");
    if !(group_filter.contains("{dn}") || group_filter.contains("{user}")) || !group_filter.starts_with('(') {
        return Err(wrong(
            "settings.group_filter",
            "write a filter in brackets with {dn} or {user} in it, like (member={dn})",
        ));
    }
    Ok(Config::Ldap(Box::new(Ldap {
        url,
        start_tls,
        ca: reader.get("ca").map(str::to_owned),
        bind,
        base_dn: reader.needed("base_dn")?,
        user_filter,
        id_attribute: attribute(reader, "id_attribute", "entryUUID")?,
        email_attribute: attribute(reader, "email_attribute", "mail")?,
        name_attribute: attribute(reader, "name_attribute", "cn")?,
        group_base_dn: reader.get("group_base_dn").map(str::to_owned),
        group_filter,
    })))
}

/// Refuses a tenant's source that lets in people whom nobody chose.
pub(super) fn check_bound(kind: SourceKind, domains: &[String]) -> Result<()> {
    if kind == SourceKind::Ldap || !domains.is_empty() {
        return Ok(());
    }
    Err(wrong("domains", "name the domains of your people's addresses: everybody else stays out"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn field(error: &Error) -> String {
        assert_eq!(error.code(), "source_invalid");
        error.fields()[0].field.clone()
    }

    #[test]
    fn presets_need_no_address() {
        let client = settings(&[("client_id", "stead"), ("client_secret", "hidden")]);
        let Config::Oidc(google) = parse(SourceKind::Google, &client).unwrap() else { panic!() };
        assert_eq!(google.issuer, "https://accounts.google.com");
        let Config::Oidc(gitlab) = parse(SourceKind::Gitlab, &client).unwrap() else { panic!() };
        assert_eq!(gitlab.issuer, "https://gitlab.com");
        let Config::Github(github) = parse(SourceKind::Github, &client).unwrap() else { panic!() };
        assert_eq!(github.api, "https://api.github.com");
        assert!(!format!("{github:?} {google:?}").contains("hidden"));
        let without = settings(&[("client_id", "stead")]);
        for kind in [SourceKind::Google, SourceKind::Gitlab, SourceKind::Github] {
            assert_eq!(field(&parse(kind, &without).unwrap_err()), "settings.client_secret");
        }
    }

    #[test]
    fn addresses_are_read_by_tls_but_on_this_machine() {
        for good in
            ["https://login.example.org", "http://127.0.0.1:9000", "http://localhost:1", "http://[::1]:2"]
        {
            assert!(check_provider(good).is_ok(), "{good}");
        }
        for bad in [
            "http://login.example.org",
            "http://127.0.0.1.example.org",
            "ftp://example.org",
            "https://ada:secret@example.org",
            "https://example.org/#x",
            "login",
        ] {
            let given = settings(&[("issuer", bad), ("client_id", "stead")]);
            assert_eq!(field(&parse(SourceKind::Oidc, &given).unwrap_err()), "settings.issuer", "{bad}");
        }
    }

    #[test]
    fn unknown_settings_are_refused_and_empty_ones_dropped() {
        let unknown =
            clean(SourceKind::Google, &settings(&[("issuer", "https://evil.example")])).unwrap_err();
        assert_eq!(field(&unknown), "settings.issuer");
        assert!(clean(SourceKind::Oidc, &settings(&[("scopes", "  ")])).unwrap().is_empty());
        assert!(clean(SourceKind::Oidc, &settings(&[("issuer", "https://a\u{0}")])).is_err());
        assert_eq!(scopes("email groups"), "openid email groups");
    }

    #[test]
    fn a_directory_is_spoken_to_by_tls_and_searched_with_a_name() {
        let base = [("base_dn", "dc=example,dc=org")];
        let with = |more: &[(&str, &str)]| parse(SourceKind::Ldap, &settings(&[&base[..], more].concat()));
        assert!(with(&[("url", "ldaps://d.example.org")]).is_ok());
        assert!(with(&[("url", "ldap://d.example.org"), ("start_tls", "true")]).is_ok());
        assert!(with(&[("url", "ldap://127.0.0.1:3890")]).is_ok());
        assert_eq!(field(&with(&[("url", "ldap://d.example.org")]).unwrap_err()), "settings.url");
        assert_eq!(field(&with(&[("url", "https://d.example.org")]).unwrap_err()), "settings.url");
        let named = with(&[("url", "ldaps://d"), ("bind_dn", "cn=stead")]).unwrap_err();
        assert_eq!(field(&named), "settings.bind_password");
        let filter = with(&[("url", "ldaps://d"), ("user_filter", "(uid=ada)")]).unwrap_err();
        assert_eq!(field(&filter), "settings.user_filter");
        let attribute = with(&[("url", "ldaps://d"), ("id_attribute", "uid)(x")]).unwrap_err();
        assert_eq!(field(&attribute), "settings.id_attribute");
    }

    #[test]
    fn domains_are_domains() {
        let read = |text: &str| check_domains(&[text.to_owned()]);
        assert_eq!(read(" Acme.Example ").unwrap(), ["acme.example"]);
        for bad in ["", "acme", "@acme.example", "*.acme.example", "acme..example", "a b.example"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(check_bound(SourceKind::Google, &[]).is_err());
        assert!(check_bound(SourceKind::Ldap, &[]).is_ok());
    }
}
