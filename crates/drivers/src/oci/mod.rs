//! The embedded sandbox driver.

mod settings;

pub use settings::{ImageLimits, OciSettings, SpawnerCommand, Toolchain};
