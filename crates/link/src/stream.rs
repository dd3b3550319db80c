//! The byte stream that everything above the shim passes on: consoles, terminals, dialled ports, node connections.

use tokio::io::{AsyncRead, AsyncWrite};

/// Anything that can be read and written. Shutting it down ends the writing direction only; dropping it ends both.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + ?Sized> Duplex for T {}

/// A byte stream of any kind.
pub type ByteStream = Box<dyn Duplex>;

/// How many bytes an in-process pipe holds in each direction before its writer waits.
pub const PIPE_CAPACITY: usize = 256 << 10;

/// Two ends of an in-process connection: what `stead up` puts between server and node instead of a socket.
#[must_use]
pub fn pipe() -> (ByteStream, ByteStream) {
    let (left, right) = tokio::io::duplex(PIPE_CAPACITY);
    (Box::new(left), Box::new(right))
}
