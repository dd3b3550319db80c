//! Whether the time of an answer tells if somebody has an account: known against unknown addresses, asked in turn, each request from
//! another address of the loopback so that no limit is met.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stead_testkit::binary::Stead;
use stead_testkit::wait;

use crate::report::Row;

const ADDRESSES: usize = 200;

/// What is asked, with the body for an address.
type Ask = (&'static str, fn(&str) -> Value);

const ASKED: [Ask; 4] = [
    ("sign-in", |email| json!({ "email": email, "password": "not the password of anybody" })),
    ("reset", |email| json!({ "email": email })),
    ("magic-link", |email| json!({ "email": email })),
    ("sign-up", |email| json!({ "name": "Ada", "email": email, "password": "a few unrelated words" })),
];

struct Visitor {
    base: String,
    count: u32,
}

impl Visitor {
    /// Asks from an address that has asked for nothing before; how long it took, and what was said.
    async fn ask(&mut self, what: &str, body: &Value) -> (Duration, u16, String) {
        self.count += 1;
        let from = IpAddr::from(Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 0)) + self.count));
        let client = reqwest::Client::builder().no_proxy().local_address(from).build().expect("a client");
        let request =
            client.post(format!("{}/v1/auth/{what}", self.base)).header("host", host(&self.base)).json(body);
        let began = Instant::now();
        let answer = request.send().await.expect("an answer");
        let (status, text) = (answer.status().as_u16(), answer.text().await.expect("a body"));
        let took = began.elapsed();
        // The id of the request is another one each time.
        let said = serde_json::from_str::<Value>(&text).map_or(text, |body| body["code"].to_string());
        (took, status, said)
    }
}

fn host(base: &str) -> String {
    base.trim_start_matches("http://").replace("127.0.0.1", "localhost")
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

async fn make_known(stead: &Stead, visitor: &mut Visitor) {
    for number in 0..ADDRESSES {
        let (_, status, said) =
            visitor.ask("sign-up", &(ASKED[3].1)(&format!("known-{number}@example.org"))).await;
        assert_eq!(status, 202, "{said}");
    }
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let last = format!("known-{}@example.org", ADDRESSES - 1);
    wait::until("everybody has an account", || async {
        let users = client
            .get(format!("{}/v1/operator/users?limit=200", visitor.base))
            .header("host", host(&visitor.base))
            .bearer_auth(stead.token());
        let users = users.send().await.map_err(|error| error.to_string())?.text().await;
        users
            .map_err(|error| error.to_string())?
            .contains(&last)
            .then_some(())
            .ok_or_else(|| "not yet".to_owned())
    })
    .await;
}

pub(crate) async fn rows(stead: &Stead) -> Vec<Row> {
    let base = stead.url().trim_end_matches('/').replace("localhost", "127.0.0.1");
    let mut visitor = Visitor { base, count: 0 };
    make_known(stead, &mut visitor).await;
    let mut rows = Vec::new();
    for (what, body) in ASKED {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for number in 0..ADDRESSES {
            let own = body(&format!("known-{number}@example.org"));
            let other = body(&format!("other-{number}@example.org"));
            // What the one before leaves behind falls on both alike.
            let (first, second) = if number % 4 < 2 { (&own, &other) } else { (&other, &own) };
            let (one, two) = (visitor.ask(what, first).await, visitor.ask(what, second).await);
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
