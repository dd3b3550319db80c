//! The instances' way out: one bridge, one static nftables table, one address per instance.
//!
//! Names carry a hash of the node's directory, so that several nodes on one machine do not meet. Nothing is loaded per instance:
//! instances are kept apart by isolated bridge ports. `network.json` (the subnet) and `instances/<id>/slot` (its place in the subnet
//! and in the ranges of user ids, which goes with the instance's directory) are written by [`Network`] only.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use stead_core::error::{Error, InternalContext as _, Result};
use stead_core::ids::InstanceId;
use stead_shim::sandbox::{NetworkSpec, remove_left_overs};

use super::files;

const PREFIX: u8 = 20;
const HOSTS: u32 = 1 << (32 - PREFIX);
/// 0 is the network, 1 the bridge.
const FIRST_SLOT: u32 = 2;
const LAST_SLOT: u32 = HOSTS - 2;
const MTU: u32 = 1_500;

/// Whether an address belongs to the operator's own or a special network, which tenants must not reach through the node.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (b == 18 || b == 19))
                || (a == 192 && b == 0 && v4.octets()[2] == 0)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_private(IpAddr::V4(v4)),
            None => {
                v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local()
                    || v6.is_multicast()
                    // NAT64 leads to any IPv4 address, private ones too.
                    || v6.segments()[..2] == [0x64, 0xff9b]
            }
        },
    }
}

/// What belongs to this node on the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    hash: String,
}

impl Names {
    pub(super) fn of(directory: &Path) -> Self {
        use sha2::Digest as _;
        use std::os::unix::ffi::OsStrExt as _;
        let hash = sha2::Sha256::digest(directory.as_os_str().as_bytes());
        let hash = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Self { hash }
    }

    /// At most 15 bytes.
    pub(super) fn bridge(&self) -> String {
        format!("stead-{}", self.hash)
    }

    fn table(&self) -> String {
        format!("stead_{}", self.hash)
    }

    pub(super) fn cgroup(&self) -> String {
        format!("stead-{}", self.hash)
    }

    fn interface(&self, slot: u32) -> String {
        format!("sv{}.{slot:x}", self.hash)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Subnet {
    /// Its first address.
    subnet: Ipv4Addr,
}

/// In the instance's directory.
const SLOT_FILE: &str = "slot";

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Network {
    names: Names,
    subnet: Ipv4Addr,
    instances: PathBuf,
    /// As in the files; those decide after a start.
    slots: Mutex<BTreeMap<InstanceId, u32>>,
    servers: Vec<IpAddr>,
    allow_private: bool,
}

/// The nftables table, as text for `nft -f`: replaces itself, so that loading it again changes nothing.
fn table(names: &Names, subnet: Ipv4Addr, servers: &[IpAddr], allow_private: bool) -> String {
    let (table, bridge) = (names.table(), names.bridge());
    let servers: Vec<String> = servers
        .iter()
        .filter_map(|server| match server {
            IpAddr::V4(v4) => Some(v4.to_string()),
            IpAddr::V6(_) => None,
        })
        .collect();
    let dns = if servers.is_empty() {
        String::new()
    } else {
        format!(
            "iifname \"{bridge}\" ip daddr {{ {} }} meta l4proto {{ tcp, udp }} th dport 53 accept",
            servers.join(", ")
        )
    };
    let private = if allow_private {
        String::new()
    } else {
        format!(
            "iifname \"{bridge}\" ip daddr {{ 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 192.0.0.0/24, 198.18.0.0/15 }} reject with icmpx type admin-prohibited"
        )
    };
    format!(
        "table inet {table} {{}}
delete table inet {table}
table inet {table} {{
  chain from_instances {{
    type filter hook input priority -5; policy accept;
    {dns}
    iifname \"{bridge}\" drop
  }}
  chain through {{
    type filter hook forward priority -5; policy accept;
    iifname \"{bridge}\" oifname \"{bridge}\" drop
    oifname \"{bridge}\" ct state established,related accept
    oifname \"{bridge}\" drop
    iifname \"{bridge}\" meta nfproto ipv6 drop
    iifname \"{bridge}\" ip saddr != {subnet}/{PREFIX} drop
    {dns}
    iifname \"{bridge}\" ip daddr {{ 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4, 240.0.0.0/4 }} reject with icmpx type admin-prohibited
    {private}
  }}
  chain outward {{
    type nat hook postrouting priority 100; policy accept;
    ip saddr {subnet}/{PREFIX} oifname != \"{bridge}\" masquerade
  }}
}}
"
    )
}

/// A subnet that meets none of the machine's routes, searched from a place that the directory's hash names.
fn choose_subnet(start: u32, routes: &[(u32, u32)]) -> Option<Ipv4Addr> {
    // 10.64.0.0 to 10.255.240.0 in steps of the subnet's size: rarely used by home routers and by Docker.
    let first = u32::from(Ipv4Addr::new(10, 64, 0, 0));
    let count = (u32::from(Ipv4Addr::new(11, 0, 0, 0)) - first) / HOSTS;
    (0..count).map(|step| first + (start.wrapping_add(step) % count) * HOSTS).find_map(|subnet| {
        let own_mask = !(HOSTS - 1);
        let meets = routes.iter().any(|(address, mask)| {
            let common = mask & own_mask;
            *mask != 0 && address & common == subnet & common
        });
        (!meets).then(|| Ipv4Addr::from(subnet))
    })
}

/// Destinations and masks of the routing table's text (`/proc/net/route`).
fn parse_routes(text: &str) -> Vec<(u32, u32)> {
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let number =
                |position: usize| u32::from_str_radix(fields.get(position)?, 16).ok().map(u32::from_be);
            Some((number(1)?, number(7)?))
        })
        .collect()
}

