//! What a member may do in the end: the role in the tenant and the roles bound on single instances, less what a token leaves out.
//! Pure; the rows are loaded by `db`, and this is the one place that puts them together.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Permission, Role};
use crate::ids::{InstanceId, RoleId};
use crate::{Error, ErrorKind, Result};

/// A role as it is given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    BuiltIn(Role),
    /// Made by the tenant.
    Custom {
        id: RoleId,
        name: String,
        permissions: BTreeSet<Permission>,
    },
}

impl Grant {
    /// What it allows. A role never concerns the installation, and everybody may do what concerns their own account.
    #[must_use]
    pub fn permissions(&self) -> BTreeSet<Permission> {
        let has = |permission: &Permission| match self {
            Self::BuiltIn(role) => role.allows(*permission),
            Self::Custom { permissions, .. } => permissions.contains(permission) || is_own(*permission),
        };
        Permission::ALL
            .into_iter()
            .filter(|permission| !permission.is_operators() && has(permission))
            .collect()
    }

    /// As memberships, bindings and invitations keep it: the name of a built-in role, or the id of another.
    #[must_use]
    pub fn reference(&self) -> String {
        match self {
            Self::BuiltIn(role) => role.as_str().to_owned(),
            Self::Custom { id, .. } => id.to_string(),
        }
    }

    /// For people.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn(role) => role.as_str(),
            Self::Custom { name, .. } => name,
        }
    }

    #[must_use]
    pub fn is_owner(&self) -> bool {
        matches!(self, Self::BuiltIn(Role::Owner))
    }
}

/// Concerns nothing but the caller's own account.
const fn is_own(permission: Permission) -> bool {
    matches!(permission, Permission::AccountRead | Permission::AccountWrite)
}

/// Whether the permission concerns single instances, so that a binding on one can give it. What concerns the tenant as a whole
/// comes from the role in the tenant alone.
#[must_use]
pub const fn is_of_instances(permission: Permission) -> bool {
    use Permission as P;
    matches!(
        permission,
        P::InstanceRead
            | P::InstanceWrite
            | P::InstanceConnect
            | P::OperationRead
            | P::OperationWrite
            | P::SecretRead
            | P::SecretWrite
    )
}

/// What one member may do in one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    tenant: BTreeSet<Permission>,
    /// What bindings allow beyond it.
    instances: BTreeMap<InstanceId, BTreeSet<Permission>>,
}

impl Rights {
    /// `limit`: the permissions that a token carries; `None` leaves nothing out.
    #[must_use]
    pub fn new(
        role: &Grant,
        bindings: impl IntoIterator<Item = (InstanceId, Grant)>,
        limit: Option<&BTreeSet<Permission>>,
    ) -> Self {
        let limited = |permissions: BTreeSet<Permission>| -> BTreeSet<Permission> {
            permissions
                .into_iter()
                .filter(|permission| limit.is_none_or(|limit| limit.contains(permission)))
                .collect()
        };
        let tenant = limited(role.permissions());
        let mut instances: BTreeMap<InstanceId, BTreeSet<Permission>> = BTreeMap::new();
        for (instance, grant) in bindings {
            let more = limited(grant.permissions())
                .into_iter()
                .filter(|permission| is_of_instances(*permission) && !tenant.contains(permission));
            instances.entry(instance).or_default().extend(more);
        }
        instances.retain(|_, more| !more.is_empty());
        Self { tenant, instances }
    }

    /// All of it in words: the same for the same rights, whichever server says it, and another for any other.
    #[must_use]
    pub fn in_words(&self) -> String {
        let list = |permissions: &BTreeSet<Permission>| -> String {
            permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(" ")
        };
        let bound = self.instances.iter().map(|(instance, more)| format!("\n{instance} {}", list(more)));
        std::iter::once(list(&self.tenant)).chain(bound).collect()
    }

    /// In the tenant as a whole, on every instance.
    #[must_use]
    pub fn in_tenant(&self) -> &BTreeSet<Permission> {
        &self.tenant
    }

    /// On one instance.
    #[must_use]
    pub fn on(&self, instance: InstanceId) -> BTreeSet<Permission> {
        let mut all = self.tenant.clone();
        all.extend(self.instances.get(&instance).into_iter().flatten());
        all
    }

