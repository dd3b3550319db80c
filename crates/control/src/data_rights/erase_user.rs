//! The operation that erases a user: words in the audit log, keys, rows. Each step may be run again.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use stead_core::Result;
use stead_core::ids::UserId;
use stead_db::audit::{self, Entry};
use stead_db::{revocations, users};

use super::DataRights;
use crate::engine::{Onward, OperationKind, Step, StepContext, onward};
use crate::keys::Owner;

pub(super) const KIND: &str = "user.erase";

#[derive(Debug)]
struct EraseUser {
    rights: DataRights,
}

pub(super) fn kind(rights: &DataRights) -> Arc<dyn OperationKind> {
    // The engine keeps its kinds, and the service keeps the engine: both live as long as the process.
    Arc::new(EraseUser { rights: rights.clone() })
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Texts,
    Keys,
    Rows,
}

impl OperationKind for EraseUser {
    fn name(&self) -> &'static str {
        KIND
    }

    fn time_limit(&self) -> Duration {
        Duration::from_hours(24)
    }

    fn steps(&self) -> Vec<Arc<dyn Step>> {
        [Part::Texts, Part::Keys, Part::Rows]
            .map(|part| onward(EraseStep { part, rights: self.rights.clone() }))
            .into()
    }
}

#[derive(Debug)]
struct EraseStep {
    part: Part,
    rights: DataRights,
}

#[async_trait]
impl Onward for EraseStep {
    fn name(&self) -> &'static str {
        match self.part {
            Part::Texts => "texts",
            Part::Keys => "keys",
            Part::Rows => "rows",
        }
    }

    fn title(&self) -> &'static str {
        match self.part {
            Part::Texts => "Forget words in the audit log",
            Part::Keys => "Destroy the keys",
            Part::Rows => "Remove the account",
        }
    }

    async fn run(&self, context: &StepContext) -> Result<()> {
        let user: UserId = context.resource()?;
        match self.part {
            Part::Texts => self.rights.forget_open_texts(user).await,
            Part::Keys => self.rights.destroy(Owner::User(user)).await,
            Part::Rows => self.remove(context, user).await,
        }
    }
}

impl EraseStep {
    async fn remove(&self, context: &StepContext, user: UserId) -> Result<()> {
        let (tenant, keys) = (context.tenant(), &self.rights.keys);
        context
            .scope()
            .transaction(|tx| async move {
                // A request that was under way may have made a new key meanwhile.
                keys.destroy(&tx, Owner::User(user)).await?;
                if !users::remove(&tx, user).await? {
                    return Ok(());
                }
                let subject = user.to_string();
                revocations::append(&tx, "user", &subject).await?;
                audit::append(&tx, Entry { tenant: Some(tenant), ..Entry::new(KIND, &subject) }).await
            })
            .await?;
        tracing::info!(user.id = %user, "a user was erased");
        Ok(())
    }
}
