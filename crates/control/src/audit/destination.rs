//! Where a sink is, as somebody typed it, and one delivery to it.
//!
//! What is not encrypted goes only to addresses that are not of the public internet, which the operator has to have allowed:
//! `http://` and `tcp://` are for collectors in the same private network.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Url};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde::{Deserialize, Serialize};
use stead_core::error::InternalContext as _;
use stead_core::{Error, ErrorKind, Result, Timestamp, public_address, webhook_signature};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::outbound::{Outbound, OutboundRequest};

/// For one delivery.
const PATIENCE: Duration = Duration::from_secs(20);
/// Syslog has no answer: this long its end of the connection is waited for, which a receiver closes after the last message.
const FAREWELL: Duration = Duration::from_secs(2);
const TLS_PORT: u16 = 6514;
const TCP_PORT: u16 = 601;

/// What is sealed of a sink.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Sealed {
    /// Signs what is sent by HTTPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
    /// Certificate authority in PEM, for one that not everybody trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ca: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Destination {
    Https { url: Url },
    Syslog { tls: bool, host: String, port: u16 },
}

fn invalid(why: &str) -> Error {
    Error::invalid("sink_invalid", format!("Events cannot be forwarded there: {why}.")).field(
        stead_core::error::FieldError {
            field: "target".to_owned(),
            message: why.to_owned(),
            line: None,
            column: None,
        },
    )
}

fn in_the_open() -> Error {
    invalid("without encryption, events go only to addresses of a private network")
        .next_step("Use https://, or syslog over TLS.")
}

fn all_private(addresses: &[SocketAddr]) -> bool {
    addresses.iter().all(|address| public_address::special(address.ip()).is_some())
}

impl Destination {
    pub(super) const HTTPS: &str = "https";
    pub(super) const SYSLOG: &str = "syslog";
    pub(super) const SYSLOG_TLS: &str = "syslog_tls";

