//! Typed public identifiers.
//!
//! An id is a prefix naming its kind and a UUIDv7 in lower-case Crockford base32 (26 characters), so ids of one kind sort by
//! creation time and an id of the wrong kind is refused where it is parsed. Ids are made by [`crate::ambient::Ambient::new_id`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const ENCODED_LENGTH: usize = 26;

/// An identifier that names its kind.
pub trait Id: Copy + Sized {
    /// The text before the underscore, such as `inst`.
    const PREFIX: &'static str;
    fn from_uuid(uuid: Uuid) -> Self;
    fn uuid(self) -> Uuid;
}

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id such as {prefix}_01j9zz3kq8f7v9x2m4n5p6r7st, got {given:?}")]
pub struct InvalidId {
    pub prefix: &'static str,
    pub given: String,
}

fn encode(uuid: Uuid) -> [u8; ENCODED_LENGTH] {
    let mut value = uuid.as_u128();
    let mut digits = [0; ENCODED_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[usize::from(value.to_le_bytes()[0] & 31)];
        value >>= 5;
    }
    digits
}

fn decode(text: &str) -> Option<Uuid> {
    if text.len() != ENCODED_LENGTH {
        return None;
    }
    let mut value: u128 = 0;
    for (index, byte) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|candidate| *candidate == byte)? as u128;
        // 26 * 5 = 130 bits: the first digit carries only the top three bits of the UUID.
        if index == 0 && digit > 7 {
            return None;
        }
        value = (value << 5) | digit;
    }
    Some(Uuid::from_u128(value))
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            fn uuid(self) -> Uuid { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!($prefix, "_"))?;
                formatter.write_str(std::str::from_utf8(&encode(self.0)).unwrap_or_default())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, formatter) }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix($prefix)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(decode)
                    .map(Self)
                    .ok_or_else(|| InvalidId { prefix: $prefix, given: text.chars().take(80).collect() })
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> { serializer.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

typed_ids! {
    /// A person or machine account that can sign in.
    UserId = "user";
    /// An organization; every user also has a personal one.
    TenantId = "ten";
    /// The thing that runs.
    InstanceId = "inst";
    /// A machine that runs the agent.
    NodeId = "node";
    /// A durable long-running action.
    OperationId = "op";
    /// A login of a browser.
    SessionId = "sess";
    /// A named, scoped credential for programs.
    TokenId = "tok";
    /// A one-time link that signs its holder in.
    SignInLinkId = "link";
    /// A passkey.
    PasskeyId = "pkey";
    /// Something asked for by an e-mail address, until it is worked off.
    AccountRequestId = "areq";
    /// A tenant's own source of sign-in.
    SourceId = "src";
    /// An account elsewhere that a user has linked.
    IdentityId = "ident";
    /// A process in an instance that somebody started and may attach to; terminals are such processes with a PTY.
    ProcessId = "proc";
    /// A role that a tenant made for itself.
    RoleId = "role";
    /// An invitation into a tenant.
    InviteId = "inv";
    /// A file that a client sent ahead of the request that uses it.
    UploadId = "upl";
    /// Something worth telling, in the outbox.
    NoticeId = "ntc";
    /// A mail or a call of a webhook, with its attempts.
    DeliveryId = "dlv";
    /// An address that is told of a tenant's events.
    WebhookId = "hook";
    /// An entry of a user's inbox.
    NotificationId = "ntf";
    /// A row of the change feed.
    EventId = "evt";
    /// Seals what belongs to one owner.
    DataKeyId = "key";
    /// Signs access tokens or checkpoints of the audit log.
    SigningKeyId = "sign";
    /// A value that instances get at start and nobody is shown.
    SecretId = "sec";
    /// An entry of the audit log.
    AuditEventId = "aud";
    /// Where audit events are forwarded to.
    AuditSinkId = "sink";
    /// An archive of somebody's data.
    ExportId = "exp";
    /// One HTTP request, as it appears in answers and logs.
    RequestId = "req";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_round_trips_and_keeps_order(left: u128, right: u128) {
            let (a, b) = (InstanceId::from_uuid(Uuid::from_u128(left)), InstanceId::from_uuid(Uuid::from_u128(right)));
            prop_assert_eq!(a.to_string().parse::<InstanceId>().unwrap(), a);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn any_text_parses_or_is_refused_without_panic(text in ".{0,60}") {
            let _ = text.parse::<InstanceId>();
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let tenant = TenantId::from_uuid(Uuid::from_u128(7));
        assert!(tenant.to_string().parse::<InstanceId>().is_err());
    }
}
