//! Image layers as root, made of the host's own programs.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use stead_shim::sandbox::{Container, RootfsSpec, SandboxSpec};

use crate::harness::{BASE, Bench, output, run, start};
use crate::isolated_test;

const PROGRAMS: [&str; 13] =
    ["sh", "cat", "ls", "id", "stat", "rm", "touch", "chown", "grep", "mv", "mkdir", "readlink", "unshare"];

/// A layer with a shell and a few programs, and the libraries they need.
fn base_layer(dir: &Path) {
    for folder in ["bin", "etc", "home/user", "root", "tmp", "var/tmp", "data"] {
        fs::create_dir_all(dir.join(folder)).unwrap();
    }
    for program in PROGRAMS {
        let path = fs::canonicalize(format!("/usr/bin/{program}")).unwrap();
        fs::copy(&path, dir.join("bin").join(program)).unwrap();
        let libraries = Command::new("ldd").arg(&path).output().unwrap();
        for word in String::from_utf8(libraries.stdout).unwrap().split_whitespace() {
            if word.starts_with('/') {
                let target = dir.join(word.trim_start_matches('/'));
                fs::create_dir_all(target.parent().unwrap()).unwrap();
                fs::copy(word, target).unwrap();
            }
        }
    }
    fs::write(dir.join("etc/passwd"), "root:x:0:0::/root:/bin/sh\nuser:x:1500:1500::/home/user:/bin/sh\n")
        .unwrap();
    fs::write(dir.join("etc/group"), "root:x:0:\nuser:x:1500:\nextra:x:77:user\n").unwrap();
    fs::write(dir.join("data/lower"), "lower\n").unwrap();
    fs::write(dir.join("data/removed"), "removed\n").unwrap();
    fs::create_dir(dir.join("data/opaque")).unwrap();
    fs::write(dir.join("data/opaque/hidden"), "hidden\n").unwrap();
    chown(dir.join("home/user"), Some(1500), Some(1500)).unwrap();
    // Traps: links that would lead mounts made by path out of the image.
    symlink("/../../../etc/hosts", dir.join("etc/hosts")).unwrap();
    symlink("/run/nowhere/resolv.conf", dir.join("etc/resolv.conf")).unwrap();
}

fn top_layer(dir: &Path) {
    fs::create_dir_all(dir.join("data/opaque")).unwrap();
    nix::sys::stat::mknod(
        &dir.join("data/removed"),
        nix::sys::stat::SFlag::S_IFCHR,
        nix::sys::stat::Mode::empty(),
        0,
    )
    .unwrap();
    fs::write(dir.join("data/opaque/shown"), "shown\n").unwrap();
    rustix::fs::setxattr(
        dir.join("data/opaque"),
        "user.overlay.opaque",
        b"y",
        rustix::fs::XattrFlags::empty(),
    )
    .unwrap();
}

fn image_spec(bench: &Bench) -> (SandboxSpec, PathBuf) {
    let (base, top) = (bench.path("base"), bench.path("top"));
    base_layer(&base);
    top_layer(&top);
    let mut spec = bench.spec();
    spec.rootfs = RootfsSpec::Layers { lower: vec![top, base.clone()] };
    spec.env.insert("PATH".to_owned(), "/bin".to_owned());
    (spec, base)
}

isolated_test!(layers_show_through_and_changes_persist_unshifted, {
    let bench = Bench::new();
    let (mut spec, base) = image_spec(&bench);
    let mut sandbox = start(&spec);
    assert_eq!(
        output(&mut sandbox, "cat /data/lower; ls /data /data/opaque"),
        "lower\n/data:\nlower\nopaque\n\n/data/opaque:\nshown\n"
    );
    assert_eq!(output(&mut sandbox, "id -u; stat -c %u:%g /bin /home/user"), "0\n0:0\n1500:1500\n");
    output(
        &mut sandbox,
        "echo changed >> /data/lower; touch /new; chown 1500:1500 /new; rm -r /data/opaque; mkdir /data/opaque; cat /etc/hosts /etc/resolv.conf; touch /workspace/w",
    );
    assert_eq!(output(&mut sandbox, "cat /etc/resolv.conf"), "nameserver 192.0.2.53\n");
    sandbox.destroy().unwrap();

    let volume = bench.path("volume");
    let owner = |path: PathBuf| {
        let found = fs::metadata(path).unwrap();
        (found.uid(), found.gid())
    };
    assert_eq!(owner(volume.join("upper/new")), (1500, 1500));
    assert_eq!(owner(volume.join("upper/data/lower")), (0, 0));
    assert_eq!(owner(volume.join("workspace/w")), (0, 0));
    assert_eq!(fs::read_to_string(base.join("data/lower")).unwrap(), "lower\n", "the layer was changed");
    assert!(fs::symlink_metadata(base.join("etc/hosts")).unwrap().is_symlink());

    spec.user = Some("user".to_owned());
    let mut sandbox = start(&spec);
    assert_eq!(
        output(&mut sandbox, "cat /data/lower; ls /data/opaque; id -u; id -G; echo $HOME"),
        "lower\nchanged\n1500\n1500 77\n/home/user\n"
    );
    assert!(run(&mut sandbox, "touch /data/x").1 != 0);
    assert!(run(&mut sandbox, "unshare -r true").1 != 0);
    sandbox.destroy().unwrap();
});

isolated_test!(root_in_an_image_has_only_the_harmless_capabilities, {
    let bench = Bench::new();
    let (spec, _) = image_spec(&bench);
    let mut sandbox = start(&spec);
    // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, NET_BIND_SERVICE, SYS_CHROOT, SETFCAP.
    let status = output(&mut sandbox, "grep -E '^(CapEff|CapBnd|Seccomp|NoNewPrivs):' /proc/self/status");
    assert_eq!(status, "CapEff:\t00000000800404fb\nCapBnd:\t00000000800404fb\nNoNewPrivs:\t1\nSeccomp:\t2\n");
    assert!(run(&mut sandbox, "ls -l /proc/1/fd").1 != 0, "PID 1 is open to the inside's root");
    assert!(run(&mut sandbox, "cat /proc/1/environ").1 != 0);
    assert_eq!(run(&mut sandbox, "cat /proc/kcore 2>/dev/null").0, "");
    assert!(run(&mut sandbox, "echo 1 > /proc/sys/kernel/hostname").1 != 0);
    let found = std::fs::read_to_string(format!("/proc/{}/uid_map", sandbox.pid())).unwrap();
    assert_eq!(found.split_whitespace().collect::<Vec<_>>(), ["0", &BASE.to_string(), "65536"]);
    sandbox.destroy().unwrap();
});
