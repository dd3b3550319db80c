//! Finds what people name: by its id, or by what it is called when nothing else is called so.
//!
//! Everybody chooses their own name, and gives any address until it is asked to be confirmed. So a text that could be an id or an
//! address is never compared with names, and an address counts only when it was confirmed: nobody gets what was meant for another.

use stead_api::client::{Client, ClientError};
use stead_api::v1::Page;
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
        // What has the form of an id is nobody's name, even if somebody chose it.
        let mut called = others.into_iter().filter(|one| !is_id(given) && called(one));
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

fn has_address(user: &User, given: &str) -> bool {
    user.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(given))
}

fn is_called(user: &User, given: &str) -> bool {
    if given.contains('@') { user.email_verified && has_address(user, given) } else { user.name == given }
}

/// Why nobody with this address is taken, when somebody gave it as theirs without confirming it.
fn not_confirmed<'a>(mut all: impl Iterator<Item = &'a User>, given: &str) -> Result<(), Failure> {
    match all.find(|user| !user.email_verified && has_address(user, given)) {
        None => Ok(()),
        Some(user) => Err(Failure::new(
            6,
            "address_not_confirmed",
            format!("{} gave the address {given}, but has not confirmed that it is theirs.", user.name),
        )
        .next(format!("If you know that they are who you mean, name them by their id: {}.", user.id))),
    }
}

/// Somebody so that they cannot be taken for another who is called so.
pub(super) fn who(user: &User) -> String {
    let more = user.email.as_deref().filter(|_| user.email_verified).unwrap_or(&user.id);
    format!("{} ({more})", user.name)
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
    not_confirmed(all.iter().map(|member| &member.user), given)?;
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

/// Whether the text has the form of an id.
fn is_id(text: &str) -> bool {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.split_once('_')
        .is_some_and(|(kind, rest)| !kind.is_empty() && plain(kind) && rest.len() == 26 && plain(rest))
}

/// The same, or a path of one (`ten_…/NAME`), as the audit log has them.
fn is_id_or_path(text: &str) -> bool {
    is_id(text) || text.contains('/')
}

/// The id under which the audit log keeps what was done to an instance or to somebody; an id stays what it is.
pub(super) async fn audited(client: &Client, given: &str) -> Result<String, Failure> {
    if is_id_or_path(given) {
        return Ok(given.to_owned());
    }
    let instance = match client.instance(given).await {
        Ok(instance) => Some(instance.id),
        Err(ClientError::Refused(problem)) if problem.status == 404 => None,
        Err(error) => return Err(error.into()),
    };
    let people = client.members(&present_tenant(client).await?).await?;
    not_confirmed(people.iter().map(|member| &member.user), given)?;
    let called = people.into_iter().filter(|member| is_called(&member.user, given));
    let mut found = instance.into_iter().chain(called.map(|member| member.user.id));
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id),
        (Some(one), Some(other)) => Err(Failure::usage(
            format!("Several are called {given}: {one} and {other}."),
            "Give the id of one.",
        )),
        (None, _) => {
            Err(Failure::new(4, "object_not_found", format!("No instance and no member is called {given}."))
                .next(
                    "Give the id: `stead audit list --json` shows it as `object`, also of what is deleted.",
                ))
        }
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

/// How far a list of the whole installation is read for a name, in pages of 200.
const MOST_PAGES: usize = 10;

/// Reads on while there are more: of those not read one may be called the same.
async fn every<T>(
    given: &str,
    listing: &str,
    mut page: impl AsyncFnMut(Option<String>) -> Result<Page<T>, ClientError>,
) -> Result<Vec<T>, Failure> {
    let (mut all, mut cursor) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let read = page(cursor.take()).await?;
        all.extend(read.items);
        match read.next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(all),
        }
    }
    Err(Failure::usage(
        format!("Too many have {given} in their name to tell which one is meant."),
        format!("Give its id; `{listing} --find TEXT` shows it."),
    ))
}

/// Any tenant of the installation, for operators.
pub(super) async fn any_tenant(client: &Client, given: &str) -> Result<OperatorTenant, Failure> {
    let listing = "stead operator tenants";
    let found = every(given, listing, async |cursor| {
        let (q, limit) = (Some(given.to_owned()), Some(200));
        client
            .all_tenants(&OperatorTenantsQuery { cursor, q, limit, ..OperatorTenantsQuery::default() })
            .await
    });
    let found = found.await?;
    Wanted { kind: "tenant", given, listing }.among(found, |tenant| &tenant.id, |tenant| tenant.name == given)
}

/// Any user of the installation, for operators.
pub(super) async fn any_user(client: &Client, given: &str) -> Result<OperatorUser, Failure> {
    let listing = "stead operator users";
    let found = every(given, listing, async |cursor| {
        let (q, limit) = (Some(given.to_owned()), Some(200));
        client.all_users(&OperatorUsersQuery { cursor, q, limit, ..OperatorUsersQuery::default() }).await
    });
    let found = found.await?;
    not_confirmed(found.iter().map(|held| &held.user), given)?;
    Wanted { kind: "user", given, listing }.among(
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
        assert!(is_id("inst_01j9zz3kq8f7v9x2m4n5p6r7st"));
        assert!(is_id_or_path("ten_x/DATABASE_URL") && is_id_or_path("keys/master") && !is_id("R/D"));
        for name in ["shop", "my_shop", "ada@example.org", "_01j9zz3kq8f7v9x2m4n5p6r7st", ""] {
            assert!(!is_id_or_path(name), "{name}");
        }
    }

    fn user(name: &str, email: &str, email_verified: bool) -> User {
        let (id, created_at) = (format!("user of {name}"), String::new());
        User { id, name: name.to_owned(), email: Some(email.to_owned()), email_verified, created_at }
    }

    #[test]
    fn security_also_nobody_gets_what_is_meant_for_an_address_by_claiming_it() {
        let (ada, bob) = ("ada@example.org", "bob@example.org");
        let by_name = user(ada, "eve@example.org", true);
        let by_claim = user("Eve", ada, false);
        assert!(!is_called(&by_name, ada) && !is_called(&by_claim, ada) && is_called(&by_claim, "Eve"));
        assert!(is_called(&user("Ada", ada, true), "ADA@example.org"));
        let all = [by_name, by_claim];
        let refusal = not_confirmed(all.iter(), ada).map_err(|failure| failure.code().to_owned());
        assert_eq!(refusal, Err("address_not_confirmed".to_owned()));
        assert!(not_confirmed(all.iter(), bob).is_ok());
        // Nor by choosing an id as a name.
        let id = "user_01j9zz3kq8f7v9x2m4n5p6r7st";
        let found = Wanted { kind: "user", given: id, listing: "" }.among(
            vec![id],
            |_| "another",
            |name| *name == id,
        );
        assert!(found.is_err());
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
