//! End-to-end tests: the real binary, the real sandbox, the public API and the command line.
//!
//! They need root, because the sandbox's whole isolation does.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test reports by panicking, also in what its tests share"
)]

mod account;
mod apart;
mod bad_input;
mod chaos;
mod command_line;
mod crowd;
mod demonstration;
mod forwarding;
mod git_over_http;
mod hostile;
mod inside;
mod isolation;
mod killed_at_work;
mod login;
mod machine;
mod mail;
mod secrets;
mod storage;
mod survival;
mod team;

use stead_testkit::binary::{Options, Stead};

/// The binary under test on a data directory of its own.
fn stead() -> Stead {
    stead_with(&[])
}

fn stead_with(arguments: &[&str]) -> Stead {
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    Stead::start(env!("CARGO_BIN_EXE_stead"), Options { arguments, ..Options::default() })
}
