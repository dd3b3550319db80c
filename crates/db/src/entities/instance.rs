//! Instances. Columns are grouped by their writer: identity, settings and wish by the API, the intent by placement (operation steps), the observed state by node reports.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "instances")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub tenant_id: String,
    /// Unique among the tenant's live rows.
    pub name: String,
    /// First label of preview hosts; unique among all live rows.
    pub host_label: String,
    /// Settings: text form of `DriverKind`.
    pub driver: String,
    /// Settings: JSON `crate::instances::InstanceSettings`.
    pub settings: String,
    /// Wish: text form of `stead_core::instance::Wish`.
    pub wish: String,
    /// The user who wished it; absent: Stead itself (idle stop).
    pub wish_by: Option<String>,
    pub wish_at: i64,
    /// JSON `stead_core::instance::Cause`: who or what wished it, for the sentence people read.
    pub wish_reason: Option<String>,
    /// Grows with each change of the settings; the value of `ETag`.
    pub version: i64,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
    /// Set when nothing is left of it on any node.
    pub deleted_at: Option<i64>,
    /// Intent: where it is placed.
    pub node_id: Option<String>,
    /// Intent: number of the newest document; 0 before the first.
    pub generation: i64,
    /// Intent: number of the newest run asked for.
    pub run: i64,
    /// Intent: JSON `stead_core::instance::Wanted`.
    pub wanted: Option<String>,
    /// Intent: JSON `stead_core::instance::InstanceSpec`.
    pub spec: Option<String>,
    /// Intent: whether `phazeai.yaml` has been merged into `spec`.
    pub configured: bool,
    /// Observed: generation of the document the report reflects.
    pub observed_generation: i64,
    /// Observed: text form of `ObservedState`.
    pub observed_state: Option<String>,
    pub observed_run: i64,
    pub observed_since: Option<i64>,
    /// Observed: JSON, the newest `InstanceReport` whole.
    pub observed_report: Option<String>,
    /// When the newest report came.
    pub observed_at: Option<i64>,
    /// When somebody last used it, for the idle stop; at most a minute behind.
    pub last_active_at: Option<i64>,
    /// What `spec` takes, again as numbers that a database can add up for quotas. Written with `spec`.
    pub cpu_millis: i64,
    pub memory_bytes: i64,
    pub disk_bytes: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
