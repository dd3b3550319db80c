//! Word inside this process that something was committed, so that nobody has to poll for it.
//!
//! A nudge is a hint, never data: whoever gets one reads the database. Receivers that fell behind ([`RecvError::Lagged`]) and
//! servers that share a PostgreSQL database read again by a timer.
//!
//! [`RecvError::Lagged`]: tokio::sync::broadcast::error::RecvError::Lagged

use stead_core::ids::{InstanceId, NodeId, OperationId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nudge {
    /// Rows were added to the change feed.
    Events,
    /// For engines: the operation is new, may begin now, or was asked to stop.
    Work(OperationId),
    /// The operation moved on.
    Operation(OperationId),
    /// Wish, intent or observed state of the instance changed.
    Instance(InstanceId),
    Node(NodeId),
    /// There is something to tell or to deliver.
    Outbox,
    /// A session, token or membership ended.
    Revocations,
    /// Keys were destroyed or rotated: what is kept of them in memory is out of date.
    Keys,
    /// Rows were added to the audit log.
    Audit,
    /// Somebody who is not signed in asked for something by an address.
    AccountRequests,
}
