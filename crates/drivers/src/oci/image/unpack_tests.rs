use std::io::Write as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};

use proptest::prelude::*;
use tar::{Builder, Header};

use super::*;

const LIMITS: LayerLimits = LayerLimits { bytes: 1 << 20, entries: 1_000 };

/// A header whose path is written as it is, however wrong.
fn header(kind: EntryType, path: &[u8], size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    let name = &mut header.as_old_mut().name;
    let length = path.len().min(name.len());
    name[..length].copy_from_slice(&path[..length]);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_uid(12);
    header.set_gid(34);
    header.set_mtime(1_600_000_000);
    header.set_cksum();
    header
}

fn add(builder: &mut Builder<Vec<u8>>, kind: EntryType, path: &str, content: &[u8]) {
    builder.append(&header(kind, path.as_bytes(), content.len() as u64), content).unwrap();
}

fn link(builder: &mut Builder<Vec<u8>>, kind: EntryType, path: &str, target: &str) {
    let mut header = header(kind, path.as_bytes(), 0);
    header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
    header.set_cksum();
    builder.append(&header, io::empty()).unwrap();
}

fn unpack(bytes: &[u8]) -> (tempfile::TempDir, PathBuf, Result<Digest, UnpackError>) {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("layer");
    std::fs::create_dir(&target).unwrap();
    std::fs::write(directory.path().join("outside"), "untouched").unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    io::Seek::rewind(&mut file).unwrap();
    let result = unpack_layer(file, &target, LIMITS);
    assert_eq!(std::fs::read_to_string(directory.path().join("outside")).unwrap(), "untouched");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2, "nothing appears beside the layer");
    (directory, target, result)
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn files_keep_owner_mode_time_and_whiteouts_take_overlay_form() {
    if !is_root() {
        return;
    }
    let mut builder = Builder::new(Vec::new());
    let mut setuid = header(EntryType::Regular, b"bin/su", 2);
    setuid.set_mode(0o4755);
    setuid.set_cksum();
    add(&mut builder, EntryType::Directory, "bin/", b"");
    builder.append(&setuid, &b"su"[..]).unwrap();
    link(&mut builder, EntryType::Link, "bin/su2", "bin/su");
    link(&mut builder, EntryType::Symlink, "bin/sh", "/usr/bin/dash");
    add(&mut builder, EntryType::Regular, "etc/.wh.passwd", b"");
    add(&mut builder, EntryType::Regular, "var/.wh..wh..opq", b"");
    add(&mut builder, EntryType::Fifo, "run/pipe", b"");
    add(&mut builder, EntryType::Char, "dev/null", b"");
    add(&mut builder, EntryType::Block, "dev/sda", b"");
    let (_directory, target, result) = unpack(&builder.into_inner().unwrap());
    result.unwrap();
    let su = target.join("bin/su").metadata().unwrap();
    assert_eq!(
        (su.uid(), su.gid(), su.permissions().mode() & 0o7777, su.mtime()),
        (12, 34, 0o4755, 1_600_000_000)
    );
    assert_eq!(su.ino(), target.join("bin/su2").metadata().unwrap().ino());
    assert_eq!(target.join("bin").metadata().unwrap().mtime(), 1_600_000_000);
    assert_eq!(std::fs::read_link(target.join("bin/sh")).unwrap(), Path::new("/usr/bin/dash"));
    let whiteout = target.join("etc/passwd").symlink_metadata().unwrap();
    assert!(whiteout.file_type().is_char_device() && whiteout.rdev() == 0);
    let mut value = [0; 8];
    let length = rustix::fs::lgetxattr(target.join("var"), "user.overlay.opaque", &mut value[..]).unwrap();
    assert_eq!(&value[..length], b"y");
    assert!(target.join("run/pipe").symlink_metadata().unwrap().file_type().is_fifo());
    assert!(!target.join("dev/null").exists() && !target.join("dev/sda").exists());
}

#[test]
fn compressed_layers_have_the_digest_of_their_plain_form() {
    if !is_root() {
        return;
    }
    let mut builder = Builder::new(Vec::new());
    add(&mut builder, EntryType::Regular, "file", &[7; 5_000]);
    let plain = builder.into_inner().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let packed = [plain.clone(), gzip.finish().unwrap(), zstd::encode_all(plain.as_slice(), 1).unwrap()];
    for form in packed {
        assert_eq!(unpack(&form).2.unwrap(), Digest::of_bytes(&plain));
    }
}

