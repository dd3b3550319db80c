//! Signing a program in with a browser somewhere else (RFC 8628): the program shows a short code, somebody who is signed in
//! approves it, the program polls until then.

use std::time::Duration;

use stead_api::v1::identity as wire;
use stead_core::ambient::Ambient;
use stead_core::error::FieldError;
use stead_core::ids::SessionId;
use stead_core::{Error, ErrorKind, Result, Timestamp};
use stead_db::audit::{self, Entry};
use stead_db::device_requests::{self, DeviceRequest};
use stead_db::{Credential, sessions};

use super::caller::{Caller, RequestInfo};
use super::refresh::{ProgramSession, ProgramTokens};
use super::sessions::{parse, personal_tenant};
use super::{Identity, access_tokens, devices, secret};
use crate::attempts::Limited;

const LIFETIME: Duration = Duration::from_mins(10);
const INTERVAL_SECONDS: i64 = 5;
/// What is added for polling too often (RFC 8628 §3.5).
const SLOWER_SECONDS: i64 = 5;
const SLOWEST_SECONDS: i64 = 60;
const CODE_LENGTH: usize = 8;
/// Consonants, so that no code is a word and none looks like another (RFC 8628 §6.1).
const CODE_ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const MAX_NAME: usize = 100;
const MAX_SECRET: usize = 200;

/// As it is typed: case, spaces and dashes do not matter.
fn normalized(code: &str) -> Option<String> {
    let letters: String = code
        .chars()
        .filter(|letter| !matches!(letter, '-' | ' '))
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let known = letters.len() == CODE_LENGTH && letters.bytes().all(|byte| CODE_ALPHABET.contains(&byte));
    known.then_some(letters)
}

fn user_code(ambient: &Ambient) -> String {
    let mut code = String::with_capacity(CODE_LENGTH);
    while code.len() < CODE_LENGTH {
        let mut bytes = [0; 32];
        ambient.fill_random(&mut bytes);
        // 240 is the largest multiple of 20 in a byte.
        let usable = bytes.into_iter().filter(|byte| *byte < 240);
        code.extend(
            usable
                .map(|byte| char::from(CODE_ALPHABET[usize::from(byte % 20)]))
                .take(CODE_LENGTH - code.len()),
        );
    }
    code
}

fn shown(code: &str) -> String {
    let (first, second) = code.split_at(CODE_LENGTH / 2);
    format!("{first}-{second}")
}

fn user_code_hash(code: &str) -> String {
    secret::hash(&format!("user code {code}"))
}

fn oauth(code: &str, message: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, code, message)
}

fn expired() -> Error {
    oauth("expired_token", "The code has expired or was used.").next_step("Begin again with `stead login`.")
}

fn unknown(code: &str) -> Error {
    Error::not_found("device-request", code.chars().take(20).collect::<String>())
        .next_step("Codes are valid for ten minutes; begin again on the device.")
}

enum Poll {
    Signed,
    Pending,
    SlowDown(i64),
    Denied,
    Expired,
}

