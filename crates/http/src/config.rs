//! What the server is told about itself. Read once at start; the environment and files are the binary's affair.

use std::net::IpAddr;
use std::time::Duration;

/// Sizes, rates and times that requests are held to.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// Bytes of a JSON body.
    pub json_body: usize,
    /// Bytes of an upload.
    pub upload: u64,
    /// Longest pause between two pieces of an upload.
    pub upload_pause: Duration,
    /// Until a request without waiting or streaming is answered.
    pub answer: Duration,
    /// Open connections.
    pub connections: usize,
    /// Attempts to sign in per client address and minute.
    pub sign_ins_per_minute: u32,
    /// What opening a page asks for before anybody is signed in, per client address and minute.
    pub page_requests_per_minute: u32,
    /// Requests of one session or API token in a minute. `None`: not limited.
    pub requests_per_minute: Option<u32>,
    /// Between pings on WebSockets and comments on event streams.
    pub keep_alive: Duration,
    /// A WebSocket whose other side has not been heard from for this long is closed.
    pub silence: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            json_body: 2 << 20,
            upload: 1 << 30,
            upload_pause: Duration::from_secs(60),
            answer: Duration::from_secs(30),
            connections: 10_000,
            sign_ins_per_minute: 20,
            page_requests_per_minute: 60,
            requests_per_minute: Some(6_000),
            keep_alive: Duration::from_secs(25),
            silence: Duration::from_secs(75),
        }
    }
}

#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Where browsers reach this server, such as `http://localhost:7433`.
    pub base_url: String,
    /// The address whose sub-domains are previews, when that is not the base address: an own domain keeps the pages of
    /// previews a different site from the dashboard.
    pub preview_base: Option<String>,
    /// Other host names that requests may be for, without ports. The base address's host and the loopback names always may.
    pub extra_hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    pub version: String,
    pub limits: HttpLimits,
}

impl HttpConfig {
    #[must_use]
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            preview_base: None,
            extra_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            limits: HttpLimits::default(),
        }
    }
}
