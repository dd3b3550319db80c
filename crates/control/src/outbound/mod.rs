//! Requests to addresses that tenants name: webhooks, sources of sign-in, sinks of the audit log.
//!
//! Owns the one HTTP client for them. It resolves a name, drops every address that is not of the public internet
//! ([`stead_core::public_address`]) unless the operator allows its range, and dials exactly the addresses that were checked, so a
//! name that answers differently the second time gains nothing. Redirects are not followed, proxies of the environment are not
//! used, answers are cut at a size and a time.
//!
//! Code that speaks something else than HTTP (LDAP, syslog) asks [`Outbound::addresses`] and dials what it gets.

mod refusal;
mod resolver;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use ipnet::IpNet;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Url};
use stead_core::error::InternalContext as _;
use stead_core::{Error, ErrorKind, Result, public_address};

use self::resolver::Checked;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const LONGEST_URL: usize = 2_048;

/// Which addresses beyond the public internet may be called. Set by the operator, never by a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboundSettings {
    /// Ranges that are called although they are not of the public internet.
    pub allowed: Vec<IpNet>,
}

impl OutboundSettings {
    /// What the words of `--outbound-allow` mean: ranges such as `10.1.0.0/16`, single addresses, or `private` for everything.
    ///
    /// # Errors
    /// `outbound_range_invalid` naming the word.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut allowed = Vec::new();
        for word in words.into_iter().map(str::trim).filter(|word| !word.is_empty()) {
            if word == "private" {
                allowed
                    .extend([IpNet::from(ipnet::Ipv4Net::default()), IpNet::from(ipnet::Ipv6Net::default())]);
                continue;
            }
            let range = word.parse::<IpNet>().ok().or_else(|| word.parse::<IpAddr>().ok().map(IpNet::from));
            allowed.push(range.ok_or_else(|| {
                Error::invalid("outbound_range_invalid", format!("{word} is not a range of addresses."))
                    .next_step(
                        "Write it like 10.1.0.0/16 or fd00::/8, or `private` for all private networks.",
                    )
            })?);
        }
        Ok(Self { allowed })
    }

    /// Whether the address may be called; why not otherwise.
    pub(super) fn judge(&self, address: IpAddr) -> std::result::Result<(), public_address::Special> {
        // ::ffff:10.0.0.1 is in 10.0.0.0/8.
        let plain = address.to_canonical();
        match public_address::special(address) {
            Some(_) if self.allowed.iter().any(|range| range.contains(&plain)) => Ok(()),
            Some(special) => Err(special),
            None => Ok(()),
        }
    }
}

/// A request to somewhere that a tenant named.
#[derive(Clone)]
pub struct OutboundRequest {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// For everything from resolving the name to the answer's end.
    pub time_limit: Duration,
    /// Of the answer's body, bytes; what is beyond is not read.
    pub largest_answer: usize,
}

impl OutboundRequest {
    /// 15 seconds, 64 KiB.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            time_limit: Duration::from_secs(15),
            largest_answer: 64 * 1_024,
        }
    }

    /// # Errors
    /// When the value holds what a header cannot.
    pub fn header(mut self, name: HeaderName, value: &str) -> Result<Self> {
        let mut value = HeaderValue::from_str(value).internal("writing a header of an outbound request")?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }

    #[must_use]
    pub fn json(mut self, body: Vec<u8>) -> Self {
        self.headers.insert(reqwest::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = body;
        self
    }
}

/// Neither query nor body nor headers: they may hold secrets.
impl std::fmt::Debug for OutboundRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("OutboundRequest")
            .field("method", &self.method)
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub struct OutboundAnswer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The body is longer than what was asked for.
    pub cut: bool,
}

