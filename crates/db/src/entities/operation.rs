//! Durable long-running actions. Inserted by whoever asks; afterwards only the engine that holds the lease writes, except for `cancel` and `superseded_by`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub tenant_id: String,
    /// Such as `instance.create`.
    pub kind: String,
    /// The object it changes, such as an instance id.
    pub resource: Option<String>,
    /// Equal to `resource` while this is the resource's unfinished operation; unique.
    pub holds: Option<String>,
    /// The operation that has to end before this one begins: the one it superseded.
    pub follows: Option<String>,
    /// The user; absent: Stead itself.
    pub created_by: Option<String>,
    /// JSON.
    pub input: String,
    /// JSON `stead_core::operation::OperationRecord`: steps, cancellation, problem.
    pub record: String,
    /// JSON object, step name to what the step returned.
    pub outputs: String,
    /// JSON `stead_core::instance::Progress` of the running step.
    pub progress: Option<String>,
    /// Text form of `record.state`, for queries.
    pub state: String,
    /// Grows with each write of the record.
    pub version: i64,
    /// Not before this time: back-off between attempts.
    pub due_at: i64,
    pub deadline: i64,
    /// `undo` or `abandon` once asked for.
    pub cancel: Option<String>,
    /// The engine that works on it.
    pub lease_owner: Option<String>,
    pub lease_until: i64,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
