//! Fetching a source with git: the script that runs inside the instance, its progress lines and its failures. No IO.
//!
//! The script uses relative paths only and runs in `/workspace`. It clones beside the content and moves it when complete, so that
//! it can be repeated after any interruption; content that is there already is kept.

use std::collections::BTreeMap;

use stead_core::error::{Error, ErrorKind};
use stead_core::instance::{ExitStatus, Progress, Source};

/// Where the uploaded bundle is put, in `/workspace`.
pub(crate) const BUNDLE: &str = ".stead-bundle";
/// The longest `phazeai.yaml`, bytes.
pub(crate) const MAX_CONFIG: usize = 64 << 10;
const GIT_MISSING: i32 = 90;
const REVISION_MISSING: i32 = 91;

/// Arguments: address, revision (may be empty), origin to set (bundles; `-` keeps it, empty removes it), `again` when the source was
/// fetched before and what is new is to be brought in.
const FETCH: &str = r#"
url=$1 revision=$2 origin=$3 again=$4
temporary=.stead-fetch
keep() {
  echo "$1"
  exit 0
}
bring_up_to_date() {
  [ -e .git ] && git remote get-url origin >/dev/null 2>&1 || keep "The workspace has content already; it is kept."
  [ -z "$(git status --porcelain 2>&1 | head -c 1)" ] || keep "The workspace has changes that are not committed; it is kept as it is."
  git fetch --progress --tags --force origin || exit 1
  if git symbolic-ref -q HEAD >/dev/null; then
    git merge-base --is-ancestor HEAD '@{upstream}' || keep "The workspace has commits of its own; it is kept as it is."
    git merge -q --ff-only '@{upstream}' || exit 1
  elif [ -n "$revision" ] && git rev-parse -q --verify "refs/tags/$revision^{commit}" >/dev/null; then
    git checkout -q --detach "refs/tags/$revision" || exit 1
  fi
  keep "The workspace is at $(git rev-parse --short HEAD)."
}
if [ ! -e "$temporary/complete" ]; then
  rm -rf "$temporary"
  for entry in * .[!.]* ..?*; do
    case $entry in lost+found|.stead-bundle|.stead-bundle.part) continue ;; esac
    if [ -e "$entry" ] || [ -L "$entry" ]; then
      rm -f .stead-bundle .stead-bundle.part
      if [ "$again" = again ]; then bring_up_to_date; fi
      echo "The workspace has content already; it is kept."
      exit 0
    fi
  done
  command -v git >/dev/null 2>&1 || exit 90
  mkdir "$temporary" || exit 1
  # The checkouts below are forced because git does not fail otherwise when the disk is full.
  git clone --progress --no-checkout -- "$url" "$temporary/tree" || exit 1
  cd "$temporary/tree" || exit 1
  if [ -n "$revision" ]; then
    if git rev-parse -q --verify "refs/remotes/origin/$revision^{commit}" >/dev/null; then
      git checkout --force --progress -q -B "$revision" "refs/remotes/origin/$revision" || exit 1
      git branch -q --set-upstream-to="origin/$revision" 2>/dev/null
    elif git rev-parse -q --verify "refs/tags/$revision^{commit}" >/dev/null; then
      git checkout --force --progress -q --detach "refs/tags/$revision" || exit 1
    elif git rev-parse -q --verify "$revision^{commit}" >/dev/null; then
      git checkout --force --progress -q --detach "$revision" || exit 1
    elif git fetch --progress origin "$revision"; then
      git checkout --force --progress -q --detach FETCH_HEAD || exit 1
    else
      exit 91
    fi
  elif git rev-parse -q --verify HEAD >/dev/null; then
    git checkout --force --progress -q || exit 1
  fi
  case $origin in
    -) ;;
    '') git remote remove origin ;;
    *) git remote set-url origin "$origin" || exit 1 ;;
  esac
  cd ../.. || exit 1
  : > "$temporary/complete" || exit 1
