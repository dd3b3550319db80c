//! Rotation: the steps, each of which may be killed anywhere and run again.
//!
//! A master key is replaced in three: the new one wraps what is new; every data key is wrapped anew, batch by batch, each only as
//! long as it is wrapped as it was read; the old one is forgotten when no data key names it. Until then it stays readable.
//! The key of an owner is replaced likewise: a new data key seals what is new; every value sealed by a retired one is sealed anew
//! by compare-and-swap; a retired key is removed in a transaction that finds no value naming it. Values that must not change
//! (`may_be_resealed` in `sealed.rs`) and values that do not open keep their key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stead_core::ids::{DataKeyId, SigningKeyId};
use stead_core::instance::Progress;
use stead_core::{Error, Result};
use stead_db::sealed_columns::{self, SealedColumn};
use stead_db::{Nudge, data_keys, master_keys, signing_keys};

use super::sealed::SEALED;
use super::{Keys, Owner, SigningPurpose, envelope, key_data, read_id};
use crate::engine::StepContext;

/// Data keys wrapped, or values sealed, in one transaction.
const BATCH: u64 = 50;

/// What a rotation of an owner's key has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resealed {
    pub values: u64,
    /// Values that do not open and therefore keep their key.
    pub unreadable: u64,
}

/// A retired key that could not be removed, and how many values still name it.
pub type Kept = (DataKeyId, u64);

impl Keys {
    /// Lets another master key wrap what is new: a fresh one, or the one that the operator gave. `from` is the one to replace;
    /// when another is in use already, nothing happens.
    ///
    /// # Errors
    /// `master_key_not_changed` when the operator has to give the new key and has not.
    pub async fn replace_master(&self, from: &str) -> Result<()> {
        let inner = &self.inner;
        let recorded = master_keys::current(&inner.system).await?;
        if recorded.is_some_and(|recorded| recorded.id != from) {
            return Ok(());
        }
        self.point()?;
        let next = inner.master.advance(Some(from)).await?;
        self.point()?;
        let (next, source) = (next.as_str(), inner.master.source());
        inner
            .system
            .transaction(|tx| async move {
                match master_keys::current(&tx).await? {
                    Some(current) if current.id != from => Ok(()),
                    _ => master_keys::make_current(&tx, next, source).await,
                }
            })
            .await?;
        self.point()
    }

    /// Wraps up to a batch of data keys by the current master key. Returns how many are done; 0 when none was left.
    ///
    /// # Errors
    /// A failure of the database, or `master_key_missing`.
    pub async fn rewrap_batch(&self) -> Result<u64> {
        self.point()?;
        let inner = &self.inner;
        let current = master_keys::current(&inner.system).await?;
        let current = current.ok_or_else(|| Error::internal("no master key is recorded"))?.id;
        // Read outside of the transactions, which then touch one row each and are in nobody's way.
        let rows = data_keys::wrapped_by_others(&inner.system, &current, BATCH).await?;
        for row in &rows {
            let opened = self.unwrap(row).await?;
            let aad = key_data(&row.owner, read_id(row)?);
            let wrapped = inner.master.wrap(&current, &aad, opened.key.as_slice()).await?;
            let (current, wrapped) = (current.as_str(), &URL_SAFE_NO_PAD.encode(wrapped));
            inner
                .system
                .transaction(|tx| async move { data_keys::rewrap(&tx, row, current, wrapped).await })
                .await?;
        }
        self.point()?;
        Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
    }

    /// Forgets master keys that wrap nothing any more.
    ///
    /// # Errors
    /// A failure of the database, or `master_key_unusable`.
    pub async fn retire_masters(&self) -> Result<()> {
        let inner = &self.inner;
        for row in master_keys::list(&inner.system).await? {
            if row.current.is_some() {
                continue;
            }
            let id = row.id.as_str();
            if row.retired_at.is_some() && !inner.master.has(id).await? {
                continue;
            }
            self.point()?;
            let retired = match row.retired_at {
                // The process ended before the key was forgotten.
                Some(_) => true,
                None => {
                    inner.system.transaction(|tx| async move { master_keys::retire(&tx, id).await }).await?
                }
            };
            self.point()?;
            if retired {
                inner.master.forget(id).await?;
            }
            self.point()?;
        }
        Ok(())
    }

    /// Gives the owner a new data key in the place of `from`; nothing happens when another is live already.
    ///
    /// # Errors
    /// A failure of the database, or `master_key_missing`.
    pub async fn replace_data_key(&self, owner: Owner, from: Option<DataKeyId>) -> Result<()> {
        self.point()?;
        self.inner
            .system
            .transaction(|tx| async move {
                let live = data_keys::live(&tx, &owner.to_string()).await?;
                let live = live.as_ref().map(read_id).transpose()?;
                if live != from {
                    return Ok(());
                }
                if let Some(live) = live {
                    data_keys::retire(&tx, live).await?;
                }
                let (row, _) = self.new_key(&tx, owner).await?;
                data_keys::insert(&tx, row).await?;
                tx.nudge(Nudge::Keys);
                Ok(())
            })
            .await?;
        self.point()
    }