fn run(program: &str, arguments: &[&str], input: Option<&str>) -> Result<(), String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program} could not be started ({error})"))?;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(input.as_bytes()).map_err(|error| format!("{program}: {error}"))?;
    }
    let output = child.wait_with_output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "{program} {}: {}",
        arguments.join(" "),
        errors.lines().next().unwrap_or("failed without a word")
    ))
}

impl Network {
    /// `instances` holds a directory for each.
    pub(super) fn open(
        directory: &Path,
        instances: PathBuf,
        servers: Vec<IpAddr>,
        allow_private: bool,
    ) -> Result<Self> {
        let names = Names::of(directory);
        let path = directory.join("network.json");
        let subnet = match files::read_json::<Subnet>(&path)? {
            Some(Subnet { subnet }) => subnet,
            None => {
                let routes = std::fs::read_to_string("/proc/thread-self/net/route").unwrap_or_default();
                let start = u32::from_str_radix(&names.hash, 16).unwrap_or(0);
                let subnet = choose_subnet(start, &parse_routes(&routes)).ok_or_else(|| {
                    Error::unavailable(
                        "no_free_subnet",
                        "Every subnet in 10.64.0.0/10 and above is in use on this machine.",
                    )
                })?;
                files::write_json(&path, &Subnet { subnet })?;
                subnet
            }
        };
        let slots = Mutex::new(slots(&instances)?);
        Ok(Self { names, subnet, instances, slots, servers, allow_private })
    }

    pub(super) const fn names(&self) -> &Names {
        &self.names
    }

    pub(super) fn servers(&self) -> &[IpAddr] {
        &self.servers
    }

