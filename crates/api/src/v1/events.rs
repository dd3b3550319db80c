//! The change feed: `GET /v1/events`, server-sent events of the caller's tenant. `Last-Event-ID` resumes.
//!
//! `event:` is the type, `id:` the event's id, `data:` the JSON below. When the id to resume from is too old, the first event
//! is `reset`: the client reads everything anew.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::instances::Instance;
use super::operations::Operation;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "made once per event and serialised at once")]
pub enum Event {
    /// An instance is new or changed.
    Instance {
        instance: Instance,
    },
    InstanceDeleted {
        instance_id: String,
    },
    Operation {
        operation: Operation,
    },
    /// Sent every few seconds while an instance runs.
    Usage {
        instance_id: String,
        usage: super::instances::Usage,
    },
    /// The caller's inbox changed.
    Notifications {
        unread: u64,
    },
    /// Read everything anew.
    Reset,
}
