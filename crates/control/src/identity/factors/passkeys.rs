//! Passkeys (Web Authentication Level 3): discoverable, several for an account, always with user verification.
//!
//! A ceremony's state stays on the server, sealed, and is used up by the answer. A counter that goes back says that the key was copied:
//! the sign-in is refused, logged and audited.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stead_api::v1::Page;
use stead_api::v1::factors as wire;
use stead_core::error::{FieldError, InternalContext as _};
use stead_core::ids::{Id as _, PasskeyId, UserId};
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::factors::{self, PasskeyCeremony};
use stead_db::users;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Webauthn, WebauthnError,
};

use super::{Factors, recovery};
use crate::identity::accounts::record;
use crate::identity::{Caller, secret};
use crate::keys::Owner;
use crate::notifications::FactorChange;

const LIFETIME: Duration = Duration::from_mins(5);
const MOST: usize = 25;
const MAX_NAME: usize = 100;
const MAX_SECRET: usize = 200;
const REGISTER: &str = "register";
/// Whoever has the passkey is signed in.
const SIGN_IN: &str = "sign_in";
/// A known user proves that they are here.
const PROVE: &str = "prove";

fn refused() -> Error {
    Error::new(ErrorKind::Unauthenticated, "passkey_refused", "The passkey was not accepted.")
        .next_step("Begin again, with a passkey of this account.")
}

fn unavailable() -> Error {
    Error::conflict(
        "passkeys_unavailable",
        "This server has no host name, and browsers give passkeys to names alone.",
    )
    .next_step("Open the dashboard by a name, such as http://localhost:7433, or set --public-url.")
}

fn check_name(name: &str) -> Result<String> {
    let name = name.trim();
    let length = name.chars().count();
    if length > 0 && length <= MAX_NAME && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    let message = format!("use 1 to {MAX_NAME} printable characters");
    let field = FieldError { field: "name".to_owned(), message, line: None, column: None };
    Err(Error::invalid("name_invalid", "The passkey's name cannot be used.").field(field))
}

/// What browsers take: the inside of `publicKey`.
fn options(challenge: &impl Serialize) -> Result<Value> {
    let mut value = serde_json::to_value(challenge).internal("writing the options of a passkey")?;
    Ok(value.get_mut("publicKey").map_or(Value::Null, Value::take))
}

fn read(row: &factors::Passkey) -> Result<Passkey> {
    serde_json::from_str(&row.credential).internal("reading a passkey")
}

fn view(row: factors::Passkey) -> wire::Passkey {
    wire::Passkey {
        id: row.id,
        name: row.name,
        created_at: Timestamp::from_micros(row.created_at).to_string(),
        last_used_at: row.last_used_at.map(|at| Timestamp::from_micros(at).to_string()),
    }
}

fn context(hash: &str) -> String {
    format!("passkey_ceremony/{hash}")
}

impl Factors {
    fn webauthn(&self) -> Result<&Webauthn> {
        self.inner.webauthn.as_ref().ok_or_else(unavailable)
    }

    async fn remember(&self, user: Option<UserId>, kind: &str, state: &impl Serialize) -> Result<String> {
        let pending = secret::opaque(self.inner.identity.inner.db.ambient());
        let hash = secret::hash(&pending);
        let state = serde_json::to_vec(state).internal("writing a passkey ceremony")?;
        let (hash, state) = (&hash, &state);
        self.inner
            .system
            .transaction(|tx| async move {
                let keys = &self.inner.keys;
                let sealed_state = keys.seal(&tx, Owner::Installation, &context(hash), state).await?;
                let row = PasskeyCeremony {
                    secret_hash: hash.clone(),
                    user_id: user.map(|user| user.to_string()),
                    kind: kind.to_owned(),
                    sealed_state,
                    expires_at: tx.now().plus(LIFETIME).micros(),
                };
                factors::insert_ceremony(&tx, row).await
            })
            .await?;
        Ok(pending)
    }

