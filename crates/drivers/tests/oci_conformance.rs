//! The embedded sandbox keeps the contract of drivers. Needs root.

mod machine;

use stead_drivers::conformance::{self, Failure};

fn run(name: &'static str) -> Result<(), Failure> {
    machine::on_machine(async move |machine| conformance::run(name, &*machine).await).unwrap_or(Ok(()))
}

stead_drivers::driver_conformance!(run);
