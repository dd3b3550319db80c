//! What a user wants to be told, by which channel, where that differs from the usual. Security mails cannot be turned off.

use std::collections::HashMap;

use stead_api::v1::notifications as wire;
use stead_core::error::FieldError;
use stead_core::{Error, Result};
use stead_db::audit::{self, Entry};
use stead_db::inbox::{self, Preference};
use stead_db::outbox;

use super::Notifications;
use super::notice::{KINDS, Kind, kind_of};
use crate::identity::Caller;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Channel {
    Mail,
    Inbox,
}

impl Channel {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Inbox => "inbox",
        }
    }
}

/// One user's.
#[derive(Debug, Default)]
pub(super) struct Wishes(HashMap<(String, String), bool>);

impl Wishes {
    pub(super) fn of(rows: Vec<Preference>) -> Self {
        Self(rows.into_iter().map(|row| ((row.kind, row.channel), row.enabled)).collect())
    }

    pub(super) fn wants(&self, kind: &Kind, channel: Channel) -> bool {
        let usual = match channel {
            Channel::Mail => kind.mail,
            Channel::Inbox => kind.inbox,
        };
        if !can_choose(kind, channel) {
            return usual;
        }
        self.0.get(&(kind.key.to_owned(), channel.as_str().to_owned())).copied().unwrap_or(usual)
    }
}

/// A security notice goes where it goes, and what nobody is told of has nothing to choose.
const fn can_choose(kind: &Kind, _: Channel) -> bool {
    !kind.security && (kind.mail || kind.inbox)
}

fn view(wishes: &Wishes) -> wire::NotificationPreferences {
    let items = KINDS
        .iter()
        .filter(|kind| kind.mail || kind.inbox)
        .map(|kind| wire::NotificationPreference {
            kind: kind.key.to_owned(),
            title: kind.title.to_owned(),
            fixed: kind.security,
            mail: wishes.wants(kind, Channel::Mail),
            inbox: wishes.wants(kind, Channel::Inbox),
        })
        .collect();
    wire::NotificationPreferences { items }
}

impl Notifications {
    /// What the caller is told.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn preferences(&self, caller: &Caller) -> Result<wire::NotificationPreferences> {
        Ok(view(&Wishes::of(inbox::preferences(&self.inner.system, caller.user()).await?)))
    }

    /// Changes what the caller is told; kinds that are not named stay.
    ///
    /// # Errors
    /// `preference_invalid` for a kind that there is not, or one that cannot be turned off.
    pub async fn set_preferences(
        &self,
        caller: &Caller,
        input: wire::SetNotificationPreferences,
    ) -> Result<wire::NotificationPreferences> {
        let mut changes = Vec::new();
        for (index, item) in input.items.iter().enumerate() {
            let wrong = |message: &str| {
                Error::invalid("preference_invalid", "This cannot be chosen.").field(FieldError {
                    field: format!("items.{index}.kind"),
                    message: message.to_owned(),
                    line: None,
                    column: None,
                })
            };
            let kind = kind_of(&item.kind).ok_or_else(|| wrong("there is no such kind"))?;
            for (channel, wish) in [(Channel::Mail, item.mail), (Channel::Inbox, item.inbox)] {
                let Some(enabled) = wish else { continue };
                if !can_choose(kind, channel) {
                    // Saying what is so anyway is no change: a form may send everything back.
                    if Wishes::default().wants(kind, channel) == enabled {
                        continue;
                    }
                    return Err(wrong("security notices cannot be turned off"));
                }
                changes.push((kind.key, channel.as_str(), enabled));
            }
        }
        let changes = &changes;
        self.inner
            .system
            .on_behalf_of(caller.actor())
            .transaction(|tx| async move {
                for (kind, channel, enabled) in changes {
                    inbox::set_preference(&tx, caller.user(), kind, channel, *enabled).await?;
                }
                let personal = outbox::recipient(&tx, caller.user()).await?.and_then(|user| user.personal);
                let user = caller.user().to_string();
                let entry =
                    Entry { tenant: personal, ..Entry::new("notification_preferences.update", &user) };
                audit::append(&tx, entry).await
            })
            .await?;
        self.preferences(caller).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn security_notices_cannot_be_turned_off() {
        let off = |kind: &str| Preference {
            user_id: String::new(),
            kind: kind.into(),
            channel: "mail".into(),
            enabled: false,
        };
        let wishes = Wishes::of(KINDS.iter().map(|kind| off(kind.key)).collect());
        for kind in &KINDS {
            assert_eq!(wishes.wants(kind, Channel::Mail), kind.security && kind.mail, "{}", kind.key);
            assert_eq!(wishes.wants(kind, Channel::Inbox), kind.inbox);
        }
    }
}
