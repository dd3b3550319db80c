//! The private `/etc` of instances on the host's userland: an allow-list of harmless files copied from the host, and accounts and
//! shell settings of our own. One tree serves all instances of a node, read-only.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::sandbox::error::{During, Result, Stage};
use crate::sandbox::spec::{HOST_USER, HOST_USER_ID};

/// Names in the host's `/etc`; one that ends in `*` stands for every name that begins so. Nothing here holds credentials, and
/// whatever not everybody on the host may read is left out anyway.
const COPIED: [&str; 47] = [
    "alternatives",
    "bash_completion",
    "bash_completion.d",
    "bindresvport.blacklist",
    "ca-certificates",
    "ca-certificates.conf",
    "crypto-policies",
    "debian_version",
    "dpkg/origins",
    "emacs",
    "ethertypes",
    "fedora-release",
    "fonts",
    "gai.conf",
    "host.conf",
    "ImageMagick-*",
    "inputrc",
    "issue",
    "java-*",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "locale.alias",
    "locale.conf",
    "localtime",
    "lsb-release",
    "magic",
    "magic.mime",
    "mime.types",
    "mke2fs.conf",
    "nanorc",
    "networks",
    "os-release",
    "perl",
    "php",
    "pki/ca-trust/extracted",
    "pki/tls/certs",
    "pki/tls/cert.pem",
    "protocols",
    "python3*",
    "redhat-release",
    "rpc",
    "services",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "vim",
];
const COPIED_ALSO: [&str; 3] = ["timezone", "wgetrc", "xattr.conf"];
const MAX_FILE: u64 = 8 << 20;
const MAX_ENTRIES: usize = 20_000;

const PROFILE: &str = "\
# Login shells keep the instance's PATH.\n\
[ -n \"$PATH\" ] || export PATH=/usr/local/bin:/usr/bin:/bin\n\
umask 022\n\
if [ -n \"$BASH_VERSION\" ] && [ -r /etc/bash.bashrc ]; then . /etc/bash.bashrc; fi\n";
const BASHRC: &str = "\
case $- in *i*) ;; *) return ;; esac\n\
shopt -s checkwinsize histappend\n\
PS1='\\[\\e[1;32m\\]\\u@\\h\\[\\e[0m\\]:\\[\\e[1;34m\\]\\w\\[\\e[0m\\]\\$ '\n\
alias ls='ls --color=auto'\n\
alias grep='grep --color=auto'\n\
if [ -r /usr/share/bash-completion/bash_completion ]; then . /usr/share/bash-completion/bash_completion; fi\n";
const NSSWITCH: &str = "\
passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n";

/// Makes the tree at `dir` when it is not there. Its parent is made too; it appears complete or not at all. To follow an update of
/// the host, use a new directory: running instances keep the old one.
///
/// # Errors
/// When the directory cannot be written.
pub fn prepare_etc(dir: &Path) -> Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let doing = || format!("preparing the instances' /etc at {}", dir.display());
    build(Path::new("/etc"), dir).during(Stage::Etc, doing())
}

fn build(host: &Path, dir: &Path) -> io::Result<()> {
    let parent = dir.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent)?;
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    let new = parent.join(name);
    let _ = fs::remove_dir_all(&new);
    let result = fill(host, &new).and_then(|()| match fs::rename(&new, dir) {
        // Another process made it meanwhile.
        Err(_) if dir.is_dir() => Ok(()),
        result => result,
    });
    if new.exists() {
        let _ = fs::remove_dir_all(&new);
    }
    result
}

fn fill(host: &Path, new: &Path) -> io::Result<()> {
    make_dir(new)?;
    let mut budget = MAX_ENTRIES;
    for pattern in COPIED.iter().chain(&COPIED_ALSO) {
        for name in matching(host, pattern)? {
            let target = new.join(&name);
            if let Some(parent) = target.parent() {
                make_dirs(new, parent)?;
            }
            copy(&host.join(&name), &target, &mut budget)?;
        }
    }
    let generated = [
        ("passwd", passwd()),
        ("group", group()),
        ("profile", PROFILE.to_owned()),
        ("bash.bashrc", BASHRC.to_owned()),
        ("nsswitch.conf", NSSWITCH.to_owned()),
        ("shells", "/bin/sh\n/bin/bash\n/usr/bin/bash\n".to_owned()),
        // Each instance's own are mounted over these.
        ("hosts", String::new()),
        ("hostname", String::new()),
        ("resolv.conf", String::new()),
    ];
    for (name, text) in generated {
        let path = new.join(name);
        let _ = fs::remove_file(&path);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644))?;
    }
    symlink("/proc/self/mounts", new.join("mtab"))
}