    /// Uses the ceremony up.
    async fn recall<T: DeserializeOwned>(
        &self,
        user: Option<UserId>,
        kind: &str,
        pending: &str,
    ) -> Result<T> {
        if pending.len() > MAX_SECRET {
            return Err(refused());
        }
        let hash = secret::hash(pending);
        let taken = &hash;
        let row = self
            .inner
            .system
            .transaction(|tx| async move { factors::take_ceremony(&tx, taken, kind).await })
            .await?
            .filter(|row| row.user_id == user.map(|user| user.to_string()))
            .ok_or_else(refused)?;
        let (keys, system) = (&self.inner.keys, &self.inner.system);
        let state = keys.open(system, Owner::Installation, &context(&hash), &row.sealed_state).await?;
        serde_json::from_slice(&state).internal("reading a passkey ceremony")
    }

    /// The caller's passkeys, oldest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn passkeys(&self, caller: &Caller) -> Result<Page<wire::Passkey>> {
        let rows = factors::passkeys(&self.inner.system, caller.user()).await?;
        Ok(Page { items: rows.into_iter().map(view).collect(), next_cursor: None })
    }

    /// Begins to add a passkey.
    ///
    /// # Errors
    /// `step_up_required`; `passkeys_unavailable`; `too_many_passkeys`.
    pub async fn begin_passkey(&self, caller: &Caller) -> Result<wire::PasskeyBegun> {
        self.inner.identity.require_recent(caller).await?;
        let webauthn = self.webauthn()?;
        let (system, user) = (&self.inner.system, caller.user());
        let account =
            users::find(system, user).await?.ok_or_else(|| Error::internal("the caller's user is gone"))?;
        let known = factors::passkeys(system, user).await?;
        if known.len() >= MOST {
            return Err(Error::new(
                ErrorKind::QuotaExceeded,
                "too_many_passkeys",
                format!("You have {MOST} passkeys, which is the limit."),
            )
            .next_step("Remove one that is not used any more."));
        }
        let exclude = known.iter().map(|row| Ok(read(row)?.cred_id().clone())).collect::<Result<Vec<_>>>()?;
        let login = account.email.as_deref().unwrap_or(&account.name);
        let (challenge, state) = webauthn
            .start_passkey_registration(user.uuid(), login, &account.name, Some(exclude))
            .internal("beginning a passkey")?;
        let mut options = options(&challenge)?;
        // Found by the browser without a name being typed first.
        options["authenticatorSelection"]["residentKey"] = json!("required");
        options["authenticatorSelection"]["requireResidentKey"] = json!(true);
        Ok(wire::PasskeyBegun { pending: self.remember(Some(user), REGISTER, &state).await?, options })
    }

    /// Adds the passkey; with recovery codes when the caller had none.
    ///
    /// # Errors
    /// `step_up_required`; `name_invalid`; `passkey_refused`; `passkey_known`.
    pub async fn add_passkey(
        &self,
        caller: &Caller,
        input: wire::AddPasskey,
    ) -> Result<wire::CreatedPasskey> {
        self.inner.identity.require_recent(caller).await?;
        let (webauthn, user, name) = (self.webauthn()?, caller.user(), check_name(&input.name)?);
        // The caller is signed in, whatever is wrong with the passkey.
        let answer: RegisterPublicKeyCredential = serde_json::from_value(input.credential)
            .map_err(|error| refused().source_error(error).about_field("credential"))?;
        let state: PasskeyRegistration =
            self.recall(Some(user), REGISTER, &input.pending).await.map_err(|error| match error.kind() {
                ErrorKind::Unauthenticated => error.about_field("pending"),
                _ => error,
            })?;
        let passkey = webauthn
            .finish_passkey_registration(&answer, &state)
            .map_err(|error| refused().context(error.to_string()).about_field("credential"))?;
        let ambient = self.inner.identity.inner.db.ambient();
        let row = factors::Passkey {
            id: ambient.new_id::<PasskeyId>().to_string(),
            user_id: user.to_string(),
            name: name.clone(),
            credential_id: URL_SAFE_NO_PAD.encode(passkey.cred_id()),
            credential: serde_json::to_string(&passkey).internal("writing a passkey")?,
            created_at: self.now().micros(),
            last_used_at: None,
        };
        let codes = recovery::make(ambient);
        let (added, name, hashes) = (&row, &name, &recovery::hashes(&codes));
        let first = self
            .as_caller(caller)
            .transaction(|tx| async move {
                if factors::has_credential(&tx, &added.credential_id).await? {
                    return Err(Error::conflict("passkey_known", "This passkey was added before."));
                }
                factors::insert_passkey(&tx, added.clone()).await?;
                let first = factors::recovery_codes_left(&tx, user).await? == 0;
                if first {
                    factors::set_recovery_codes(&tx, user, hashes).await?;
                }
                let change = FactorChange::PasskeyAdded { name: name.clone() };
                self.changed(&tx, user, "passkey.add", change, &caller.request).await?;
                Ok(first)
            })
            .await?;
        Ok(wire::CreatedPasskey { passkey: view(row), recovery_codes: first.then_some(codes) })
    }

    /// # Errors
    /// `name_invalid`; `passkey_not_found`.
    pub async fn rename_passkey(&self, caller: &Caller, id: PasskeyId, name: &str) -> Result<()> {
        let (user, name) = (caller.user(), &check_name(name)?);
        self.as_caller(caller)
            .transaction(|tx| async move {
                if !factors::rename_passkey(&tx, user, id, name).await? {
                    return Err(Error::not_found("passkey", id));
                }
                record(&tx, user, "passkey.rename").await
            })
            .await
    }

    /// # Errors
    /// `passkey_not_found`; `step_up_required`.
    pub async fn remove_passkey(&self, caller: &Caller, id: PasskeyId) -> Result<()> {
        let user = caller.user();
        // Before anything is asked of the caller, so that what does not exist looks the same to everybody.
        let known = factors::passkeys(&self.inner.system, user).await?;
        if !known.iter().any(|row| row.id == id.to_string()) {
            return Err(Error::not_found("passkey", id));
        }
        self.inner.identity.require_recent(caller).await?;
        self.as_caller(caller)
            .transaction(|tx| async move {
                let removed = factors::delete_passkey(&tx, user, id)
                    .await?
                    .ok_or_else(|| Error::not_found("passkey", id))?;
                if super::of(&tx, user).await?.is_empty() {
                    factors::set_recovery_codes(&tx, user, &[]).await?;
                }
                let change = FactorChange::PasskeyRemoved { name: removed.name };
                self.changed(&tx, user, "passkey.remove", change, &caller.request).await
            })
            .await
    }

    /// Begins a sign-in by a passkey alone, also for the browser to suggest while a name is typed (conditional UI).
    ///
    /// # Errors
    /// `passkeys_unavailable`.
    pub async fn begin_sign_in(&self) -> Result<wire::PasskeyBegun> {
        let (challenge, state) = self
            .webauthn()?
            .start_discoverable_authentication()
            .internal("beginning a sign-in by passkey")?;
        Ok(wire::PasskeyBegun {
            pending: self.remember(None, SIGN_IN, &state).await?,
            options: options(&challenge)?,
        })
    }

    /// Begins the proof of a known user, to complete a pending sign-in.
    ///
    /// # Errors
    /// `pending_invalid`; `passkeys_unavailable`; `passkey_refused` when the user has none.
    pub async fn begin_second_factor(&self, pending: &str) -> Result<wire::PasskeyBegun> {
        let user = self.inner.identity.pending_user(pending).await?;
        self.begin_proof(user).await
    }

    /// Begins the proof of a known user.
    ///
    /// # Errors
    /// `passkeys_unavailable`; `passkey_refused` when the user has none.
    pub async fn begin_proof(&self, user: UserId) -> Result<wire::PasskeyBegun> {
        let rows = factors::passkeys(&self.inner.system, user).await?;
        let keys = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        if keys.is_empty() {
            return Err(refused());
        }
        let (challenge, state) =
            self.webauthn()?.start_passkey_authentication(&keys).internal("beginning a proof by passkey")?;
        let pending = self.remember(Some(user), PROVE, &state).await?;
        Ok(wire::PasskeyBegun { pending, options: options(&challenge)? })
    }

    /// Whose passkey answered a ceremony of [`Factors::begin_sign_in`].
    pub(super) async fn passkey_owner(&self, pending: &str, credential: Value) -> Result<UserId> {
        let webauthn = self.webauthn()?;
        let answer: PublicKeyCredential =
            serde_json::from_value(credential).map_err(|error| refused().source_error(error))?;
        let state: DiscoverableAuthentication = self.recall(None, SIGN_IN, pending).await?;
        let (uuid, credential_id) = webauthn
            .identify_discoverable_authentication(&answer)
            .map_err(|error| refused().context(error.to_string()))?;
        let (user, credential_id) = (UserId::from_uuid(uuid), URL_SAFE_NO_PAD.encode(credential_id));
        let rows = factors::passkeys(&self.inner.system, user).await?;
        let row = rows.iter().find(|row| row.credential_id == credential_id).ok_or_else(refused)?;
        let key = DiscoverableKey::from(read(row)?);
        let result = webauthn.finish_discoverable_authentication_v2(&answer, state, &key);
        self.used(user, &rows, result).await?;
        Ok(user)
    }

    /// A passkey of this user answered: a ceremony of theirs, or one that anybody could answer.
    pub(super) async fn prove_passkey(&self, user: UserId, pending: &str, credential: Value) -> Result<()> {
        let webauthn = self.webauthn()?;
        let answer: PublicKeyCredential =
            serde_json::from_value(credential.clone()).map_err(|error| refused().source_error(error))?;
        match self.recall::<PasskeyAuthentication>(Some(user), PROVE, pending).await {
            Ok(state) => {
                let rows = factors::passkeys(&self.inner.system, user).await?;
                let result = webauthn.finish_passkey_authentication(&answer, &state);
                self.used(user, &rows, result).await
            }
            Err(error) if error.kind() == ErrorKind::Unauthenticated => {
                let owner = self.passkey_owner(pending, credential).await?;
                if owner == user { Ok(()) } else { Err(refused()) }
            }
            Err(error) => Err(error),
        }
    }

    async fn used(
        &self,
        user: UserId,
        rows: &[factors::Passkey],
        result: std::result::Result<AuthenticationResult, WebauthnError>,
    ) -> Result<()> {
        let result = match result {
            Ok(result) => result,
            Err(WebauthnError::CredentialPossibleCompromise) => {
                tracing::warn!(user.id = %user, "a passkey's counter went back: there may be a copy of it");
                self.inner
                    .system
                    .transaction(|tx| async move { record(&tx, user, "passkey.copy_suspected").await })
                    .await?;
                return Err(refused().context("the counter of the passkey went back"));
            }
            Err(error) => return Err(refused().context(error.to_string())),
        };
        if !result.user_verified() {
            return Err(refused().context("the passkey did not verify its user"));
        }
        let id = URL_SAFE_NO_PAD.encode(result.cred_id());
        let row = rows.iter().find(|row| row.credential_id == id).ok_or_else(refused)?;
        let mut passkey = read(row)?;
        passkey.update_credential(&result);
        let credential = &serde_json::to_string(&passkey).internal("writing a passkey")?;
        let used = self
            .inner
            .system
            .transaction(|tx| async move { factors::passkey_used(&tx, row, credential).await })
            .await?;
        if used { Ok(()) } else { Err(refused()) }
    }
}
