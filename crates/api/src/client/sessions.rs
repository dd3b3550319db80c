//! Signing programs in and out, sessions.

use reqwest::Method;

use super::{Client, ClientError};
use crate::v1::identity::{BeginDevice, DeviceCodes, Session, TokenAnswer, TokenRequest};

const BY_DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

impl Client {
    /// Asks to be signed in by somebody with a browser (RFC 8628); needs no credential.
    ///
    /// # Errors
    /// See [`ClientError`]; so for every call below.
    pub async fn begin_device(&self, client_name: &str) -> Result<DeviceCodes, ClientError> {
        let begin = BeginDevice { client_name: client_name.to_owned() };
        self.post(&["v1", "auth", "device"], &begin).await
    }

    /// Whether it was approved: until then refused with `authorization_pending` or `slow_down`.
    pub async fn poll_device(&self, device_code: &str) -> Result<TokenAnswer, ClientError> {
        let request = TokenRequest {
            grant_type: BY_DEVICE_CODE.to_owned(),
            refresh_token: None,
            device_code: Some(device_code.to_owned()),
            client_id: None,
            scope: None,
        };
        self.post(&["v1", "auth", "token"], &request).await
    }

    /// Exchanges a refresh token. Repeating it within half a minute gives the same answer.
    pub async fn refresh(&self, refresh_token: &str) -> Result<TokenAnswer, ClientError> {
        let request = TokenRequest {
            grant_type: "refresh_token".to_owned(),
            refresh_token: Some(refresh_token.to_owned()),
            device_code: None,
            client_id: None,
            scope: None,
        };
        self.post(&["v1", "auth", "token"], &request).await
    }

    /// Ends the session that asks.
    pub async fn sign_out(&self) -> Result<(), ClientError> {
        self.send(self.request(Method::POST, &["v1", "auth", "sign-out"])).await.map(drop)
    }

    pub async fn sessions(&self) -> Result<Vec<Session>, ClientError> {
        self.all(&["v1", "sessions"], &[]).await
    }

    pub async fn end_session(&self, id: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &["v1", "sessions", id])).await.map(drop)
    }

    /// Ends every session but the one that asks.
    pub async fn end_other_sessions(&self) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &["v1", "sessions"])).await.map(drop)
    }
}
