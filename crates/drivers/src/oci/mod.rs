//! The embedded sandbox driver: images, volumes, network and limits of real instances on this machine.
//!
//! Owns the node's directory apart from the ledger: `instances/<id>/` (volume, console, which image), `images/`, `archives/`
//! (filled by the operator), `run/<id>/` (written by the shim), `pool/`, `trash/`, `network.json`. The isolation itself is the
//! shim's; this driver is its client and survives being killed at any point, because it keeps nothing in memory that matters.

mod capabilities;
mod console;
mod disk;
mod driver;
mod files;
mod image;
mod leftovers;
mod network;
mod rootfs;
mod settings;
mod shim_client;
mod trash;

pub use driver::OciDriver;
pub use image::{Image, ImageConfig, ImageReference, ImageStore, Leased};
pub use settings::{ImageCleaning, ImageLimits, OciSettings, SpawnerCommand, Toolchain};
