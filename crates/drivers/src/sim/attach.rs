//! Streams out of the simulated machine: processes, the console, ports.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use stead_core::driver::{Attach, ConsolePosition, ProcessIo};
use stead_core::error::{Error, Result};
use stead_core::frame::Frame;
use stead_core::ids::ProcessId;
use stead_link::stream::ByteStream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::machine::{Guest, GuestState};
use super::process::{Input, Process};
use crate::frames::{FrameReader, OwnedFrame, write_frame};

const STREAM_BYTES: usize = 64 << 10;
const CHUNK: usize = 16 << 10;

impl Guest {
    pub(super) fn attach(self: &Arc<Self>, id: ProcessId, attach: Attach) -> Result<ByteStream> {
        let process = self.process(id)?;
        if process.spec.io == ProcessIo::Console {
            return Err(Error::conflict("not_attachable", "The output of this process goes to the console.")
                .next_step("Follow the console."));
        }
        let (near, far) = tokio::io::duplex(STREAM_BYTES);
        tokio::spawn(async move {
            process.viewers.fetch_add(1, Ordering::Relaxed);
            // A viewer that went away is the normal end of a stream.
            let _gone = view(&process, attach, far).await;
            process.viewers.fetch_sub(1, Ordering::Relaxed);
        });
        Ok(Box::new(near))
    }

    pub(super) fn console(self: &Arc<Self>, from: ConsolePosition, follow: bool) -> ByteStream {
        let (near, far) = tokio::io::duplex(STREAM_BYTES);
        let guest = Arc::clone(self);
        tokio::spawn(async move {
            let _gone = view_console(&guest, from, follow, far).await;
        });
        Box::new(near)
    }

    pub(super) fn dial(self: &Arc<Self>, port: u16) -> Result<ByteStream> {
        if !self.lock().ports.contains_key(&port) {
            return Err(Error::unavailable(
                "not_listening",
                format!("Nothing inside listens on port {port}."),
            )
            .next_step("Start the program that serves this port, then try again."));
        }
        let (near, far) = tokio::io::duplex(STREAM_BYTES);
        let guest = Arc::clone(self);
        tokio::spawn(async move {
            let _gone = serve_page(&guest, port, far).await;
        });
        Ok(Box::new(near))
    }
}

async fn view(process: &Process, attach: Attach, stream: DuplexStream) -> std::io::Result<()> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = FrameReader::new(reader);
    let mut version = process.version.subscribe();
    if let Some((columns, rows)) = attach.size.filter(|_| !attach.read_only) {
        process.resize(columns, rows);
    }
    let is_terminal = matches!(process.spec.io, ProcessIo::Terminal { .. });
    let kept = {
        let kept = process.lock();
        (kept.out.start(), kept.out.end(), kept.err.start())
    };
    let (mut out, mut err) = match attach.offset {
        Some(offset) if (kept.0..=kept.1).contains(&offset) => (offset, kept.2),
        Some(_) if is_terminal => (snapshot(process, &mut writer).await?, 0),
        None if is_terminal => (snapshot(process, &mut writer).await?, 0),
        Some(_) | None => (kept.0, kept.2),
    };
    let mut shown = size_of(process);
    let mut input_open = true;
    loop {
        version.borrow_and_update();
        loop {
            let (start, bytes, err_start, err_bytes, exit) = {
                let kept = process.lock();
                (
                    kept.out.start(),
                    kept.out.read(out, CHUNK),
                    kept.err.start(),
                    kept.err.read(err, CHUNK),
                    kept.exit_status(),
                )
            };
            if out < start {
                if is_terminal {
                    out = snapshot(process, &mut writer).await?;
                } else {
                    write_frame(&mut writer, &Frame::Gap { from: out, to: start }).await?;
                    out = start;
                }
                continue;
            }
            err = err.max(err_start);
            if bytes.is_empty() && err_bytes.is_empty() {
                let now = size_of(process);
                if now != shown
                    && let Some((columns, rows)) = now
                {
                    write_frame(&mut writer, &Frame::Resized { columns, rows }).await?;
                    shown = now;
                }
                if let Some(status) = exit {
                    let signal = status.signal.unwrap_or(0);
                    let frame =
                        Frame::Exit { code: status.code, signal, out_of_memory: status.out_of_memory };
                    write_frame(&mut writer, &frame).await?;
                    return writer.shutdown().await;
                }
                break;
            }
            if !bytes.is_empty() {
                write_frame(&mut writer, &Frame::Output { offset: out, bytes: &bytes }).await?;
                out += bytes.len() as u64;
            }
            if !err_bytes.is_empty() {
                write_frame(&mut writer, &Frame::ErrorOutput { offset: err, bytes: &err_bytes }).await?;
                err += err_bytes.len() as u64;
            }
        }
        tokio::select! {
            changed = version.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
            }
            frame = reader.next(), if input_open => match frame? {
                Some(frame) => take_frame(process, &attach, &frame, &mut writer).await?,
                // Half-closed by the viewer: it still wants the rest of the output.
                None => input_open = false,
            },
        }
    }
}

