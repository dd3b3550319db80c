//! The system-call filter of PID 1 and, by inheritance, of everything inside. Compiled once in a process (a few milliseconds) and
//! kept as machine words, so that a process that forks shims compiles it before the first fork.

mod policy;

use std::collections::BTreeMap;
use std::io;
use std::sync::OnceLock;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};

use super::error::{Result, SandboxError, Stage};

/// Both programs of the filter. The kernel runs every program and takes the most restrictive answer; where both refuse, the one
/// that was installed last chooses the error number. Calls of another architecture (32-bit `int 0x80` on x86-64) end the process.
pub(crate) struct Filters {
    allowed: BpfProgram,
    absent: BpfProgram,
}

impl std::fmt::Debug for Filters {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Filters({} + {} instructions)", self.allowed.len(), self.absent.len())
    }
}

/// The compiled filter; call it once before forking so that children need not compile it.
///
/// # Errors
/// On an architecture without a policy.
pub fn prepare() -> Result<()> {
    filters().map(|_| ())
}

pub(crate) fn filters() -> Result<&'static Filters> {
    static FILTERS: OnceLock<std::result::Result<Filters, String>> = OnceLock::new();
    FILTERS.get_or_init(|| compile().map_err(|error| error.to_string())).as_ref().map_err(|cause| {
        SandboxError::new(Stage::SystemCallFilter, "compiling the system-call filter", cause.clone())
    })
}

fn condition(
    argument: u8,
    length: SeccompCmpArgLen,
    operator: SeccompCmpOp,
    value: u64,
) -> std::result::Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(argument, length, operator, value)
}

fn compile() -> std::result::Result<Filters, seccompiler::BackendError> {
    let target: TargetArch = std::env::consts::ARCH.try_into()?;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        policy::ALLOWED.iter().map(|number| (*number, Vec::new())).collect();
    rules.insert(
        libc::SYS_clone,
        vec![SeccompRule::new(vec![condition(
            0,
            SeccompCmpArgLen::Qword,
            SeccompCmpOp::MaskedEq(policy::CLONE_NAMESPACE_FLAGS),
            0,
        )?])?],
    );
    let families = policy::FORBIDDEN_SOCKET_FAMILIES
        .iter()
        .map(|family| condition(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, *family))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    rules.insert(libc::SYS_socket, vec![SeccompRule::new(families)?]);
    let personalities = policy::PERSONALITIES
        .iter()
        .map(|value| SeccompRule::new(vec![condition(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, *value)?]))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    rules.insert(libc::SYS_personality, personalities);
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let allowed = SeccompFilter::new(rules, refused, SeccompAction::Allow, target)?;

    let rules = policy::ABSENT.iter().map(|number| (*number, Vec::new())).collect();
    let absent = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let absent = SeccompFilter::new(rules, SeccompAction::Allow, absent, target)?;
    Ok(Filters { allowed: allowed.try_into()?, absent: absent.try_into()? })
}

impl Filters {
    /// Installs the filter on the calling thread, for good; also sets `no_new_privs`.
    pub(crate) fn install(&self) -> Result<()> {
        for program in [&self.allowed, &self.absent] {
            seccompiler::apply_filter(program).map_err(|error| {
                let cause = match &error {
                    seccompiler::Error::Prctl(error) | seccompiler::Error::Seccomp(error) => {
                        io::Error::from_raw_os_error(error.raw_os_error().unwrap_or(libc::EINVAL)).to_string()
                    }
                    other => other.to_string(),
                };
                SandboxError::new(Stage::SystemCallFilter, "installing the system-call filter", cause)
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::policy::{ABSENT, ALLOWED};

    #[test]
    fn the_policy_compiles_and_fits_the_kernels_limit() {
        let filters = super::compile().unwrap();
        assert!(filters.allowed.len() < 4096 && filters.absent.len() < 4096, "{filters:?}");
    }

    #[test]
    fn each_call_is_listed_once_and_the_dangerous_ones_are_not() {
        let listed: BTreeSet<_> = ALLOWED.iter().chain(ABSENT).collect();
        assert_eq!(listed.len(), ALLOWED.len() + ABSENT.len(), "a call is listed twice");
        for forbidden in [
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_mount,
            libc::SYS_umount2,
            libc::SYS_pivot_root,
            libc::SYS_move_mount,
            libc::SYS_open_tree,
            libc::SYS_fsopen,
            libc::SYS_fsmount,
            libc::SYS_mount_setattr,
            libc::SYS_keyctl,
            libc::SYS_add_key,
            libc::SYS_request_key,
            libc::SYS_bpf,
            libc::SYS_perf_event_open,
            libc::SYS_io_uring_setup,
            libc::SYS_io_uring_enter,
            libc::SYS_io_uring_register,
            libc::SYS_userfaultfd,
            libc::SYS_open_by_handle_at,
            libc::SYS_kexec_load,
            libc::SYS_init_module,
            libc::SYS_finit_module,
            libc::SYS_delete_module,
            libc::SYS_reboot,
            libc::SYS_swapon,
            libc::SYS_syslog,
            libc::SYS_settimeofday,
            libc::SYS_quotactl,
            libc::SYS_pidfd_getfd,
        ] {
            assert!(!listed.contains(&forbidden), "system call {forbidden} must not be allowed");
        }
    }
}