    /// # Errors
    /// `address_invalid`, `address_not_allowed`, `sink_invalid`.
    pub(super) async fn https(outbound: &Outbound, target: &str) -> Result<Self> {
        let url = outbound.check_url(target)?;
        if url.scheme() == "http" {
            let (host, port) =
                (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
            if !all_private(&outbound.addresses(host, port).await?) {
                return Err(in_the_open());
            }
        }
        Ok(Self::Https { url })
    }

    /// `host`, `host:port`, `tls://host:port` or `tcp://host:port`.
    ///
    /// # Errors
    /// `sink_invalid`, `address_not_allowed`.
    pub(super) async fn syslog(outbound: &Outbound, target: &str) -> Result<Self> {
        let (tls, rest) = match target.trim().split_once("://") {
            None => (true, target.trim()),
            Some(("tls", rest)) => (true, rest),
            Some(("tcp", rest)) => (false, rest),
            Some(_) => return Err(invalid("write it like logs.example.org:6514 or tcp://10.0.0.5:601")),
        };
        let url = Url::parse(&format!("syslog://{rest}"))
            .map_err(|_| invalid("write it like logs.example.org:6514"))?;
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let plain = !host.is_empty()
            && host.len() <= 253
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']'));
        if !plain
            || !matches!(url.path(), "" | "/")
            || !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err(invalid("write it like logs.example.org:6514"));
        }
        let port = url.port().unwrap_or(if tls { TLS_PORT } else { TCP_PORT });
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        // An address that is written as such is judged at once; a name when it is dialled.
        if !tls || bare.parse::<std::net::IpAddr>().is_ok() {
            let addresses = outbound.addresses(&host, port).await?;
            if !tls && !all_private(&addresses) {
                return Err(in_the_open());
            }
        }
        Ok(Self::Syslog { tls, host, port })
    }

    /// From what [`Destination::kind`] and [`Destination::address`] said.
    ///
    /// # Errors
    /// A defect for anything else.
    pub(super) fn stored(kind: &str, address: &str) -> Result<Self> {
        if kind == Self::HTTPS {
            let url = Url::parse(address).internal("reading a sink's address")?;
            return Ok(Self::Https { url });
        }
        let (host, port) =
            address.rsplit_once(':').ok_or_else(|| Error::internal("a sink's address has no port"))?;
        let port = port.parse().internal("reading a sink's port")?;
        Ok(Self::Syslog { tls: kind == Self::SYSLOG_TLS, host: host.to_owned(), port })
    }

    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Https { .. } => Self::HTTPS,
            Self::Syslog { tls: true, .. } => Self::SYSLOG_TLS,
            Self::Syslog { tls: false, .. } => Self::SYSLOG,
        }
    }

    pub(super) fn address(&self) -> String {
        match self {
            Self::Https { url } => url.to_string(),
            Self::Syslog { host, port, .. } => format!("{host}:{port}"),
        }
    }

    /// For people: without the query, which may hold a token.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Https { url } => {
                let mut shown = url.clone();
                if shown.query().is_some() {
                    shown.set_query(Some("…"));
                }
                shown.to_string().replace("%E2%80%A6", "…")
            }
            Self::Syslog { tls, host, port } => {
                format!("{}://{host}:{port}", if *tls { "tls" } else { "tcp" })
            }
        }
    }

    /// Delivers a batch as a whole. `id` is the same whenever the same batch is tried again.
    ///
    /// # Errors
    /// Why it may not have arrived, in words for people.
    pub(super) async fn deliver(
        &self,
        outbound: &Outbound,
        sealed: &Sealed,
        id: &str,
        now: Timestamp,
        batch: Vec<u8>,
    ) -> Result<()> {
        match self {
            Self::Https { url } => {
                let secret = sealed.secret.as_deref().unwrap_or_default();
                let seconds = now.micros().div_euclid(1_000_000);
                let signature = webhook_signature::sign(&[secret], id, seconds, &batch)?;
                let mut request = OutboundRequest::new(Method::POST, url.clone())
                    .header(HeaderName::from_static("webhook-id"), id)?
                    .header(HeaderName::from_static("webhook-timestamp"), &seconds.to_string())?
                    .header(HeaderName::from_static("webhook-signature"), &signature)?;
                let kind = HeaderValue::from_static("application/jsonl");
                request.headers.insert(reqwest::header::CONTENT_TYPE, kind);
                (request.body, request.time_limit) = (batch, PATIENCE);
                let answer = outbound.send(request).await?;
                if answer.is_success() {
                    return Ok(());
                }
                Err(failed(&format!("It answered {}", answer.status)))
            }
            Self::Syslog { tls, host, port } => {
                let sent = async {
                    let addresses = outbound.addresses(host, *port).await?;
                    if !*tls && !all_private(&addresses) {
                        return Err(in_the_open());
                    }
                    let plain = TcpStream::connect(addresses.as_slice())
                        .await
                        .map_err(|error| failed(&format!("The connection failed: {error}")))?;
                    if !*tls {
                        return send(plain, &batch).await;
                    }
                    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
                    let name = ServerName::try_from(bare).internal("reading a sink's host name")?;
                    let connector = TlsConnector::from(Arc::new(tls_client(sealed.ca.as_deref())?));
                    let secured = connector
                        .connect(name, plain)
                        .await
                        .map_err(|error| failed(&format!("TLS failed: {error}")))?;
                    send(secured, &batch).await
                };
                match tokio::time::timeout(PATIENCE, sent).await {
                    Ok(outcome) => outcome,
                    Err(_) => {
                        Err(failed(&format!("Nothing was taken within {} seconds", PATIENCE.as_secs())))
                    }
                }
            }
        }
    }
}

fn failed(why: &str) -> Error {
    Error::new(ErrorKind::Upstream, "sink_failed", format!("{}.", why.trim_end_matches('.')))
}

async fn send<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, batch: &[u8]) -> Result<()> {
    let lost = |error: std::io::Error| failed(&format!("The connection broke: {error}"));
    stream.write_all(batch).await.map_err(lost)?;
    stream.flush().await.map_err(lost)?;
    stream.shutdown().await.map_err(lost)?;
    // Its word that everything was read, when it gives one: a reset says that something was not.
    let mut ignored = [0; 512];
    let farewell = async {
        loop {
            match stream.read(&mut ignored).await {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                // Who closes without a TLS farewell has read everything all the same.
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => return Err(lost(error)),
            }
        }
    };
    tokio::time::timeout(FAREWELL, farewell).await.unwrap_or(Ok(()))
}

/// The authorities to trust: the given one alone, or those that everybody trusts.
pub(super) fn roots(ca: Option<&str>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match ca {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.internal("reading a certificate authority")?;
                roots.add(certificate).internal("reading a certificate authority")?;
            }
        }
    }
    if roots.is_empty() { Err(Error::internal("there is no certificate in it")) } else { Ok(roots) }
}

fn tls_client(ca: Option<&str>) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .internal("setting up TLS")?;
    Ok(config.with_root_certificates(roots(ca)?).with_no_client_auth())
}
