//! Which node an instance goes to. Pure and deterministic: the same nodes and request give the same answer.
//!
//! A node fits when it is connected, has the driver with what the request needs, and has room. Limits are ceilings, not
//! reservations, and most workspaces idle far below theirs: CPU may be promised [`CPU_OVERCOMMIT`] times over, memory
//! [`MEMORY_OVERCOMMIT`] times, to instances that are meant to run; volumes are sparse, so that a node only has to have
//! [`MINIMAL_FREE_DISK`] left. Among those that fit, the one whose scarcest resource has most left wins
//! (instances spread), then the one with fewer instances, then the lower id.

use crate::ids::NodeId;
use crate::instance::{DriverKind, Resources, Rootfs};
use crate::{Error, ErrorKind, Result};

/// The code of the error that a node is away.
pub const NODE_DISCONNECTED: &str = "node_disconnected";
/// How many times the cores of a node may be promised.
pub const CPU_OVERCOMMIT: u64 = 16;
/// How many times the memory of a node may be promised.
pub const MEMORY_OVERCOMMIT: u64 = 16;
/// A node with less free disk takes no new instance.
pub const MINIMAL_FREE_DISK: u64 = 1 << 30;
/// Memory of a node that is never promised: the system's and the agent's own.
pub const RESERVED_MEMORY: u64 = 256 << 20;

/// What a node offers with one driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    pub driver: DriverKind,
    pub images: bool,
    pub host_userland: bool,
    /// Limits are enforced; without, memory is not counted against the node.
    pub limits: bool,
}

/// A node as placement sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub node: NodeId,
    pub name: String,
    pub connected: bool,
    pub offers: Vec<Offer>,
    pub cpu_count: u32,
    pub memory_bytes: u64,
    pub disk_free_bytes: u64,
    /// Sums over the instances placed there that are meant to run.
    pub promised_cpu_millis: u64,
    pub promised_memory_bytes: u64,
    pub instances: u32,
}

