//! TLS 1.3 on both ends of a node connection, each trusting Stead's own authority and nothing else.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivateKeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use stead_core::ambient::Ambient;
use stead_core::error::{Error, ErrorKind, InternalContext, Result};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::identity::{Identity, PeerNode, SERVER_NAME, parse_certificate, peer_node};
use crate::stream::{ByteStream, Duplex};

/// Refuses whatever else happens to connect, before any byte of HTTP.
const PROTOCOL: &[u8] = b"stead-node/1";
const HANDSHAKE: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct AmbientTime(Ambient);

impl TimeProvider for AmbientTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().micros() / 1_000_000).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// The server's end: accepts nodes.
#[derive(Clone)]
pub struct NodeAcceptor(TlsAcceptor);

impl std::fmt::Debug for NodeAcceptor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NodeAcceptor")
    }
}

impl NodeAcceptor {
    /// `authority` is the certificate that signed the nodes'.
    ///
    /// # Errors
    /// When a certificate or key cannot be read.
    pub fn new(authority: &str, server: &Identity, ambient: &Ambient) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots(authority)?), Arc::clone(&provider))
                .build()
                .internal("preparing to verify nodes")?;
        let mut config = ServerConfig::builder_with_details(provider, Arc::new(AmbientTime(ambient.clone())))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .internal("choosing TLS 1.3")?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![parse_certificate(&server.certificate)?], private_key(server)?)
            .internal("using the server's certificate")?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// # Errors
    /// `node_refused` when the other side is no node with a certificate of this authority; `not_a_node`.
    pub async fn accept(&self, stream: impl Duplex + 'static) -> Result<(ByteStream, PeerNode)> {
        let stream = tokio::time::timeout(HANDSHAKE, self.0.accept(stream))
            .await
            .map_err(|_| refused().context("the handshake took too long"))?
            .map_err(|error| refused().source_error(error))?;
        let peer = {
            let (_, session) = stream.get_ref();
            if session.alpn_protocol() != Some(PROTOCOL) {
                return Err(refused().context("another protocol was asked for"));
            }
            let certificate = session.peer_certificates().and_then(<[_]>::first);
            peer_node(certificate.ok_or_else(|| refused().context("no certificate"))?)?
        };
        Ok((Box::new(stream), peer))
    }
}

fn refused() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "node_refused",
        "Somebody connected who is no node of this installation.",
    )
    .next_step(
        "If it is one of yours, join it again: its certificate has expired or is from another installation.",
    )
}

/// The node's end: connects to the server.
#[derive(Clone)]
pub struct ServerConnector(TlsConnector);

impl std::fmt::Debug for ServerConnector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ServerConnector")
    }
}

impl ServerConnector {
    /// `authority` is the only certificate trusted, whatever the machine trusts otherwise.
    ///
    /// # Errors
    /// When a certificate or key cannot be read.
    pub fn new(authority: &str, node: &Identity, ambient: &Ambient) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots(authority)?), Arc::clone(&provider))
                .build()
                .internal("preparing to verify the server")?;
        let mut config = ClientConfig::builder_with_details(provider, Arc::new(AmbientTime(ambient.clone())))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .internal("choosing TLS 1.3")?
            .with_webpki_verifier(verifier)
            .with_client_auth_cert(vec![parse_certificate(&node.certificate)?], private_key(node)?)
            .internal("using the node's certificate")?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// # Errors
    /// `server_refused` when the other side is not the server of this node's authority or does not answer in time.
    pub async fn connect(&self, stream: impl Duplex + 'static) -> Result<ByteStream> {
        let refused = || {
            Error::unavailable("server_refused", "No encrypted connection to the server could be made.")
                .next_step("Check the server's address and both clocks; if the server was set up anew, join the node again.")
        };
        let name = ServerName::try_from(SERVER_NAME).internal("naming the server")?;
        let stream = tokio::time::timeout(HANDSHAKE, self.0.connect(name, stream))
            .await
            .map_err(|_| refused().context("the handshake took too long"))?
            .map_err(|error| refused().source_error(error))?;
        Ok(Box::new(stream))
    }
}

fn roots(authority: &str) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(parse_certificate(authority)?).internal("trusting the authority")?;
    Ok(roots)
}

fn private_key(identity: &Identity) -> Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).internal("reading a private key")
}
