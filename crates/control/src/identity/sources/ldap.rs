//! Directories: LDAP and Active Directory, by search and then bind (RFC 4511, 4513).
//!
//! The account that searches finds exactly one person, whose own bind with the password proves who it is. What somebody typed goes
//! into filters escaped (RFC 4515 §3). A password is never empty: a bind with none succeeds for anybody (RFC 4513 §5.1.2). Referrals
//! are not followed. What a directory answers is held to limits ([`super::ldap_stream`]) and read in a task of its own, because the
//! library ends the task on what is no LDAP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ldap3::{
    Ldap as Connection, LdapConnAsync, LdapConnSettings, LdapError, Scope, SearchEntry, SearchOptions,
    StdStream, ldap_escape,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use stead_core::email::EmailAddress;
use stead_core::error::InternalContext as _;
use stead_core::{Error, ErrorKind, Result};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;
use zeroize::Zeroizing;

use super::config::Ldap;
use super::ldap_stream::{self, Refused};
use super::linking::Claimed;
use super::oidc::{self, Proof};
use super::provider::unusable;
use crate::outbound::Outbound;

/// For one step.
const STEP: Duration = Duration::from_secs(5);
/// For all of them.
const PATIENCE: Duration = Duration::from_secs(15);
const LONGEST_USER: usize = 256;
const LONGEST_PASSWORD: usize = 1_024;
const MOST_GROUPS: usize = 500;
/// RFC 4511 §4.1.9.
const INVALID_CREDENTIALS: u32 = 49;
const NO_SUCH_OBJECT: u32 = 32;
const SIZE_LIMIT_EXCEEDED: u32 = 4;

pub(super) fn refused() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "sign_in_refused",
        "There is no account with this name and password in the directory.",
    )
    .next_step("Check both.")
}

fn unreachable(error: &LdapError) -> Error {
    Error::new(ErrorKind::Upstream, "directory_unreachable", "The directory cannot be asked now.")
        .next_step("Try again; if it stays like this, ask whoever set up this way of signing in.")
        .context(format!("{error:?}"))
}

fn too_slow() -> Error {
    Error::new(ErrorKind::TimedOut, "directory_timed_out", "The directory did not answer in time.")
        .next_step("Try again in a moment.")
}

