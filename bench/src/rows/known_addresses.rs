//! Whether the time of an answer tells if somebody has an account: known against unknown addresses, asked in turn, each request from
//! another address of the loopback so that no limit is met.

use std::time::Duration;

use serde_json::{Value, json};
use stead_testkit::binary::Stead;

use crate::report::Row;
use crate::visitors::{Visitors, sign_up};

const ADDRESSES: usize = 200;

/// What is asked, with the body for an address.
type Ask = (&'static str, fn(&str) -> Value);

const ASKED: [Ask; 4] = [
    ("sign-in", |email| json!({ "email": email, "password": "not the password of anybody" })),
    ("reset", |email| json!({ "email": email })),
    ("magic-link", |email| json!({ "email": email })),
    ("sign-up", sign_up),
];

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

pub(crate) async fn rows(stead: &Stead) -> Vec<Row> {
    let mut visitors = Visitors::of(stead);
    let known: Vec<_> = (0..ADDRESSES).map(|number| format!("known-{number}@example.org")).collect();
    visitors.make_accounts(stead, &known).await;
    let mut rows = Vec::new();
    for (what, body) in ASKED {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for number in 0..ADDRESSES {
            let own = body(&format!("known-{number}@example.org"));
            let other = body(&format!("other-{number}@example.org"));
            // What the one before leaves behind falls on both alike.
            let (first, second) = if number % 4 < 2 { (&own, &other) } else { (&other, &own) };
            let (one, two) = (visitors.ask(what, first).await, visitors.ask(what, second).await);
            assert_eq!((one.1, &one.2), (two.1, &two.2), "{what}: the answers differ");
            let (of_known, of_other) = if number % 4 < 2 { (one.0, two.0) } else { (two.0, one.0) };
            known.push(of_known);
            unknown.push(of_other);
        }
        let (known, unknown) = (median(known), median(unknown));
        let ratio = known / unknown;
        rows.push(Row {
            what: format!("`POST /v1/auth/{what}`: known against unknown addresses"),
            stead: format!("{:.2} ms", known * 1e3),
            peer: format!("{:.2} ms", unknown * 1e3),
            ratio: format!("{ratio:.3}"),
            bar: "0.9 to 1.1",
            reached: (0.9..=1.1).contains(&ratio),
            how: format!("Medians of {ADDRESSES} each, in turn; the same status and code."),
        });
    }
    rows
}
