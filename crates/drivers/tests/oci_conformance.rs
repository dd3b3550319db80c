//! The embedded sandbox keeps the contract of drivers. Needs root.

#![expect(clippy::unwrap_used, reason = "the helpers of tests stop a test as the tests themselves do")]

mod machine;

use stead_drivers::conformance::{self, Failure};

fn run(name: &'static str) -> Result<(), Failure> {
    machine::on_machine(async move |machine| conformance::run(name, &*machine).await).unwrap_or(Ok(()))
}

stead_drivers::driver_conformance!(run);
