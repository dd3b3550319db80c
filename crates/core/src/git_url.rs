//! Addresses of git repositories: which forms are accepted, and how each becomes the one that is stored and cloned.
//!
//! Refused are passwords (they would land in logs, rows and `.git/config`), file paths (an instance sees only itself), other
//! helpers such as `ext::`, and everything that a command line could take for an option.

use std::fmt;

use url::Url;

use crate::{Error, Result};

pub const MAX_LENGTH: usize = 2_048;

const HOW_TO_AUTHENTICATE: &str = "Leave it out; in the workspace, sign in with your own credential helper or SSH key, or open a local clone with `stead open PATH`.";

/// Hosts that people write without a scheme.
const KNOWN_HOSTS: [&str; 6] =
    ["github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "git.sr.ht", "gitea.com"];

/// A checked address with an explicit scheme: `https`, `http`, `ssh` or `git`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GitUrl(String);

impl GitUrl {
    /// Accepts `https://`, `http://`, `ssh://` and `git://` addresses, `git@host:path`, and `github.com/user/repo`.
    ///
    /// # Errors
    /// `invalid_git_url` with what is wrong; `git_url_has_password` when there is one. The password is never repeated.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Err(invalid("The address of the repository is empty."));
        }
        if text.len() > MAX_LENGTH {
            return Err(invalid(&format!(
                "The address of the repository is longer than {MAX_LENGTH} characters."
            )));
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(invalid("The address of the repository holds spaces or control characters."));
        }
        if text.starts_with('-') {
            return Err(invalid("The address of the repository begins with a hyphen."));
        }
        if text.starts_with(['/', '.', '~', '\\']) || text.to_ascii_lowercase().starts_with("file:") {
            return Err(invalid("A path on this machine cannot be cloned from inside a workspace.")
                .next_step(
                    "Use `stead open PATH`, which uploads the repository, or give the address of its remote.",
                ));
        }
        if text.contains("::") && !text.contains("://[") && !text.contains("@[") {
            return Err(invalid("Transport helpers such as `ext::` are not supported."));
        }
        match text.split_once("://") {
            Some((scheme, _)) => with_scheme(&scheme.to_ascii_lowercase(), text),
            None => without_scheme(text),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scheme: `https`, `http`, `ssh` or `git`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.split_once("://").map_or("", |(scheme, _)| scheme)
    }
}

impl fmt::Display for GitUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn invalid(message: &str) -> Error {
    Error::invalid("invalid_git_url", message)
        .next_step("Give an address such as https://host/user/repo.git, git@host:user/repo.git or github.com/user/repo.")
        .field(crate::error::FieldError { field: "source.url".into(), message: message.into(), line: None, column: None })
}

fn has_password() -> Error {
    let message = "The address of the repository holds a password or token.";
    Error::invalid("git_url_has_password", message).next_step(HOW_TO_AUTHENTICATE).field(
        crate::error::FieldError {
            field: "source.url".into(),
            message: message.into(),
            line: None,
            column: None,
        },
    )
}

fn check_user(user: &str) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if user.starts_with('-') || user.len() > 64 || !user.bytes().all(plain) {
        return Err(invalid(
            "The user name in the address of the repository holds characters that are not allowed.",
        ));
    }
    Ok(())
}

fn with_scheme(scheme: &str, text: &str) -> Result<GitUrl> {
    let scheme = match scheme {
        "git+ssh" | "ssh+git" => "ssh",
        "git+https" => "https",
        "https" | "http" | "ssh" | "git" => scheme,
        _ => return Err(invalid("Only https, http, ssh and git addresses can be cloned.")),
    };
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let url = Url::parse(&format!("{scheme}://{rest}"))
        .map_err(|_| invalid("This is not a well-formed address."))?;
    if url.password().is_some() {
        return Err(has_password());
    }
    match (scheme, url.username()) {
        (_, "") => {}
        // In an https address the user's place is where tokens stand; ssh needs the login name.
        ("ssh", user) => check_user(user)?,
        ("https" | "http", _) => return Err(has_password()),
        _ => return Err(invalid("A git:// address has no user.")),
    }
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() || host.starts_with('-') {
        return Err(invalid("The address of the repository has no host."));
    }
    let path = url.path();
    if path.trim_matches('/').is_empty() {
        return Err(invalid("The address names a host but no repository on it."));
    }
    if path.starts_with("/-") {
        return Err(invalid("The path in the address of the repository begins with a hyphen."));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("The address of a repository has no `?` or `#`.")
            .next_step("Give the branch, tag or commit separately, as the revision."));
    }
    Ok(GitUrl(url.to_string()))
}

fn without_scheme(text: &str) -> Result<GitUrl> {
    let first_slash = text.find('/').unwrap_or(text.len());
    let head = &text[..first_slash];
    // git's own rule: a colon before the first slash makes it `[user@]host:path`.
    if let Some((place, _)) = head.split_once(':') {
        let path = &text[place.len() + 1..];
        let (user, host) = place.split_once('@').map_or((None, place), |(user, host)| (Some(user), host));
        if path.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) && user.is_none() {
            // `localhost:3000/user/repo` reads as host and port.
            return short(text);
        }
        if path.contains('@') && user.is_none() {
            return Err(has_password());
        }
        let user = user.unwrap_or("git");
        check_user(user)?;
        if host.is_empty() || host.len() == 1 {
            return Err(invalid(
                "This looks like a path on a machine, not like the address of a repository.",
            ));
        }
        if path.starts_with('-') {
            return Err(invalid("The path in the address of the repository begins with a hyphen."));
        }
        // `host:path` is relative to the login's home; `ssh://host/path` is not, except on the hosts that all people use,
        // where both are the same. `/~/` keeps the meaning elsewhere.
        let path = path.trim_start_matches('/');
        let is_absolute = text[place.len() + 1..].starts_with('/');
        let home = if is_absolute || user == "git" { "" } else { "~/" };
        return with_scheme("ssh", &format!("ssh://{user}@{host}/{home}{path}"));
    }
    short(text)
}

