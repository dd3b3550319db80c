//! Calls on a tenant's sources of sign-in.

use reqwest::Method;

use super::{Client, ClientError};
use crate::v1::sources::{CreateSignInSource, SignInSource};

impl Client {
    /// The tenant's own sources.
    ///
    /// # Errors
    /// See [`ClientError`]; so for every call below.
    pub async fn sources(&self, tenant: &str) -> Result<Vec<SignInSource>, ClientError> {
        self.all(&["v1", "tenants", tenant, "sources"], &[]).await
    }

    pub async fn create_source(
        &self,
        tenant: &str,
        source: &CreateSignInSource,
    ) -> Result<SignInSource, ClientError> {
        self.post(&["v1", "tenants", tenant, "sources"], source).await
    }

    pub async fn delete_source(&self, tenant: &str, source: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::DELETE, &["v1", "tenants", tenant, "sources", source])).await.map(drop)
    }
}
