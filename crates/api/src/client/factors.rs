//! Calls on one's own second factors. Adding a passkey needs a browser.

use reqwest::Method;

use super::{Client, ClientError};
use crate::v1::factors::{ConfirmTotp, Factors, Passkey, RecoveryCodes, RenamePasskey, TotpSetup};

impl Client {
    /// # Errors
    /// See [`ClientError`]; so for every call below.
    pub async fn factors(&self) -> Result<Factors, ClientError> {
        self.get(&["v1", "me", "factors"], &[]).await
    }

    /// A secret for an authenticator app; it counts once a code was confirmed.
    pub async fn begin_totp(&self) -> Result<TotpSetup, ClientError> {
        self.answer(self.request(Method::POST, &["v1", "me", "totp"])).await
    }

    pub async fn confirm_totp(&self, code: &str) -> Result<RecoveryCodes, ClientError> {
        self.post(&["v1", "me", "totp", "confirm"], &ConfirmTotp { code: code.to_owned() }).await
    }

    pub async fn remove_totp(&self) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &["v1", "me", "totp"])).await.map(drop)
    }

    /// New ones; those before do not work any more.
    pub async fn renew_recovery_codes(&self) -> Result<RecoveryCodes, ClientError> {
        self.answer(self.request(Method::POST, &["v1", "me", "recovery-codes"])).await
    }

    pub async fn passkeys(&self) -> Result<Vec<Passkey>, ClientError> {
        self.all(&["v1", "me", "passkeys"], &[]).await
    }

    pub async fn rename_passkey(&self, passkey: &str, name: &str) -> Result<(), ClientError> {
        let rename = RenamePasskey { name: name.to_owned() };
        let segments = ["v1", "me", "passkeys", passkey];
        self.send(self.request(Method::PATCH, &segments).json(&rename)).await.map(drop)
    }

    pub async fn remove_passkey(&self, passkey: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &["v1", "me", "passkeys", passkey])).await.map(drop)
    }
}
