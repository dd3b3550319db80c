//! What a tenant may take, and the decision whether something more fits. Pure: limits and use are loaded by `db`, within the
//! transaction of what they limit.

use crate::{Error, ErrorKind, Result};

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limited {
    Instances,
    /// Thousandths of a CPU core, of all live instances together, running or not.
    CpuMillis,
    MemoryBytes,
    DiskBytes,
    /// Members, and invitations that are still open: a seat is held from the invitation on.
    Members,
}

impl Limited {
    pub const ALL: [Self; 5] =
        [Self::Instances, Self::CpuMillis, Self::MemoryBytes, Self::DiskBytes, Self::Members];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::CpuMillis => "cpu_millis",
            Self::MemoryBytes => "memory_bytes",
            Self::DiskBytes => "disk_bytes",
            Self::Members => "members",
        }
    }

    /// An amount as people read it.
    #[must_use]
    pub fn shown(self, amount: u64) -> String {
        match self {
            Self::Instances => counted(amount, "instance"),
            Self::Members => counted(amount, "member"),
            Self::CpuMillis => {
                let (whole, rest) = (amount / 1_000, amount % 1_000);
                match rest {
                    0 => format!("{whole} vCPU"),
                    rest => format!("{} vCPU", format!("{whole}.{rest:03}").trim_end_matches('0')),
                }
            }
            Self::MemoryBytes => format!("{} of memory", bytes(amount)),
            Self::DiskBytes => format!("{} of disk", bytes(amount)),
        }
    }
}

fn counted(amount: u64, noun: &str) -> String {
    if amount == 1 { format!("1 {noun}") } else { format!("{amount} {noun}s") }
}

/// The largest unit that the amount is a hundredth of at least, with up to two decimals.
fn bytes(amount: u64) -> String {
    for (unit, size) in [("TiB", 1_u64 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20)] {
        if amount >= size {
            let hundredths = u128::from(amount) * 100 / u128::from(size);
            let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
            return format!("{} {unit}", text.trim_end_matches('0').trim_end_matches('.'));
        }
    }
    format!("{amount} bytes")
}

/// An amount of each thing that is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amounts {
    pub instances: u64,
    pub cpu_millis: u64,
    pub memory_bytes: u64,
    pub disk_bytes: u64,
    pub members: u64,
}

impl Amounts {
    /// What a tenant may take when no operator said otherwise: a hundred instances of the default size.
    pub const DEFAULT_LIMITS: Self = Self {
        instances: 100,
        cpu_millis: 200_000,
        memory_bytes: 400 << 30,
        disk_bytes: 1_000 << 30,
        members: 100,
    };

    #[must_use]
    pub const fn of(&self, what: Limited) -> u64 {
        match what {
            Limited::Instances => self.instances,
            Limited::CpuMillis => self.cpu_millis,
            Limited::MemoryBytes => self.memory_bytes,
            Limited::DiskBytes => self.disk_bytes,
            Limited::Members => self.members,
        }
    }
}

/// Whether `amount` more fits. Nothing more always fits, also where more is used than a lowered limit allows.
///
/// # Errors
/// `quota_exceeded`, with what is used and what is allowed.
pub fn check(what: Limited, limit: u64, used: u64, amount: u64) -> Result<()> {
    if amount == 0 || used.checked_add(amount).is_some_and(|sum| sum <= limit) {
        return Ok(());
    }
    let (wanted, used, limit) = (what.shown(amount), what.shown(used), what.shown(limit));
    Err(Error::new(
        ErrorKind::QuotaExceeded,
        "quota_exceeded",
        format!("This needs {wanted}; the tenant uses {used} of the {limit} it may have."),
    )
    .next_step(match what {
        Limited::Members => {
            "Remove members or revoke invitations that are open, or ask an operator to raise the quota."
        }
        Limited::Instances => "Delete some instances first, or ask an operator to raise the quota.",
        _ => "Delete or shrink instances first, or ask an operator to raise the quota.",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_admitted_never_exceeds_the_limit(limit: u64, used: u64, amount: u64, what in 0_usize..5) {
            let admitted = check(Limited::ALL[what], limit, used, amount).is_ok();
            let fits = u128::from(used) + u128::from(amount) <= u128::from(limit);
            prop_assert_eq!(admitted, amount == 0 || fits);
        }
    }

    #[test]
    fn the_refusal_says_what_is_used_and_allowed() {
        let error = check(Limited::MemoryBytes, 4 << 30, 3 << 30, (3 << 30) / 2).unwrap_err();
        assert_eq!(
            error.message(),
            "This needs 1.5 GiB of memory; the tenant uses 3 GiB of memory of the 4 GiB of memory it may have."
        );
        assert_eq!(Limited::CpuMillis.shown(2_500), "2.5 vCPU");
        assert_eq!(Limited::Instances.shown(1), "1 instance");
        assert_eq!(Limited::DiskBytes.shown(1_000 << 30), "1000 GiB of disk");
    }
}
