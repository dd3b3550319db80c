//! What stays on disk, and what does not stay behind.

use std::os::unix::fs::MetadataExt;
use std::process::Command;

use stead_shim::sandbox::{Container, Stage, VolumeSpec, launch};

use crate::harness::{Bench, left_groups, output, run, start};
use crate::isolated_test;

fn mounts() -> String {
    std::fs::read_to_string("/proc/self/mountinfo").unwrap()
}

isolated_test!(files_persist_with_unshifted_owners, {
    let bench = Bench::new();
    let mut spec = bench.spec();
    let before = mounts();
    let mut sandbox = start(&spec);
    output(&mut sandbox, "echo kept > /workspace/file; echo mine > ~/.setting; touch /tmp/gone");
    sandbox.destroy().unwrap();
    for file in ["workspace/file", "home/.setting"] {
        let found = std::fs::metadata(bench.path("volume").join(file)).unwrap();
        assert_eq!((found.uid(), found.gid()), (1000, 1000), "{file}");
    }
    // Another range of ids, the same files: nothing has to be changed on disk.
    spec.ids = stead_shim::sandbox::IdsSpec::Range { base: 2_000_000, count: 65_536 };
    spec.run = 2;
    let mut sandbox = start(&spec);
    assert_eq!(
        output(&mut sandbox, "cat /workspace/file ~/.setting; stat -c %U /workspace/file; ls /tmp"),
        "kept\nmine\ndev\n"
    );
    output(&mut sandbox, "echo more >> /workspace/file");
    sandbox.destroy().unwrap();
    assert_eq!(mounts(), before, "mounts are left");
    assert!(left_groups(&spec).is_empty());
});

fn make_image(bench: &Bench, megabytes: u64) -> std::path::PathBuf {
    let image = bench.path("disk.img");
    std::fs::File::create(&image).unwrap().set_len(megabytes << 20).unwrap();
    let made = Command::new("mkfs.ext4").arg("-q").arg(&image).status().unwrap();
    assert!(made.success());
    image
}

isolated_test!(a_disk_image_enforces_its_size_and_is_released, {
    let bench = Bench::new();
    let image = make_image(&bench, 64);
    let mut spec = bench.spec();
    spec.volume = VolumeSpec::DiskImage { path: image.clone() };
    let before = mounts();
    let mut sandbox = start(&spec);
    output(&mut sandbox, "echo kept > /workspace/file");
    let (text, code) = run(&mut sandbox, "cat /dev/zero > /workspace/full");
    assert!(code != 0 && text.contains("No space left"), "{text}");
    assert!(sandbox.usage().unwrap().disk_bytes > 1 << 20);
    let error = launch(&stead_shim::sandbox::SandboxSpec { cgroup: None, ..spec.clone() }).unwrap_err();
    assert_eq!(error.stage, Stage::Volume, "a second run on the same image: {error}");
    output(&mut sandbox, "rm /workspace/full; sync");
    sandbox.destroy().unwrap();
    assert_eq!(mounts(), before);
    // Directly afterwards, and from a clean file system.
    let mut sandbox = start(&spec);
    assert_eq!(output(&mut sandbox, "cat /workspace/file"), "kept\n");
    sandbox.destroy().unwrap();
    let checked = Command::new("e2fsck").args(["-fn"]).arg(&image).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    let loops = Command::new("losetup").arg("-j").arg(&image).output().unwrap();
    assert!(loops.stdout.is_empty(), "{}", String::from_utf8_lossy(&loops.stdout));
});

isolated_test!(a_broken_image_is_a_clear_error, {
    let bench = Bench::new();
    let image = bench.path("disk.img");
    std::fs::write(&image, vec![0; 1 << 20]).unwrap();
    let mut spec = bench.spec();
    spec.volume = VolumeSpec::DiskImage { path: image.clone() };
    let error = launch(&spec).unwrap_err();
    assert_eq!(error.stage, Stage::Volume);
    assert!(error.doing.contains("mounting the disk image"), "{error}");
    assert!(left_groups(&spec).is_empty());
    let loops = Command::new("losetup").arg("-j").arg(&image).output().unwrap();
    assert!(loops.stdout.is_empty());
});
