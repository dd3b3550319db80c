//! The owner of this installation, signed in on this machine.

use std::path::Path;

use stead_api::client::{Client, ClientError};
use stead_api::v1::identity::SignInLink;
use stead_core::ambient::Ambient;
use stead_core::error::InternalContext;
use stead_core::{Error, Result};
use url::Url;

use super::assemble::Stead;
use crate::credentials::{self, Credentials, Held, Login};
use crate::session_tokens;

/// The first user's name, until there is a page to change it.
const OWNER: &str = "Owner";

/// A client for the owner: with what the credentials file holds for this server when it is taken, else with a new token, which is
/// then stored there.
///
/// # Errors
/// When the file exists and cannot be used, or cannot be written.
pub async fn sign_in_this_machine(stead: &Stead, path: &Path, ambient: &Ambient) -> Result<Client> {
    let url = Url::parse(stead.base_url()).internal("reading the base address")?;
    let cannot = |error: ClientError| Error::internal("making a client").source_error(error);
    let stored = Credentials::load(path);
    if let Ok(stored) = &stored
        && let Some(login) = stored.login(&url)
    {
        let known = session_tokens::client(path.to_owned(), &url, login, None, ambient).map_err(cannot)?;
        if known.me().await.is_ok() {
            return Ok(known);
        }
    }
    let identity = stead.control().identity();
    let owner = identity.first_owner(OWNER).await?;
    let token = identity.issue_token(owner, "Command line of this machine").await?;
    let login = Login { held: Held::Token { token: token.clone() }, tenant: None };
    let _lock = credentials::lock(path)?;
    // What cannot be read is replaced: it belongs to nobody.
    let mut all = Credentials::load(path).unwrap_or_default();
    all.keep(&url, login);
    all.store(path)?;
    Client::new(url, Some(token), None).map_err(cannot)
}

/// A link that signs the owner in once, made by whoever runs the machine.
///
/// # Errors
/// A failure of the database.
pub async fn sign_in_link(stead: &Stead) -> Result<SignInLink> {
    let identity = stead.control().identity();
    let owner = identity.first_owner(OWNER).await?;
    identity.sign_in_link(owner).await
}