fi
for entry in "$temporary"/tree/* "$temporary"/tree/.[!.]* "$temporary"/tree/..?*; do
  if [ -e "$entry" ] || [ -L "$entry" ]; then
    mv -- "$entry" . || exit 1
  fi
done
rm -rf "$temporary" .stead-bundle .stead-bundle.part
"#;

const RECEIVE: &str = "umask 077; cat > .stead-bundle.part && mv .stead-bundle.part .stead-bundle";

const INSPECT: &str = r"
git -c safe.directory='*' rev-parse -q --verify HEAD 2>/dev/null || echo
git -c safe.directory='*' symbolic-ref -q --short HEAD 2>/dev/null || echo
if [ -f phazeai.yaml ]; then echo yes; head -c 65537 phazeai.yaml; else echo no; fi
";

fn shell(script: &str, name: &str, arguments: &[&str]) -> Vec<String> {
    let fixed = ["/bin/sh", "-c", script, name];
    fixed.iter().chain(arguments).map(|argument| (*argument).to_owned()).collect()
}

/// The command that brings the source into the workspace; with `again` what is new since it was first brought there. A bundle does
/// not change.
///
/// # Errors
/// `invalid_source` when the address or revision could be taken for an option.
pub(crate) fn fetch_command(source: &Source, again: bool) -> Result<Vec<String>, Error> {
    let (url, revision, origin) = match source {
        Source::Git(git) => (git.url.as_str(), git.revision.as_deref(), Some("-")),
        Source::Bundle { origin, branch, .. } => (BUNDLE, branch.as_deref(), origin.as_deref()),
    };
    for text in [Some(url), revision, origin.filter(|origin| *origin != "-")].into_iter().flatten() {
        if text.is_empty() || text.starts_with('-') || text.chars().any(char::is_control) {
            return Err(Error::invalid(
                "invalid_source",
                format!("{text:?} is no address, branch, tag or commit."),
            )
            .next_step("Give the address as https://… or ssh://… and the revision as git shows it."));
        }
    }
    let again = if again && matches!(source, Source::Git(_)) { "again" } else { "" };
    Ok(shell(FETCH, "fetch", &[url, revision.unwrap_or_default(), origin.unwrap_or_default(), again]))
}

pub(crate) fn receive_command() -> Vec<String> {
    shell(RECEIVE, "receive", &[])
}

pub(crate) fn inspect_command() -> Vec<String> {
    shell(INSPECT, "inspect", &[])
}

/// Nothing may ask a question that nobody can answer, and messages are in the language that [`classify`] reads.
pub(crate) fn environment() -> BTreeMap<String, String> {
    [
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_ASKPASS", ""),
        ("SSH_ASKPASS", ""),
        ("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oStrictHostKeyChecking=accept-new -oConnectTimeout=20"),
        ("GIT_HTTP_LOW_SPEED_LIMIT", "100"),
        ("GIT_HTTP_LOW_SPEED_TIME", "60"),
        ("GIT_ALLOW_PROTOCOL", "https:http:git:ssh:file"),
        ("LC_ALL", "C"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

/// What [`inspect_command`] printed: commit, branch, `phazeai.yaml`.
pub(crate) struct Inspection {
    pub(crate) commit: String,
    pub(crate) branch: Option<String>,
    pub(crate) workspace_config: Option<String>,
}

/// # Errors
/// `workspace_config_too_large`; internal when the output is cut short.
pub(crate) fn read_inspection(output: &[u8]) -> Result<Inspection, Error> {
    let mut parts = output.splitn(4, |byte| *byte == b'\n');
    let mut line = || {
        let line =
            parts.next().ok_or_else(|| Error::internal("the inspection of a workspace was cut short"))?;
        Ok::<_, Error>(String::from_utf8_lossy(line).trim().to_owned())
    };
    let commit = line()?;
    let branch = Some(line()?).filter(|branch| !branch.is_empty());
    let has_config = line()? == "yes";
    let config = parts.next().unwrap_or_default();
    if config.len() > MAX_CONFIG {
        return Err(Error::new(
            ErrorKind::TooLarge,
            "workspace_config_too_large",
            "The repository's phazeai.yaml is longer than 64 KiB.",
        )
        .next_step("Shorten it, push, and create the instance again."));
    }
    let workspace_config = has_config.then(|| String::from_utf8_lossy(config).into_owned());
    Ok(Inspection { commit, branch, workspace_config })
}

/// One of git's progress lines, such as `Receiving objects:  45% (123/273), 1.2 MiB | 3.0 MiB/s`.
pub(crate) fn progress(line: &str) -> Option<Progress> {
    let line = line.trim().trim_start_matches("remote: ");
    let (label, rest) = line.split_once(':')?;
    let counts = rest.split_once('(')?.1.split_once(')')?.0;
    let (done, total) = counts.split_once('/')?;
    let known = [
        "Counting objects",
        "Compressing objects",
        "Receiving objects",
        "Resolving deltas",
        "Updating files",
    ];
    if !known.contains(&label) {
        return None;
    }
    Some(Progress {
        label: format!("Cloning: {}", label.to_lowercase()),
        done: Some(done.trim().parse().ok()?),
        total: Some(total.trim().parse().ok()?),
    })
}

/// Why the fetch failed, from its exit code and its last lines.
pub(crate) fn classify(exit: ExitStatus, output: &str, source: &Source) -> Error {
    let (url, revision) = match source {
        Source::Git(git) => (git.url.as_str(), git.revision.as_deref()),
        Source::Bundle { branch, .. } => ("the uploaded bundle", branch.as_deref()),
    };
    let revision = revision.unwrap_or("HEAD");
    let text = output.to_lowercase();
    let has = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
    let console = "The console shows what git said.";
    let error = if exit.out_of_memory {
        Error::new(
            ErrorKind::QuotaExceeded,
            "out_of_memory",
            format!("Cloning {url} needed more memory than the instance has."),
        )
        .next_step("Give the instance more memory and start it again.")
    } else if exit.code == GIT_MISSING {
        Error::conflict("git_missing", "git is not installed where the clone runs.")
            .next_step("Install git on the node, then start the instance again.")
    } else if exit.code == REVISION_MISSING {
        Error::new(
            ErrorKind::NotFound,
            "git_revision_not_found",
            format!("{url} has no branch, tag or commit {revision}."),
        )
        .next_step("Check the spelling; a commit has to be pushed first.")
    // The last is all that a checkout says.
    } else if has(&["no space left on device", "disk quota exceeded", "unable to write file"]) {
        Error::new(ErrorKind::QuotaExceeded, "disk_full", format!("The volume is too small for {url}."))
            .next_step("Give the instance a larger disk and start it again.")
    } else if has(&[
        "could not resolve host",
        "could not resolve hostname",
        "unable to look up",
        "connection refused",
        "connection timed out",
        "connection reset",
        "network is unreachable",
        "no route to host",
        "failed to connect",
        "couldn't connect",
        "operation timed out",
        "operation too slow",
        "early eof",
        "the remote end hung up",
        "unexpected disconnect",
        "returned error: 5",
        "temporary failure in name resolution",
    ]) {
        Error::unavailable("git_unreachable", format!("The git host of {url} cannot be reached.")).next_step(
            "Check the address and whether the host is up; the node needs outbound network access.",
        )
    } else if has(&[
        "could not read username",
        "could not read password",
        "authentication failed",
        "permission denied (publickey",
        "terminal prompts disabled",
        "returned error: 401",
        "returned error: 403",
        "host key verification failed",
    ]) {
        Error::new(
            ErrorKind::Forbidden,
            "git_auth_required",
            format!("{url} does not exist or needs a sign-in that the node does not have."),
        )
        .next_step("Check the address; for a private repository, run `stead open` in a local clone, which uploads it.")
    } else if has(&[
        "repository not found",
        "does not exist",
        "not found",
        "does not appear to be a git repository",
    ]) {
        Error::new(
            ErrorKind::NotFound,
            "git_repository_not_found",
            format!("There is no git repository at {url}."),
        )
        .next_step("Check the address.")
    } else {
        Error::new(
            ErrorKind::Upstream,
            "git_failed",
            format!("git could not clone {url} (exit code {}).", exit.code),
        )
        .next_step(console)
    };
    error.context(format!("fetch ended with {exit:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stead_core::instance::GitSource;

    fn source(url: &str, revision: Option<&str>) -> Source {
        Source::Git(GitSource { url: url.to_owned(), revision: revision.map(str::to_owned) })
    }

    #[test]
    fn failures_are_told_apart() {
        let cases = [
            (128, "fatal: unable to access 'https://x/': Could not resolve host: x", "git_unreachable"),
            (
                128,
                "fatal: could not read Username for 'https://x': terminal prompts disabled",
                "git_auth_required",
            ),
            (128, "git@x: Permission denied (publickey).", "git_auth_required"),
            (
                128,
                "remote: Repository not found.\nfatal: repository 'https://x/' not found",
                "git_repository_not_found",
            ),
            (128, "fatal: '/nowhere' does not appear to be a git repository", "git_repository_not_found"),
            (1, "fatal: write error: No space left on device", "disk_full"),
            (1, "error: unable to write file large", "disk_full"),
            (90, "", "git_missing"),
            (91, "fatal: couldn't find remote ref nope", "git_revision_not_found"),
            (1, "fatal: something new", "git_failed"),
        ];
        for (code, output, expected) in cases {
            let exit = ExitStatus { code, signal: None, out_of_memory: false };
            let error = classify(exit, output, &source("https://x/", Some("nope")));
            assert_eq!(error.code(), expected, "{output}");
            assert!(error.next_step_text().is_some());
        }
    }

    #[test]
    fn options_are_no_addresses() {
        assert!(fetch_command(&source("--upload-pack=x", None), false).is_err());
        assert!(fetch_command(&source("https://x/", Some("-f")), false).is_err());
        assert!(fetch_command(&source("https://x/", Some("main")), false).is_ok());
    }

    #[test]
    fn progress_lines_are_read() {
        let read = progress("Receiving objects:  45% (123/273), 1.2 MiB | 3.0 MiB/s").unwrap();
        assert_eq!((read.done, read.total), (Some(123), Some(273)));
        assert!(progress("remote: Counting objects: 100% (3/3), done.").is_some());
        assert!(progress("warning: (1/2)").is_none());
    }

    proptest! {
        #[test]
        fn any_output_is_read_without_panic(line in ".{0,120}", bytes: Vec<u8>) {
            let _ = progress(&line);
            let _ = read_inspection(&bytes);
        }
    }
}