    fn gateway(&self) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.subnet) + 1)
    }

    /// Makes bridge, table and forwarding what they should be. May be repeated. The error is a sentence for the operator.
    pub(super) fn set_up(&self) -> Result<(), String> {
        let bridge = self.names.bridge();
        if nix::net::if_::if_nametoindex(bridge.as_str()).is_err() {
            run("ip", &["link", "add", &bridge, "type", "bridge"], None)?;
        }
        let ipv6 = format!("/proc/sys/net/ipv6/conf/{bridge}/disable_ipv6");
        if Path::new(&ipv6).exists() {
            std::fs::write(&ipv6, "1")
                .map_err(|error| format!("IPv6 cannot be switched off on {bridge} ({error})"))?;
        }
        let address = format!("{}/{PREFIX}", self.gateway());
        run("ip", &["addr", "replace", &address, "dev", &bridge], None)?;
        run("ip", &["link", "set", &bridge, "up"], None)?;
        // The table comes before forwarding, so that there is no moment in which instances reach everything.
        run("nft", &["-f", "-"], Some(&table(&self.names, self.subnet, &self.servers, self.allow_private)))?;
        std::fs::write("/proc/sys/net/ipv4/ip_forward", "1")
            .map_err(|error| format!("net.ipv4.ip_forward cannot be set ({error})"))?;
        self.pass_other_firewalls();
        Ok(())
    }

    /// Docker and some firewalls drop what they do not know in their own chains, which an accept in our table does not undo.
    fn pass_other_firewalls(&self) {
        let Some(chain) = foreign_chain() else { return };
        for rule in self.foreign_rules() {
            let mut check = vec!["-w", "-C", chain];
            check.extend(rule.iter().map(String::as_str));
            if run("iptables", &check, None).is_err() {
                let mut insert = vec!["-w", "-I", chain];
                insert.extend(rule.iter().map(String::as_str));
                if let Err(error) = run("iptables", &insert, None) {
                    tracing::warn!(
                        firewall.chain = chain,
                        error,
                        "instances may have no network: a rule of another firewall stands in the way"
                    );
                }
            }
        }
    }

    fn foreign_rules(&self) -> [Vec<String>; 2] {
        let bridge = self.names.bridge();
        let words = |text: String| text.split(' ').map(str::to_owned).collect();
        [
            words(format!("-i {bridge} -j ACCEPT")),
            words(format!("-o {bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")),
        ]
    }

    /// Removes bridge, table and rules; addresses stay with their instances.
    pub(super) fn tear_down(&self) -> Result<()> {
        for rule in self.foreign_rules() {
            for chain in ["DOCKER-USER", "FORWARD"] {
                let mut delete = vec!["-w", "-D", chain];
                delete.extend(rule.iter().map(String::as_str));
                // Most of them were never there.
                let _absent = run("iptables", &delete, None);
            }
        }
        let bridge = self.names.bridge();
        if nix::net::if_::if_nametoindex(bridge.as_str()).is_ok() {
            run("ip", &["link", "delete", &bridge], None).internal("removing the bridge")?;
        }
        let table = self.names.table();
        run("nft", &["-f", "-"], Some(&format!("table inet {table} {{}}\ndelete table inet {table}\n")))
            .internal("removing the firewall table")
    }

    /// The instance's place, given now when it has none. Its directory has to be there.
    pub(super) fn lease(&self, instance: InstanceId) -> Result<u32> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(&instance) {
            return Ok(*slot);
        }
        let taken: std::collections::BTreeSet<u32> = slots.values().copied().collect();
        // The lowest free place after the highest given one first: an address is not used again at once.
        let next = taken.last().map_or(FIRST_SLOT, |last| last + 1);
        let slot = (next..=LAST_SLOT)
            .chain(FIRST_SLOT..=LAST_SLOT)
            .find(|slot| !taken.contains(slot))
            .ok_or_else(|| {
                Error::new(
                    stead_core::ErrorKind::QuotaExceeded,
                    "node_addresses_used_up",
                    format!("The node has no address left; it has {LAST_SLOT}."),
                )
                .next_step("Delete instances or use another node.")
            })?;
        // Not forced to disk: after a power cut nothing runs, and an instance without a place is given another one.
        let path = self.instances.join(instance.to_string()).join(SLOT_FILE);
        std::fs::write(&path, format!("{slot}\n")).internal(format!("writing {}", path.display()))?;
        slots.insert(instance, slot);
        Ok(slot)
    }

    pub(super) fn spec(&self, slot: u32) -> NetworkSpec {
        NetworkSpec::Veth {
            host_name: self.names.interface(slot),
            bridge: self.names.bridge(),
            address: Ipv4Addr::from(u32::from(self.subnet) + slot),
            prefix_len: PREFIX,
            gateway: self.gateway(),
            mtu: MTU,
        }
    }

    /// The instance's directory is gone and with it the lease: its place is free.
    pub(super) fn release(&self, instance: InstanceId) {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(&instance);
    }

    /// Removes the interface of an instance that does not run, when it is still there.
    pub(super) fn remove_left(&self, instance: InstanceId) -> Result<()> {
        let slot = self.slots.lock().unwrap_or_else(PoisonError::into_inner).get(&instance).copied();
        let Some(slot) = slot else { return Ok(()) };
        Ok(remove_left_overs(None, Some(&self.names.interface(slot)))?)
    }
}