#[test]
fn paths_that_leave_are_refused_and_links_stay_inside() {
    if !is_root() {
        return;
    }
    for wrong in ["../outside", "a/../../outside", "/../outside"] {
        let mut builder = Builder::new(Vec::new());
        add(&mut builder, EntryType::Regular, wrong, b"x");
        let result = unpack(&builder.into_inner().unwrap()).2;
        assert!(matches!(result, Err(UnpackError::UnsafePath(_))), "{wrong}");
    }
    // A link that points out of the layer, then a file through it: the kernel resolves it inside the layer.
    let mut builder = Builder::new(Vec::new());
    add(&mut builder, EntryType::Directory, "deep", b"");
    link(&mut builder, EntryType::Symlink, "deep/up", "../..");
    add(&mut builder, EntryType::Regular, "deep/up/outside", b"replaced");
    link(&mut builder, EntryType::Symlink, "root", "/");
    add(&mut builder, EntryType::Regular, "root/marker", b"m");
    let (_directory, target, result) = unpack(&builder.into_inner().unwrap());
    result.unwrap();
    assert_eq!(std::fs::read(target.join("outside")).unwrap(), b"replaced");
    assert_eq!(std::fs::read(target.join("marker")).unwrap(), b"m");
    assert!(!Path::new("/marker").exists());
    // A hard link to a file that only the host has.
    let mut builder = Builder::new(Vec::new());
    link(&mut builder, EntryType::Link, "shadow", "/etc/shadow");
    assert!(matches!(unpack(&builder.into_inner().unwrap()).2, Err(UnpackError::Entry { .. })));
}

#[test]
fn caps_on_bytes_and_entries_hold() {
    if !is_root() {
        return;
    }
    let mut builder = Builder::new(Vec::new());
    add(&mut builder, EntryType::Regular, "big", &vec![0; (1 << 20) + 1]);
    assert!(matches!(unpack(&builder.into_inner().unwrap()).2, Err(UnpackError::TooLarge(_))));
    let mut builder = Builder::new(Vec::new());
    for number in 0..1_001 {
        add(&mut builder, EntryType::Directory, &format!("d{number}"), b"");
    }
    assert!(matches!(unpack(&builder.into_inner().unwrap()).2, Err(UnpackError::TooManyEntries(_))));
}

#[test]
fn the_caller_keeps_its_root() {
    let mut builder = Builder::new(Vec::new());
    add(&mut builder, EntryType::Regular, "file", b"x");
    let _unpacked = unpack(&builder.into_inner().unwrap());
    assert!(Path::new("/proc/self/status").exists());
}

fn kinds() -> impl Strategy<Value = EntryType> {
    prop_oneof![
        Just(EntryType::Regular),
        Just(EntryType::Directory),
        Just(EntryType::Symlink),
        Just(EntryType::Link),
        Just(EntryType::Char),
        Just(EntryType::Block),
        Just(EntryType::Fifo),
        Just(EntryType::GNULongName),
        Just(EntryType::XHeader),
    ]
}

fn paths() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("..".to_owned()),
        Just(".".to_owned()),
        Just("a".to_owned()),
        Just("b".to_owned()),
        Just(String::new()),
        Just(".wh.a".to_owned()),
        Just(".wh..".to_owned()),
        Just(".wh..wh..opq".to_owned()),
        Just("outside".to_owned()),
    ];
    proptest::collection::vec(part, 1..6).prop_map(|parts| parts.join("/"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hostile_archives_never_reach_outside(entries in proptest::collection::vec((kinds(), paths(), paths()), 1..20)) {
        if is_root() {
            let mut builder = Builder::new(Vec::new());
            for (kind, path, target) in &entries {
                link(&mut builder, *kind, path, target);
            }
            let _ = unpack(&builder.into_inner().unwrap());
        }
    }

    #[test]
    fn any_bytes_are_unpacked_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        if is_root() {
            let _ = unpack(&bytes);
        }
    }
}
