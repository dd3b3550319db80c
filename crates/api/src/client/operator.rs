//! Calls of those who run the installation.

use reqwest::Method;

use super::{Client, ClientError};
use crate::v1::notifications::Mails;
use crate::v1::tenants::{
    OperatorTenant, OperatorTenantsQuery, OperatorUser, OperatorUsersQuery, Quotas, SetQuotas,
};
use crate::v1::{Page, PageQuery};

impl Client {
    /// A page of all tenants, the newest first.
    ///
    /// # Errors
    /// See [`ClientError`]; so for every call below.
    pub async fn all_tenants(
        &self,
        query: &OperatorTenantsQuery,
    ) -> Result<Page<OperatorTenant>, ClientError> {
        self.answer(self.request(Method::GET, &["v1", "operator", "tenants"]).query(query)).await
    }

    /// What is absent gets the installation's default.
    pub async fn set_quotas(&self, tenant: &str, quotas: &SetQuotas) -> Result<Quotas, ClientError> {
        let segments = ["v1", "operator", "tenants", tenant, "quotas"];
        self.answer(self.request(Method::PUT, &segments).json(quotas)).await
    }

    /// A page of all users, the newest first.
    pub async fn all_users(&self, query: &OperatorUsersQuery) -> Result<Page<OperatorUser>, ClientError> {
        self.answer(self.request(Method::GET, &["v1", "operator", "users"]).query(query)).await
    }

    /// Keeps a user out, or lets them in again.
    pub async fn set_user_disabled(&self, user: &str, disabled: bool) -> Result<OperatorUser, ClientError> {
        let verb = if disabled { "disable" } else { "enable" };
        self.answer(self.request(Method::POST, &["v1", "operator", "users", user, verb])).await
    }

    /// A page of the installation's mails, the newest first.
    pub async fn mails(&self, page: &PageQuery) -> Result<Mails, ClientError> {
        self.answer(self.request(Method::GET, &["v1", "operator", "mails"]).query(page)).await
    }
}
