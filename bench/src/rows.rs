//! The comparisons, one file each.

pub(crate) mod access_tokens;
pub(crate) mod authenticated_get;
pub(crate) mod driver_start;
pub(crate) mod known_addresses;
pub(crate) mod memory;
pub(crate) mod sign_in_page;
pub(crate) mod sign_ins;
pub(crate) mod terminal;
pub(crate) mod whole_path;
