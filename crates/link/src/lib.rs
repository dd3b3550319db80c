//! The connection between server and node.
//!
//! The node dials out and the roles turn on that one byte stream: the node serves HTTP/2 ([`serve_node`]), the server is the
//! HTTP/2 client ([`NodeClient`]). The stream is an in-process pipe ([`pipe`]) or TLS 1.3 with certificates of Stead's own
//! authority ([`identity`], [`tls`]); nothing above can tell which. [`dial`] keeps a node connected.

pub mod body;
mod client;
pub mod dial;
pub mod identity;
pub mod problem;
mod serve;
pub mod stream;
pub mod tls;

pub use body::{ChannelBody, answer_with_stream};
pub use client::NodeClient;
pub use dial::{Backoff, connect_forever};
pub use serve::{SessionEnd, serve_node};
pub use stream::{ByteStream, Duplex, pipe};

use std::time::Duration;

/// Bytes one stream may send before its reader has taken them: 20 MB/s at 50 ms of round trip.
const STREAM_WINDOW: u32 = 1 << 20;
/// Never the limit: were it, one stalled reader could hold up every other stream of the connection.
const CONNECTION_WINDOW: u32 = 1 << 30;
const MAX_STREAMS: u32 = 4_096;
const MAX_FRAME: u32 = 64 << 10;
const SEND_BUFFER: usize = 256 << 10;
const PING_INTERVAL: Duration = Duration::from_secs(10);
const PING_TIMEOUT: Duration = Duration::from_secs(15);
/// Viewers come and go in crowds; the other side is trusted, so a burst of cancelled requests is no attack.
const RESETS_IN_FLIGHT: usize = 8_192;
