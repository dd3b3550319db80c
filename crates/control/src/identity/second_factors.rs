//! Which second factors a user has. The one question that admission asks about factors.

pub(super) use super::factors::of;