impl OutboundAnswer {
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The body, if all of it is there.
    ///
    /// # Errors
    /// `peer_answer_too_large`.
    pub fn whole(self) -> Result<Vec<u8>> {
        if self.cut {
            return Err(Error::new(
                ErrorKind::Upstream,
                "peer_answer_too_large",
                "The other side answered with more than is read from it.",
            ));
        }
        Ok(self.body)
    }
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    client: Client,
    settings: Arc<OutboundSettings>,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Outbound").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Outbound {
    /// # Errors
    /// When the certificates of this machine cannot be loaded.
    pub fn new(settings: OutboundSettings) -> Result<Self> {
        let settings = Arc::new(settings);
        let client = Client::builder()
            .dns_resolver(Arc::new(Checked::new(Arc::clone(&settings))))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_LIMIT)
            .pool_max_idle_per_host(2)
            .pool_idle_timeout(Duration::from_secs(30))
            .user_agent(concat!("Stead/", env!("CARGO_PKG_VERSION")))
            .build()
            .internal("building the client for outbound requests")?;
        Ok(Self { client, settings })
    }

    /// Reads an address that somebody typed: http or https, with a host, without a user and password, and not an IP address that
    /// may not be called. Names are judged when they are resolved.
    ///
    /// # Errors
    /// `address_invalid` or `address_not_allowed`.
    pub fn check_url(&self, text: &str) -> Result<Url> {
        let wrong = |why: &str| {
            Error::invalid("address_invalid", format!("This is not an address that Stead can call: {why}."))
                .next_step("Write it like https://example.org/hook.")
        };
        if text.len() > LONGEST_URL {
            return Err(wrong("it is longer than 2,048 characters"));
        }
        let mut url = Url::parse(text).map_err(|_| wrong("it cannot be read"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user name or password"));
        }
        url.set_fragment(None);
        self.judge(&url)?;
        Ok(url)
    }

    fn judge(&self, url: &Url) -> Result<()> {
        let wrong = |why: &str| {
            Error::invalid("address_invalid", format!("This is not an address that Stead can call: {why}."))
                .next_step("Write it like https://example.org/hook.")
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("it is neither http nor https"));
        }
        // An address written as such is not resolved by the client, so it is judged here.
        match url.host() {
            None => Err(wrong("it names no host")),
            Some(url::Host::Domain(_)) => Ok(()),
            Some(url::Host::Ipv4(address)) => self.judge_ip(IpAddr::V4(address)),
            Some(url::Host::Ipv6(address)) => self.judge_ip(IpAddr::V6(address)),
        }
    }

    fn judge_ip(&self, address: IpAddr) -> Result<()> {
        self.settings.judge(address).map_err(|special| refusal::refused(&address.to_string(), special))
    }

    /// Addresses of a host that may be dialled, for protocols other than HTTP. At least one.
    ///
    /// # Errors
    /// `address_not_allowed`, `address_unresolvable`.
    pub async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>> {
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            self.judge_ip(address)?;
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let found = resolver::resolve(&self.settings, host).await?;
        Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    /// Sends the request and reads the answer up to its limit, whatever its status.
    ///
    /// # Errors
    /// `address_invalid`, `address_not_allowed`, `address_unresolvable`, `peer_unreachable`, `peer_timed_out`.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundAnswer> {
        self.judge(&request.url)?;
        let limit = request.time_limit;
        match tokio::time::timeout(limit, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(refusal::timed_out(limit)),
        }
    }

    async fn exchange(&self, request: OutboundRequest) -> Result<OutboundAnswer> {
        let OutboundRequest { method, url, headers, body, largest_answer, .. } = request;
        let answer =
            self.client.request(method, url).headers(headers).body(body).send().await.map_err(refusal::of)?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let (mut body, mut cut) = (Vec::new(), false);
        let mut pieces = answer.bytes_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(refusal::of)?;
            let room = largest_answer - body.len();
            cut = piece.len() > room;
            body.extend_from_slice(&piece[..piece.len().min(room)]);
            if cut {
                break;
            }
        }
        Ok(OutboundAnswer { status, headers, body, cut })
    }
}
