//! Just enough of rtnetlink to make, address and remove interfaces: messages with nested attributes and their acknowledgements.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};

const HEADER: usize = 16;
const NESTED: u16 = 0x8000;

pub(crate) const REQUEST: u16 = 0x1;
pub(crate) const ACKNOWLEDGE: u16 = 0x4;
pub(crate) const CREATE: u16 = 0x400;
pub(crate) const EXCLUSIVE: u16 = 0x200;

/// A request being written.
#[derive(Debug)]
pub(crate) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    pub(crate) fn new(kind: u16, flags: u16) -> Self {
        let mut bytes = vec![0; HEADER];
        bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
        bytes[6..8].copy_from_slice(&(flags | REQUEST | ACKNOWLEDGE).to_ne_bytes());
        Self { bytes }
    }

    /// `struct ifinfomsg`: family, index, flags and which flags change.
    pub(crate) fn interface(mut self, family: u8, index: u32, flags: u32, change: u32) -> Self {
        self.put_interface(family, index, flags, change);
        self
    }

    pub(crate) fn put_interface(&mut self, family: u8, index: u32, flags: u32, change: u32) {
        self.bytes.extend_from_slice(&[family, 0, 0, 0]);
        for word in [index, flags, change] {
            self.bytes.extend_from_slice(&word.to_ne_bytes());
        }
    }

    /// Fixed part of other kinds, such as `struct ifaddrmsg`; a multiple of four bytes.
    pub(crate) fn fixed(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    pub(crate) fn attribute(mut self, kind: u16, value: &[u8]) -> Self {
        self.put(kind, value);
        self
    }

    pub(crate) fn put(&mut self, kind: u16, value: &[u8]) {
        let length = u16::try_from(value.len() + 4).unwrap_or(u16::MAX);
        self.bytes.extend_from_slice(&length.to_ne_bytes());
        self.bytes.extend_from_slice(&kind.to_ne_bytes());
        self.bytes.extend_from_slice(value);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    pub(crate) fn put_name(&mut self, kind: u16, name: &str) {
        let mut value = name.as_bytes().to_vec();
        value.push(0);
        self.put(kind, &value);
    }

    /// An attribute that holds what `fill` writes.
    pub(crate) fn nested(mut self, kind: u16, fill: impl FnOnce(&mut Self)) -> Self {
        self.put_nested(kind, fill);
        self
    }

    pub(crate) fn put_nested(&mut self, kind: u16, fill: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.put(kind | NESTED, &[]);
        fill(self);
        let length = u16::try_from(self.bytes.len() - start).unwrap_or(u16::MAX);
        self.bytes[start..start + 2].copy_from_slice(&length.to_ne_bytes());
    }

    fn finish(mut self, sequence: u32) -> Vec<u8> {
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        self.bytes[0..4].copy_from_slice(&length.to_ne_bytes());
        self.bytes[8..12].copy_from_slice(&sequence.to_ne_bytes());
        self.bytes
    }
}

/// The kernel's acknowledgement in a datagram: `None` when there is none for this sequence number.
fn acknowledgement(mut datagram: &[u8], sequence: u32) -> Option<io::Result<()>> {
    const ERROR: u16 = 2;
    while datagram.len() >= HEADER + 4 {
        let length = u32::from_ne_bytes([datagram[0], datagram[1], datagram[2], datagram[3]]);
        let kind = u16::from_ne_bytes([datagram[4], datagram[5]]);
        let answered = u32::from_ne_bytes([datagram[8], datagram[9], datagram[10], datagram[11]]);
        let code = i32::from_ne_bytes([datagram[16], datagram[17], datagram[18], datagram[19]]);
        if kind == ERROR && answered == sequence {
            return Some(if code == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(-code)) });
        }
        let step = usize::try_from(length).unwrap_or(usize::MAX).next_multiple_of(4).max(HEADER);
        datagram = datagram.get(step..)?;
    }
    None
}

/// A rtnetlink socket of the network namespace that the caller is in.
#[derive(Debug)]
pub(crate) struct Netlink {
    socket: OwnedFd,
    sequence: u32,
}

impl Netlink {
    pub(crate) fn open() -> io::Result<Self> {
        let socket = socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::NetlinkRoute,
        )?;
        Ok(Self { socket, sequence: 0 })
    }

    /// Sends a request and waits for the kernel's acknowledgement, which comes at once.
    pub(crate) fn request(&mut self, message: Message) -> io::Result<()> {
        self.sequence += 1;
        let bytes = message.finish(self.sequence);
        let fd = self.socket.as_raw_fd();
        sendto(fd, &bytes, &NetlinkAddr::new(0, 0), MsgFlags::empty())?;
        let mut buffer = [0; 8192];
        loop {
            match recv(fd, &mut buffer, MsgFlags::empty()) {
                Ok(length) => {
                    if let Some(result) = acknowledgement(&buffer[..length], self.sequence) {
                        return result;
                    }
                }
                Err(nix::errno::Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_padded_and_nested_ones_know_their_length() {
        let message = Message::new(16, CREATE)
            .interface(0, 7, 1, 1)
            .nested(18, |link| {
                link.put_name(1, "veth");
                link.put(2, &[1, 2, 3, 4]);
            })
            .finish(9);
        assert_eq!(u32::from_ne_bytes(message[0..4].try_into().unwrap()) as usize, message.len());
        assert_eq!(u32::from_ne_bytes(message[8..12].try_into().unwrap()), 9);
        let nested = &message[32..];
        assert_eq!(u16::from_ne_bytes([nested[0], nested[1]]) as usize, nested.len());
        assert_eq!(u16::from_ne_bytes([nested[2], nested[3]]), 18 | NESTED);
        assert_eq!(nested.len(), 4 + 12 + 8);
    }

    #[test]
    fn acknowledgements_are_found_by_their_sequence() {
        let mut datagram = vec![0; 36];
        datagram[0..4].copy_from_slice(&36_u32.to_ne_bytes());
        datagram[4..6].copy_from_slice(&2_u16.to_ne_bytes());
        datagram[8..12].copy_from_slice(&5_u32.to_ne_bytes());
        datagram[16..20].copy_from_slice(&(-libc::EEXIST).to_ne_bytes());
        assert_eq!(acknowledgement(&datagram, 5).unwrap().unwrap_err().raw_os_error(), Some(libc::EEXIST));
        assert!(acknowledgement(&datagram, 6).is_none());
        assert!(acknowledgement(&[0; 64], 1).is_none());
    }
}
