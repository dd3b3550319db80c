//! What instances on the host's userland see beyond `/usr`.

pub(super) mod host;
