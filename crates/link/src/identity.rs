//! Stead's own certificate authority and the identities it issues.
//!
//! The server holds the authority; a node keeps its key and sends only the public half. A node's id is a URI in its certificate,
//! and nothing it says on the connection can change who it is. The server may pin a certificate by its [`Fingerprint`].

use std::fmt;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PublicKeyData, SanType, SerialNumber, SubjectPublicKeyInfo,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use stead_core::Timestamp;
use stead_core::ambient::Ambient;
use stead_core::error::{Error, ErrorKind, InternalContext, Result};
use stead_core::ids::NodeId;

/// The name in every server certificate, and the only one a node asks for: it trusts no other authority than its own.
pub const SERVER_NAME: &str = "server.stead.internal";
const NODE_URI: &str = "stead:node:";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Clocks of two machines may differ; certificates are valid from this long before they were made.
const CLOCK_SKEW: Duration = Duration::from_secs(60 * 60);
const AUTHORITY_DAYS: u32 = 3_650;
const SERVER_DAYS: u32 = 397;
const NODE_DAYS: u32 = 90;

/// SHA-256 of a certificate, shown as lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Self {
        Self(Sha256::digest(certificate.as_ref()).into())
    }

    /// # Errors
    /// When the text holds no certificate.
    pub fn of_pem(certificate: &str) -> Result<Self> {
        Ok(Self::of(&parse_certificate(certificate)?))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A certificate with its private key, both PEM.
#[derive(Clone)]
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Identity").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

/// A private key made where it will be used.
pub struct PrivateKey(KeyPair);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PrivateKey")
    }
}

impl PrivateKey {
    /// # Errors
    /// When the cryptography library has no randomness.
    pub fn generate() -> Result<Self> {
        KeyPair::generate().map(Self).internal("making a private key")
    }

    /// What the authority needs to issue a certificate.
    #[must_use]
    pub fn public_pem(&self) -> String {
        self.0.public_key_pem()
    }

    /// The certificate that the authority issued for this key, with the key.
    #[must_use]
    pub fn with_certificate(&self, certificate: String) -> Identity {
        Identity { certificate, key: self.0.serialize_pem() }
    }
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerNode {
    pub node: NodeId,
    pub fingerprint: Fingerprint,
}

/// Signs certificates. Its key never leaves the server.
pub struct Authority {
    certificate: String,
    key: String,
    issuer: Issuer<'static, KeyPair>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Authority").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

impl Authority {
    /// A new authority, valid for ten years.
    ///
    /// # Errors
    /// When the cryptography library fails.
    pub fn create(ambient: &Ambient) -> Result<Self> {
        let key = KeyPair::generate().internal("making the authority's key")?;
        let mut params = params(ambient, "Stead authority", AUTHORITY_DAYS)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).internal("signing the authority's certificate")?.pem();
        Self::load(certificate, key.serialize_pem())
    }

    /// # Errors
    /// When certificate or key cannot be read.
    pub fn load(certificate: String, key: String) -> Result<Self> {
        let pair = KeyPair::from_pem(&key).internal("reading the authority's key")?;
        let issuer =
            Issuer::from_ca_cert_pem(&certificate, pair).internal("reading the authority's certificate")?;
        Ok(Self { certificate, key, issuer })
    }

    /// The certificate that nodes trust.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Certificate and key, to be stored by the server.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity { certificate: self.certificate.clone(), key: self.key.clone() }
    }

    /// The certificate a server shows to nodes, valid for 397 days.
    ///
    /// # Errors
    /// When the cryptography library fails.
    pub fn issue_server(&self, ambient: &Ambient) -> Result<Identity> {
        let key = PrivateKey::generate()?;
        let mut params = params(ambient, "Stead server", SERVER_DAYS)?;
        let name = SERVER_NAME.try_into().internal("naming the server")?;
        params.subject_alt_names = vec![SanType::DnsName(name)];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate =
            params.signed_by(&key.0, &self.issuer).internal("issuing the server's certificate")?;
        Ok(key.with_certificate(certificate.pem()))
    }

    /// The certificate of a node for the public key it sent, valid for 90 days.
    ///
    /// # Errors
    /// `invalid_public_key` when the key cannot be used.
    pub fn issue_node(&self, ambient: &Ambient, node: NodeId, public_key: &str) -> Result<String> {
        let key = SubjectPublicKeyInfo::from_pem(public_key).map_err(|error| {
            Error::invalid("invalid_public_key", "The node's public key cannot be read.")
                .next_step("Send the key as PEM, as `stead node join` does.")
                .source_error(error)
        })?;
        self.sign_node(ambient, node, &key)
    }

    fn sign_node(&self, ambient: &Ambient, node: NodeId, key: &impl PublicKeyData) -> Result<String> {
        let mut params = params(ambient, &node.to_string(), NODE_DAYS)?;
        let uri = format!("{NODE_URI}{node}").try_into().internal("naming a node")?;
        params.subject_alt_names = vec![SanType::URI(uri)];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        Ok(params.signed_by(key, &self.issuer).internal("issuing a node's certificate")?.pem())
    }
}

fn params(ambient: &Ambient, name: &str, days: u32) -> Result<CertificateParams> {
    let now = ambient.now();
    let mut params = CertificateParams::default();
    let mut serial = [0; 16];
    ambient.fill_random(&mut serial);
    // A serial number is a positive integer.
    serial[0] &= 0x7f;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.not_before = instant(Timestamp::from_micros(now.micros()), false)?;
    params.not_after = instant(now.plus(DAY * days), true)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn instant(at: Timestamp, end: bool) -> Result<time::OffsetDateTime> {
    let skew = i64::try_from(CLOCK_SKEW.as_secs()).unwrap_or(0);
    let seconds = at.micros() / 1_000_000 - if end { 0 } else { skew };
    time::OffsetDateTime::from_unix_timestamp(seconds).internal("writing a certificate's validity")
}

pub(crate) fn parse_certificate(pem: &str) -> Result<CertificateDer<'static>> {
    CertificateDer::from_pem_slice(pem.as_bytes()).internal("reading a certificate")
}

/// The node that a verified client certificate names.
///
/// # Errors
/// `not_a_node` when the certificate names none.
pub fn peer_node(certificate: &CertificateDer<'_>) -> Result<PeerNode> {
    let parsed = webpki::EndEntityCert::try_from(certificate).internal("reading a node's certificate")?;
    let mut names = parsed.valid_uri_names();
    let node = match (names.next(), names.next()) {
        (Some(name), None) => name.strip_prefix(NODE_URI).and_then(|id| id.parse().ok()),
        _ => None,
    };
    let node = node.ok_or_else(|| {
        Error::new(ErrorKind::Unauthenticated, "not_a_node", "The certificate names no node.")
            .next_step("Join the node again, so that it gets a certificate of its own.")
    })?;
    Ok(PeerNode { node, fingerprint: Fingerprint::of(certificate) })
}
