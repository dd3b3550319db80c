//! Keys: what is stored and must be read back is sealed here.
//!
//! Owns the tables of master keys (their ids), data keys and signing keys and is their only writer. A master key ([`master`]) wraps
//! data keys; an owner (the installation, a tenant, a user) has one live data key and any number of retired ones; values are sealed
//! by the owner's live key with AES-256-GCM, bound to the owner, the data key and a context such as `secret/<holder>/<name>/<version>`.
//! A value moved to another owner or context does not open. Destroying an owner's keys erases whatever they sealed.
//!
//! Whoever seals does so in the transaction that stores the text: a retired key is removed in a transaction that has seen no text
//! naming it, and the database orders the two.

mod cache;
mod envelope;
pub mod master;
mod ops;
mod overview;
pub mod rotation;
mod sealed;
pub mod signing;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stead_core::ids::{DataKeyId, TenantId, UserId};
use stead_core::{Error, ErrorKind, Result};
use stead_db::data_keys::{self, DataKeyRow};
use stead_db::{Access, Db, Scope, SystemScope, Tx, master_keys};
use zeroize::Zeroizing;

use self::cache::{Cache, Opened};
use self::envelope::Key;
use self::master::{KeyRing, MasterKeys};

pub use self::master::MasterKeySettings;
pub use self::signing::{PublicKey, SigningKeys, SigningPurpose};

/// Whose key seals: erasing the owner's keys erases the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    Installation,
    Tenant(TenantId),
    User(UserId),
}

const INSTALLATION: &str = "installation";

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installation => formatter.write_str(INSTALLATION),
            Self::Tenant(id) => fmt::Display::fmt(id, formatter),
            Self::User(id) => fmt::Display::fmt(id, formatter),
        }
    }
}

impl FromStr for Owner {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        if text == INSTALLATION {
            return Ok(Self::Installation);
        }
        let tenant = text.parse().map(Self::Tenant);
        tenant.or_else(|_| text.parse().map(Self::User)).map_err(|_| {
            Error::invalid(
                "key_owner_invalid",
                "A key's owner is `installation`, or a tenant's or user's id.",
            )
        })
    }
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Keys {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    system: SystemScope,
    master: Arc<dyn MasterKeys>,
    cache: Cache,
    signing: signing::Known,
    /// Points of a rotation that are left until a test ends it.
    #[cfg(test)]
    until_failure: std::sync::atomic::AtomicI64,
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").field("master", &self.inner.master).finish_non_exhaustive()
    }
}

impl Keys {
    /// Takes the master key from where the settings say, or makes the first one where that is a file and nothing was sealed yet.
    ///
    /// # Errors
    /// `master_key_missing` when what is stored is sealed under another key; `master_key_invalid`, `master_key_exposed`,
    /// `master_key_unusable`, `master_key_command_failed`.
    pub async fn start(db: Db, settings: &MasterKeySettings) -> Result<Self> {
        let ring = KeyRing::new(settings.clone(), db.ambient().clone());
        Self::with(db, Arc::new(ring)).await
    }

    /// The same with master keys of another kind.
    ///
    /// # Errors
    /// See [`Keys::start`].
    pub async fn with(db: Db, master: Arc<dyn MasterKeys>) -> Result<Self> {
        let system = db.system("keys");
        let given = master.current().await?;
        let recorded = master_keys::current(&system).await?;
        match &recorded {
            None => {
                let first = match given {
                    Some(given) => given,
                    None => master.advance(None).await?,
                };
                let (source, first) = (master.source(), first.as_str());
                system
                    .transaction(|tx| async move {
                        match master_keys::current(&tx).await? {
                            // Another server was first; whether its key is at hand is seen below.
                            Some(_) => Ok(()),
                            None => master_keys::make_current(&tx, first, source).await,
                        }
                    })
                    .await?;
            }
            Some(recorded) if given.as_ref() != Some(&recorded.id) && master.has(&recorded.id).await? => {
                tracing::warn!(
                    master_key.current = recorded.id,
                    "another master key is given than the one in use; run `stead keys rotate master` to change to it"
                );
            }
            Some(_) => {}
        }
        let keys = Self {
            inner: Arc::new(Inner {
                cache: Cache::new(db.clone()),
                system,
                db,
                master,
                signing: signing::Known::default(),
                #[cfg(test)]
                until_failure: std::sync::atomic::AtomicI64::new(0),
            }),
        };
        keys.check_master_key().await?;
        Ok(keys)
    }

    /// Refuses to start with a master key that opens nothing: what would be sealed then could not be told from what is lost.
    async fn check_master_key(&self) -> Result<()> {
        let current = master_keys::current(&self.inner.system).await?;
        let current = current.ok_or_else(|| Error::internal("no master key is recorded"))?;
        // Wrapping looks the key up and says in words when it is not there.
        self.inner.master.wrap(&current.id, b"", b"").await.map(drop)
    }

    /// Seals `plain` so that it opens only as this owner's and in this context. The text belongs into a column that
    /// `keys/sealed.rs` lists, in this transaction.
    ///
    /// # Errors
    /// A failure of the database, or `master_key_missing`. A defect for a context that is not listed.
    pub async fn seal<S: Scope>(
        &self,
        tx: &Tx<S>,
        owner: Owner,
        context: &str,
        plain: &[u8],
    ) -> Result<String> {
        let kind = context.split('/').next().unwrap_or_default();
        if !sealed::SEALED.iter().any(|column| column.context_kind == kind) {
            return Err(Error::internal(format!(
                "keys/sealed.rs does not list the column of the context {kind}: what is sealed would be lost by a rotation"
            )));
        }
        let (id, key) = self.live_key(tx, owner).await?;
        self.seal_by(id, &key, owner, context, plain)
    }

