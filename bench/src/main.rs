//! `make bench`: measures Stead against its peers on this machine and writes `docs/BENCHMARKS.md`.

mod peers;
mod report;
mod rows;
mod series;
mod visitors;

use clap::Parser;
use stead_testkit::binary::{Options, Stead};

#[derive(Debug, Parser)]
struct Arguments {
    /// Only the rows whose name holds this.
    #[arg(long)]
    only: Option<String>,
    /// Serve the bare hello-world that one row is measured against.
    #[arg(long, hide = true)]
    serve_hello: bool,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    if arguments.serve_hello {
        return rows::authenticated_get::serve_hello().await;
    }
    let wanted = |name: &str| arguments.only.as_deref().is_none_or(|only| name.contains(only));
    let binary = std::env::current_exe().expect("the path of this program").with_file_name("stead");
    let binary = binary.to_str().expect("a readable path");
    // One token makes every request here.
    let start = || Stead::start(binary, options(&["--requests-per-minute", "0"], "info"));
    let mut table = Vec::new();
    if wanted("memory") {
        table.extend(rows::memory::rows(&start()).await);
    }
    if wanted("start") || wanted("path") {
        let docker = peers::docker::Docker::start();
        if wanted("start") {
            table.extend(rows::driver_start::rows(binary, &docker).await);
        }
        if wanted("path") {
            table.extend(rows::whole_path::rows(&start(), &docker).await);
        }
    }
    if wanted("get") {
        table.push(rows::authenticated_get::row(&start()).await);
    }
    if wanted("token") {
        table.push(rows::access_tokens::row().await);
    }
    if wanted("sign-in") {
        let options = options(&rows::sign_ins::ARGUMENTS, rows::sign_ins::LOG);
        let stead = Stead::start(binary, Options { server_alone: true, ..options });
        table.push(rows::sign_ins::row(&stead).await);
        table.push(rows::sign_in_page::row(&stead));
    }
    if wanted("known") {
        let options = options(&rows::sign_ins::ARGUMENTS, "info");
        let stead = Stead::start(binary, Options { server_alone: true, ..options });
        table.extend(rows::known_addresses::rows(&stead).await);
    }
    if wanted("terminal") {
        table.push(rows::terminal::row(&start()).await);
    }
    if arguments.only.is_none() {
        report::write(&table);
    } else {
        println!("{}", report::render(&table));
    }
}

/// Logging as people have it, not as tests want it.
fn options(arguments: &[&str], log: &str) -> Options {
    let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let environment = vec![("STEAD_LOG".to_owned(), log.to_owned())];
    Options { arguments, environment, ..Options::default() }
}
