//! The inbox of a user.

use stead_api::v1::notifications as wire;
use stead_core::ids::{NotificationId, UserId};
use stead_core::{Error, Result, Timestamp};
use stead_db::inbox::{self, InboxItem};
use stead_db::outbox;
use stead_db::page::PageRequest;
use stead_db::{Changed, Tx};

use super::Notifications;
use crate::identity::Caller;

/// Named in one request.
const MOST_IDS: usize = 200;

fn view(row: InboxItem) -> wire::Notification {
    let time = |at: i64| Timestamp::from_micros(at).to_string();
    wire::Notification {
        id: row.id,
        kind: row.kind,
        title: row.title,
        text: row.text,
        path: row.path,
        tenant_id: row.tenant_id,
        created_at: time(row.created_at),
        read_at: row.read_at.map(time),
    }
}

impl Notifications {
    /// The caller's notifications, newest first.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn inbox(&self, caller: &Caller, query: wire::InboxQuery) -> Result<wire::Inbox> {
        let page = PageRequest::new(query.cursor, query.limit);
        let system = &self.inner.system;
        let rows = inbox::list(system, caller.user(), query.unread.unwrap_or(false), &page).await?;
        Ok(wire::Inbox {
            items: rows.rows.into_iter().map(view).collect(),
            next_cursor: rows.next_cursor,
            unread: inbox::unread(system, caller.user()).await?,
        })
    }

    /// Marks some of the caller's notifications, or all, as read.
    ///
    /// # Errors
    /// `notifications_unnamed` when neither ids nor `all` are given; `notification_not_found` for a text that is no id.
    pub async fn mark_read(&self, caller: &Caller, input: wire::MarkRead) -> Result<wire::Unread> {
        if input.all != input.ids.is_empty() || input.ids.len() > MOST_IDS {
            return Err(Error::invalid(
                "notifications_unnamed",
                format!("Name 1 to {MOST_IDS} notifications, or all of them."),
            )
            .next_step("Send either ids or all, such as {\"all\": true}."));
        }
        let ids = input
            .ids
            .iter()
            .map(|id| id.parse::<NotificationId>().map_err(|_| Error::not_found("notification", id)))
            .collect::<Result<Vec<_>>>()?;
        let user = caller.user();
        let ids = (!input.all).then_some(ids);
        let ids = ids.as_deref();
        self.inner
            .system
            .transaction(|tx| async move {
                if inbox::mark_read(&tx, user, ids).await? > 0 {
                    announce(&tx, user).await?;
                }
                Ok(wire::Unread { unread: inbox::unread(&tx, user).await? })
            })
            .await
    }
}

/// Tells the user's other windows.
async fn announce(tx: &Tx<stead_db::SystemScope>, user: UserId) -> Result<()> {
    if let Some(personal) = outbox::recipient(tx, user).await?.and_then(|recipient| recipient.personal) {
        tx.changed(personal, Changed::Inbox(user));
    }
    Ok(())
}
