//! Operations as people see them: listing, waiting, cancelling, trying again. The work itself is [`crate::engine`]'s.

#[cfg(test)]
pub(crate) mod tests;
mod view;

use std::time::Duration;

use stead_api::v1::operations::{Operation, OperationLogLine, OperationQuery};
use stead_api::v1::{Page, PageQuery};
use stead_core::ids::{InstanceId, OperationId};
use stead_core::{Error, Result, Timestamp};
use stead_db::operations::{self, Filter};
use stead_db::page::PageRequest;
use stead_db::{Db, Nudge, TenantScope, audit};
use tokio::sync::broadcast::error::RecvError;

use crate::engine::Engine;

/// Nobody waits longer in one request.
pub const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// While waiting the row is read this often all the same: another server may run the operation.
const LOOK_AGAIN_ALONE: Duration = Duration::from_secs(5);
const LOOK_AGAIN_SHARED: Duration = Duration::from_millis(500);

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Operations {
    db: Db,
    engine: Engine,
}

impl Operations {
    #[must_use]
    pub fn new(db: Db, engine: Engine) -> Self {
        Self { db, engine }
    }

    /// Newest first.
    ///
    /// # Errors
    /// When the cursor or the instance's id is none.
    pub async fn list(&self, scope: &TenantScope, query: &OperationQuery) -> Result<Page<Operation>> {
        if let Some(cursor) = &query.cursor {
            let _: OperationId = cursor.parse().map_err(|_| invalid_cursor())?;
        }
        let resource = match &query.instance_id {
            None => None,
            Some(text) => Some(
                text.parse::<InstanceId>()
                    .map_err(|error| Error::invalid("instance_id_invalid", error.to_string()))?,
            ),
        };
        let filter = Filter {
            resource: resource.map(|id| id.to_string()),
            unfinished: query.unfinished.unwrap_or(false),
        };
        let page = PageRequest::new(query.cursor.clone(), query.limit);
        let found = operations::list(scope, &filter, &page).await?;
        let items = found.rows.iter().map(|row| self.view(row)).collect::<Result<_>>()?;
        Ok(Page { items, next_cursor: found.next_cursor })
    }

    /// # Errors
    /// `operation_not_found`.
    pub async fn get(&self, scope: &TenantScope, id: OperationId) -> Result<Operation> {
        self.view(&self.find(scope, id).await?)
    }

    /// The unfinished operations on these objects.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn unfinished_on(&self, scope: &TenantScope, resources: &[String]) -> Result<Vec<Operation>> {
        let rows = operations::holders(scope, resources).await?;
        rows.iter().map(|row| self.view(row)).collect()
    }

    /// Asks it to stop and undo. One that has ended, or cannot be stopped any more, stays as it is.
    ///
    /// # Errors
    /// `operation_not_cancellable`, with the reason.
    pub async fn cancel(&self, scope: &TenantScope, id: OperationId) -> Result<Operation> {
        scope
            .transaction(|tx| async move {
                let row =
                    operations::find(&tx, id).await?.ok_or_else(|| Error::not_found("operation", id))?;
                if row.cancel.is_some() {
                    return Ok(());
                }
                if !self.engine.cancel(&tx, &row).await? {
                    return Err(Error::conflict(
                        "operation_not_cancellable",
                        "The operation has ended or cannot be stopped any more.",
                    )
                    .next_step(
                        "Look at its state; what it changed can be changed back by another operation.",
                    ));
                }
                audit::append(&tx, audit::Entry::new("operation.cancel", &id.to_string())).await
            })
            .await?;
        self.get(scope, id).await
    }

    /// Runs a failed or cancelled operation again.
    ///
    /// # Errors
    /// `operation_not_retryable`, or `operation_in_progress` when another one holds the object.
    pub async fn retry(&self, scope: &TenantScope, id: OperationId) -> Result<Operation> {
        scope
            .transaction(|tx| async move {
                let row =
                    operations::find(&tx, id).await?.ok_or_else(|| Error::not_found("operation", id))?;
                if !self.engine.retry(&tx, &row).await? {
                    return Err(Error::conflict(
                        "operation_not_retryable",
                        "The operation has not failed or cannot be tried again.",
                    )
                    .next_step("Begin a new one instead."));
                }
                audit::append(&tx, audit::Entry::new("operation.retry", &id.to_string())).await
            })
            .await?;
        self.get(scope, id).await
    }

    /// What the operation wrote about itself, oldest first.
    ///
    /// # Errors
    /// `operation_not_found`, or when the cursor is none.
    pub async fn log(
        &self,
        scope: &TenantScope,
        id: OperationId,
        page: &PageQuery,
    ) -> Result<Page<OperationLogLine>> {
        let after = match &page.cursor {
            None => 0,
            Some(cursor) => cursor.parse::<i64>().map_err(|_| invalid_cursor())?,
        };
        let limit = PageRequest::new(None, page.limit).limit;
        let row = self.find(scope, id).await?;
        let mut lines = operations::log(scope, &row, after, limit + 1).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = lines.len() > limit;
        lines.truncate(limit);
        let next_cursor = if more { lines.last().map(|line| line.id.to_string()) } else { None };
        let items = lines
            .into_iter()
            .map(|line| OperationLogLine {
                at: Timestamp::from_micros(line.at).to_string(),
                step: line.step,
                text: line.text,
            })
            .collect();
        Ok(Page { items, next_cursor })
    }

    /// The operation as soon as it has ended, or as it is after `time` (at most [`LONGEST_WAIT`]).
    ///
    /// # Errors
    /// `operation_not_found`.
    pub async fn wait(&self, scope: &TenantScope, id: OperationId, time: Duration) -> Result<Operation> {
        let mut nudges = self.db.nudges();
        let look_again = if self.db.is_shared() { LOOK_AGAIN_SHARED } else { LOOK_AGAIN_ALONE };
        let ended = async {
            loop {
                let row = self.find(scope, id).await?;
                if row.ended_at.is_some() {
                    return self.view(&row);
                }
                let nudged = async {
                    loop {
                        match nudges.recv().await {
                            Ok(Nudge::Operation(other)) if other == id => return,
                            Ok(_) => {}
                            Err(RecvError::Lagged(_)) => return,
                            Err(RecvError::Closed) => std::future::pending().await,
                        }
                    }
                };
                let _ = tokio::time::timeout(look_again, nudged).await;
            }
        };
        match tokio::time::timeout(time.min(LONGEST_WAIT), ended).await {
            Ok(outcome) => outcome,
            Err(_) => self.get(scope, id).await,
        }
    }

    /// A row as people see it.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn view(&self, row: &operations::Operation) -> Result<Operation> {
        view::operation(row, &self.engine)
    }

    async fn find(&self, scope: &TenantScope, id: OperationId) -> Result<operations::Operation> {
        operations::find(scope, id).await?.ok_or_else(|| Error::not_found("operation", id))
    }
}

fn invalid_cursor() -> Error {
    Error::invalid("cursor_invalid", "The cursor is none that a list gave.")
        .next_step("Pass `next_cursor` of the page before, or leave it out for the first page.")
}
