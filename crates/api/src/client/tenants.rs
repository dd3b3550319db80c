//! Calls on tenants, members, invitations, roles, bindings, quotas and rules of security.

use reqwest::Method;

use super::{Client, ClientError};
use crate::v1::identity::{Member, Tenant};
use crate::v1::tenants::{
    Binding, CreateInvite, CreateRole, CreateTenant, CreatedInvite, Invite, InviteToken, Quotas,
    RoleDefinition, SetBinding, TenantSecurity, UpdateMember, UpdateRole, UpdateTenant, UpdateTenantSecurity,
};

impl Client {
    /// The caller's tenants; with `deleted` those that are being deleted instead.
    ///
    /// # Errors
    /// See [`ClientError`]; so for every call below.
    pub async fn tenants_that(&self, deleted: bool) -> Result<Vec<Tenant>, ClientError> {
        self.all(&["v1", "tenants"], &[("deleted", deleted.to_string())]).await
    }

    pub async fn create_tenant(&self, name: &str) -> Result<Tenant, ClientError> {
        self.post(&["v1", "tenants"], &CreateTenant { name: name.to_owned() }).await
    }

    pub async fn rename_tenant(&self, tenant: &str, name: &str) -> Result<Tenant, ClientError> {
        let update = UpdateTenant { name: name.to_owned() };
        self.answer(self.request(Method::PATCH, &["v1", "tenants", tenant]).json(&update)).await
    }

    pub async fn delete_tenant(&self, tenant: &str) -> Result<Tenant, ClientError> {
        self.answer(self.request(Method::DELETE, &["v1", "tenants", tenant])).await
    }

    pub async fn restore_tenant(&self, tenant: &str) -> Result<Tenant, ClientError> {
        self.answer(self.request(Method::POST, &["v1", "tenants", tenant, "restore"])).await
    }

    pub async fn leave_tenant(&self, tenant: &str) -> Result<(), ClientError> {
        self.send(self.request(Method::POST, &["v1", "tenants", tenant, "leave"])).await.map(drop)
    }

    pub async fn members(&self, tenant: &str) -> Result<Vec<Member>, ClientError> {
        self.all(&["v1", "tenants", tenant, "members"], &[]).await
    }

    pub async fn update_member(
        &self,
        tenant: &str,
        user: &str,
        update: &UpdateMember,
    ) -> Result<Member, ClientError> {
        let segments = ["v1", "tenants", tenant, "members", user];
        self.answer(self.request(Method::PATCH, &segments).json(update)).await
    }

    pub async fn remove_member(&self, tenant: &str, user: &str) -> Result<(), ClientError> {
        let segments = ["v1", "tenants", tenant, "members", user];
        self.send(self.request(Method::DELETE, &segments)).await.map(drop)
    }

    pub async fn invites(&self, tenant: &str) -> Result<Vec<Invite>, ClientError> {
        self.all(&["v1", "tenants", tenant, "invites"], &[]).await
    }

    pub async fn create_invite(
        &self,
        tenant: &str,
        invite: &CreateInvite,
    ) -> Result<CreatedInvite, ClientError> {
        self.post(&["v1", "tenants", tenant, "invites"], invite).await
    }

    pub async fn revoke_invite(&self, tenant: &str, invite: &str) -> Result<(), ClientError> {
        let segments = ["v1", "tenants", tenant, "invites", invite];
        self.send(self.request(Method::DELETE, &segments)).await.map(drop)
    }

    pub async fn accept_invite(&self, token: &str) -> Result<Tenant, ClientError> {
        self.post(&["v1", "invites", "accept"], &InviteToken { token: token.to_owned() }).await
    }

    pub async fn roles(&self, tenant: &str) -> Result<Vec<RoleDefinition>, ClientError> {
        self.all(&["v1", "tenants", tenant, "roles"], &[]).await
    }

    pub async fn create_role(&self, tenant: &str, role: &CreateRole) -> Result<RoleDefinition, ClientError> {
        self.post(&["v1", "tenants", tenant, "roles"], role).await
    }

    pub async fn update_role(
        &self,
        tenant: &str,
        role: &str,
        update: &UpdateRole,
    ) -> Result<RoleDefinition, ClientError> {
        let segments = ["v1", "tenants", tenant, "roles", role];
        self.answer(self.request(Method::PATCH, &segments).json(update)).await
    }

    pub async fn delete_role(&self, tenant: &str, role: &str) -> Result<(), ClientError> {
        let segments = ["v1", "tenants", tenant, "roles", role];
        self.send(self.request(Method::DELETE, &segments)).await.map(drop)
    }

    pub async fn quotas(&self, tenant: &str) -> Result<Quotas, ClientError> {
        self.get(&["v1", "tenants", tenant, "quotas"], &[]).await
    }

    pub async fn tenant_security(&self, tenant: &str) -> Result<TenantSecurity, ClientError> {
        self.get(&["v1", "tenants", tenant, "security"], &[]).await
    }

    pub async fn update_tenant_security(
        &self,
        tenant: &str,
        update: &UpdateTenantSecurity,
    ) -> Result<TenantSecurity, ClientError> {
        let segments = ["v1", "tenants", tenant, "security"];
        self.answer(self.request(Method::PATCH, &segments).json(update)).await
    }

    /// Who may do more on an instance than their role in the tenant says.
    pub async fn bindings(&self, instance: &str) -> Result<Vec<Binding>, ClientError> {
        self.all(&["v1", "instances", instance, "bindings"], &[]).await
    }

    pub async fn set_binding(
        &self,
        instance: &str,
        user: &str,
        binding: &SetBinding,
    ) -> Result<Binding, ClientError> {
        let segments = ["v1", "instances", instance, "bindings", user];
        self.answer(self.request(Method::PUT, &segments).json(binding)).await
    }

    pub async fn remove_binding(&self, instance: &str, user: &str) -> Result<(), ClientError> {
        let segments = ["v1", "instances", instance, "bindings", user];
        self.send(self.request(Method::DELETE, &segments)).await.map(drop)
    }
}
