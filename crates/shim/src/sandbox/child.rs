//! The forked child on its way to PID 1: every step happens inside its new namespaces, and the first that fails is told to the parent.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::capabilities::{self, CapabilitySet};
use super::cgroup::Entrance;
use super::error::{During, Result, SandboxError, Stage};
use super::idmap::IdMap;
use super::init::{self, Identity};
use super::mounts::{self, Sources};
use super::network;
use super::protocol::{self, Gate, Reply};
use super::seccomp::Filters;
use super::spec::{HOST_USER, RootfsSpec, SandboxSpec};

/// Open files per process; the kernel's default of 1024 is too few for development servers.
const OPEN_FILES: u64 = 65_536;

/// What the child takes over from its parent.
pub(super) struct Child<'a> {
    pub(super) spec: &'a SandboxSpec,
    pub(super) ids: IdMap,
    /// Opened by the parent; absent without privileges, then the child opens them.
    pub(super) sources: Option<&'a Sources>,
    pub(super) entrance: Option<&'a Entrance>,
    pub(super) control: &'a OwnedFd,
    pub(super) events: &'a OwnedFd,
    pub(super) filters: &'static Filters,
}

/// Never returns: becomes PID 1, or ends after reporting why not.
pub(super) fn run(child: &Child<'_>) -> ! {
    // Unwinding into the parent's frames would run its code twice.
    let outcome = catch_unwind(AssertUnwindSafe(|| child.become_init()));
    let failure = match outcome {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(failure),
        Err(_) => Some(SandboxError::new(Stage::Init, "setting up the sandbox", "a defect of Stead")),
    };
    let code = i32::from(failure.is_some());
    if let Some(failure) = failure {
        // When the parent is gone too there is nobody to tell.
        let _ = protocol::send(child.control, &Reply::Failed(failure), &[]);
    }
    // SAFETY: ends the process without running the parent's destructors.
    unsafe { libc::_exit(code) }
}

