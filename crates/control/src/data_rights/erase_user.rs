//! The operation that erases a user: words in the audit log, keys, rows. Each step may be run again.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use stead_core::Result;
use stead_core::ids::UserId;
use stead_core::operation::RetryPolicy;
use stead_db::audit::{self, Entry};
use stead_db::{revocations, users};

use super::DataRights;
use crate::engine::{OperationKind, Step, StepContext};
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
            .map(|part| Arc::new(EraseStep { part, rights: self.rights.clone() }) as Arc<dyn Step>)
            .into()
    }
}

#[derive(Debug)]
struct EraseStep {
    part: Part,
    rights: DataRights,
}

#[async_trait]
impl Step for EraseStep {
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

    fn point_of_no_return(&self) -> bool {
        true
    }

    fn retry(&self) -> RetryPolicy {
        RetryPolicy { attempts: 1_000, ..RetryPolicy::default() }
    }

    async fn run(&self, context: &StepContext) -> Result<Value> {
        let user: UserId = context.resource()?;
        match self.part {
            Part::Texts => self.rights.forget_open_texts(user).await?,
            Part::Keys => self.rights.destroy(Owner::User(user)).await?,
            Part::Rows => self.remove(context, user).await?,
        }
        Ok(Value::Null)
    }

    async fn undo(&self, _: &StepContext) -> Result<()> {
        Ok(())
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
