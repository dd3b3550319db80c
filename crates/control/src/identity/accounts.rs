//! Users and their tenants.

use stead_api::v1::identity as wire;
use stead_core::ids::UserId;
use stead_core::{Error, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::users::{self, User};
use stead_db::{SystemScope, Tx};

use super::Identity;

const MAX_NAME: usize = 100;

pub(crate) fn user_view(user: &User) -> wire::User {
    wire::User {
        id: user.id.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        created_at: Timestamp::from_micros(user.created_at).to_string(),
    }
}

pub(crate) fn check_name(name: &str) -> Result<&str> {
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
    let tenant = crate::tenants::insert_personal(tx, name, id).await?;
    let subject = id.to_string();
    audit::append(tx, Entry { tenant: Some(tenant), ..Entry::new("user.create", &subject) }).await?;
    Ok(id)
}
