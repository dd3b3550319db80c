//! Strangers who come over HTTP, each from another address of the loopback, so that no limit per address is met.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use stead_testkit::binary::Stead;
use stead_testkit::wait;

/// What is sent to `POST /v1/auth/sign-up`.
pub(crate) fn sign_up(email: &str) -> Value {
    json!({ "name": "Ada", "email": email, "password": PASSWORD })
}

pub(crate) const PASSWORD: &str = "a few unrelated words";

/// Where they come to, and how many have come.
pub(crate) struct Visitors {
    base: String,
    count: u32,
}

impl Visitors {
    pub(crate) fn of(stead: &Stead) -> Self {
        Self { base: stead.url().trim_end_matches('/').replace("localhost", "127.0.0.1"), count: 0 }
    }

    fn host(&self) -> String {
        self.base.trim_start_matches("http://").replace("127.0.0.1", "localhost")
    }

    /// A request of somebody who has asked for nothing before, not sent yet.
    fn request(&mut self, what: &str, body: &Value) -> RequestBuilder {
        self.count += 1;
        self.request_from(Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 0)) + self.count), what, body)
    }

    /// A request from that address of the loopback, on a connection of its own, not sent yet.
    pub(crate) fn request_from(&self, from: Ipv4Addr, what: &str, body: &Value) -> RequestBuilder {
        let from = IpAddr::from(from);
        let client = Client::builder().no_proxy().local_address(from).build().expect("a client");
        client.post(format!("{}/v1/auth/{what}", self.base)).header("host", self.host()).json(body)
    }

    /// Asks; how long it took, and what was said.
    pub(crate) async fn ask(&mut self, what: &str, body: &Value) -> (Duration, u16, String) {
        let request = self.request(what, body);
        let began = Instant::now();
        let answer = request.send().await.expect("an answer");
        let (status, text) = (answer.status().as_u16(), answer.text().await.expect("a body"));
        let took = began.elapsed();
        // The id of the request is another one each time.
        let said = serde_json::from_str::<Value>(&text).map_or(text, |body| body["code"].to_string());
        (took, status, said)
    }

    /// Makes an account for each address.
    pub(crate) async fn make_accounts(&mut self, stead: &Stead, emails: &[String]) {
        for email in emails {
            let (_, status, said) = self.ask("sign-up", &sign_up(email)).await;
            assert_eq!(status, 202, "{said}");
        }
        let client = Client::builder().no_proxy().build().expect("a client");
        wait::until("everybody has an account", || async {
            let users = client
                .get(format!("{}/v1/operator/users?limit=200", self.base))
                .header("host", self.host())
                .bearer_auth(stead.token());
            let users = users.send().await.map_err(|error| error.to_string())?.text().await;
            users
                .map_err(|error| error.to_string())?
                .contains(emails.last().map_or("", String::as_str))
                .then_some(())
                .ok_or_else(|| "not yet".to_owned())
        })
        .await;
    }
}
