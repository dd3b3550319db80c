//! Ed25519 keys that sign access tokens and checkpoints of the audit log. The private part is sealed under the installation's key.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stead_core::ids::SigningKeyId;
use stead_core::{Error, Result, Timestamp};
use stead_db::signing_keys::{self, SigningKeyRow};
use stead_db::{SystemScope, Tx};
use zeroize::Zeroizing;

use super::{Keys, Owner};

/// Where other servers may rotate without this one hearing of it, keys are read again after this time.
const LIFETIME_SHARED: Duration = Duration::from_secs(30);

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SigningPurpose {
    AccessToken,
    AuditCheckpoint,
}

impl SigningPurpose {
    pub const ALL: [Self; 2] = [Self::AccessToken, Self::AuditCheckpoint];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::AuditCheckpoint => "audit_checkpoint",
        }
    }

    /// How long after its retirement a key can still be needed to check what it signed; `None`: forever.
    const fn needed_for(self) -> Option<Duration> {
        match self {
            // Access tokens live minutes; a day leaves room for clocks and caches.
            Self::AccessToken => Some(Duration::from_hours(24)),
            Self::AuditCheckpoint => None,
        }
    }
}

/// A public key that what was signed can be checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub id: SigningKeyId,
    pub bytes: [u8; 32],
    pub created_at: Timestamp,
    /// It signs no more since then.
    pub retired_at: Option<Timestamp>,
}

impl PublicKey {
    /// The `x` of a JWK (RFC 8037).
    #[must_use]
    pub fn base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes)
    }

    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.bytes).verify(message, signature).is_ok()
    }
}

/// The keys of one purpose, as they were when they were read.
pub struct SigningKeys {
    current: SigningKeyId,
    pair: Ed25519KeyPair,
    /// The current one first.
    public: Vec<PublicKey>,
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKeys").field("public", &self.public).finish_non_exhaustive()
    }
}

impl SigningKeys {
    /// The id of the key that signs: `kid`.
    #[must_use]
    pub fn id(&self) -> SigningKeyId {
        self.current
    }

    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair.sign(message).as_ref());
        signature
    }

    /// The private key in PKCS #8 (RFC 8410), for libraries that sign by themselves.
    ///
    /// # Errors
    /// A defect.
    pub fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>> {
        let document = self.pair.to_pkcs8v1().map_err(|_| Error::internal("writing a signing key"))?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }

    /// The current key first, then retired ones that may still be needed.
    #[must_use]
    pub fn public(&self) -> &[PublicKey] {
        &self.public
    }

    #[must_use]
    pub fn find(&self, id: SigningKeyId) -> Option<&PublicKey> {
        self.public.iter().find(|key| key.id == id)
    }
}

/// What was read last, of each purpose.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<SigningPurpose, ReadKeys>>);

/// The keys, when they were read, and how much had been forgotten by then.
type ReadKeys = (Arc<SigningKeys>, Timestamp, u64);

fn context(purpose: SigningPurpose, id: SigningKeyId) -> String {
    format!("signing/{}/{id}", purpose.as_str())
}

impl Keys {
    /// The keys of this purpose; the first is made when there is none. Cheap: kept in memory until they change.
    ///
    /// # Errors
    /// A failure of the database, or `master_key_missing`.
    pub async fn signing(&self, purpose: SigningPurpose) -> Result<Arc<SigningKeys>> {
        let inner = &self.inner;
        let (now, forgotten) = (inner.system.now(), inner.cache.forgotten());
        let shared = inner.db.is_shared();
        {
            let known = inner.signing.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((keys, since, then)) = known.get(&purpose)
                && *then == forgotten
                && (!shared || now.since(*since) < LIFETIME_SHARED)
            {
                return Ok(Arc::clone(keys));
            }
        }
        let keys = match self.read_signing(purpose).await? {
            Some(keys) => keys,
            None => {
                inner
                    .system
                    .transaction(|tx| async move {
                        if has_current(&signing_keys::of_purpose(&tx, purpose.as_str()).await?) {
                            return Ok(());
                        }
                        self.add_signing(&tx, purpose).await.map(drop)
                    })
                    .await?;
                let made = self.read_signing(purpose).await?;
                made.ok_or_else(|| Error::internal("a signing key that was made is not there"))?
            }
        };
        let keys = Arc::new(keys);
        let mut known = inner.signing.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(purpose, (Arc::clone(&keys), now, forgotten));
        Ok(keys)
    }

