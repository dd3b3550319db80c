//! The instance's way to the network: a pair of interfaces whose far end is made directly in the child's network namespace
//! (moving it afterwards costs tens of milliseconds).

use std::io;
use std::net::Ipv4Addr;

use nix::net::if_::if_nametoindex;

use super::error::{During, Result, SandboxError, Stage};
use super::netlink::{CREATE, EXCLUSIVE, Message, Netlink};
use super::spec::NetworkSpec;

const NEW_LINK: u16 = 16;
const DELETE_LINK: u16 = 17;
const SET_LINK: u16 = 19;
const NEW_ADDRESS: u16 = 20;
const NEW_ROUTE: u16 = 24;

const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_MASTER: u16 = 10;
const IFLA_PROTINFO: u16 = 12;
const IFLA_LINKINFO: u16 = 18;
const IFLA_NET_NS_PID: u16 = 19;
const IFLA_AF_SPEC: u16 = 26;
const INFO_KIND: u16 = 1;
const INFO_DATA: u16 = 2;
const VETH_INFO_PEER: u16 = 1;
const BRPORT_ISOLATED: u16 = 33;
const INET6_ADDR_GEN_MODE: u16 = 8;
const ADDR_GEN_NONE: u8 = 1;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;

const AF_INET: u8 = 2;
const AF_BRIDGE: u8 = 7;
const AF_INET6: u16 = 10;
const UP: u32 = 1;
const LOOPBACK_INDEX: u32 = 1;

/// The interface's name inside.
pub(crate) const INSIDE_NAME: &str = "eth0";
const MAX_NAME: usize = 15;

/// Refuses what the kernel would misunderstand.
pub(crate) fn check(network: &NetworkSpec) -> Result<()> {
    let NetworkSpec::Veth { host_name, bridge, prefix_len, mtu, .. } = network else { return Ok(()) };
    let invalid = |name: &str| {
        name.is_empty() || name.len() > MAX_NAME || name.contains(['/', ':', '\0']) || name.contains(' ')
    };
    if invalid(host_name) || invalid(bridge) || *prefix_len > 32 || *mtu < 576 {
        return Err(SandboxError::new(
            Stage::Spec,
            "reading the network",
            format!("the interface {host_name:?} on {bridge:?} has an invalid name, prefix length or MTU"),
        ));
    }
    Ok(())
}

/// The host's end. Removed when dropped, unless it was forgotten or removed before.
#[derive(Debug)]
pub(crate) struct HostInterface {
    name: String,
    present: bool,
}

impl HostInterface {
    /// Makes the pair, the far end in the network namespace of `pid`, and joins the near end to the bridge, isolated from the
    /// bridge's other isolated ports before it comes up.
    pub(crate) fn create(network: &NetworkSpec, pid: i32) -> Result<Option<Self>> {
        let NetworkSpec::Veth { host_name, bridge, mtu, .. } = network else { return Ok(None) };
        let bridge_index = if_nametoindex(bridge.as_str())
            .during(Stage::Network, format!("looking up the bridge {bridge}"))?;
        let mut netlink = Netlink::open().during(Stage::Network, "opening a netlink socket")?;
        let mut message = Message::new(NEW_LINK, CREATE | EXCLUSIVE).interface(0, 0, 0, 0);
        message.put_name(IFLA_IFNAME, host_name);
        message.put(IFLA_MTU, &mtu.to_ne_bytes());
        message.put(IFLA_MASTER, &bridge_index.to_ne_bytes());
        message.put_nested(IFLA_LINKINFO, |link| {
            link.put_name(INFO_KIND, "veth");
            link.put_nested(INFO_DATA, |data| {
                data.put_nested(VETH_INFO_PEER, |peer| {
                    peer.put_interface(0, 0, 0, 0);
                    peer.put_name(IFLA_IFNAME, INSIDE_NAME);
                    peer.put(IFLA_MTU, &mtu.to_ne_bytes());
                    peer.put(IFLA_NET_NS_PID, &pid.unsigned_abs().to_ne_bytes());
                });
            });
        });
        netlink.request(message).during(Stage::Network, format!("making the interface {host_name}"))?;
        let interface = Self { name: host_name.clone(), present: true };
        let index = if_nametoindex(host_name.as_str())
            .during(Stage::Network, format!("looking up the interface {host_name}"))?;
        netlink
            .request(
                Message::new(SET_LINK, 0)
                    .interface(AF_BRIDGE, index, 0, 0)
                    .nested(IFLA_PROTINFO, |port| port.put(BRPORT_ISOLATED, &[1])),
            )
            .during(Stage::Network, format!("isolating {host_name} from the bridge's other ports"))?;
        netlink
            .request(Message::new(SET_LINK, 0).interface(0, index, UP, UP))
            .during(Stage::Network, format!("bringing {host_name} up"))?;
        Ok(Some(interface))
    }

    /// The interface of an earlier run, to be removed if it is there.
    pub(crate) fn left_over(name: &str) -> Self {
        Self { name: name.to_owned(), present: true }
    }

