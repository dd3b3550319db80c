//! Images: bringing them in from registries and archives, keeping their layers once, removing what nobody uses.
//!
//! `images/` is written by [`ImageStore`] only and readable by root only, because layers hold set-user-id programs:
//! `layers/<diff id>/` (unpacked, in overlay form), `records/<digest>.json` (what makes up an image), `tags/<hash>.json` (which
//! image a reference meant, and when that was looked up), `incoming/` (unfinished; emptied at the start).

mod archive;
mod manifest;
mod reference;
mod registry;
mod store;
mod unpack;

pub use manifest::ImageConfig;
pub use reference::ImageReference;
pub(super) use store::blocking;
pub use store::{Image, ImageStore, Leased};