/// The filter with what was typed in the place of `{user}`.
fn filled(filter: &str, user: &str, dn: &str) -> String {
    // One pass: what is put in is not looked at again.
    let mut out = String::with_capacity(filter.len() + user.len() + dn.len());
    let mut rest = filter;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{user}") {
            out.push_str(&ldap_escape(user));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{dn}") {
            out.push_str(&ldap_escape(dn));
            rest = after;
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// Whether it can be a name and a password at all.
fn is_plausible(user: &str, password: &str) -> bool {
    let user_fits =
        !user.trim().is_empty() && user.len() <= LONGEST_USER && !user.chars().any(char::is_control);
    user_fits && !password.is_empty() && password.len() <= LONGEST_PASSWORD && !password.contains('\0')
}

fn tls(config: &Ldap) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    match &config.ca {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate =
                    certificate.map_err(|error| unusable(format!("the certificate authority: {error}")))?;
                roots
                    .add(certificate)
                    .map_err(|error| unusable(format!("the certificate authority: {error}")))?;
            }
        }
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    if roots.is_empty() {
        return Err(unusable("no certificate authority is trusted"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .internal("choosing versions of TLS")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

async fn dial(addresses: &[SocketAddr]) -> Result<TcpStream> {
    let mut last = None;
    for address in addresses {
        match tokio::time::timeout(STEP, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = Some(error),
            Err(_) => {}
        }
    }
    match last {
        Some(error) => Err(unreachable(&LdapError::from(error))),
        None => Err(too_slow()),
    }
}

async fn secured(mut stream: TcpStream, config: &Ldap, host: &str) -> Result<TlsStream<TcpStream>> {
    let broken = |error: std::io::Error| unreachable(&LdapError::from(error));
    if config.url.scheme() != "ldaps" && !ldap_stream::start_tls(&mut stream).await.map_err(broken)? {
        return Err(unusable("the directory does not begin TLS"));
    }
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(|error| unusable(format!("the directory's name: {error}")))?;
    TlsConnector::from(tls(config)?).connect(name, stream).await.map_err(broken)
}

/// A connection to an address that was checked, by TLS unless it stays on this machine.
async fn connect(outbound: &Outbound, config: &Ldap, refused: Refused) -> Result<Connection> {
    let host = config.url.host_str().unwrap_or_default();
    let usual = if config.url.scheme() == "ldaps" { 636 } else { 389 };
    let addresses = outbound.addresses(host, config.url.port().unwrap_or(usual)).await?;
    let stream = dial(&addresses).await?;
    let pipe = if config.start_tls || config.url.scheme() == "ldaps" {
        let securing = tokio::time::timeout(STEP, secured(stream, config, host));
        ldap_stream::guarded(securing.await.map_err(|_| too_slow())??, refused)?
    } else {
        ldap_stream::guarded(stream, refused)?
    };
    let settings = LdapConnSettings::new().set_std_stream(StdStream::Unix(pipe));
    let url = Url::parse("ldapi://directory").internal("naming a pipe")?;
    let (driver, connection) =
        LdapConnAsync::from_url_with_settings(settings, &url).await.map_err(|error| unreachable(&error))?;
    tokio::spawn(async move {
        if let Err(error) = driver.drive().await {
            tracing::debug!(error.inside = %error, "a connection to a directory broke");
        }
    });
    Ok(connection)
}

/// Who binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binding {
    Right,
    Wrong,
}

async fn bind(connection: &mut Connection, dn: &str, password: &str) -> Result<Binding> {
    let answer =
        connection.with_timeout(STEP).simple_bind(dn, password).await.map_err(|error| unreachable(&error))?;
    match answer.rc {
        0 => Ok(Binding::Right),
        INVALID_CREDENTIALS => Ok(Binding::Wrong),
        // A DN without a password, a locked account, a policy: nobody is let in, whatever it is.
        code => {
            tracing::debug!(ldap.code = code, "a directory refuses to bind");
            Ok(Binding::Wrong)
        }
    }
}

/// Entries below `base`, at most `most`.
async fn search(
    connection: &mut Connection,
    base: &str,
    filter: &str,
    attributes: Vec<String>,
    most: usize,
) -> Result<Vec<SearchEntry>> {
    let limit = i32::try_from(most).unwrap_or(i32::MAX);
    let options = SearchOptions::new().sizelimit(limit).timelimit(5);
    let mut stream = connection
        .with_search_options(options)
        .with_timeout(STEP)
        .streaming_search(base, Scope::Subtree, filter, attributes)
        .await
        .map_err(|error| unreachable(&error))?;
    let mut found = Vec::new();
    while found.len() < most {
        match stream.next().await.map_err(|error| unreachable(&error))? {
            None => break,
            Some(entry) if entry.is_ref() || entry.is_intermediate() => {}
            Some(entry) => found.push(SearchEntry::construct(entry)),
        }
    }
    let end = stream.finish().await;
    match end.rc {
        0 | NO_SUCH_OBJECT | SIZE_LIMIT_EXCEEDED => Ok(found),
        // Left before its end, by us.
        88 if found.len() >= most => Ok(found),
        code => Err(unusable(format!("a search ended with {code}: {}", end.text))),
    }
}

/// Attributes are named in any case.
fn value(entry: &SearchEntry, name: &str) -> Option<String> {
    let texts =
        entry.attrs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, all)| all.first());
    texts.cloned()
}