    fn seal_by(&self, id: DataKeyId, key: &Key, owner: Owner, context: &str, plain: &[u8]) -> Result<String> {
        let mut nonce = [0; 12];
        self.inner.db.ambient().fill_random(&mut nonce);
        let aad = value_data(&owner.to_string(), id, context);
        Ok(envelope::write(id, &envelope::encrypt(key, nonce, &aad, plain)?))
    }

    /// What was sealed. `access` is a scope, or the transaction that may itself have made the owner's key.
    ///
    /// # Errors
    /// `key_destroyed` when the owner's keys were destroyed; a defect when owner or context are others or the text was changed.
    pub async fn open<A: Access>(
        &self,
        access: &A,
        owner: Owner,
        context: &str,
        sealed: &str,
    ) -> Result<Zeroizing<Vec<u8>>> {
        let wrong = || Error::internal(format!("a value sealed for {owner} as {context} does not open"));
        let (id, bytes) = envelope::read(sealed).ok_or_else(wrong)?;
        let opened = self.data_key(access, id).await?.ok_or_else(destroyed)?;
        let owner = owner.to_string();
        if *opened.owner != *owner {
            return Err(wrong());
        }
        envelope::decrypt(&opened.key, &value_data(&owner, id, context), &bytes)?.ok_or_else(wrong)
    }

    /// Destroys every key of the owner: what they sealed is gone for good, in every copy of the database made from now on.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn destroy<S: Scope>(&self, tx: &Tx<S>, owner: Owner) -> Result<()> {
        data_keys::destroy(tx, &owner.to_string()).await.map(drop)
    }

    /// The owner's live key; made in this transaction when there is none.
    async fn live_key<S: Scope>(&self, tx: &Tx<S>, owner: Owner) -> Result<(DataKeyId, Arc<Key>)> {
        if let Some(row) = data_keys::live(tx, &owner.to_string()).await? {
            let id = read_id(&row)?;
            if let Some(known) = self.inner.cache.get(id).0 {
                return Ok((id, known.key));
            }
            return Ok((id, self.unwrap(&row).await?.key));
        }
        let (row, key) = self.new_key(tx, owner).await?;
        let id = read_id(&row)?;
        data_keys::insert(tx, row).await?;
        Ok((id, key))
    }

    /// A live key for the owner, wrapped by the current master key, not stored yet.
    async fn new_key<S: Scope>(&self, tx: &Tx<S>, owner: Owner) -> Result<(DataKeyRow, Arc<Key>)> {
        let master = master_keys::current(tx).await?;
        let master = master.ok_or_else(|| Error::internal("no master key is recorded"))?.id;
        let (id, owner) = (tx.ambient().new_id::<DataKeyId>(), owner.to_string());
        let mut key = Key::default();
        tx.ambient().fill_random(key.as_mut());
        let wrapped = self.inner.master.wrap(&master, &key_data(&owner, id), key.as_slice()).await?;
        let row = DataKeyRow {
            id: id.to_string(),
            live_of: Some(owner.clone()),
            owner,
            master_key: master,
            wrapped: URL_SAFE_NO_PAD.encode(wrapped),
            created_at: tx.now().micros(),
            retired_at: None,
        };
        Ok((row, Arc::new(key)))
    }

    async fn data_key<A: Access>(&self, access: &A, id: DataKeyId) -> Result<Option<Opened>> {
        let (known, asked) = self.inner.cache.get(id);
        if known.is_some() {
            return Ok(known);
        }
        let Some(row) = data_keys::find(access, id).await? else { return Ok(None) };
        let opened = self.unwrap(&row).await?;
        if access.sees_committed_only() {
            self.inner.cache.put(id, opened.clone(), asked);
        }
        Ok(Some(opened))
    }

    async fn unwrap(&self, row: &DataKeyRow) -> Result<Opened> {
        let id = read_id(row)?;
        let wrapped = URL_SAFE_NO_PAD.decode(&row.wrapped);
        let wrapped = wrapped.map_err(|_| Error::internal(format!("the data key {id} cannot be read")))?;
        let plain = self.inner.master.open(&row.master_key, &key_data(&row.owner, id), &wrapped).await?;
        let key: [u8; 32] = plain
            .as_slice()
            .try_into()
            .map_err(|_| Error::internal(format!("the data key {id} has another length")))?;
        Ok(Opened { owner: row.owner.as_str().into(), key: Arc::new(Zeroizing::new(key)) })
    }
}

fn read_id(row: &DataKeyRow) -> Result<DataKeyId> {
    row.id.parse().map_err(|error| Error::internal("reading a data key's id").source_error(error))
}

fn key_data(owner: &str, id: DataKeyId) -> Vec<u8> {
    envelope::associated_data("stead data key", &[owner, &id.to_string()])
}

fn value_data(owner: &str, id: DataKeyId, context: &str) -> Vec<u8> {
    envelope::associated_data("stead sealed value", &[owner, &id.to_string(), context])
}

fn destroyed() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "key_destroyed",
        "What was stored here was erased for good: the key that it was sealed with is destroyed.",
    )
}