/// `github.com/user/repo`: https.
fn short(text: &str) -> Result<GitUrl> {
    let host = text.split('/').next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    if text.contains('@') {
        return Err(has_password());
    }
    let plausible = KNOWN_HOSTS.contains(&name) || name.contains('.') || name == "localhost";
    if !plausible || !text.contains('/') {
        return Err(invalid("This is not the address of a repository."));
    }
    let scheme = if name == "localhost" { "http" } else { "https" };
    with_scheme(scheme, &format!("{scheme}://{text}"))
}

/// Branch, tag or commit as git accepts it, never something that reads as an option.
///
/// # Errors
/// `invalid_revision` with the rule.
pub fn check_revision(revision: &str) -> Result<()> {
    let forbidden = |c: char| c.is_control() || c.is_whitespace() || "~^:?*[\\".contains(c);
    let wrong = revision.is_empty()
        || revision.len() > 255
        || revision.starts_with(['-', '/'])
        || revision.ends_with(['/', '.'])
        || revision.ends_with(".lock")
        || revision.contains("..")
        || revision.contains("@{")
        || revision.contains("//")
        || revision.chars().any(forbidden);
    if wrong {
        return Err(Error::invalid(
            "invalid_revision",
            "This is not the name of a branch, a tag or a commit.",
        )
        .field(crate::error::FieldError {
            field: "source.revision".into(),
            message: "A branch, tag or commit such as main, v1.2 or 4f2a9c1.".into(),
            line: None,
            column: None,
        }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accepted_forms_become_one() {
        for (given, stored) in [
            ("https://github.com/org/repo.git", "https://github.com/org/repo.git"),
            ("  HTTPS://Host.example/x/y  ", "https://host.example/x/y"),
            ("http://127.0.0.1:8080/repo.git", "http://127.0.0.1:8080/repo.git"),
            ("ssh://git@host:2222/x/y.git", "ssh://git@host:2222/x/y.git"),
            ("git+ssh://git@host/x", "ssh://git@host/x"),
            ("git://host/x.git", "git://host/x.git"),
            ("git@github.com:org/repo.git", "ssh://git@github.com/org/repo.git"),
            ("host.example:org/repo", "ssh://git@host.example/org/repo"),
            ("ada@host:src/repo", "ssh://ada@host/~/src/repo"),
            ("ada@host:/srv/repo", "ssh://ada@host/srv/repo"),
            ("github.com/user/repo", "https://github.com/user/repo"),
            ("localhost:3000/user/repo", "http://localhost:3000/user/repo"),
            ("https://[::1]:8080/x", "https://[::1]:8080/x"),
        ] {
            assert_eq!(
                GitUrl::parse(given).map(|url| url.to_string()).map_err(|error| error.to_string()),
                Ok(stored.to_owned())
            );
        }
    }

    #[test]
    fn passwords_are_refused_and_never_repeated() {
        for given in [
            "https://ada:hunter2@host/x",
            "https://hunter2@host/x",
            "ssh://ada:hunter2@host/x",
            "ada:hunter2@host/x",
            "hunter2@github.com/x/y",
        ] {
            let error = GitUrl::parse(given).unwrap_err();
            assert_eq!(error.code(), "git_url_has_password", "{given}");
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn dangerous_and_meaningless_ones_are_refused() {
        for given in [
            "",
            "-u",
            "--upload-pack=x",
            "/etc/passwd",
            "./x",
            "../x",
            "~/x",
            "file:///x",
            "ext::sh -c x",
            "ext::sh",
            "C:\\x",
            "c:/x",
            "repo",
            "user/repo",
            "https://",
            "https://host",
            "https://host/",
            "ftp://host/x",
            "https://host/x?y",
            "https://host/x#y",
            "https://host/-x",
            "ssh://-oProxyCommand=x/y",
            "git@-host:x",
            "git@host:-x",
            "a b",
            "a\nb",
            "ssh://-x@host/y",
            "git@:x",
        ] {
            assert!(GitUrl::parse(given).is_err(), "{given:?}");
        }
    }

    #[test]
    fn revisions_follow_git() {
        for good in ["main", "v1.2", "feature/x", "4f2a9c1", "release@2"] {
            assert!(check_revision(good).is_ok(), "{good}");
        }
        for bad in ["", "-x", "a b", "a..b", "x.lock", "a:b", "x@{1}", "/x", "x/", "a\0"] {
            assert!(check_revision(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn accepted_ones_are_stable_and_safe(text in "\\PC{0,40}|(https|ssh|git)://[a-z@:/.0-9-]{1,30}|[a-z@:/.-]{1,30}") {
            if let Ok(url) = GitUrl::parse(&text) {
                prop_assert_eq!(GitUrl::parse(url.as_str()).map_err(|error| error.to_string()), Ok(url.clone()));
                prop_assert!(!url.as_str().starts_with('-'));
                prop_assert!(matches!(url.scheme(), "https" | "http" | "ssh" | "git"));
                let parsed = Url::parse(url.as_str()).unwrap();
                prop_assert!(parsed.password().is_none());
            }
            let _ = check_revision(&text);
        }
    }
}