fn passwd() -> String {
    format!(
        "root:x:0:0:root:/root:/bin/sh\n\
         {HOST_USER}:x:{HOST_USER_ID}:{HOST_USER_ID}:{HOST_USER}:/home/{HOST_USER}:{}\n\
         nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
        if Path::new("/bin/bash").exists() { "/bin/bash" } else { "/bin/sh" }
    )
}

fn group() -> String {
    format!("root:x:0:\ntty:x:5:\n{HOST_USER}:x:{HOST_USER_ID}:\nnogroup:x:65534:\n")
}

/// Names below the host's `/etc` that a pattern stands for.
fn matching(host: &Path, pattern: &str) -> io::Result<Vec<PathBuf>> {
    let Some(prefix) = pattern.strip_suffix('*') else {
        return Ok(vec![PathBuf::from(pattern)]);
    };
    let mut names: Vec<_> = fs::read_dir(host)?
        .flatten()
        .map(|entry| PathBuf::from(entry.file_name()))
        .filter(|name| name.to_string_lossy().starts_with(prefix))
        .collect();
    names.sort();
    Ok(names)
}

fn make_dir(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o755).create(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

fn make_dirs(root: &Path, path: &Path) -> io::Result<()> {
    let mut place = root.to_owned();
    for part in path.strip_prefix(root).unwrap_or(Path::new("")) {
        place.push(part);
        if !place.is_dir() {
            make_dir(&place)?;
        }
    }
    Ok(())
}

/// Copies files, directories and links; leaves out what is special, too large, or not readable for everybody.
fn copy(source: &Path, target: &Path, budget: &mut usize) -> io::Result<()> {
    let mut waiting = VecDeque::from([(source.to_owned(), target.to_owned())]);
    while let Some((source, target)) = waiting.pop_front() {
        let Ok(found) = fs::symlink_metadata(&source) else { continue };
        let Some(left) = budget.checked_sub(1) else {
            return Err(io::Error::other("the host's /etc has more entries than fit"));
        };
        *budget = left;
        let readable = found.mode() & 0o004 != 0;
        if found.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
        } else if found.is_dir() && readable {
            if !target.is_dir() {
                make_dir(&target)?;
            }
            for entry in fs::read_dir(&source)? {
                let entry = entry?;
                if entry.file_name() != "private" {
                    waiting.push_back((entry.path(), target.join(entry.file_name())));
                }
            }
        } else if found.is_file() && readable && found.len() <= MAX_FILE {
            fs::copy(&source, &target)?;
            let mode = if found.mode() & 0o111 == 0 { 0o644 } else { 0o755 };
            fs::set_permissions(&target, fs::Permissions::from_mode(mode))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_and_public_files_are_copied() {
        let temporary = tempfile::tempdir().unwrap();
        let host = temporary.path().join("etc");
        fs::create_dir_all(host.join("ssl/certs")).unwrap();
        fs::create_dir_all(host.join("ssl/private")).unwrap();
        fs::create_dir_all(host.join("python3.11")).unwrap();
        for (name, mode) in [
            ("shadow", 0o644),
            ("gitconfig", 0o644),
            ("npmrc", 0o644),
            ("services", 0o644),
            ("protocols", 0o600),
            ("passwd", 0o644),
            ("ssl/certs/one.pem", 0o644),
            ("ssl/private/key.pem", 0o644),
            ("python3.11/sitecustomize.py", 0o644),
        ] {
            fs::write(host.join(name), "host").unwrap();
            fs::set_permissions(host.join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        symlink("/usr/share/zoneinfo/UTC", host.join("localtime")).unwrap();
        let made = temporary.path().join("deep/made");
        build(&host, &made).unwrap();
        for present in ["services", "ssl/certs/one.pem", "python3.11/sitecustomize.py", "hosts", "profile"] {
            assert!(made.join(present).is_file(), "{present}");
        }
        for absent in ["shadow", "gitconfig", "npmrc", "protocols", "ssl/private"] {
            assert!(!made.join(absent).exists(), "{absent}");
        }
        assert!(fs::symlink_metadata(made.join("localtime")).unwrap().is_symlink());
        let accounts = fs::read_to_string(made.join("passwd")).unwrap();
        assert!(accounts.contains("dev:x:1000:1000:") && !accounts.contains("host"));
        assert_eq!(fs::read_dir(temporary.path().join("deep")).unwrap().count(), 1);
    }
}
