//! Keys as those who run the installation see them, and the beginning of a rotation.

use serde_json::json;
use stead_api::v1::keys as wire;
use stead_core::error::InternalContext as _;
use stead_core::ids::TenantId;
use stead_core::{Error, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::{TenantScope, data_keys, master_keys, sealed_columns, signing_keys, tenants};

use super::ops::{DataInput, MasterInput, ROTATE_DATA, ROTATE_MASTER, ROTATE_SIGNING, SigningInput};
use super::sealed::SEALED;
use super::{Keys, Owner, SigningPurpose, read_id};
use crate::engine::{Engine, NewOperation};
use crate::idempotency::{Mutation, once};
use crate::operations::Operations;

fn time(micros: i64) -> String {
    Timestamp::from_micros(micros).to_string()
}

/// What a rotation begins with.
struct Prepared {
    plan: wire::KeyRotation,
    kind: &'static str,
    input: serde_json::Value,
    /// One rotation of a key at a time.
    resource: String,
}

impl Keys {
    /// Ids, counts and dates.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn overview(&self) -> Result<wire::Keys> {
        let system = &self.inner.system;
        let counts = data_keys::count_by_master_key(system).await?;
        let master_keys = master_keys::list(system)
            .await?
            .into_iter()
            .map(|row| wire::MasterKey {
                data_keys: counts.iter().find(|(id, _)| *id == row.id).map_or(0, |(_, count)| *count),
                current: row.current.is_some(),
                created_at: time(row.created_at),
                retired_at: row.retired_at.map(time),
                id: row.id,
                source: row.source,
            })
            .collect();
        let (total, retired) = data_keys::count(system).await?;
        let mut signing = Vec::new();
        for purpose in SigningPurpose::ALL {
            for row in signing_keys::of_purpose(system, purpose.as_str()).await? {
                signing.push(wire::SigningKey {
                    current: row.current_for.is_some(),
                    created_at: time(row.created_at),
                    retired_at: row.retired_at.map(time),
                    id: row.id,
                    purpose: row.purpose,
                    public_key: row.public_key,
                });
            }
        }
        Ok(wire::Keys { master_keys, data_keys: wire::DataKeys { total, retired }, signing_keys: signing })
    }

    /// Plans a rotation, or begins it: an operation of the tenant that the operator acts in.
    ///
    /// # Errors
    /// `tenant_not_found`; `master_key_not_changed` when the operator has to give the new master key first; `operation_in_progress`.
    pub async fn rotate(
        &self,
        engine: &Engine,
        operations: &Operations,
        scope: &TenantScope,
        input: &wire::RotateKeys,
        mutation: &Mutation,
    ) -> Result<wire::KeyRotation> {
        let prepared = self.prepare(input).await?;
        if input.plan {
            return Ok(prepared.plan);
        }
        let Prepared { mut plan, kind, input, resource } = prepared;
        let (input, resource) = (&input, resource.as_str());
        let begun = once(scope, mutation, |tx| async move {
            let new = NewOperation {
                kind,
                tenant: stead_db::TenantAccess::scope(&*tx).tenant_id(),
                resource: Some(resource.to_owned()),
                input: input.clone(),
                supersede: false,
            };
            let id = engine.enqueue(&tx, new).await?;
            audit::append(
                &tx,
                Entry {
                    detail: Some(&json!({ "operation": id.to_string() })),
                    ..Entry::new("keys.rotate", resource)
                },
            )
            .await?;
            Ok(id)
        })
        .await?;
        plan.operation = Some(operations.get(scope, begun.value).await?);
        Ok(plan)
    }

    async fn prepare(&self, input: &wire::RotateKeys) -> Result<Prepared> {
        if input.tenant.is_some() && input.what != wire::KeyKind::Data {
            return Err(Error::invalid("rotation_invalid", "Only data keys belong to a tenant.")
                .next_step("Leave the tenant out, or rotate `data`."));
        }
        let system = &self.inner.system;
        let plan = |replaces: Vec<String>| wire::KeyRotation {
            what: input.what,
            owner: None,
            replaces,
            data_keys: 0,
            values: Vec::new(),
            operation: None,
        };
        match input.what {
            wire::KeyKind::Master => {
                let current = master_keys::current(system).await?;
                let from = current.ok_or_else(|| Error::internal("no master key is recorded"))?.id;
                let given = self.inner.master.current().await?;
                if !self.inner.master.makes_keys() && given.as_ref() == Some(&from) {
                    // Says what to do.
                    self.inner.master.advance(Some(&from)).await?;
                }
                let (total, _) = data_keys::count(system).await?;
                Ok(Prepared {
                    plan: wire::KeyRotation { data_keys: total, ..plan(vec![from.clone()]) },
                    kind: ROTATE_MASTER,
                    input: serde_json::to_value(MasterInput { from }).internal("writing a rotation")?,
                    resource: "keys/master".to_owned(),
                })
            }
            wire::KeyKind::Data => {
                let owner = self.owner(input.tenant.as_deref()).await?;
                let name = owner.to_string();
                let rows = data_keys::of_owner(system, &name).await?;
                let mut values = Vec::new();
                for column in SEALED {
                    let mut count = 0;
                    for row in &rows {
                        count += sealed_columns::count(system, column, read_id(row)?).await?;
                    }
                    if count > 0 {
                        let (place, fixed) = (column.table.to_owned(), !column.may_be_resealed);
                        values.push(wire::SealedValues { place, count, fixed });
                    }
                }
                let from = rows.iter().find(|row| row.live_of.is_some()).map(read_id).transpose()?;
                let replaces = from.iter().map(ToString::to_string).collect();
                Ok(Prepared {
                    plan: wire::KeyRotation { owner: Some(name.clone()), values, ..plan(replaces) },
                    kind: ROTATE_DATA,
                    resource: format!("keys/{name}"),
                    input: serde_json::to_value(DataInput { owner: name, from })
                        .internal("writing a rotation")?,
                })
            }
            wire::KeyKind::Signing => {
                let mut from = Vec::new();
                for purpose in SigningPurpose::ALL {
                    let rows = signing_keys::of_purpose(system, purpose.as_str()).await?;
                    let current = rows.into_iter().find(|row| row.current_for.is_some());
                    from.push(current.and_then(|row| row.id.parse().ok()));
                }
                let replaces = from.iter().flatten().map(ToString::to_string).collect();
                Ok(Prepared {
                    plan: plan(replaces),
                    kind: ROTATE_SIGNING,
                    input: serde_json::to_value(SigningInput { from }).internal("writing a rotation")?,
                    resource: "keys/signing".to_owned(),
                })
            }
        }
    }

    async fn owner(&self, tenant: Option<&str>) -> Result<Owner> {
        let Some(text) = tenant else { return Ok(Owner::Installation) };
        let unknown = || Error::not_found("tenant", text);
        let id: TenantId = text.parse().map_err(|_| unknown())?;
        if tenants::exists(&self.inner.system, id).await? { Ok(Owner::Tenant(id)) } else { Err(unknown()) }
    }
}
