//! An OpenID provider that says whatever a test wants, on a socket of this machine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stead_api::v1::sources::SourceKind;
use stead_control::identity::InstalledSource;
use tokio::net::TcpListener;

/// What it says next.
#[derive(Debug, Clone)]
pub(crate) struct Says {
    /// Over or instead of the usual ones; null leaves a claim out.
    pub(crate) claims: Value,
    /// Which key it signs with, and shows.
    pub(crate) key: u8,
    /// From what the browser was sent with.
    pub(crate) nonce: String,
    pub(crate) challenge: String,
    pub(crate) redirect_uri: String,
    /// Codes that were exchanged.
    pub(crate) used: usize,
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) url: String,
    says: Arc<Mutex<Says>>,
}

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn seconds() -> i64 {
    stead_core::ambient::Ambient::system().now().micros() / 1_000_000
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let says = Says {
            claims: json!({}),
            key: 1,
            nonce: String::new(),
            challenge: String::new(),
            redirect_uri: String::new(),
            used: 0,
        };
        let url = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self { url, says: Arc::new(Mutex::new(says)) };
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(document))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        provider
    }

    pub(crate) fn says<T>(&self, change: impl FnOnce(&mut Says) -> T) -> T {
        change(&mut self.says.lock().unwrap())
    }

    pub(crate) fn source(&self, id: &str) -> InstalledSource {
        let settings = [("issuer", self.url.as_str()), ("client_id", "stead"), ("client_secret", "hidden")];
        InstalledSource {
            id: id.into(),
            name: "Login".into(),
            kind: SourceKind::Oidc,
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            domains: Vec::new(),
        }
    }
}

async fn document(State(provider): State<Provider>) -> Json<Value> {
    let url = &provider.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let key = provider.says(|says| says.key);
    let public = URL_SAFE_NO_PAD.encode(pair(key).public_key().as_ref());
    Json(
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": key.to_string(), "x": public}]}),
    )
}

/// Checks what a strict provider checks.
async fn token(
    State(provider): State<Provider>,
    headers: http::HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Json<Value>, StatusCode> {
    let says = provider.says(|says| {
        says.used += 1;
        says.clone()
    });
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    let client = base64::engine::general_purpose::STANDARD.encode("stead:hidden");
    let known = headers["authorization"] == format!("Basic {client}").as_str();
    if challenge != says.challenge
        || form["redirect_uri"] != says.redirect_uri
        || !known
        || form["code"] != "code"
    {
        return Err(StatusCode::BAD_REQUEST);
    }
    let mut claims = json!({
        "iss": provider.url, "aud": "stead", "sub": "42", "nonce": says.nonce, "name": "Ada",
        "iat": seconds(), "exp": seconds() + 300,
    });
    for (name, value) in says.claims.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"alg": "EdDSA", "typ": "JWT", "kid": says.key.to_string()});
    let message = format!("{}.{}", part(&header), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(pair(says.key).sign(message.as_bytes()));
    Ok(Json(
        json!({"token_type": "Bearer", "access_token": "a", "id_token": format!("{message}.{signature}")}),
    ))
}