/// Active Directory's `objectGUID` is bytes.
fn identifier(entry: &SearchEntry, name: &str) -> Option<String> {
    let bytes = entry
        .bin_attrs
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .and_then(|(_, all)| all.first());
    match bytes {
        Some(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        // The same for bytes that happen to be a text.
        None if name.eq_ignore_ascii_case("objectGUID") => {
            value(entry, name).map(|text| text.bytes().map(|byte| format!("{byte:02x}")).collect())
        }
        None => value(entry, name),
    }
}

struct Asked {
    outbound: Outbound,
    config: Ldap,
    user: String,
    password: Zeroizing<String>,
    stopped: Refused,
}

async fn ask(asked: Asked) -> Result<Proof> {
    let Asked { outbound, config, user, password, stopped } = asked;
    let mut connection = connect(&outbound, &config, stopped).await?;
    let searching = config.bind.as_ref();
    if let Some((dn, secret)) = searching
        && bind(&mut connection, dn, &secret.0).await? == Binding::Wrong
    {
        return Err(unusable("the account that searches is not let in"));
    }
    let attributes = vec![
        config.id_attribute.clone(),
        config.email_attribute.clone(),
        config.name_attribute.clone(),
        "memberOf".to_owned(),
    ];
    let filter = filled(&config.user_filter, &user, "");
    let mut found = search(&mut connection, &config.base_dn, &filter, attributes, 2).await?;
    let (Some(person), true) = (found.pop(), found.is_empty()) else {
        // As much work as for somebody whose password is wrong.
        bind(&mut connection, &config.base_dn, &password).await?;
        return Err(refused());
    };
    if person.dn.is_empty() || bind(&mut connection, &person.dn, &password).await? == Binding::Wrong {
        return Err(refused());
    }
    let subject = identifier(&person, &config.id_attribute)
        .filter(|subject| !subject.is_empty() && subject.len() <= 255)
        .ok_or_else(|| unusable(format!("the entry has no {}", config.id_attribute)))?;
    let mut groups: Vec<String> = person
        .attrs
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("memberOf"))
        .flat_map(|(_, all)| all.iter().cloned())
        .take(MOST_GROUPS)
        .collect();
    if let Some(base) = &config.group_base_dn {
        // Back to the account that searches: people may not see the groups.
        let (dn, secret) = searching.map_or(("", ""), |(dn, secret)| (dn.as_str(), secret.0.as_str()));
        bind(&mut connection, dn, secret).await?;
        let filter = filled(&config.group_filter, &user, &person.dn);
        let entries = search(&mut connection, base, &filter, vec!["cn".to_owned()], MOST_GROUPS).await?;
        groups.extend(entries.into_iter().map(|entry| entry.dn));
    }
    // What is left open is closed with the connection.
    let _ = connection.unbind().await;
    let email = value(&person, &config.email_attribute).and_then(|text| EmailAddress::parse(&text).ok());
    Ok(Proof {
        issuer: format!("{}/{}", config.url.as_str().trim_end_matches('/'), config.base_dn),
        subject,
        // The directory is who gives the addresses of its domains out.
        email: email.map(|address| Claimed { address, proven: true }),
        name: oidc::name(value(&person, &config.name_attribute).map(serde_json::Value::String).as_ref()),
        groups,
    })
}

