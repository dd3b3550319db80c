//! Byte streams over HTTP/2 bodies, both ways of one request.
//!
//! Half-close and cancellation are told apart: shutting a stream down ends its direction with END_STREAM, dropping it without
//! that resets the HTTP/2 stream, so that the far side's reads fail and its writes stop. Between socket and reader at most
//! [`CHUNKS_IN_FLIGHT`] chunks and one HTTP/2 window wait; beyond that the writer does.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::Response;
use http_body::{Body, Frame};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, PollSender};
use tracing::debug;

use crate::stream::ByteStream;

const CHUNKS_IN_FLIGHT: usize = 4;
const CHUNK: usize = 64 << 10;

pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A body that is written to like a stream.
#[derive(Debug)]
pub struct ChannelBody {
    chunks: mpsc::Receiver<Bytes>,
    finished: Arc<AtomicBool>,
    ended: bool,
    abandoned: CancellationToken,
}

impl Body for ChannelBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        Poll::Ready(match ready!(self.chunks.poll_recv(context)) {
            Some(chunk) => Some(Ok(Frame::data(chunk))),
            None => {
                self.ended = true;
                if self.finished.load(Ordering::Acquire) {
                    None
                } else {
                    Some(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the writer went away")))
                }
            }
        })
    }
}

impl Drop for ChannelBody {
    fn drop(&mut self) {
        if !self.ended {
            self.abandoned.cancel();
        }
    }
}

/// The writing end of a [`ChannelBody`].
#[derive(Debug)]
pub(crate) struct BodyWriter {
    chunks: PollSender<Bytes>,
    finished: Arc<AtomicBool>,
    abandoned: CancellationToken,
}

pub(crate) fn channel() -> (BodyWriter, ChannelBody) {
    let (sender, chunks) = mpsc::channel(CHUNKS_IN_FLIGHT);
    let finished = Arc::new(AtomicBool::new(false));
    let abandoned = CancellationToken::new();
    let writer = BodyWriter {
        chunks: PollSender::new(sender),
        finished: Arc::clone(&finished),
        abandoned: abandoned.clone(),
    };
    (writer, ChannelBody { chunks, finished, ended: false, abandoned })
}

impl AsyncWrite for BodyWriter {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        if buffer.is_empty() {
            return Poll::Ready(Ok(0));
        }
        if ready!(self.chunks.poll_reserve(context)).is_err() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let taken = buffer.len().min(CHUNK);
        let sent = self.chunks.send_item(Bytes::copy_from_slice(&buffer[..taken]));
        Poll::Ready(sent.map(|()| taken).map_err(|_| io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.finished.store(true, Ordering::Release);
        self.chunks.close();
        Poll::Ready(Ok(()))
    }
}

/// Reads one body and writes another.
pub(crate) struct BodyStream<B> {
    reader: B,
    chunk: Bytes,
    ended: bool,
    writer: BodyWriter,
}

impl<B> BodyStream<B> {
    pub(crate) fn new(reader: B, writer: BodyWriter) -> Self {
        Self { reader, chunk: Bytes::new(), ended: false, writer }
    }
}

impl<B> AsyncRead for BodyStream<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BodyError>,
{
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.chunk.is_empty() {
            if self.ended {
                return Poll::Ready(Ok(()));
            }
            match ready!(Pin::new(&mut self.reader).poll_frame(context)) {
                Some(Ok(frame)) => self.chunk = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => {
                    self.ended = true;
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionReset, error)));
                }
                None => self.ended = true,
            }
        }
        let taken = self.chunk.len().min(buffer.remaining());
        buffer.put_slice(&self.chunk[..taken]);
        self.chunk.advance(taken);
        Poll::Ready(Ok(()))
    }
}

impl<B: Unpin> AsyncWrite for BodyStream<B> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.writer).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_shutdown(context)
    }
}

/// Answers a request with a byte stream: what comes in its body goes into `stream`, what comes out of `stream` is the answer's
/// body. The copying ends, and `stream` is dropped, when both directions have ended or the other side gave up.
pub fn answer_with_stream<B>(request: B, stream: ByteStream) -> Response<ChannelBody>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BodyError>,
{
    let (writer, body) = channel();
    let abandoned = writer.abandoned.clone();
    let far = BodyStream::new(request, writer);
    tokio::spawn(async move {
        tokio::select! {
            ended = exchange(far, stream) => {
                if let Err(error) = ended {
                    debug!(error = %error, "a stream ended early");
                }
            }
            () = abandoned.cancelled() => {}
        }
    });
    Response::new(body)
}

/// Copies both ways. A `near` side that takes no more input may still have its last words to say (a command that ended without
/// reading all of its input): they are carried to their end.
async fn exchange(far: impl AsyncRead + AsyncWrite, near: ByteStream) -> io::Result<()> {
    let (mut far_reader, mut far_writer) = tokio::io::split(far);
    let (mut near_reader, mut near_writer) = tokio::io::split(near);
    let outward = async {
        match carry(&mut near_reader, &mut far_writer).await {
            Ok(()) => far_writer.shutdown().await,
            Err(Broken::Reader(error) | Broken::Writer(error)) => Err(error),
        }
    };
    let inward = async {
        match carry(&mut far_reader, &mut near_writer).await {
            // Whether it could still be told makes no difference.
            Ok(()) => drop(near_writer.shutdown().await),
            Err(Broken::Writer(_)) => {}
            Err(Broken::Reader(error)) => return Err(error),
        }
        Ok(())
    };
    tokio::try_join!(outward, inward).map(|((), ())| ())
}

/// Which side of a copy failed.
enum Broken {
    Reader(io::Error),
    Writer(io::Error),
}

async fn carry(
    reader: &mut (impl AsyncRead + Unpin),
    writer: &mut (impl AsyncWrite + Unpin),
) -> Result<(), Broken> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = reader.read(&mut buffer).await.map_err(Broken::Reader)?;
        if count == 0 {
            return Ok(());
        }
        writer.write_all(&buffer[..count]).await.map_err(Broken::Writer)?;
        writer.flush().await.map_err(Broken::Writer)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn last_words_come_through_although_no_more_input_is_taken() {
        let (near, peer) = std::os::unix::net::UnixStream::pair().unwrap();
        near.set_nonblocking(true).unwrap();
        peer.shutdown(std::net::Shutdown::Read).unwrap();
        peer.set_nonblocking(true).unwrap();
        let (mut input, request) = channel();
        let near = tokio::net::UnixStream::from_std(near).unwrap();
        let response = answer_with_stream(request, Box::new(near));
        let mut answer = BodyStream::new(response.into_body(), channel().0);
        // It is refused (EPIPE) before anything was said.
        input.write_all(b"nobody reads this").await.unwrap();
        input.shutdown().await.unwrap();
        tokio::task::yield_now().await;
        let words = vec![b'x'; 1 << 20];
        let saying = words.clone();
        let said = tokio::spawn(async move {
            let mut peer = tokio::net::UnixStream::from_std(peer).unwrap();
            peer.write_all(&saying).await.unwrap();
        });
        let mut heard = Vec::new();
        answer.read_to_end(&mut heard).await.unwrap();
        said.await.unwrap();
        assert!(heard == words, "{} bytes of {}", heard.len(), words.len());
    }
}