    /// Bytes that the inside has received and sent.
    pub(crate) fn traffic(&self) -> io::Result<(u64, u64)> {
        let table = std::fs::read_to_string("/proc/thread-self/net/dev")?;
        let (near_received, near_sent) = counters(&table, &self.name)
            .ok_or_else(|| io::Error::other(format!("the interface {} is gone", self.name)))?;
        // What the near end sends, the inside receives.
        Ok((near_sent, near_received))
    }

    /// Removes the pair; one that is gone already is no error.
    pub(crate) fn remove(&mut self) -> Result<()> {
        if !self.present {
            return Ok(());
        }
        let doing = || format!("removing the interface {}", self.name);
        match if_nametoindex(self.name.as_str()) {
            Ok(index) => {
                let mut netlink = Netlink::open().during(Stage::Cleanup, doing())?;
                match netlink.request(Message::new(DELETE_LINK, 0).interface(0, index, 0, 0)) {
                    Err(error) if error.raw_os_error() != Some(libc::ENODEV) => {
                        return Err(SandboxError::io(Stage::Cleanup, doing(), &error));
                    }
                    _ => {}
                }
            }
            Err(nix::errno::Errno::ENODEV) => {}
            Err(error) => return Err(SandboxError::io(Stage::Cleanup, doing(), &error.into())),
        }
        self.present = false;
        Ok(())
    }
}

impl Drop for HostInterface {
    fn drop(&mut self) {
        // Only reached when a later step of the launch failed, whose error is the one to report.
        let _ = self.remove();
    }
}

/// Received and sent bytes of one interface in `/proc/net/dev`.
fn counters(table: &str, name: &str) -> Option<(u64, u64)> {
    let numbers = table.lines().find_map(|line| line.trim_start().strip_prefix(name)?.strip_prefix(':'))?;
    let mut numbers = numbers.split_ascii_whitespace();
    Some((numbers.next()?.parse().ok()?, numbers.nth(7)?.parse().ok()?))
}

/// Brings the inside's interfaces up; called by the child in its own network namespace.
pub(crate) fn configure_inside(network: &NetworkSpec) -> Result<()> {
    let mut netlink = Netlink::open().during(Stage::Network, "opening a netlink socket inside")?;
    netlink
        .request(Message::new(SET_LINK, 0).interface(0, LOOPBACK_INDEX, UP, UP))
        .during(Stage::Network, "bringing the loopback interface up")?;
    let NetworkSpec::Veth { address, prefix_len, gateway, .. } = network else { return Ok(()) };
    let index = if_nametoindex(INSIDE_NAME).during(Stage::Network, "looking up eth0 inside")?;
    // No link-local IPv6 address: it would reach the host's bridge past rules for IPv4. Kernels without IPv6 refuse; then there
    // is nothing to prevent.
    let _ = netlink.request(Message::new(SET_LINK, 0).interface(0, index, 0, 0).nested(
        IFLA_AF_SPEC,
        |families| {
            families.put_nested(AF_INET6, |family| family.put(INET6_ADDR_GEN_MODE, &[ADDR_GEN_NONE]));
        },
    ));
    netlink
        .request(address_message(index, *address, *prefix_len))
        .during(Stage::Network, format!("giving eth0 the address {address}/{prefix_len}"))?;
    netlink
        .request(Message::new(SET_LINK, 0).interface(0, index, UP, UP))
        .during(Stage::Network, "bringing eth0 up")?;
    netlink
        .request(default_route_message(index, *gateway))
        .during(Stage::Network, format!("routing through {gateway}"))
}

fn address_message(index: u32, address: Ipv4Addr, prefix_len: u8) -> Message {
    let octets = address.octets();
    let mut fixed = vec![AF_INET, prefix_len, 0, 0];
    fixed.extend_from_slice(&index.to_ne_bytes());
    Message::new(NEW_ADDRESS, CREATE | EXCLUSIVE)
        .fixed(&fixed)
        .attribute(IFA_LOCAL, &octets)
        .attribute(IFA_ADDRESS, &octets)
}

fn default_route_message(index: u32, gateway: Ipv4Addr) -> Message {
    const MAIN_TABLE: u8 = 254;
    const BY_BOOT: u8 = 3;
    const UNIVERSE: u8 = 0;
    const UNICAST: u8 = 1;
    Message::new(NEW_ROUTE, CREATE | EXCLUSIVE)
        .fixed(&[AF_INET, 0, 0, 0, MAIN_TABLE, BY_BOOT, UNIVERSE, UNICAST, 0, 0, 0, 0])
        .attribute(RTA_GATEWAY, &gateway.octets())
        .attribute(RTA_OIF, &index.to_ne_bytes())
}

#[cfg(test)]
mod tests {
    #[test]
    fn counters_are_those_of_the_named_interface() {
        let table = "Inter-|   Receive\n face |bytes\n    lo: 1 2 0 0 0 0 0 0 3 4 0 0 0 0 0 0\n  veth10: 5 0 0 0 0 0 0 0 6 0\n\
            veth1:700 1 0 0 0 0 0 0 800 1 0 0 0 0 0 0\n";
        assert_eq!(super::counters(table, "veth1"), Some((700, 800)));
        assert_eq!(super::counters(table, "veth"), None);
    }
}