/// Who the directory says it is.
///
/// # Errors
/// `sign_in_refused`, whatever was wrong with name and password; `address_not_allowed`; `directory_unreachable`,
/// `directory_timed_out`, `source_answer_invalid`.
pub(super) async fn prove(
    outbound: &Outbound,
    config: &Ldap,
    user: &str,
    password: Zeroizing<String>,
) -> Result<Proof> {
    if !is_plausible(user, &password) {
        return Err(refused());
    }
    let stopped = Refused::default();
    let asked = Asked {
        outbound: outbound.clone(),
        config: config.clone(),
        user: user.trim().to_owned(),
        password,
        stopped: Arc::clone(&stopped),
    };
    let mut task = tokio::spawn(ask(asked));
    match tokio::time::timeout(PATIENCE, &mut task).await {
        Ok(Ok(answer)) => answer.map_err(|error| stopped.get().map_or(error, |why| unusable(*why))),
        Ok(Err(_)) => Err(unusable("the directory's answer is no LDAP")),
        Err(_) => {
            task.abort();
            Err(too_slow())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_typed_is_only_a_value() {
        for (typed, escaped) in [
            ("ada", "(uid=ada)"),
            ("*", "(uid=\\2a)"),
            ("ada)(|(uid=*", "(uid=ada\\29\\28|\\28uid=\\2a)"),
            ("a\\2a", "(uid=a\\5c2a)"),
            ("{dn}", "(uid={dn})"),
            ("{user}", "(uid={user})"),
        ] {
            assert_eq!(filled("(uid={user})", typed, "cn=secret"), escaped, "{typed}");
        }
        assert_eq!(
            filled("(&(member={dn})({x}=1))", "u", "cn=a,dc=(b)"),
            "(&(member=cn=a,dc=\\28b\\29)({x}=1))"
        );
    }

    #[test]
    fn an_empty_password_is_none() {
        assert!(is_plausible("ada", "secret"));
        for (user, password) in [("ada", ""), ("", "secret"), ("  ", "secret"), ("a\0", "x"), ("ada", "\0x")]
        {
            assert!(!is_plausible(user, password), "{user:?} {password:?}");
        }
        assert!(!is_plausible(&"a".repeat(257), "x") && !is_plausible("a", &"x".repeat(1_025)));
    }

    /// A directory that answers whatever it is asked with the same bytes, again and again; gives its port and how many it could send.
    async fn hostile(bytes: Vec<u8>) -> (u16, tokio::task::JoinHandle<usize>) {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sending = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4_096]).await;
            let mut sent = 0;
            while sent < 512 << 20 && socket.write_all(&bytes).await.is_ok() {
                sent += bytes.len();
            }
            sent
        });
        (port, sending)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_hostile_directory_is_left_before_it_fills_the_memory() {
        let sequence = |content: &[u8]| {
            let length = u32::try_from(content.len()).unwrap().to_be_bytes();
            [&[0x30, 0x84], length.as_slice(), content].concat()
        };
        let mut deep = Vec::with_capacity(600_000);
        for level in (0..100_000_u32).rev() {
            deep.extend([0x30, 0x84]);
            deep.extend((level * 6).to_be_bytes());
        }
        let nobody_asked = [b"\x02\x01\x4d\x04\x82\x80\x00".to_vec(), vec![b'x'; 0x8000]].concat();
        let outbound =
            Outbound::new(crate::outbound::OutboundSettings::parse(["127.0.0.0/8"]).unwrap()).unwrap();
        for (what, bytes) in [
            ("too long", [b"\x30\x84\x7f\xff\xff\xff".to_vec(), vec![0; 60_000]].concat()),
            ("nested too deeply", deep),
            ("too many parts", sequence(&[0x05, 0x00].repeat(300_000))),
            ("too much", sequence(&nobody_asked)),
            ("no LDAP", b"HTTP/1.1 200 OK\r\n\r\n".repeat(1_000)),
        ] {
            let (port, sending) = hostile(bytes).await;
            let settings = [("url", format!("ldap://127.0.0.1:{port}")), ("base_dn", "dc=x".to_owned())];
            let settings = settings.map(|(name, value)| (name.to_owned(), value)).into();
            let config = super::super::config::parse(stead_api::v1::sources::SourceKind::Ldap, &settings);
            let super::super::config::Config::Ldap(config) = config.unwrap() else { panic!("another kind") };
            let error = prove(&outbound, &config, "ada", Zeroizing::new("x".into())).await.unwrap_err();
            assert_eq!(error.code(), "source_answer_invalid", "{what}: {error:?}");
            assert!(error.inside().to_string().contains(what), "{what}: {}", error.inside());
            let sent = tokio::time::timeout(PATIENCE, sending).await.unwrap().unwrap();
            assert!(sent < 64 << 20, "{what}: {sent} bytes were taken");
        }
    }

    proptest! {
        #[test]
        fn no_name_changes_the_shape_of_the_filter(typed in "\\PC{0,40}") {
            let out = filled("(&(objectClass=person)(uid={user}))", &typed, "");
            let count = |mark| out.chars().filter(|letter| *letter == mark).count();
            prop_assert_eq!((count('('), count(')'), count('*')), (3, 3, 0));
        }
    }
}
