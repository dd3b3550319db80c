//! Which ids of the host the inside's ids are: the maps of the user namespace.

use std::fs;
use std::io;

use rustix::process::{getegid, geteuid};

use super::error::{During, Result, SandboxError, Stage};
use super::spec::{HOST_USER_ID, IdsSpec, RootfsSpec, SandboxSpec};

/// Ids below this are system accounts and ordinary users of the host.
const LOWEST_BASE: u32 = 65_536;

/// How ids are mapped, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdMap {
    Range {
        base: u32,
        count: u32,
    },
    /// The caller's ids appear as this one.
    Single {
        inside: u32,
    },
}

impl IdMap {
    pub(crate) fn of(spec: &SandboxSpec) -> Result<Self> {
        match spec.ids {
            IdsSpec::Range { base, count } => {
                if base < LOWEST_BASE || count < 2_000 || base.checked_add(count).is_none() {
                    return Err(SandboxError::new(
                        Stage::Spec,
                        "reading the range of user ids",
                        format!(
                            "{count} ids from {base} are not a range of at least 2000 above {LOWEST_BASE}"
                        ),
                    ));
                }
                Ok(Self::Range { base, count })
            }
            IdsSpec::SelfOnly => Ok(Self::Single {
                inside: match spec.rootfs {
                    RootfsSpec::HostUserland { .. } => HOST_USER_ID,
                    RootfsSpec::Layers { .. } => 0,
                },
            }),
        }
    }

    /// Whether a process inside may have this user or group id.
    pub(crate) const fn holds(self, id: u32) -> bool {
        match self {
            Self::Range { count, .. } => id < count,
            Self::Single { inside } => id == inside,
        }
    }

    /// Writes the maps of a child that waits in its new user namespace.
    pub(crate) fn write(self, pid: i32) -> Result<()> {
        let write =
            |file: &str, text: String| -> io::Result<()> { fs::write(format!("/proc/{pid}/{file}"), text) };
        let (users, groups) = match self {
            Self::Range { base, count } => {
                let line = format!("0 {base} {count}\n");
                (line.clone(), line)
            }
            Self::Single { inside } => {
                // Without privileges a group map is accepted only after setgroups was given up.
                write("setgroups", "deny".to_owned())
                    .during(Stage::IdMap, "giving up supplementary groups in the user namespace")?;
                (
                    format!("{inside} {} 1\n", geteuid().as_raw()),
                    format!("{inside} {} 1\n", getegid().as_raw()),
                )
            }
        };
        write("uid_map", users).during(Stage::IdMap, "writing the map of user ids")?;
        write("gid_map", groups).during(Stage::IdMap, "writing the map of group ids")
    }
}
