//! The connection between server and node.
//!
//! The node dials out and the roles turn on that one byte stream: the node serves HTTP/2 ([`serve`]), the server is the HTTP/2
//! client ([`NodeClient`]). The stream is an in-process pipe ([`stream::pipe`]) or TLS 1.3 with certificates of Stead's own
//! authority ([`identity`], [`tls`]); nothing above can tell which. [`dial`] keeps a node connected.

pub mod stream;

pub use stream::{ByteStream, Duplex};
