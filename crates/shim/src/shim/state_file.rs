//! Writes the state file: whole, beside it, then renamed over it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::protocol::{STATE_FILE, State};

pub(crate) fn write(run_dir: &Path, state: &State) -> io::Result<()> {
    let beside = run_dir.join(format!("{STATE_FILE}.new"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(&serde_json::to_vec(state)?)?;
    // The end of a run has to survive a crash of the machine right after it; a running one does not survive it anyway.
    if state.end.is_some() {
        file.sync_all()?;
    }
    fs::rename(&beside, run_dir.join(STATE_FILE))
}
