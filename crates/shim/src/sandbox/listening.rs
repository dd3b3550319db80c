//! Which TCP ports something inside listens on: asked of the kernel through a socket that PID 1 opened inside, or read from its
//! tables from outside. The first walks the listening sockets alone; the second every connection of the whole machine, which takes
//! some hundred times as long, and is the way where a kernel has no `NETLINK_SOCK_DIAG`.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};

const LISTEN: &str = "0A";
/// A table of this size already holds ten thousands of sockets; the rest is not read.
const MAX_TABLE: u64 = 8 << 20;

/// `SOCK_DIAG_BY_FAMILY` of `linux/sock_diag.h`.
const BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST | NLM_F_DUMP`.
const DUMP: u16 = 0x301;
const ERROR: u16 = 2;
const DONE: u16 = 3;
/// `AF_INET`, `AF_INET6` and `IPPROTO_TCP`, as wide as the question has them.
const IPV4: u8 = 2;
const IPV6: u8 = 10;
const TCP: u8 = 6;
const HEADER: usize = 16;
/// `struct inet_diag_req_v2` and what of `struct inet_diag_msg` is read: its family, state and source port.
const QUERY: usize = 56;
const PORT_AT: usize = HEADER + 4;
/// One bit a state of TCP; 10 is LISTEN.
const LISTENING: u32 = 1 << 10;

/// A socket of the network namespace that the caller is in, for [`Sockets`].
pub(crate) fn open() -> io::Result<OwnedFd> {
    let flags = SockFlag::SOCK_CLOEXEC;
    Ok(socket(AddressFamily::Netlink, SockType::Raw, flags, SockProtocol::NetlinkSockDiag)?)
}

/// Asks for the listening sockets of the namespace that its socket was opened in.
#[derive(Debug)]
pub(crate) struct Sockets {
    socket: OwnedFd,
    asked: AtomicU32,
}

impl Sockets {
    pub(crate) const fn new(socket: OwnedFd) -> Self {
        Self { socket, asked: AtomicU32::new(1) }
    }

    fn ports(&self) -> io::Result<BTreeSet<u16>> {
        let mut ports = BTreeSet::new();
        for family in [IPV4, IPV6] {
            match self.dump(family, &mut ports) {
                // A kernel without IPv6 knows no such sockets.
                Err(error) if family == IPV6 && error.kind() == io::ErrorKind::NotFound => {}
                outcome => outcome?,
            }
        }
        Ok(ports)
    }

    fn dump(&self, family: u8, ports: &mut BTreeSet<u16>) -> io::Result<()> {
        let fd = self.socket.as_raw_fd();
        // What is left of an answer that was given up is not taken for the answer to this.
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        sendto(fd, &query(family, number), &NetlinkAddr::new(0, 0), MsgFlags::empty())?;
        let mut buffer = [0; 16 * 1024];
        loop {
            match recv(fd, &mut buffer, MsgFlags::empty()) {
                Ok(length) => {
                    if answered(&buffer[..length], number, ports)? {
                        return Ok(());
                    }
                }
                Err(nix::errno::Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn query(family: u8, number: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + QUERY);
    bytes.extend_from_slice(&u32::try_from(HEADER + QUERY).unwrap_or(u32::MAX).to_ne_bytes());
    bytes.extend_from_slice(&BY_FAMILY.to_ne_bytes());
    bytes.extend_from_slice(&DUMP.to_ne_bytes());
    bytes.extend_from_slice(&number.to_ne_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&[family, TCP, 0, 0]);
    bytes.extend_from_slice(&LISTENING.to_ne_bytes());
    bytes.resize(HEADER + QUERY, 0);
    bytes
}

/// Takes the ports of a datagram; whether it ends the answer to this question.
fn answered(mut datagram: &[u8], number: u32, ports: &mut BTreeSet<u16>) -> io::Result<bool> {
    let word = |bytes: &[u8], at: usize| {
        u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    };
    while datagram.len() >= HEADER {
        let length = usize::try_from(word(datagram, 0)).unwrap_or(usize::MAX).clamp(HEADER, datagram.len());
        let message = &datagram[..length];
        if word(message, 8) == number {
            match u16::from_ne_bytes([message[4], message[5]]) {
                DONE => return Ok(true),
                ERROR if length >= HEADER + 4 => {
                    return Err(io::Error::from_raw_os_error(
                        word(message, HEADER).cast_signed().wrapping_neg(),
                    ));
                }
                BY_FAMILY if length >= PORT_AT + 2 => {
                    ports.insert(u16::from_be_bytes([message[PORT_AT], message[PORT_AT + 1]]));
                }
                _ => {}
            }
        }
        let Some(rest) = datagram.get(length.next_multiple_of(4)..) else { break };
        datagram = rest;
    }
    Ok(false)
}

/// Ports in state LISTEN of one table (`/proc/net/tcp` or `tcp6`).
fn ports_of(table: &str) -> impl Iterator<Item = u16> {
    table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let local = fields.nth(1)?;
        let state = fields.nth(1)?;
        let (_, port) = local.rsplit_once(':')?;
        (state == LISTEN).then(|| u16::from_str_radix(port, 16).ok()).flatten()
    })
}

fn from_tables(pid: i32) -> io::Result<BTreeSet<u16>> {
    let mut ports = BTreeSet::new();
    for (table, required) in [("tcp", true), ("tcp6", false)] {
        let mut text = String::new();
        let opened = fs::File::open(format!("/proc/{pid}/net/{table}"));
        match opened
            .and_then(|file| io::Read::read_to_string(&mut io::Read::take(file, MAX_TABLE), &mut text))
        {
            Ok(_) => ports.extend(ports_of(&text)),
            // A kernel without IPv6 has no such table.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !required => {}
            Err(error) => return Err(error),
        }
    }
    Ok(ports)
}

/// Ascending ports of the network namespace of `pid`.
pub(crate) fn listening(pid: i32, sockets: Option<&Sockets>) -> io::Result<Vec<u16>> {
    let ports = match sockets.map(Sockets::ports) {
        Some(Ok(ports)) => ports,
        None | Some(Err(_)) => from_tables(pid)?,
    };
    Ok(ports.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listening_sockets_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n\
            \x20  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000\n\
            \x20  1: 0100007F:1F91 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000\n\
            \x20  2: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 0\n\
            garbage\n";
        assert_eq!(ports_of(table).collect::<Vec<_>>(), [8080, 3000]);
    }

    #[test]
    fn asking_and_reading_agree() {
        let (four, six) =
            (std::net::TcpListener::bind("127.0.0.1:0").unwrap(), std::net::TcpListener::bind("[::1]:0"));
        let connected = std::net::TcpStream::connect(four.local_addr().unwrap()).unwrap();
        let asked = Sockets::new(open().unwrap()).ports().unwrap();
        let read = from_tables(std::process::id().cast_signed()).unwrap();
        let mut ours = vec![four.local_addr().unwrap().port()];
        ours.extend(six.iter().map(|six| six.local_addr().unwrap().port()));
        for port in ours {
            assert!(asked.contains(&port) && read.contains(&port), "{port}: asked {asked:?}, read {read:?}");
        }
        assert!(!asked.contains(&connected.local_addr().unwrap().port()), "a connection is not a listener");
    }

    #[test]
    fn a_strange_datagram_ends_nothing() {
        let mut ports = BTreeSet::new();
        for length in 0..64 {
            assert!(!answered(&vec![0xFF; length], 2, &mut ports).unwrap());
            assert!(!answered(&vec![0; length], 2, &mut ports).unwrap());
        }
        assert!(ports.is_empty());
    }
}
