//! The owner of this installation, signed in on this machine.

use std::path::Path;

use stead_api::client::Client;
use stead_core::error::InternalContext;
use stead_core::{Error, Result};
use url::Url;

use super::assemble::Stead;
use crate::config::Credentials;

/// The first user's name, until there is a page to change it.
const OWNER: &str = "Owner";

/// A client for the owner: with the token of the credentials file when it is one of this server, else with a new one, which is
/// then stored there.
///
/// # Errors
/// When the file exists and cannot be used, or cannot be written.
pub async fn sign_in_this_machine(stead: &Stead, credentials: &Path) -> Result<Client> {
    let url = Url::parse(stead.base_url()).internal("reading the base address")?;
    let client = |token: String| {
        Client::new(url.clone(), Some(token), None)
            .map_err(|error| Error::internal("making a client").source_error(error))
    };
    // What cannot be read is replaced: it belongs to another server or to nobody.
    if let Ok(Some(stored)) = Credentials::load(credentials)
        && Url::parse(&stored.server).is_ok_and(|server| server.origin() == url.origin())
    {
        let known = client(stored.token)?;
        if known.me().await.is_ok() {
            return Ok(known);
        }
    }
    let identity = stead.control().identity();
    let owner = identity.first_owner(OWNER).await?;
    let token = identity.issue_token(owner, "Command line of this machine").await?;
    Credentials { server: url.to_string(), token: token.clone(), tenant: None }.store(credentials)?;
    client(token)
}
