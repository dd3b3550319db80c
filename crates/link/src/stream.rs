//! The byte stream that everything above the shim passes on: consoles, terminals, dialled ports, node connections.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

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

/// A stream that fails as soon as its token is cancelled: HTTP/2 runs on tasks of its own that cannot be stopped otherwise.
pub(crate) struct Severable {
    stream: ByteStream,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Severable {
    pub(crate) fn new(stream: ByteStream, cut: &CancellationToken) -> Self {
        Self { stream, cut: Box::pin(cut.clone().cancelled_owned()) }
    }
}

impl AsyncRead for Severable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Reading is always under way, so that it alone has to notice.
        if self.cut.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "the connection was cut",
            )));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Severable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
