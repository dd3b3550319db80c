//! Rows to the types of the API. Pure but for [`Grants::load`].

use std::collections::HashMap;

use stead_api::v1::identity as wire;
use stead_api::v1::tenants::RoleDefinition;
use stead_core::access::Role;
use stead_core::rights::Grant;
use stead_core::{Error, Result, Timestamp};
use stead_db::TenantScope;
use stead_db::members::Membership;
use stead_db::tenants::Tenant;
use stead_db::users::User;

use super::GRACE;
use crate::identity::accounts::user_view;

pub(super) fn at(micros: i64) -> String {
    Timestamp::from_micros(micros).to_string()
}

pub(super) fn built_in(role: Role) -> wire::Role {
    match role {
        Role::Owner => wire::Role::Owner,
        Role::Admin => wire::Role::Admin,
        Role::Support => wire::Role::Support,
        Role::Member => wire::Role::Member,
        Role::Guest => wire::Role::Guest,
    }
}

pub(super) fn role(grant: &Grant) -> (wire::Role, Option<wire::CustomRole>) {
    match grant {
        Grant::BuiltIn(role) => (built_in(*role), None),
        Grant::Custom { id, name, .. } => {
            (wire::Role::Custom, Some(wire::CustomRole { id: id.to_string(), name: name.clone() }))
        }
    }
}

pub(super) fn definition(grant: &Grant) -> RoleDefinition {
    RoleDefinition {
        id: grant.reference(),
        name: grant.name().to_owned(),
        built_in: matches!(grant, Grant::BuiltIn(_)),
        permissions: grant.permissions().iter().map(|permission| permission.as_str().to_owned()).collect(),
    }
}

pub(crate) fn tenant(row: &Tenant, grant: &Grant) -> wire::Tenant {
    let (role, custom_role) = role(grant);
    wire::Tenant {
        id: row.id.clone(),
        name: row.name.clone(),
        personal: row.personal_of.is_some(),
        role,
        custom_role,
        created_at: at(row.created_at),
        deleted_at: row.deleted_at.map(at),
        erased_after: row.deleted_at.map(|at| Timestamp::from_micros(at).plus(GRACE).to_string()),
    }
}

pub(crate) fn scope(scope: &TenantScope) -> wire::Tenant {
    let (role, custom_role) = role(scope.role());
    wire::Tenant {
        id: scope.tenant_id().to_string(),
        name: scope.tenant_name().to_owned(),
        personal: scope.is_personal(),
        role,
        custom_role,
        created_at: scope.tenant_created_at().to_string(),
        deleted_at: scope.tenant_deleted_at().map(|at| at.to_string()),
        erased_after: scope.tenant_deleted_at().map(|at| at.plus(GRACE).to_string()),
    }
}

/// The roles of a tenant, to show rows that name them.
pub(super) struct Grants(HashMap<String, Grant>);

impl Grants {
    pub(super) async fn load(scope: &TenantScope) -> Result<Self> {
        let own = stead_db::roles::list(scope, scope.tenant_id()).await?;
        let all = Role::ALL.into_iter().map(Grant::BuiltIn).chain(own);
        Ok(Self(all.map(|grant| (grant.reference(), grant)).collect()))
    }

    pub(super) fn of(&self, reference: &str) -> Result<&Grant> {
        self.0.get(reference).ok_or_else(|| Error::internal("a row names a role that is gone"))
    }

    pub(super) fn member(&self, user: &User, row: &Membership) -> Result<wire::Member> {
        let (role, custom_role) = role(self.of(&row.role)?);
        Ok(wire::Member { user: user_view(user), role, custom_role, since: at(row.created_at) })
    }
}
