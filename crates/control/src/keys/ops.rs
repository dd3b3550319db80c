//! Rotations as durable operations: `keys.rotate_master`, `keys.rotate_data`, `keys.rotate_signing`. The steps are in
//! [`super::rotation`]. None is undone: half a rotation leaves everything readable, and the next one goes on.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stead_core::Result;
use stead_core::ids::{DataKeyId, SigningKeyId};
use stead_core::instance::Progress;
use stead_db::data_keys;

use super::{Keys, Owner, SigningPurpose};
use crate::engine::{OperationKind, Step, StepContext};

pub(super) const ROTATE_MASTER: &str = "keys.rotate_master";
pub(super) const ROTATE_DATA: &str = "keys.rotate_data";
pub(super) const ROTATE_SIGNING: &str = "keys.rotate_signing";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MasterInput {
    pub(super) from: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct DataInput {
    pub(super) owner: String,
    pub(super) from: Option<DataKeyId>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SigningInput {
    pub(super) from: Vec<Option<SigningKeyId>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    ReplaceMaster,
    Rewrap,
    RetireMasters,
    ReplaceData,
    Reseal,
    RemoveUnused,
    ReplaceSigning,
}

struct RotationStep {
    keys: Keys,
    work: Work,
}

struct Rotation {
    keys: Keys,
    name: &'static str,
    works: &'static [Work],
}

impl Keys {
    /// The kinds of operations that rotate keys.
    #[must_use]
    pub fn kinds(&self) -> Vec<Arc<dyn OperationKind>> {
        let kind =
            |name, works| Arc::new(Rotation { keys: self.clone(), name, works }) as Arc<dyn OperationKind>;
        vec![
            kind(ROTATE_MASTER, &[Work::ReplaceMaster, Work::Rewrap, Work::RetireMasters]),
            kind(ROTATE_DATA, &[Work::ReplaceData, Work::Reseal, Work::RemoveUnused]),
            kind(ROTATE_SIGNING, &[Work::ReplaceSigning]),
        ]
    }
}

#[async_trait]
impl OperationKind for Rotation {
    fn name(&self) -> &'static str {
        self.name
    }

    fn time_limit(&self) -> Duration {
        Duration::from_hours(24)
    }

    fn steps(&self) -> Vec<Arc<dyn Step>> {
        let step =
            |work: &Work| Arc::new(RotationStep { keys: self.keys.clone(), work: *work }) as Arc<dyn Step>;
        self.works.iter().map(step).collect()
    }
}

fn progress(label: &str, done: u64, total: Option<u64>) -> Progress {
    Progress { label: label.to_owned(), done: Some(done), total }
}

#[async_trait]
impl Step for RotationStep {
    fn name(&self) -> &'static str {
        match self.work {
            Work::ReplaceMaster | Work::ReplaceData | Work::ReplaceSigning => "replace",
            Work::Rewrap => "rewrap",
            Work::Reseal => "reseal",
            Work::RetireMasters | Work::RemoveUnused => "retire",
        }
    }

    fn title(&self) -> &'static str {
        match self.work {
            Work::ReplaceMaster => "Let a new master key wrap what is new",
            Work::Rewrap => "Wrap every data key by it",
            Work::RetireMasters => "Forget the old master key",
            Work::ReplaceData => "Let a new data key seal what is new",
            Work::Reseal => "Seal every value by it",
            Work::RemoveUnused => "Remove the old data key",
            Work::ReplaceSigning => "Let new keys sign",
        }
    }

    async fn run(&self, context: &StepContext) -> Result<Value> {
        let keys = &self.keys;
        match self.work {
            Work::ReplaceMaster => keys.replace_master(&context.input::<MasterInput>()?.from).await?,
            Work::Rewrap => {
                let (all, _) = data_keys::count(context.scope()).await?;
                let mut done = 0;
                loop {
                    match keys.rewrap_batch().await? {
                        0 => break,
                        more => done += more,
                    }
                    context.progress(progress("Wrapping data keys", done, Some(all))).await?;
                }
                context.log(format!("{done} data keys were wrapped anew.")).await?;
            }
            Work::RetireMasters => keys.retire_masters().await?,
            Work::ReplaceData => {
                let input: DataInput = context.input()?;
                keys.replace_data_key(input.owner.parse()?, input.from).await?;
            }
            Work::Reseal => {
                let owner: Owner = context.input::<DataInput>()?.owner.parse()?;
                let resealed = keys.reseal(owner, Some(context)).await?;
                context.log(format!("{} values were sealed anew.", resealed.values)).await?;
                if resealed.unreadable > 0 {
                    context
                        .log(format!("{} values do not open and were left as they are.", resealed.unreadable))
                        .await?;
                }
            }
            Work::RemoveUnused => {
                let owner: Owner = context.input::<DataInput>()?.owner.parse()?;
                let mut kept = keys.remove_unused(owner).await?;
                if !kept.is_empty() {
                    // A writer that had begun before the new key was live may have committed since.
                    keys.reseal(owner, Some(context)).await?;
                    kept = keys.remove_unused(owner).await?;
                }
                for (key, values) in kept {
                    context.log(format!("The retired key {key} is kept: {values} values name it.")).await?;
                }
            }
            Work::ReplaceSigning => {
                let from = context.input::<SigningInput>()?.from;
                for (purpose, from) in SigningPurpose::ALL.into_iter().zip(from) {
                    keys.replace_signing_key(purpose, from).await?;
                }
            }
        }
        Ok(Value::Null)
    }

    async fn undo(&self, _: &StepContext) -> Result<()> {
        // Everything is readable half-way, and a new key may have sealed something already.
        Ok(())
    }
}
