//! Calls on one's own account.

use reqwest::Method;

use super::{Client, ClientError};
use crate::v1::accounts::{ChangePassword, MailRequest, UpdateMe};
use crate::v1::identity::Me;

impl Client {
    /// # Errors
    /// See [`ClientError`]; so for every call below.
    pub async fn rename_me(&self, name: &str) -> Result<Me, ClientError> {
        let update = UpdateMe { name: name.to_owned() };
        self.answer(self.request(Method::PATCH, &["v1", "me"]).json(&update)).await
    }

    /// Asks for another address; it is changed by the link that is mailed there.
    pub async fn change_email(&self, email: &str) -> Result<(), ClientError> {
        let wanted = MailRequest { email: email.to_owned() };
        self.send(self.request(Method::POST, &["v1", "me", "email"]).json(&wanted)).await.map(drop)
    }

    /// Has the mail that confirms the present address sent once more.
    pub async fn ask_email_verification(&self) -> Result<(), ClientError> {
        self.send(self.request(Method::POST, &["v1", "me", "verify-email"])).await.map(drop)
    }

    /// Every other session ends.
    pub async fn change_password(&self, change: &ChangePassword) -> Result<(), ClientError> {
        self.send(self.request(Method::POST, &["v1", "me", "password"]).json(change)).await.map(drop)
    }

    /// Signing in within 30 days takes it back.
    pub async fn delete_me(&self) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &["v1", "me"])).await.map(drop)
    }
}
