//! The console of an instance that does not run, read from its files.

use std::path::PathBuf;

use stead_core::driver::ConsolePosition;
use stead_core::frame::Frame;
use stead_link::stream::ByteStream;
use stead_shim::console::{Chunk, Reader};
use tokio::io::AsyncWriteExt as _;

use super::image::blocking;
use stead_core::error::{InternalContext as _, Result};

const CHUNK: usize = 32 << 10;
const STREAM_BYTES: usize = 64 << 10;

/// Frames of what is kept from a position to the end.
pub(super) fn read(directory: PathBuf, from: ConsolePosition) -> ByteStream {
    let (near, far) = tokio::io::duplex(STREAM_BYTES);
    tokio::spawn(async move {
        if let Err(error) = pump(directory, from, far).await {
            tracing::debug!(error = ?error, "a reader of a console left, or its files could not be read");
        }
    });
    Box::new(near)
}

async fn pump(directory: PathBuf, from: ConsolePosition, mut stream: tokio::io::DuplexStream) -> Result<()> {
    let mut reader = blocking(move || Reader::open(&directory, from).internal("opening a console")).await?;
    loop {
        let (back, bytes) = blocking(move || {
            let mut buffer = vec![0; CHUNK];
            let chunk = reader.read(&mut buffer).internal("reading a console")?;
            let mut bytes = Vec::new();
            match chunk {
                Chunk::Bytes { offset, length } => {
                    Frame::Output { offset, bytes: buffer.get(..length).unwrap_or_default() }
                        .encode(&mut bytes);
                }
                Chunk::Gap { from, to } => Frame::Gap { from, to }.encode(&mut bytes),
                Chunk::End => {}
            }
            Ok((reader, bytes))
        })
        .await?;
        if bytes.is_empty() {
            return stream.shutdown().await.internal("ending a console's stream");
        }
        stream.write_all(&bytes).await.internal("sending a console")?;
        reader = back;
    }
}
