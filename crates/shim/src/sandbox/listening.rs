//! Which TCP ports something inside listens on: the kernel's socket tables, read from outside.

use std::collections::BTreeSet;
use std::fs;
use std::io;

const LISTEN: &str = "0A";
/// A table of this size already holds ten thousands of sockets; the rest is not read.
const MAX_TABLE: u64 = 8 << 20;

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

/// Ascending ports of the network namespace of `pid`.
pub(crate) fn listening(pid: i32) -> io::Result<Vec<u16>> {
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
    Ok(ports.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::ports_of;

    #[test]
    fn only_listening_sockets_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n\
            \x20  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000\n\
            \x20  1: 0100007F:1F91 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000\n\
            \x20  2: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 0\n\
            garbage\n";
        assert_eq!(ports_of(table).collect::<Vec<_>>(), [8080, 3000]);
    }
}