impl Child<'_> {
    fn become_init(&self) -> Result<()> {
        self.close_other_descriptors();
        reset_signals();
        // SAFETY: plain system call; fails only for group leaders, and then nothing is lost.
        unsafe { libc::setsid() };
        if let Some(entrance) = self.entrance {
            entrance.join()?;
        }
        self.wait_for(Gate::Mapped)?;
        if let IdMap::Range { .. } = self.ids {
            become_inner_root()?;
        }
        capabilities::die_with_parent().during(Stage::Hardening, "tying the sandbox to its shim")?;
        nix::unistd::sethostname(&self.spec.hostname).during(Stage::Namespaces, "setting the host name")?;
        let own;
        let sources = match self.sources {
            Some(sources) => sources,
            None => {
                own = Sources::open(self.spec, true)?;
                &own
            }
        };
        mounts::build(self.spec, sources, self.ids)?;
        self.wait_for(Gate::Placed)?;
        // Only now: made earlier, its view would begin at the host's group and show the path of ours.
        // SAFETY: a single-threaded process leaves one namespace.
        if unsafe { libc::unshare(libc::CLONE_NEWCGROUP) } != 0 {
            let error = std::io::Error::last_os_error();
            return Err(SandboxError::io(Stage::ControlGroup, "making a control-group namespace", &error));
        }
        network::configure_inside(&self.spec.network)?;
        redirect_standard_streams()?;
        set_limits();
        let control = self.control.try_clone().during(Stage::Init, "copying the control socket")?;
        let events = self.events.try_clone().during(Stage::Init, "copying the event socket")?;
        let identity = self.identity();
        nix::unistd::chdir("/").during(Stage::Hardening, "entering the root")?;
        // SAFETY: the name is a C string; the kernel copies it.
        unsafe { libc::prctl(libc::PR_SET_NAME, c"stead-init".as_ptr(), 0, 0, 0) };
        let hardening = "giving up capabilities";
        capabilities::confine(identity.capabilities).during(Stage::Hardening, hardening)?;
        capabilities::set_undumpable().during(Stage::Hardening, hardening)?;
        capabilities::set_no_new_privileges().during(Stage::Hardening, hardening)?;
        // Becoming root inside has cleared it.
        capabilities::die_with_parent().during(Stage::Hardening, hardening)?;
        self.filters.install()?;
        self.close_all_but(&[control.as_fd(), events.as_fd()]);
        init::serve(identity, control, events)
    }

    fn identity(&self) -> Identity {
        let (default_user, capabilities) = match self.spec.rootfs {
            RootfsSpec::HostUserland { .. } => (HOST_USER, CapabilitySet::EMPTY),
            RootfsSpec::Layers { .. } => ("0", CapabilitySet::IMAGE),
        };
        let extra_path = match &self.spec.rootfs {
            RootfsSpec::HostUserland { extra_mounts, .. } => extra_mounts
                .iter()
                .map(|mount| mount.target.join("bin").to_string_lossy().into_owned())
                .collect::<Vec<_>>()
                .join(":"),
            RootfsSpec::Layers { .. } => String::new(),
        };
        Identity {
            ids: self.ids,
            user: self.spec.user.clone().unwrap_or_else(|| default_user.to_owned()),
            env: self.spec.env.clone(),
            extra_path,
            capabilities,
        }
    }

    fn wait_for(&self, gate: Gate) -> Result<()> {
        let doing = "waiting for the shim";
        match protocol::receive::<Gate>(self.control, &mut Vec::new()).during(Stage::Init, doing)? {
            Some((opened, _)) if opened == gate => Ok(()),
            _ => Err(SandboxError::new(Stage::Init, doing, "it has ended")),
        }
    }

    fn close_other_descriptors(&self) {
        let mut kept = vec![self.control.as_fd(), self.events.as_fd()];
        if let Some(sources) = self.sources {
            kept.extend(sources.descriptors());
        }
        if let Some(entrance) = self.entrance {
            kept.extend(entrance.descriptors());
        }
        self.close_all_but(&kept);
    }

    /// Everything above the standard streams; the objects that owned them are never dropped in this process.
    #[expect(
        clippy::unused_self,
        reason = "closes descriptors of objects that only a Child may know are never used again"
    )]
    fn close_all_but(&self, kept: &[BorrowedFd<'_>]) {
        let mut kept: Vec<u32> = kept.iter().map(|fd| fd.as_raw_fd().unsigned_abs()).collect();
        kept.sort_unstable();
        let mut first = 3;
        for fd in kept {
            if fd > first {
                // SAFETY: nothing in this process uses these descriptors any more.
                unsafe { libc::close_range(first, fd - 1, 0) };
            }
            first = first.max(fd + 1);
        }
        // SAFETY: as above.
        unsafe { libc::close_range(first, u32::MAX, 0) };
    }
}

fn become_inner_root() -> Result<()> {
    // SAFETY: plain system calls of a single-threaded process.
    let done = unsafe {
        libc::setgroups(0, std::ptr::null()) == 0
            && libc::setresgid(0, 0, 0) == 0
            && libc::setresuid(0, 0, 0) == 0
    };
    if done {
        return Ok(());
    }
    let error = std::io::Error::last_os_error();
    Err(SandboxError::io(Stage::IdMap, "becoming the root of the user namespace", &error))
}

fn reset_signals() {
    // SAFETY: default dispositions and an empty mask are always valid; the shim's handlers would be wrong here.
    unsafe {
        for signal in 1..=64 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

fn redirect_standard_streams() -> Result<()> {
    let doing = "closing the standard streams";
    let null =
        std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").during(Stage::Init, doing)?;
    for target in 0..=2 {
        // SAFETY: replaces the shim's streams, which PID 1 does not use.
        if unsafe { libc::dup2(null.as_raw_fd(), target) } < 0 {
            return Err(SandboxError::io(Stage::Init, doing, &std::io::Error::last_os_error()));
        }
    }
    Ok(())
}

/// Soft: without the privilege to raise hard limits, the host's stay.
fn set_limits() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    // The host's handler of core dumps shall not work on the instance's behalf.
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, OPEN_FILES.min(hard), hard);
    }
}