impl Identity {
    /// A device asks to be signed in.
    ///
    /// # Errors
    /// `device_invalid`; `rate_limited`; a failure of the database.
    pub async fn begin_device(&self, client_name: &str, info: &RequestInfo) -> Result<wire::DeviceCodes> {
        let name = client_name.trim();
        let length = name.chars().count();
        if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
            return Err(Error::invalid("device_invalid", "The device cannot be called like this.").field(
                FieldError {
                    field: "client_name".into(),
                    message: format!("use 1 to {MAX_NAME} printable characters"),
                    line: None,
                    column: None,
                },
            ));
        }
        self.attempts().take(Limited::DeviceRequest { ip: info.ip }).await?;
        let ambient = self.inner.db.ambient();
        let (device_code, code) = (secret::opaque(ambient), user_code(ambient));
        let now = self.now();
        let row = DeviceRequest {
            device_code_hash: secret::hash(&device_code),
            user_code_hash: user_code_hash(&code),
            client_name: name.to_owned(),
            ip: info.ip.map(|ip| ip.to_string()),
            user_agent: info.user_agent.clone(),
            state: "pending".to_owned(),
            user_id: None,
            factors: None,
            interval_seconds: INTERVAL_SECONDS,
            polled_at: None,
            created_at: now.micros(),
            expires_at: now.plus(LIFETIME).micros(),
        };
        self.inner
            .system
            .transaction(|tx| {
                let row = row.clone();
                async move { device_requests::insert(&tx, row).await }
            })
            .await?;
        let address = format!("{}/device", self.inner.base_url);
        Ok(wire::DeviceCodes {
            device_code,
            verification_uri_complete: format!("{address}?code={}", shown(&code)),
            user_code: shown(&code),
            verification_uri: address,
            expires_in: LIFETIME.as_secs(),
            interval: u64::try_from(INTERVAL_SECONDS).unwrap_or(5),
        })
    }

    /// What asks with this code, to be shown to whoever may approve.
    ///
    /// # Errors
    /// `device-request_not_found`; `rate_limited`; a failure of the database.
    pub async fn device_request(&self, caller: &Caller, code: &str) -> Result<wire::DeviceRequest> {
        self.attempts().take(Limited::UserCode { user: caller.user }).await?;
        let letters = normalized(code).ok_or_else(|| unknown(code))?;
        let row = device_requests::by_user_code(&self.inner.system, &user_code_hash(&letters))
            .await?
            .filter(|row| row.expires_at > self.now().micros() && row.state == "pending")
            .ok_or_else(|| unknown(code))?;
        Ok(wire::DeviceRequest {
            user_code: shown(&letters),
            network: devices::network(row.ip.as_deref().and_then(|ip| ip.parse().ok())).to_owned(),
            client_name: row.client_name,
            ip: row.ip,
            user_agent: row.user_agent,
            created_at: Timestamp::from_micros(row.created_at).to_string(),
            expires_at: Timestamp::from_micros(row.expires_at).to_string(),
        })
    }

    /// Lets the device sign in as the caller, or not.
    ///
    /// # Errors
    /// `session_needed` for API tokens; `device-request_not_found`; `rate_limited`; a failure of the database.
    pub async fn answer_device(&self, caller: &Caller, code: &str, approve: bool) -> Result<()> {
        self.attempts().take(Limited::UserCode { user: caller.user }).await?;
        let letters = normalized(code).ok_or_else(|| unknown(code))?;
        let hash = user_code_hash(&letters);
        device_requests::by_user_code(&self.inner.system, &hash).await?.ok_or_else(|| unknown(code))?;
        // A device gets a whole session; a token limited to some permissions must not make one.
        let Some(session) = caller.session().filter(|_| caller.scopes.is_none()) else {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "session_needed",
                "Only somebody who is signed in can answer a device.",
            )
            .next_step("Sign in to the dashboard."));
        };
        let user = caller.user;
        let (state, action) =
            if approve { ("approved", "device.approve") } else { ("denied", "device.deny") };
        let (hash, given) = (&hash, code);
        self.inner
            .system
            .on_behalf_of(caller.actor())
            .transaction(|tx| async move {
                let factors = sessions::find(&tx, session).await?.map(|row| row.factors);
                if !device_requests::answer(&tx, hash, user, state, factors.as_deref()).await? {
                    return Err(unknown(given));
                }
                let row = device_requests::by_user_code(&tx, hash).await?.ok_or_else(|| unknown(given))?;
                let (subject, tenant) = (user.to_string(), personal_tenant(&tx, user).await?);
                let detail = serde_json::json!({ "client_name": row.client_name });
                audit::append(&tx, Entry { tenant, detail: Some(&detail), ..Entry::new(action, &subject) })
                    .await
            })
            .await
    }

    /// A device asks whether it was approved; when it was, it is signed in, once.
    ///
    /// # Errors
    /// RFC 8628's `authorization_pending`, `slow_down`, `access_denied` and `expired_token`; a failure of the database.
    pub async fn poll_device(&self, device_code: &str, info: &RequestInfo) -> Result<ProgramTokens> {
        if device_code.len() > MAX_SECRET {
            return Err(expired());
        }
        let hash = secret::hash(device_code);
        let row = device_requests::by_device_code(&self.inner.system, &hash).await?.ok_or_else(expired)?;
        let ambient = self.inner.db.ambient();
        let program = match &row.user_id {
            Some(user) => Some(ProgramSession {
                user: parse(user)?,
                id: ambient.new_id::<SessionId>(),
                client_name: row.client_name.clone(),
                factors: row.factors.clone().unwrap_or_default(),
                refresh: secret::opaque(ambient),
                info: info.clone(),
            }),
            None => None,
        };
        let scope = match &program {
            Some(program) => {
                let credential = Credential::Session(program.id);
                let caller = Caller { user: program.user, credential, scopes: None, request: info.clone() };
                self.inner.system.on_behalf_of(caller.actor())
            }
            None => self.inner.system.clone(),
        };
        let (hash, beginning) = (&hash, program.as_ref());
        let poll = scope
            .transaction(|tx| async move {
                let Some(row) = device_requests::by_device_code(&tx, hash).await? else {
                    return Ok(Poll::Expired);
                };
                let now = tx.now();
                if row.expires_at <= now.micros() {
                    return Ok(Poll::Expired);
                }
                match (row.state.as_str(), beginning) {
                    ("denied", _) => {
                        device_requests::take(&tx, hash).await?;
                        Ok(Poll::Denied)
                    }
                    ("approved", Some(program)) => {
                        if !device_requests::take(&tx, hash).await? {
                            return Ok(Poll::Expired);
                        }
                        program.begin(&tx).await?;
                        Ok(Poll::Signed)
                    }
                    _ => {
                        let since = row.polled_at.map(|at| now.since(Timestamp::from_micros(at)).as_secs());
                        let wanted = u64::try_from(row.interval_seconds).unwrap_or(5);
                        let early = since.is_some_and(|since| since < wanted);
                        let slower = row.interval_seconds + if early { SLOWER_SECONDS } else { 0 };
                        let slower = slower.min(SLOWEST_SECONDS);
                        device_requests::polled(&tx, hash, slower).await?;
                        Ok(if early { Poll::SlowDown(slower) } else { Poll::Pending })
                    }
                }
            })
            .await?;
        match (poll, program) {
            (Poll::Signed, Some(program)) => {
                let access = self.mint_access_token(program.user, program.id, &program.client_name).await?;
                Ok(ProgramTokens {
                    access,
                    access_lifetime: access_tokens::LIFETIME,
                    refresh: program.refresh,
                    session: program.id,
                })
            }
            (Poll::Pending | Poll::Signed, _) => {
                Err(oauth("authorization_pending", "Nobody has approved the code yet.")
                    .next_step("Ask again after the interval."))
            }
            (Poll::SlowDown(seconds), _) => Err(oauth("slow_down", "This was asked too early.")
                .next_step(format!("Ask again after {seconds} seconds."))
                .retry_after(Duration::from_secs(u64::try_from(seconds).unwrap_or(5)))),
            (Poll::Denied, _) => {
                Err(oauth("access_denied", "The code was refused.")
                    .next_step("Begin again with `stead login`."))
            }
            (Poll::Expired, _) => Err(expired()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_typed_as_people_do() {
        let code = user_code(&Ambient::system());
        let (first, second) = code.split_at(4);
        assert_eq!(normalized(&format!(" {}-{}", first.to_lowercase(), second)), Some(code.clone()));
        assert_eq!(shown(&code).len(), 9);
        for wrong in ["", "BCDF", "ABCDEFGH", "BCDF-GHJ0", "BCDFGHJKL"] {
            assert_eq!(normalized(wrong), None, "{wrong}");
        }
    }
}