/// The places that were given, by the instances' directories. A file that a power cut has spoiled counts for nothing.
fn slots(instances: &Path) -> Result<BTreeMap<InstanceId, u32>> {
    let given = files::list(instances)?.into_iter().filter_map(|directory| {
        let instance = directory.file_name()?.to_str()?.parse().ok()?;
        let slot =
            std::fs::read_to_string(directory.join(SLOT_FILE)).ok()?.strip_suffix('\n')?.parse().ok()?;
        Some((instance, slot))
    });
    Ok(given.filter(|(_, slot)| (FIRST_SLOT..=LAST_SLOT).contains(slot)).collect())
}

/// The chain of iptables in which traffic of the bridge has to be accepted; none when nothing there drops it.
fn foreign_chain() -> Option<&'static str> {
    if run("iptables", &["-w", "-n", "-L", "DOCKER-USER"], None).is_ok() {
        return Some("DOCKER-USER");
    }
    let output =
        Command::new("iptables").args(["-w", "-S", "FORWARD"]).stderr(Stdio::null()).output().ok()?;
    let drops = String::from_utf8_lossy(&output.stdout).lines().any(|line| line == "-P FORWARD DROP");
    drops.then_some("FORWARD")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_fit_into_the_kernel() {
        let names = Names::of(Path::new("/var/lib/stead/node"));
        assert!(names.bridge().len() <= 15 && names.interface(LAST_SLOT).len() <= 15);
        assert_ne!(names, Names::of(Path::new("/var/lib/stead2/node")));
    }

    #[test]
    fn private_and_special_addresses_are_known() {
        for private in [
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "100.100.0.1",
            "169.254.169.254",
            "127.0.0.1",
            "0.0.0.0",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn the_table_names_this_nodes_bridge_only_and_opens_dns() {
        let names = Names::of(Path::new("/x"));
        let text = table(&names, Ipv4Addr::new(10, 64, 0, 0), &["192.168.1.1".parse().unwrap()], false);
        assert!(
            text.contains("192.168.1.1") && text.contains("169.254.0.0/16") && text.contains("100.64.0.0/10")
        );
        assert!(text.contains(&names.bridge()));
        assert!(!table(&names, Ipv4Addr::new(10, 64, 0, 0), &[], true).contains("100.64.0.0/10"));
    }

    #[test]
    fn places_stay_with_the_directories_of_their_instances() {
        let node = tempfile::tempdir().unwrap();
        let instances = node.path().join("instances");
        let open = || Network::open(node.path(), instances.clone(), Vec::new(), false).unwrap();
        let ids: Vec<InstanceId> = (0..3).map(|_| stead_core::ambient::Ambient::system().new_id()).collect();
        let directory = |id: &InstanceId| instances.join(id.to_string());
        ids.iter().for_each(|id| std::fs::create_dir_all(directory(id)).unwrap());
        let network = open();
        assert_eq!(ids.iter().map(|id| network.lease(*id).unwrap()).collect::<Vec<_>>(), [2, 3, 4]);
        std::fs::remove_dir_all(directory(&ids[0])).unwrap();
        std::fs::write(directory(&ids[1]).join(SLOT_FILE), "").unwrap();
        let again = open();
        assert_eq!(again.subnet, network.subnet);
        assert_eq!(again.lease(ids[2]).unwrap(), 4);
        assert_eq!(again.lease(ids[1]).unwrap(), 5);
        again.release(ids[2]);
        assert!(again.lease(ids[0]).is_err(), "without a directory there is no place");
    }

    proptest! {
        #[test]
        fn the_subnet_meets_no_route(start: u32, routes in proptest::collection::vec((any::<u32>(), 8u32..=32), 0..40)) {
            let routes: Vec<(u32, u32)> = routes.into_iter().map(|(address, prefix)| {
                let mask = u32::MAX << (32 - prefix);
                (address & mask, mask)
            }).collect();
            if let Some(subnet) = choose_subnet(start, &routes) {
                let (low, high) = (u32::from(subnet), u32::from(subnet) + HOSTS - 1);
                for (address, mask) in routes {
                    prop_assert!(address > high || address | !mask < low);
                }
            }
        }
    }
}
