//! The operation that makes an archive. Its one step may run again: it begins anew.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use stead_core::error::InternalContext as _;
use stead_core::ids::{ExportId, SessionId, TenantId, TokenId, UserId};
use stead_core::operation::OperationState;
use stead_core::{Error, Result};
use stead_db::exports::{self, Export};
use stead_db::{Credential, SystemScope, Tx};

use super::archive::Archive;
use super::{Exports, LIFETIME};
use crate::engine::{Ended, OperationKind, Step, StepContext};

pub(super) const KIND: &str = "export.make";

#[derive(Debug)]
struct MakeExport {
    exports: Exports,
}

pub(super) fn kind(exports: &Exports) -> Arc<dyn OperationKind> {
    Arc::new(MakeExport { exports: exports.clone() })
}

#[async_trait]
impl OperationKind for MakeExport {
    fn name(&self) -> &'static str {
        KIND
    }

    fn time_limit(&self) -> Duration {
        Duration::from_hours(6)
    }

    fn steps(&self) -> Vec<Arc<dyn Step>> {
        vec![Arc::new(Collect { exports: self.exports.clone() })]
    }

    /// A new one is as good, and this one's row has ended.
    fn can_retry(&self) -> bool {
        false
    }

    async fn ended(&self, tx: &Tx<SystemScope>, ended: &Ended) -> Result<()> {
        if ended.state != OperationState::Succeeded
            && let Some(id) = &ended.resource
        {
            exports::end(tx, id, exports::FAILED, None, None).await?;
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Collect {
    exports: Exports,
}

#[async_trait]
impl Step for Collect {
    fn name(&self) -> &'static str {
        "collect"
    }

    fn title(&self) -> &'static str {
        "Collect what is stored and pack it"
    }

    async fn run(&self, context: &StepContext) -> Result<Value> {
        let id = context.resource::<ExportId>()?.to_string();
        let Some(row) = exports::find(context.scope(), &id).await? else {
            // Erased meanwhile, with all that it would hold.
            return Ok(Value::Null);
        };
        if row.state != exports::RUNNING {
            return Ok(Value::Null);
        }
        let exports = &self.exports;
        let archive = Archive::begin(exports.work(&id))?;
        let (user, credential) = asked_by(&row)?;
        let caller = exports.inner.from.identity.at_work(user, credential);
        let tenant: TenantId = row.tenant_id.parse().internal("reading an export's tenant")?;
        let archive = if row.scope == exports::USER {
            exports.collect_user(&caller, tenant, archive, context).await?
        } else {
            exports.collect_tenant(&caller, tenant, archive, context).await?
        };
        let of = if row.scope == exports::USER { row.user_id.clone() } else { row.tenant_id.clone() };
        let (to, scope, now) = (exports.path(&id), row.scope.clone(), context.now());
        let packed = tokio::task::spawn_blocking(move || archive.finish(&to, &scope, &of, now));
        let size = packed.await.internal("packing an export")??;
        let (id, size) = (id.as_str(), i64::try_from(size).unwrap_or(i64::MAX));
        context
            .scope()
            .transaction(|tx| async move {
                let until = tx.now().plus(LIFETIME).micros();
                exports::end(&tx, id, exports::READY, Some(size), Some(until)).await
            })
            .await?;
        Ok(Value::Null)
    }

    async fn undo(&self, context: &StepContext) -> Result<()> {
        let id = context.resource::<ExportId>()?.to_string();
        for path in [self.exports.work(&id), self.exports.path(&id)] {
            super::remove(&path).await?;
        }
        Ok(())
    }
}

fn asked_by(row: &Export) -> Result<(UserId, Credential)> {
    let user = row.user_id.parse().internal("reading who asked for an export")?;
    let credential = match row.credential.parse::<SessionId>() {
        Ok(session) => Credential::Session(session),
        Err(_) => Credential::Token(
            row.credential
                .parse::<TokenId>()
                .map_err(|_| Error::internal("an export was asked for with nothing"))?,
        ),
    };
    Ok((user, credential))
}
