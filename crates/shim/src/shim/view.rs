//! What a viewer has seen, and the frames that bring it further. A viewer is an offset; it never makes anybody wait.

use stead_core::frame::Frame;

use crate::console::{Chunk, Lines, Reader};
use crate::process::{Output, PipeOutput, Process};

/// The largest output frame, bytes.
const FRAME: usize = 32 * 1024;

/// A viewer of a terminal or of a process with pipes.
#[derive(Debug)]
pub(super) struct ProcessView {
    pub(super) process: u64,
    pub(super) offset: u64,
    pub(super) error_offset: u64,
    /// It begins with a snapshot.
    pub(super) fresh: bool,
    pub(super) read_only: bool,
    pub(super) size: Option<(u16, u16)>,
    /// Grows with each input and resize of any viewer: the latest active viewer decides the size.
    pub(super) active: u64,
    /// The terminal's size as the viewer knows it.
    pub(super) announced: Option<(u16, u16)>,
}

/// What producing led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Produced {
    Some,
    /// Nothing new now.
    Nothing,
    /// The last frame was produced.
    Last,
}

impl ProcessView {
    pub(super) fn produce(&mut self, process: &mut Process, out: &mut Vec<u8>) -> Produced {
        let finished = process.is_finished();
        let produced = match &mut process.output {
            Output::Terminal { terminal, resized_at, .. } => {
                let size = terminal.size();
                if self.fresh || self.offset < terminal.ring().start() {
                    let snapshot = terminal.snapshot();
                    Frame::Snapshot {
                        offset: snapshot.offset,
                        columns: snapshot.columns,
                        rows: snapshot.rows,
                        bytes: &snapshot.bytes,
                    }
                    .encode(out);
                    (self.offset, self.announced, self.fresh) = (snapshot.offset, Some(size), false);
                    return Produced::Some;
                }
                let mut most = FRAME;
                if self.announced != Some(size) {
                    // The new size holds from `resized_at` on; what was written before belongs to the old one.
                    match usize::try_from(resized_at.saturating_sub(self.offset)) {
                        Ok(before) if before > 0 && self.announced.is_some() => most = most.min(before),
                        _ => {
                            Frame::Resized { columns: size.0, rows: size.1 }.encode(out);
                            self.announced = Some(size);
                            return Produced::Some;
                        }
                    }
                }
                let (bytes, _) = terminal.ring().slices(self.offset, most);
                if !bytes.is_empty() {
                    Frame::Output { offset: self.offset, bytes }.encode(out);
                }
                self.offset += bytes.len() as u64;
                !bytes.is_empty()
            }
            Output::Pipes { output, errors } => {
                let one = advance(output, &mut self.offset, false, out);
                let other = advance(errors, &mut self.error_offset, true, out);
                one || other
            }
            Output::Console { .. } => false,
        };
        if produced {
            return Produced::Some;
        }
        match process.exit {
            Some(status) if finished => {
                Frame::Exit {
                    code: status.code,
                    signal: status.signal.unwrap_or(0),
                    out_of_memory: status.out_of_memory,
                }
                .encode(out);
                Produced::Last
            }
            _ => Produced::Nothing,
        }
    }
}

fn advance(pipe: &mut PipeOutput, offset: &mut u64, errors: bool, out: &mut Vec<u8>) -> bool {
    let start = pipe.ring.start();
    if *offset < start {
        if !errors {
            Frame::Gap { from: *offset, to: start }.encode(out);
        }
        *offset = start;
    }
    let (bytes, _) = pipe.ring.slices(*offset, FRAME);
    if bytes.is_empty() {
        return false;
    }
    if errors {
        Frame::ErrorOutput { offset: *offset, bytes }.encode(out);
    } else {
        Frame::Output { offset: *offset, bytes }.encode(out);
    }
    *offset += bytes.len() as u64;
    pipe.seen = pipe.seen.max(*offset);
    true
}

/// A viewer of the console.
#[derive(Debug)]
pub(super) struct ConsoleView {
    pub(super) reader: Reader,
    pub(super) follow: bool,
    pub(super) input: bool,
}

impl ConsoleView {
    /// `over`: the run has ended and nothing more will be written.
    pub(super) fn produce(
        &mut self,
        lines: &Lines,
        over: bool,
        scratch: &mut [u8],
        out: &mut Vec<u8>,
    ) -> Produced {
        let end = lines.writer().end();
        if self.reader.offset() >= end {
            return if over || !self.follow { Produced::Last } else { Produced::Nothing };
        }
        let length = scratch.len().min(FRAME);
        match self.reader.read(&mut scratch[..length]) {
            Ok(Chunk::Bytes { offset, length }) => {
                Frame::Output { offset, bytes: &scratch[..length] }.encode(out)
            }
            Ok(Chunk::Gap { from, to }) => Frame::Gap { from, to }.encode(out),
            // What lies between was lost, and nothing could be stored since.
            Ok(Chunk::End) => Frame::Gap { from: self.reader.skip_to(end), to: end }.encode(out),
            Err(error) => {
                let problem = stead_core::Error::unavailable(
                    "console_unreadable",
                    format!("The console's files cannot be read: {error}."),
                )
                .next_step("Check the node's disk.");
                let json = serde_json::to_vec(&problem.to_problem()).unwrap_or_default();
                Frame::Problem { json: &json }.encode(out);
                return Produced::Last;
            }
        }
        Produced::Some
    }
}
