//! Whole sign-ins by password against nothing but their argon2, at the cost that the server chose for this machine.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Instant;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde_json::json;
use stead_testkit::binary::Stead;
use stead_testkit::wait;
use tokio::sync::Semaphore;

use crate::report::Row;
use crate::visitors::{PASSWORD, Visitors};

const ACCOUNTS: usize = 120;
const ROUNDS: usize = 9;
const AT_ONCE: usize = 8;

/// What the server must be started with: who may sign up, and a log that tells what a password costs.
pub(crate) const ARGUMENTS: [&str; 2] = ["--sign-up", "open"];
pub(crate) const LOG: &str = "info,stead_control::identity::passwords=debug";

/// From the log: `password.passes=…` and `password.memory_kib=…`.
async fn cost(stead: &Stead) -> Params {
    let number = |log: &str, name: &str| -> Option<u32> {
        let (_, rest) = log.rsplit_once(name)?;
        rest.trim_start_matches('=').split(|next: char| !next.is_ascii_digit()).next()?.parse().ok()
    };
    wait::until("the cost of passwords is in the log", || async {
        let log = strip_colours(&stead.log());
        let found = number(&log, "password.memory_kib").zip(number(&log, "password.passes"));
        let (memory, passes) = found.ok_or_else(|| log.chars().take(2_000).collect::<String>())?;
        Params::new(memory, passes, 1, Some(32)).map_err(|error| error.to_string())
    })
    .await
}

fn strip_colours(log: &str) -> String {
    log.split('\u{1b}')
        .enumerate()
        .map(|(at, piece)| if at == 0 { piece } else { piece.split_once('m').map_or("", |(_, rest)| rest) })
        .collect()
}

/// Hashes a second on every core, in memory that is used again.
fn bare(params: &Params) -> f64 {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let each = ACCOUNTS / threads;
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
                let mut memory = vec![Block::default(); params.block_count()];
                let mut output = [0; 32];
                for round in 0..each {
                    let salt = (round as u128).to_be_bytes();
                    argon2
                        .hash_password_into_with_memory(PASSWORD.as_bytes(), &salt, &mut output, &mut memory)
                        .expect("it hashes");
                }
                std::hint::black_box(output);
            });
        }
    });
    (each * threads) as f64 / began.elapsed().as_secs_f64()
}

/// Sign-ins a second, each on a connection of its own.
async fn whole(visitors: &Visitors, emails: &[String]) -> f64 {
    let homes = u32::from(Ipv4Addr::new(127, 2, 0, 0))..;
    let requests: Vec<_> = homes
        .zip(emails)
        .map(|(home, email)| {
            let body = json!({ "email": email, "password": PASSWORD });
            visitors.request_from(Ipv4Addr::from(home), "sign-in", &body)
        })
        .collect();
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let began = Instant::now();
    let mut all = tokio::task::JoinSet::new();
    for request in requests {
        let gate = Arc::clone(&gate);
        all.spawn(async move {
            let _turn = gate.acquire_owned().await.expect("open");
            let answer = request.send().await.expect("an answer");
            let status = answer.status().as_u16();
            assert_eq!(status, 200, "{}", answer.text().await.unwrap_or_default());
        });
    }
    while let Some(done) = all.join_next().await {
        done.expect("it signs in");
    }
    emails.len() as f64 / began.elapsed().as_secs_f64()
}

pub(crate) async fn row(stead: &Stead) -> Row {
    let emails: Vec<_> = (0..ACCOUNTS).map(|number| format!("signs-in-{number}@example.org")).collect();
    let mut visitors = Visitors::of(stead);
    visitors.make_accounts(stead, &emails).await;
    let params = cost(stead).await;
    // The first time is from a new device, which is told by mail.
    whole(&visitors, &emails).await;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let before = bare(&params);
        let ours = whole(&visitors, &emails).await;
        rounds.push((ours, f64::midpoint(before, bare(&params))));
    }
    rounds.sort_by(|(a, bare_a), (b, bare_b)| (a / bare_a).total_cmp(&(b / bare_b)));
    let (ours, theirs) = rounds[ROUNDS / 2];
    Row {
        what: "sign-ins by password".into(),
        stead: format!("{ours:.1} /s"),
        peer: format!("bare argon2id {theirs:.1} /s"),
        ratio: format!("{:.2}", ours / theirs),
        bar: "over 0.9",
        reached: ours / theirs > 0.9,
        how: format!(
            "`POST /v1/auth/sign-in` of {ACCOUNTS} accounts, {AT_ONCE} at a time, each from its own address, known from before, on a connection of its own, with session, audit row and counters written; argon2id with the same {} KiB and {} passes on every core, before and after; the round whose ratio is the median of {ROUNDS}. Client and server share the machine.",
            params.m_cost(),
            params.t_cost()
        ),
    }
}
