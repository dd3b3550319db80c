//! What people are told about their own sign-ins.

use stead_core::Result;
use stead_db::{SystemScope, Tx};

use super::caller::RequestInfo;
use super::{Identity, devices};
use crate::notifications::{self, Notice, Whereabouts};

pub(super) fn whereabouts(info: &RequestInfo) -> Whereabouts {
    Whereabouts { device: Some(devices::name(info.user_agent.as_deref())), ip: info.ip }
}

impl Identity {
    /// In the transaction of what it tells of. Nobody is told by an identity without keys, which only tests put together.
    pub(super) async fn tell(&self, tx: &Tx<SystemScope>, notice: Notice) -> Result<()> {
        match self.inner.keys.get() {
            Some(keys) => notifications::queue(tx, keys, notice).await,
            None => Ok(()),
        }
    }
}
