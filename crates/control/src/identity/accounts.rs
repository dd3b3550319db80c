//! Users and their tenants.

use stead_api::v1::identity as wire;
use stead_core::access::Role;
use stead_core::ids::{TenantId, UserId};
use stead_core::{Error, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::tenants::{self, Tenant};
use stead_db::users::{self, User};
use stead_db::{SystemScope, Tx, revocations};

use super::Identity;

const MAX_NAME: usize = 100;

pub(super) fn user_view(user: &User) -> wire::User {
    wire::User {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        created_at: Timestamp::from_micros(user.created_at).to_string(),
    }
}

fn check_name(name: &str) -> Result<&str> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "name_invalid",
            "The name is empty, too long or holds characters that cannot be shown.",
        )
        .next_step(format!("Use 1 to {MAX_NAME} printable characters.")));
    }
    Ok(name)
}

impl Identity {
    /// The owner of the installation: the first user. Made, with a personal tenant, when there is none.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn first_owner(&self, name: &str) -> Result<UserId> {
        let name = check_name(name)?;
        self.inner
            .system
            .transaction(|tx| async move {
                match users::first(&tx).await? {
                    Some(user) => user.id.parse().map_err(|_| Error::internal("a user's id is damaged")),
                    None => insert_user(&tx, name, None).await,
                }
            })
            .await
    }

    /// A new user with a personal tenant.
    ///
    /// # Errors
    /// `name_invalid`, or a failure of the database (an address that is taken, too).
    pub async fn create_user(&self, name: &str, email: Option<&str>) -> Result<UserId> {
        let name = check_name(name)?;
        self.inner.system.transaction(|tx| async move { insert_user(&tx, name, email).await }).await
    }

    /// A new tenant with its owner.
    ///
    /// # Errors
    /// `name_invalid`, or a failure of the database.
    pub async fn create_tenant(&self, name: &str, owner: UserId) -> Result<TenantId> {
        let name = check_name(name)?;
        self.inner.system.transaction(|tx| async move { insert_tenant(&tx, name, owner, false).await }).await
    }

    /// Makes the user a member.
    ///
    /// # Errors
    /// A failure of the database (a member already, too).
    pub async fn add_member(&self, tenant: TenantId, user: UserId, role: Role) -> Result<()> {
        self.inner
            .system
            .transaction(|tx| async move {
                tenants::insert_member(&tx, tenant, user, role).await?;
                let subject = user.to_string();
                audit::append(&tx, Entry { tenant: Some(tenant), ..Entry::new("member.add", &subject) }).await
            })
            .await
    }

    /// Ends the membership, and what is open on it.
    ///
    /// # Errors
    /// `member_not_found`, or a failure of the database.
    pub async fn remove_member(&self, tenant: TenantId, user: UserId) -> Result<()> {
        self.inner
            .system
            .transaction(|tx| async move {
                if !tenants::remove_member(&tx, tenant, user).await? {
                    return Err(Error::not_found("member", user));
                }
                let subject = user.to_string();
                revocations::append(&tx, "membership", &subject).await?;
                audit::append(&tx, Entry { tenant: Some(tenant), ..Entry::new("member.remove", &subject) })
                    .await
            })
            .await?;
        self.rights_ended();
        Ok(())
    }
}

async fn insert_user(tx: &Tx<SystemScope>, name: &str, email: Option<&str>) -> Result<UserId> {
    let id: UserId = tx.ambient().new_id();
    let row = User {
        email: email.map(str::to_owned),
        // The first one runs the installation.
        is_operator: users::first(tx).await?.is_none(),
        ..User::new(id, name, tx.now().micros())
    };
    users::insert(tx, row).await?;
    let tenant = insert_tenant(tx, name, id, true).await?;
    let subject = id.to_string();
    audit::append(tx, Entry { tenant: Some(tenant), ..Entry::new("user.create", &subject) }).await?;
    Ok(id)
}

async fn insert_tenant(tx: &Tx<SystemScope>, name: &str, owner: UserId, personal: bool) -> Result<TenantId> {
    let id: TenantId = tx.ambient().new_id();
    let row = Tenant::new(id, name, personal.then(|| owner.to_string()), tx.now().micros());
    tenants::insert(tx, row).await?;
    tenants::insert_member(tx, id, owner, Role::Owner).await?;
    let subject = id.to_string();
    audit::append(tx, Entry { tenant: Some(id), ..Entry::new("tenant.create", &subject) }).await?;
    Ok(id)
}