/// What is to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub driver: DriverKind,
    pub rootfs: Rootfs,
    pub resources: Resources,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Misfit {
    /// The further down, the nearer it was to fitting.
    NoDriver,
    Disconnected,
    Lacks(&'static str),
    Cpu {
        has: u64,
    },
    Disk {
        free: u64,
    },
    Memory {
        free: u64,
    },
}

/// # Errors
/// `no_node`, `driver_not_available`, `node_disconnected` or `capacity_exhausted`, saying what is missing on the node that came
/// nearest.
pub fn choose(nodes: &[Candidate], request: &Request) -> Result<NodeId> {
    let mut best: Option<(u64, u32, NodeId)> = None;
    let mut nearest: Option<(Misfit, &Candidate)> = None;
    for candidate in nodes {
        match fit(candidate, request) {
            Ok(left) => {
                let better = best.is_none_or(|(best_left, best_count, best_node)| {
                    (left, std::cmp::Reverse(candidate.instances), std::cmp::Reverse(candidate.node))
                        > (best_left, std::cmp::Reverse(best_count), std::cmp::Reverse(best_node))
                });
                if better {
                    best = Some((left, candidate.instances, candidate.node));
                }
            }
            Err(misfit) => {
                if nearest.as_ref().is_none_or(|(other, _)| misfit > *other) {
                    nearest = Some((misfit, candidate));
                }
            }
        }
    }
    match (best, nearest) {
        (Some((_, _, node)), _) => Ok(node),
        (None, Some((misfit, candidate))) => Err(refusal(&misfit, candidate, request)),
        (None, None) => Err(Error::unavailable("no_node", "No machine has joined this Stead yet.")
            .next_step("Start `stead node` on one, or run `stead up`, which includes one.")),
    }
}

/// Thousandths of the scarcest resource that are left when the request has been placed.
fn fit(candidate: &Candidate, request: &Request) -> std::result::Result<u64, Misfit> {
    let offer =
        candidate.offers.iter().find(|offer| offer.driver == request.driver).ok_or(Misfit::NoDriver)?;
    if !candidate.connected {
        return Err(Misfit::Disconnected);
    }
    match request.rootfs {
        Rootfs::HostUserland if !offer.host_userland => {
            return Err(Misfit::Lacks("the host's userland as root file system"));
        }
        Rootfs::Image { .. } if !offer.images => return Err(Misfit::Lacks("images")),
        _ => {}
    }
    let share = |left: u64, whole: u64| {
        u64::try_from(u128::from(left) * 1_000 / u128::from(whole.max(1))).unwrap_or(1_000)
    };
    let cpu_whole = u64::from(candidate.cpu_count) * 1_000 * CPU_OVERCOMMIT;
    // One instance may ask for more cores than there are; the kernel then simply never limits it.
    let wanted_cpu = u64::from(request.resources.cpu_millis).min(u64::from(candidate.cpu_count) * 1_000);
    let cpu_left = cpu_whole
        .checked_sub(candidate.promised_cpu_millis.saturating_add(wanted_cpu))
        .ok_or(Misfit::Cpu { has: cpu_whole.saturating_sub(candidate.promised_cpu_millis) })?;
    // The simulated machine uses nothing of the real one.
    if request.driver == DriverKind::Sim {
        return Ok(1_000_000_u64.saturating_sub(u64::from(candidate.instances)));
    }
    let disk_left = candidate
        .disk_free_bytes
        .checked_sub(MINIMAL_FREE_DISK.min(request.resources.disk_bytes))
        .ok_or(Misfit::Disk { free: candidate.disk_free_bytes })?;
    let memory_whole =
        candidate.memory_bytes.saturating_sub(RESERVED_MEMORY).saturating_mul(MEMORY_OVERCOMMIT);
    let memory_free = memory_whole.saturating_sub(candidate.promised_memory_bytes);
    let memory_left = if offer.limits {
        // A single instance may not be promised more than the machine has.
        if request.resources.memory_bytes > candidate.memory_bytes {
            return Err(Misfit::Memory {
                free: candidate.memory_bytes.saturating_sub(RESERVED_MEMORY).min(memory_free),
            });
        }
        memory_free.checked_sub(request.resources.memory_bytes).ok_or(Misfit::Memory { free: memory_free })?
    } else {
        memory_free
    };
    Ok(share(cpu_left, cpu_whole)
        .min(share(memory_left, memory_whole))
        .min(share(disk_left, candidate.disk_free_bytes)))
}

fn gib(bytes: u64) -> String {
    let tenths = bytes / (1 << 30) * 10 + bytes % (1 << 30) * 10 / (1 << 30);
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

fn refusal(misfit: &Misfit, candidate: &Candidate, request: &Request) -> Error {
    let node = &candidate.name;
    let full = |what: String| {
        Error::new(ErrorKind::QuotaExceeded, "capacity_exhausted", what)
            .next_step("Stop or delete instances, ask for less with `resources`, or add a node.")
    };
    match misfit {
        Misfit::NoDriver => {
            Error::unavailable("driver_not_available", format!("No node has the {} driver.", request.driver.as_str()))
                .next_step("Choose another driver, or start a node that has it; `stead doctor` on the node says what is missing.")
        }
        Misfit::Disconnected => Error::unavailable(NODE_DISCONNECTED, format!("Node {node} is not connected now."))
            .next_step("Check that `stead node` runs there and can reach this server, then repeat."),
        Misfit::Lacks(what) => Error::unavailable("driver_not_available", format!("Node {node} cannot provide {what}."))
            .next_step("Choose another image, or start a node that can; `stead doctor` on the node says what is missing."),
        Misfit::Cpu { has } => full(format!(
            "Node {node} has {} of {} cores left to promise, {} are asked for.",
            has / 1_000,
            u64::from(candidate.cpu_count) * CPU_OVERCOMMIT,
            u64::from(request.resources.cpu_millis).div_ceil(1_000),
        )),
        Misfit::Disk { free } => full(format!("Node {node} has only {} of disk left; at least 1 GiB must be free.", gib(*free))),
        Misfit::Memory { free } => full(format!(
            "Node {node} has {} of memory left to promise, {} are asked for.",
            gib(*free),
            gib(request.resources.memory_bytes),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Id;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn node(number: u128) -> Candidate {
        Candidate {
            node: NodeId::from_uuid(Uuid::from_u128(number)),
            name: format!("n{number}"),
            connected: true,
            offers: vec![Offer { driver: DriverKind::Oci, images: true, host_userland: true, limits: true }],
            cpu_count: 4,
            memory_bytes: 16 << 30,
            disk_free_bytes: 100 << 30,
            promised_cpu_millis: 0,
            promised_memory_bytes: 0,
            instances: 0,
        }
    }

    fn request() -> Request {
        Request { driver: DriverKind::Oci, rootfs: Rootfs::HostUserland, resources: Resources::DEFAULT }
    }

    fn code(nodes: &[Candidate], request: &Request) -> (String, String) {
        let error = choose(nodes, request).unwrap_err();
        (error.code().to_owned(), error.message().to_owned())
    }

    #[test]
    fn the_emptier_node_is_chosen_and_ties_go_to_the_lower_id() {
        let mut busy = node(1);
        busy.promised_memory_bytes = 12 << 30;
        assert_eq!(choose(&[busy, node(3), node(2)], &request()).unwrap(), node(2).node);
    }

    #[test]
    fn refusals_say_what_is_missing() {
        assert_eq!(code(&[], &request()).0, "no_node");
        let mut away = node(1);
        away.connected = false;
        assert_eq!(code(&[away.clone()], &request()).0, "node_disconnected");
        let sim = Request { driver: DriverKind::Sim, ..request() };
        assert_eq!(code(&[node(1)], &sim).0, "driver_not_available");
        let mut full = node(1);
        full.promised_memory_bytes = (16 << 30) * MEMORY_OVERCOMMIT;
        let (kind, message) = code(&[away, full], &request());
        assert_eq!(kind, "capacity_exhausted");
        assert!(message.contains("4.0 GiB are asked for"), "{message}");
        let mut small = request();
        small.resources.memory_bytes = 17 << 30;
        assert_eq!(code(&[node(1)], &small).0, "capacity_exhausted");
        let mut no_disk = node(1);
        no_disk.disk_free_bytes = 1 << 20;
        assert!(code(&[no_disk], &request()).1.contains("0.0 GiB of disk"));
    }

    prop_compose! {
        fn any_node()(
            number in 0_u128..8, connected: bool, drivers in 0_u8..4, images: bool, host_userland: bool, limits: bool,
            cpu_count in 0_u32..64, memory_bytes: u64, disk_free_bytes: u64, promised_cpu_millis in 0_u64..2_000_000,
            promised_memory_bytes: u64, instances in 0_u32..1000,
        ) -> Candidate {
            let offers = [(1, DriverKind::Oci), (2, DriverKind::Sim)]
                .into_iter()
                .filter(|(bit, _)| drivers & bit != 0)
                .map(|(_, driver)| Offer { driver, images, host_userland, limits })
                .collect();
            Candidate {
                connected, offers, cpu_count, memory_bytes, disk_free_bytes, promised_cpu_millis, promised_memory_bytes, instances,
                ..node(number)
            }
        }
    }

    proptest! {
        #[test]
        fn the_choice_fits_and_does_not_depend_on_the_order(mut nodes in proptest::collection::vec(any_node(), 0..8), turn in 0_usize..8) {
            nodes.sort_by_key(|candidate| candidate.node);
            nodes.dedup_by_key(|candidate| candidate.node);
            let first = choose(&nodes, &request()).map_err(|error| error.code().to_owned());
            if let Ok(chosen) = &first {
                let candidate = nodes.iter().find(|candidate| candidate.node == *chosen).unwrap();
                prop_assert!(candidate.connected && fit(candidate, &request()).is_ok());
            }
            if !nodes.is_empty() {
                let count = nodes.len();
                nodes.rotate_left(turn % count);
                prop_assert_eq!(choose(&nodes, &request()).map_err(|error| error.code().to_owned()).is_ok(), first.is_ok());
                if let Ok(chosen) = first {
                    prop_assert_eq!(choose(&nodes, &request()).unwrap(), chosen);
                }
            }
        }
    }
}