    /// Lets a new key sign from now on, and removes retired ones that nothing needs any more. Returns the new key's id.
    ///
    /// # Errors
    /// A failure of the database, or `master_key_missing`.
    pub async fn rotate_signing(
        &self,
        tx: &Tx<SystemScope>,
        purpose: SigningPurpose,
    ) -> Result<SigningKeyId> {
        signing_keys::retire_current(tx, purpose.as_str()).await?;
        if let Some(needed_for) = purpose.needed_for() {
            let micros = i64::try_from(needed_for.as_micros()).unwrap_or(i64::MAX);
            let before = Timestamp::from_micros(tx.now().micros().saturating_sub(micros));
            signing_keys::remove_retired(tx, purpose.as_str(), before).await?;
        }
        self.add_signing(tx, purpose).await
    }

    async fn add_signing(&self, tx: &Tx<SystemScope>, purpose: SigningPurpose) -> Result<SigningKeyId> {
        let mut seed = Zeroizing::new([0; 32]);
        tx.ambient().fill_random(seed.as_mut());
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice())
            .map_err(|_| Error::internal("making a signing key"))?;
        let id = tx.ambient().new_id::<SigningKeyId>();
        let sealed = self.seal(tx, Owner::Installation, &context(purpose, id), seed.as_slice()).await?;
        let row = SigningKeyRow {
            id: id.to_string(),
            purpose: purpose.as_str().to_owned(),
            current_for: Some(purpose.as_str().to_owned()),
            public_key: URL_SAFE_NO_PAD.encode(pair.public_key()),
            sealed_seed: sealed,
            created_at: tx.now().micros(),
            retired_at: None,
        };
        signing_keys::insert(tx, row).await?;
        Ok(id)
    }

    async fn read_signing(&self, purpose: SigningPurpose) -> Result<Option<SigningKeys>> {
        let system = &self.inner.system;
        let rows = signing_keys::of_purpose(system, purpose.as_str()).await?;
        let Some(current) = rows.iter().find(|row| row.current_for.is_some()) else { return Ok(None) };
        let id = read_id(current)?;
        let seed =
            self.open(system, Owner::Installation, &context(purpose, id), &current.sealed_seed).await?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|_| Error::internal("a stored signing key cannot be read"))?;
        let mut public = rows.iter().map(public_key).collect::<Result<Vec<_>>>()?;
        public.sort_by_key(|key| key.id != id);
        Ok(Some(SigningKeys { current: id, pair, public }))
    }
}

fn has_current(rows: &[SigningKeyRow]) -> bool {
    rows.iter().any(|row| row.current_for.is_some())
}

fn read_id(row: &SigningKeyRow) -> Result<SigningKeyId> {
    row.id.parse().map_err(|error| Error::internal("reading a signing key's id").source_error(error))
}

fn public_key(row: &SigningKeyRow) -> Result<PublicKey> {
    let bytes = URL_SAFE_NO_PAD.decode(&row.public_key).ok().and_then(|bytes| bytes.try_into().ok());
    Ok(PublicKey {
        id: read_id(row)?,
        bytes: bytes.ok_or_else(|| Error::internal("a stored public key cannot be read"))?,
        created_at: Timestamp::from_micros(row.created_at),
        retired_at: row.retired_at.map(Timestamp::from_micros),
    })
}