fn size_of(process: &Process) -> Option<(u16, u16)> {
    let kept = process.lock();
    kept.screen.as_ref().map(|screen| {
        let (rows, columns) = screen.screen().size();
        (columns.get(), rows.get())
    })
}

async fn snapshot(
    process: &Process,
    writer: &mut (impl tokio::io::AsyncWrite + Unpin),
) -> std::io::Result<u64> {
    let (offset, columns, rows, text) = {
        let kept = process.lock();
        let Some(screen) = &kept.screen else { return Ok(kept.out.start()) };
        let (rows, columns) = screen.screen().size();
        (kept.out.end(), columns.get(), rows.get(), screen.screen().state_formatted())
    };
    write_frame(writer, &Frame::Snapshot { offset, columns, rows, bytes: text.as_bytes() }).await?;
    Ok(offset)
}

async fn take_frame(
    process: &Process,
    attach: &Attach,
    frame: &OwnedFrame,
    writer: &mut (impl tokio::io::AsyncWrite + Unpin),
) -> std::io::Result<()> {
    let Ok(frame) = frame.frame() else { return Ok(()) };
    if attach.read_only
        && matches!(
            frame,
            Frame::Input { .. } | Frame::InputEnd | Frame::Resize { .. } | Frame::Signal { .. }
        )
    {
        let problem = Error::conflict("read_only", "This view may only watch.").to_problem();
        let json = serde_json::to_vec(&problem).map_err(std::io::Error::other)?;
        write_frame(writer, &Frame::Problem { json: &json }).await?;
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    match frame {
        Frame::Input { bytes } => {
            let _ended = process.input.send(Input::Bytes(bytes.to_vec())).await;
        }
        Frame::InputEnd => {
            let _ended = process.input.send(Input::End).await;
        }
        Frame::Resize { columns, rows } => {
            process.resize(columns, rows);
        }
        Frame::Signal { number } => process.kill(i32::from(number)),
        Frame::Ping => write_frame(writer, &Frame::Ping).await?,
        _ => {}
    }
    Ok(())
}

async fn view_console(
    guest: &Guest,
    from: ConsolePosition,
    follow: bool,
    stream: DuplexStream,
) -> std::io::Result<()> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = FrameReader::new(reader);
    let mut version = guest.console_version.subscribe();
    let mut offset = {
        let inner = guest.lock();
        match from {
            ConsolePosition::Start => inner.console.start(),
            ConsolePosition::Offset { offset } => offset.min(inner.console.end()),
            ConsolePosition::Tail { lines } => inner.console.tail(lines),
        }
    };
    let mut input_open = true;
    loop {
        version.borrow_and_update();
        let (start, bytes) = {
            let inner = guest.lock();
            (inner.console.start(), inner.console.read(offset, CHUNK))
        };
        if offset < start {
            write_frame(&mut writer, &Frame::Gap { from: offset, to: start }).await?;
            offset = start;
            continue;
        }
        if !bytes.is_empty() {
            write_frame(&mut writer, &Frame::Output { offset, bytes: &bytes }).await?;
            offset += bytes.len() as u64;
            continue;
        }
        // A followed console ends with the run, as the shim's does: the viewer comes back with its offset.
        if !follow || matches!(guest.lock().state, GuestState::Stopped { .. }) {
            return writer.shutdown().await;
        }
        tokio::select! {
            changed = version.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
            }
            frame = reader.next(), if input_open => match frame? {
                Some(frame) => console_frame(guest, &frame, &mut writer).await?,
                None => input_open = false,
            },
        }
    }
}

async fn console_frame(
    guest: &Guest,
    frame: &OwnedFrame,
    writer: &mut (impl tokio::io::AsyncWrite + Unpin),
) -> std::io::Result<()> {
    match frame.frame() {
        Ok(Frame::Input { bytes }) => {
            let main = {
                let inner = guest.lock();
                inner.main.and_then(|id| inner.processes.get(&id).cloned())
            };
            if let Some(main) = main {
                let _ended = main.input.send(Input::Bytes(bytes.to_vec())).await;
            }
        }
        Ok(Frame::Ping) => write_frame(writer, &Frame::Ping).await?,
        _ => {}
    }
    Ok(())
}

/// Answers each request on the connection with a small page.
async fn serve_page(guest: &Guest, port: u16, mut stream: DuplexStream) -> std::io::Result<()> {
    let name = guest.lock().plan.name.clone();
    let mut request = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        request.extend_from_slice(&buffer[..count]);
        if request.len() > 64 << 10 {
            return Ok(());
        }
        while let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            let line = String::from_utf8_lossy(&request[..end]).lines().next().unwrap_or_default().to_owned();
            request.drain(..end + 4);
            let path: String = line
                .split(' ')
                .nth(1)
                .unwrap_or("/")
                .chars()
                .filter(|c| !matches!(c, '<' | '>' | '&' | '"'))
                .collect();
            let body = format!(
                "<!doctype html><title>{name}</title><h1>{name}</h1><p>Port {port} of a simulated machine, path {path}.</p>\n"
            );
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await?;
            guest.count_traffic(end as u64 + 4, answer.len() as u64);
        }
    }
}