    /// Seals anew what retired keys of the owner sealed. `told` learns how many values are done.
    ///
    /// # Errors
    /// A failure of the database, or `master_key_missing`.
    pub async fn reseal(&self, owner: Owner, told: Option<&StepContext>) -> Result<Resealed> {
        let mut total = Resealed::default();
        for key in self.retired(owner).await? {
            for column in SEALED.iter().filter(|column| column.may_be_resealed) {
                let (mut unreadable, mut size) = (0, BATCH);
                loop {
                    self.point()?;
                    let (found, failed) = match self.reseal_batch(owner, column, key, unreadable, size).await
                    {
                        // Those who write all the time always win against a long transaction.
                        Err(error) if error.code() == "database_busy" && size > 1 => {
                            size = (size / 4).max(1);
                            continue;
                        }
                        outcome => outcome?,
                    };
                    self.point()?;
                    if found == 0 {
                        break;
                    }
                    unreadable += failed;
                    total.values += found - failed;
                    if let Some(context) = told {
                        let label = "Sealing values".to_owned();
                        context.progress(Progress { label, done: Some(total.values), total: None }).await?;
                    }
                }
                total.unreadable += unreadable;
            }
        }
        Ok(total)
    }

    async fn reseal_batch(
        &self,
        owner: Owner,
        column: &SealedColumn,
        key: DataKeyId,
        skip: u64,
        size: u64,
    ) -> Result<(u64, u64)> {
        // Read outside of the transaction, which then replaces only what is still what was read.
        let found = &sealed_columns::list(&self.inner.system, column, key, skip, size).await?;
        if found.is_empty() {
            return Ok((0, 0));
        }
        self.inner
            .system
            .transaction(|tx| async move {
                let old = self.data_key(&tx, key).await?.ok_or_else(super::destroyed)?;
                let (live, new) = self.live_key(&tx, owner).await?;
                let (name, mut failed) = (owner.to_string(), 0);
                for value in found {
                    let plain = match envelope::read(&value.text) {
                        Some((_, bytes)) => envelope::decrypt(
                            &old.key,
                            &super::value_data(&name, key, &value.context),
                            &bytes,
                        )?,
                        None => None,
                    };
                    let Some(plain) = plain else {
                        tracing::warn!(
                            sealed.table = column.table, sealed.key = ?value.key, data_key.id = %key,
                            "a sealed value does not open; it stays as it is and its key is kept"
                        );
                        failed += 1;
                        continue;
                    };
                    let text = self.seal_by(live, &new, owner, &value.context, &plain)?;
                    sealed_columns::replace(&tx, column, value, &text).await?;
                }
                Ok((u64::try_from(found.len()).unwrap_or(u64::MAX), failed))
            })
            .await
    }

    /// Removes retired keys of the owner that no value names any more. Returns those that are kept.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn remove_unused(&self, owner: Owner) -> Result<Vec<Kept>> {
        let mut kept = Vec::new();
        for key in self.retired(owner).await? {
            self.point()?;
            let left = self
                .inner
                .system
                .transaction(|tx| async move {
                    let mut left = 0;
                    for column in SEALED {
                        left += sealed_columns::count(&tx, column, key).await?;
                    }
                    if left == 0 {
                        data_keys::remove_retired(&tx, key).await?;
                    }
                    Ok(left)
                })
                .await?;
            self.point()?;
            if left > 0 {
                kept.push((key, left));
            }
        }
        Ok(kept)
    }

    /// Lets a new key sign in the place of `from`; nothing happens when another does already.
    ///
    /// # Errors
    /// A failure of the database, or `master_key_missing`.
    pub async fn replace_signing_key(
        &self,
        purpose: SigningPurpose,
        from: Option<SigningKeyId>,
    ) -> Result<()> {
        self.point()?;
        self.inner
            .system
            .transaction(|tx| async move {
                let rows = signing_keys::of_purpose(&tx, purpose.as_str()).await?;
                let current = rows.iter().find(|row| row.current_for.is_some()).map(|row| row.id.clone());
                if current == from.map(|id| id.to_string()) {
                    self.rotate_signing(&tx, purpose).await?;
                }
                Ok(())
            })
            .await?;
        self.point()
    }

    async fn retired(&self, owner: Owner) -> Result<Vec<DataKeyId>> {
        let rows = data_keys::of_owner(&self.inner.system, &owner.to_string()).await?;
        rows.iter().filter(|row| row.live_of.is_none()).map(read_id).collect()
    }

    /// A place where a kill must do no harm; tests fail here.
    #[cfg(test)]
    fn point(&self) -> Result<()> {
        use std::sync::atomic::Ordering;
        let left = self.inner.until_failure.fetch_sub(1, Ordering::SeqCst);
        if left == 1 { Err(Error::conflict("killed", "A test ended it here.")) } else { Ok(()) }
    }

    #[cfg(not(test))]
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "the same shape as in tests, where it fails"
    )]
    const fn point(&self) -> Result<()> {
        Ok(())
    }
}
