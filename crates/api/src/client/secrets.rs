//! Calls on secrets, and on the keys that they are sealed under.

use reqwest::Method;

use super::{Client, ClientError};
use crate::v1::Page;
use crate::v1::keys::{KeyRotation, Keys, RotateKeys};
use crate::v1::secrets::{PutSecret, Secret, SecretVersion};

/// Whose secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretsOf<'a> {
    /// The caller's own.
    Me,
    /// Those of the tenant that the client acts in.
    Tenant,
    /// Those of an instance, by id or name.
    Instance(&'a str),
}

impl<'a> SecretsOf<'a> {
    fn path(self, rest: &[&'a str]) -> Vec<&'a str> {
        let mut path = match self {
            Self::Me => vec!["v1", "me", "secrets"],
            Self::Tenant => vec!["v1", "secrets"],
            Self::Instance(instance) => vec!["v1", "instances", instance, "secrets"],
        };
        path.extend(rest);
        path
    }
}

impl Client {
    /// # Errors
    /// See [`ClientError`]; so for every call below.
    pub async fn secrets(&self, of: SecretsOf<'_>) -> Result<Vec<Secret>, ClientError> {
        self.get::<Page<Secret>>(&of.path(&[]), &[]).await.map(|page| page.items)
    }

    pub async fn put_secret(
        &self,
        of: SecretsOf<'_>,
        name: &str,
        secret: &PutSecret,
    ) -> Result<Secret, ClientError> {
        self.answer(self.request(Method::PUT, &of.path(&[name])).json(secret)).await
    }

    pub async fn delete_secret(&self, of: SecretsOf<'_>, name: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &of.path(&[name]))).await.map(drop)
    }

    pub async fn secret_versions(
        &self,
        of: SecretsOf<'_>,
        name: &str,
    ) -> Result<Vec<SecretVersion>, ClientError> {
        self.get::<Page<SecretVersion>>(&of.path(&[name, "versions"]), &[]).await.map(|page| page.items)
    }

    /// The keys of the installation, for operators.
    pub async fn keys(&self) -> Result<Keys, ClientError> {
        self.get(&["v1", "operator", "keys"], &[]).await
    }

    pub async fn rotate_keys(&self, rotate: &RotateKeys) -> Result<KeyRotation, ClientError> {
        self.post(&["v1", "operator", "keys", "rotate"], rotate).await
    }
}
