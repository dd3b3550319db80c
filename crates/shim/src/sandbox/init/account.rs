//! Who a process runs as: names and ids looked up in the inside's own `/etc/passwd` and `/etc/group`, which in images belong to the
//! tenant, so that reading them must neither block nor be trusted with sizes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;

use crate::sandbox::error::{Result, SandboxError, Stage};
use crate::sandbox::idmap::IdMap;

const MAX_FILE: u64 = 1 << 20;
const MAX_GROUPS: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) user: u32,
    pub(super) group: u32,
    pub(super) groups: Vec<u32>,
    pub(super) name: String,
    pub(super) home: String,
    pub(super) shell: String,
}

/// The file's text; empty when it is missing or no plain file.
fn read(path: &str) -> String {
    let open = || -> io::Result<File> {
        let file =
            OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::InvalidInput.into()) }
    };
    let mut bytes = Vec::new();
    if let Ok(file) = open() {
        // A file that ends early is used as far as it goes.
        let _ = file.take(MAX_FILE).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) fn look_up(wanted: &str, ids: IdMap) -> Result<Account> {
    find(wanted, &read("/etc/passwd"), &read("/etc/group"), ids)
}

/// User and group id of a name or of `uid[:gid]`.
pub(in crate::sandbox) fn ids_of(wanted: &str, ids: IdMap) -> Result<(u32, u32)> {
    look_up(wanted, ids).map(|account| (account.user, account.group))
}

struct Entry<'a> {
    name: &'a str,
    user: u32,
    group: u32,
    home: &'a str,
    shell: &'a str,
}

fn entries(passwd: &str) -> impl Iterator<Item = Entry<'_>> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        let home = fields.nth(1).unwrap_or_default();
        Some(Entry { name, user, group, home, shell: fields.next().unwrap_or_default() })
    })
}

fn find(wanted: &str, passwd: &str, group_file: &str, ids: IdMap) -> Result<Account> {
    let unknown =
        |cause: String| SandboxError::new(Stage::User, format!("looking up the user {wanted:?}"), cause);
    let (user, group) = match wanted.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (wanted, None),
    };
    let number: Option<u32> = user.parse().ok();
    let entry =
        entries(passwd).find(|entry| number.map_or(entry.name == user, |number| entry.user == number));
    let user_id = entry
        .as_ref()
        .map(|entry| entry.user)
        .or(number)
        .ok_or_else(|| unknown("there is no such user in the instance".to_owned()))?;
    let named_group = |name: &str| {
        group_file.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok()).flatten()
        })
    };
    let group_id = match group {
        Some(text) => text
            .parse()
            .ok()
            .or_else(|| named_group(text))
            .ok_or_else(|| unknown(format!("there is no group {text:?} in the instance")))?,
        None => entry.as_ref().map_or(if number.is_some() { user_id } else { 0 }, |entry| entry.group),
    };
    if !ids.holds(user_id) || !ids.holds(group_id) {
        return Err(unknown(format!("the ids {user_id}:{group_id} do not exist in this instance")));
    }
    let name = entry.as_ref().map_or("", |entry| entry.name);
    let groups = if group.is_some() || name.is_empty() {
        Vec::new()
    } else {
        group_file
            .lines()
            .filter_map(|line| {
                let mut fields = line.split(':');
                let id: u32 = fields.nth(2)?.parse().ok()?;
                let member = fields.next()?.split(',').any(|member| member == name);
                (member && id != group_id && ids.holds(id)).then_some(id)
            })
            .take(MAX_GROUPS)
            .collect()
    };
    let or = |text: Option<&str>, default: &str| {
        text.filter(|text| text.starts_with('/')).unwrap_or(default).to_owned()
    };
    Ok(Account {
        user: user_id,
        group: group_id,
        groups,
        name: if name.is_empty() { user_id.to_string() } else { name.to_owned() },
        home: or(entry.as_ref().map(|entry| entry.home), "/"),
        shell: or(entry.as_ref().map(|entry| entry.shell), "/bin/sh"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str =
        "root:x:0:0:root:/root:/bin/bash\nbroken\ndev:x:1000:1000:Dev:/home/dev:/bin/zsh\nfar:x:99999:1:::\n";
    const GROUP: &str = "root:x:0:\naudio:x:29:dev,root\nwheel:x:10:root\nhuge:x:99999:dev\n";
    const IDS: IdMap = IdMap::Range { base: 100_000, count: 65_536 };

    #[test]
    fn users_are_found_by_name_and_number() {
        let dev = find("dev", PASSWD, GROUP, IDS).unwrap();
        assert_eq!((dev.user, dev.group, dev.groups.as_slice()), (1000, 1000, [29].as_slice()));
        assert_eq!((dev.home.as_str(), dev.shell.as_str()), ("/home/dev", "/bin/zsh"));
        assert_eq!(find("1000", PASSWD, GROUP, IDS).unwrap(), dev);
        let other = find("33:audio", PASSWD, GROUP, IDS).unwrap();
        assert_eq!((other.user, other.group, other.home.as_str()), (33, 29, "/"));
        assert_eq!(find("4242", "", "", IDS).unwrap().group, 4242);
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for wanted in ["nobody", "dev:nogroup", "far", "70000", ""] {
            assert_eq!(find(wanted, PASSWD, GROUP, IDS).unwrap_err().stage, Stage::User, "{wanted:?}");
        }
        assert!(find("0", PASSWD, GROUP, IdMap::Single { inside: 1000 }).is_err());
    }
}
