//! Finds what people name: by its id, or by what it is called when nothing else is called so.

use stead_api::client::{Client, ClientError};
use stead_api::v1::factors::Passkey;
use stead_api::v1::identity::{CustomRole, Member, Role, Tenant, User};
use stead_api::v1::tenants::{OperatorTenant, OperatorTenantsQuery, OperatorUser, OperatorUsersQuery};

use super::Failure;

/// What is looked for among others of its kind.
struct Wanted<'a> {
    /// Such as `tenant`.
    kind: &'static str,
    given: &'a str,
    /// The command that shows all of them.
    listing: &'static str,
}

impl Wanted<'_> {
    /// The one with this id, else the only one that is called so.
    fn among<T>(
        &self,
        all: Vec<T>,
        id: impl Fn(&T) -> &str,
        called: impl Fn(&T) -> bool,
    ) -> Result<T, Failure> {
        let Self { kind, given, listing } = self;
        let (mut by_id, others): (Vec<T>, Vec<T>) = all.into_iter().partition(|one| id(one) == *given);
        if let Some(found) = by_id.pop() {
            return Ok(found);
        }
        let mut called = others.into_iter().filter(called);
        match (called.next(), called.next()) {
            (Some(found), None) => Ok(found),
            (Some(_), Some(_)) => Err(Failure::usage(
                format!("Several of them are called {given}."),
                format!("Name the {kind} by its id; `{listing}` shows it."),
            )),
            (None, _) => {
                Err(Failure::new(4, &format!("{kind}_not_found"), format!("There is no {kind} {given}."))
                    .next(format!("`{listing}` shows those there are.")))
            }
        }
    }
}

fn is_called(user: &User, given: &str) -> bool {
    user.name == given || user.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(given))
}

/// The tenant that commands act in.
pub(super) async fn present_tenant(client: &Client) -> Result<String, Failure> {
    Ok(client.me().await?.tenant.id)
}

/// A tenant of the caller; with `deleted` one of those that are being deleted.
pub(super) async fn tenant(client: &Client, given: &str, deleted: bool) -> Result<Tenant, Failure> {
    let listing = if deleted { "stead tenants list --deleted" } else { "stead tenants list" };
    let all = client.tenants_that(deleted).await?;
    Wanted { kind: "tenant", given, listing }.among(all, |tenant| &tenant.id, |tenant| tenant.name == given)
}

/// A member of the tenant, by id, address or name.
pub(super) async fn member(client: &Client, tenant: &str, given: &str) -> Result<Member, Failure> {
    let all = client.members(tenant).await?;
    Wanted { kind: "member", given, listing: "stead tenants members" }.among(
        all,
        |member| &member.user.id,
        |member| is_called(&member.user, given),
    )
}

/// Reference of a role that can be given in the tenant.
pub(super) async fn role(client: &Client, tenant: &str, given: &str) -> Result<String, Failure> {
    let all = client.roles(tenant).await?;
    let wanted = Wanted { kind: "role", given, listing: "stead tenants roles" };
    let found = wanted.among(all, |role| &role.id, |role| role.name.eq_ignore_ascii_case(given))?;
    Ok(found.id)
}

/// What people call a role.
pub(super) fn role_name(role: Role, custom: Option<&CustomRole>) -> String {
    let built_in = match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Support => "support",
        Role::Member => "member",
        Role::Guest => "guest",
        Role::Custom => "custom",
    };
    custom.map_or_else(|| built_in.to_owned(), |custom| custom.name.clone())
}

/// Whether the text is an id already, or a path of one (`ten_…/NAME`), and no name.
fn is_id(text: &str) -> bool {
    let kind_and_rest = text.split_once('_');
    text.contains('/')
        || kind_and_rest.is_some_and(|(kind, rest)| {
            let plain =
                |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            !kind.is_empty() && plain(kind) && rest.len() == 26 && plain(rest)
        })
}

/// The id under which the audit log keeps what was done to an instance or to somebody; an id stays what it is.
pub(super) async fn audited(client: &Client, given: &str) -> Result<String, Failure> {
    if is_id(given) {
        return Ok(given.to_owned());
    }
    match client.instance(given).await {
        Ok(instance) => return Ok(instance.id),
        Err(ClientError::Refused(problem)) if problem.status == 404 => {}
        Err(error) => return Err(error.into()),
    }
    let people = client.members(&present_tenant(client).await?).await?;
    let mut called = people.into_iter().filter(|member| is_called(&member.user, given));
    match (called.next(), called.next()) {
        (Some(member), None) => Ok(member.user.id),
        _ => Err(Failure::new(
            4,
            "object_not_found",
            format!("No instance and no single member is called {given}."),
        )
        .next("Give the id: `stead audit list --json` shows it as `object`, also of what is deleted.")),
    }
}

/// The id of a member; an id stays what it is, also of somebody who is no member any more.
pub(super) async fn actor(client: &Client, given: &str) -> Result<String, Failure> {
    if is_id(given) {
        return Ok(given.to_owned());
    }
    Ok(member(client, &present_tenant(client).await?, given).await?.user.id)
}

/// A passkey of the caller.
pub(super) async fn passkey(client: &Client, given: &str) -> Result<Passkey, Failure> {
    let wanted = Wanted { kind: "passkey", given, listing: "stead factors" };
    wanted.among(client.passkeys().await?, |passkey| &passkey.id, |passkey| passkey.name == given)
}

/// Any tenant of the installation, for operators.
pub(super) async fn any_tenant(client: &Client, given: &str) -> Result<OperatorTenant, Failure> {
    let query = OperatorTenantsQuery {
        q: Some(given.to_owned()),
        limit: Some(200),
        ..OperatorTenantsQuery::default()
    };
    let found = client.all_tenants(&query).await?.items;
    Wanted { kind: "tenant", given, listing: "stead operator tenants" }.among(
        found,
        |tenant| &tenant.id,
        |tenant| tenant.name == given,
    )
}

/// Any user of the installation, for operators.
pub(super) async fn any_user(client: &Client, given: &str) -> Result<OperatorUser, Failure> {
    let query =
        OperatorUsersQuery { q: Some(given.to_owned()), limit: Some(200), ..OperatorUsersQuery::default() };
    let found = client.all_users(&query).await?.items;
    Wanted { kind: "user", given, listing: "stead operator users" }.among(
        found,
        |held| &held.user.id,
        |held| is_called(&held.user, given),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_from_names() {
        assert!(
            is_id("inst_01j9zz3kq8f7v9x2m4n5p6r7st") && is_id("ten_x/DATABASE_URL") && is_id("keys/master")
        );
        for name in ["shop", "my_shop", "ada@example.org", "_01j9zz3kq8f7v9x2m4n5p6r7st", ""] {
            assert!(!is_id(name), "{name}");
        }
    }

    #[test]
    fn an_id_goes_before_a_name_and_a_name_must_be_the_only_one() {
        let all = || vec![("t1", "shop"), ("t2", "store"), ("t3", "store"), ("shop", "other")];
        let find = |given| {
            Wanted { kind: "thing", given, listing: "stead things" }
                .among(all(), |one| one.0, |one| one.1 == given)
                .map(|one| one.0)
                .map_err(|failure| failure.code().to_owned())
        };
        assert_eq!(find("t2"), Ok("t2"));
        assert_eq!(find("shop"), Ok("shop"));
        assert_eq!(find("other"), Ok("shop"));
        assert_eq!(find("store"), Err("usage".to_owned()));
        assert_eq!(find("nothing"), Err("thing_not_found".to_owned()));
    }
}