    /// The instances on which a binding gives the permission.
    pub fn bound_with(&self, permission: Permission) -> impl Iterator<Item = InstanceId> + '_ {
        self.instances
            .iter()
            .filter(move |(_, more)| more.contains(&permission))
            .map(|(instance, _)| *instance)
    }
}

/// Nobody gives (or takes away) what they do not have themselves.
///
/// # Errors
/// `role_exceeds_yours`, with what is missing.
pub fn may_handle(own: &BTreeSet<Permission>, role: &BTreeSet<Permission>) -> Result<()> {
    let missing: Vec<&str> = role
        .iter()
        .filter(|permission| !own.contains(permission) && !is_own(**permission))
        .map(|permission| permission.as_str())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Forbidden,
        "role_exceeds_yours",
        format!("This role allows what you may not do yourself: {}.", missing.join(", ")),
    )
    .next_step("Choose a role within your own, or ask somebody who has these permissions."))
}

/// A tenant keeps an owner: `owners` is how many there are now, of which the one concerned is to go or to be something else.
///
/// # Errors
/// `last_owner`.
pub fn owner_may_go(owners: u64) -> Result<()> {
    if owners > 1 {
        return Ok(());
    }
    Err(Error::conflict("last_owner", "This is the tenant's last owner.")
        .next_step("Make somebody else an owner first, or delete the tenant."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Id as _;
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn permission() -> impl Strategy<Value = Permission> {
        (0..Permission::ALL.len()).prop_map(|index| Permission::ALL[index])
    }

    fn grant() -> impl Strategy<Value = Grant> {
        prop_oneof![
            (0..Role::ALL.len()).prop_map(|index| Grant::BuiltIn(Role::ALL[index])),
            btree_set(permission(), 0..12).prop_map(|permissions| Grant::Custom {
                id: RoleId::from_uuid(Uuid::from_u128(1)),
                name: "ours".into(),
                permissions
            }),
        ]
    }

    fn instance(number: u8) -> InstanceId {
        InstanceId::from_uuid(Uuid::from_u128(u128::from(number)))
    }

    proptest! {
        #[test]
        fn rights_are_the_union_less_the_limit(
            role in grant(),
            bindings in vec((0_u8..4, grant()), 0..6),
            limit in proptest::option::of(btree_set(permission(), 0..24)),
        ) {
            let bound = bindings.iter().map(|(number, grant)| (instance(*number), grant.clone()));
            let rights = Rights::new(&role, bound, limit.as_ref());
            for number in 0..5 {
                for permission in Permission::ALL {
                    let by_role = role.permissions().contains(&permission);
                    let by_binding = is_of_instances(permission)
                        && bindings.iter().any(|(on, grant)| *on == number && grant.permissions().contains(&permission));
                    let carried = limit.as_ref().is_none_or(|limit| limit.contains(&permission));
                    prop_assert_eq!(rights.in_tenant().contains(&permission), by_role && carried);
                    prop_assert_eq!(
                        rights.on(instance(number)).contains(&permission),
                        (by_role || by_binding) && carried
                    );
                }
            }
        }

        #[test]
        fn no_role_runs_the_installation(role in grant(), bindings in vec((0_u8..4, grant()), 0..6)) {
            let rights = Rights::new(&role, bindings.into_iter().map(|(number, grant)| (instance(number), grant)), None);
            for number in 0..4 {
                prop_assert!(rights.on(instance(number)).iter().all(|permission| !permission.is_operators()));
            }
        }

        #[test]
        fn who_may_give_a_role_has_all_of_it(own in grant(), given in grant()) {
            let (own, given) = (own.permissions(), given.permissions());
            prop_assert_eq!(may_handle(&own, &given).is_ok(), given.is_subset(&own));
        }
    }

    #[test]
    fn roles_are_ordered_as_people_expect() {
        let of = |role| Grant::BuiltIn(role).permissions();
        assert!(may_handle(&of(Role::Admin), &of(Role::Owner)).is_err());
        for role in Role::ALL {
            assert!(may_handle(&of(Role::Owner), &of(role)).is_ok());
        }
        for role in [Role::Admin, Role::Support, Role::Member, Role::Guest] {
            assert!(may_handle(&of(Role::Admin), &of(role)).is_ok());
        }
        assert!(owner_may_go(1).is_err() && owner_may_go(0).is_err() && owner_may_go(2).is_ok());
    }
}
