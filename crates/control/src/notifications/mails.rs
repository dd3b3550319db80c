//! The mails of the installation, as its operators see them, and what mails look like.

use stead_api::v1::PageQuery;
use stead_api::v1::notifications as wire;
use stead_core::{Error, Result, Timestamp};
use stead_db::outbox::{self, Delivery};
use stead_db::page::PageRequest;

use super::Notifications;
use super::mail::{Written, samples};
use super::notice::KINDS;
use crate::identity::Operator;

fn content(written: Written) -> wire::MailContent {
    wire::MailContent { subject: written.subject, text: written.text, html: written.html }
}

impl Notifications {
    /// The newest mails. What they say is shown only while there is no mail server that could deliver them.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn mails(&self, _: &Operator, page: &PageQuery) -> Result<wire::Mails> {
        let page = PageRequest::new(page.cursor.clone(), page.limit);
        let rows = outbox::mails(&self.inner.system, &page).await?;
        let mut items = Vec::with_capacity(rows.rows.len());
        for row in rows.rows {
            items.push(self.mail(row).await?);
        }
        let mail_server = self.inner.shared.mailer.is_some();
        Ok(wire::Mails { items, next_cursor: rows.next_cursor, mail_server })
    }

    async fn mail(&self, row: Delivery) -> Result<wire::Mail> {
        let time = |at: i64| Timestamp::from_micros(at).to_string();
        let state = match row.state.as_str() {
            outbox::QUEUED => wire::MailState::Queued,
            outbox::HELD => wire::MailState::Held,
            outbox::DELIVERED => wire::MailState::Delivered,
            _ => wire::MailState::Dead,
        };
        let expired = row.expires_at.is_some_and(|at| at <= self.inner.system.now().micros());
        let content = if state == wire::MailState::Held && !expired {
            let name = row.recipient.as_deref().unwrap_or_default();
            let notice = self.inner.shared.notice(&row).await?;
            notice.map(|notice| self.inner.shared.renderer.mail(&notice, name).map(content)).transpose()?
        } else {
            None
        };
        Ok(wire::Mail {
            id: row.id,
            kind: row.kind,
            address: row.address.unwrap_or_default(),
            state,
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            problem: row.problem,
            created_at: time(row.created_at),
            ended_at: row.ended_at.map(time),
            content,
        })
    }

    /// Every kind of mail.
    #[must_use]
    pub fn mail_templates(&self, _: &Operator) -> wire::MailTemplates {
        let items = KINDS
            .iter()
            .filter(|kind| kind.mail || kind.inbox)
            .map(|kind| wire::MailTemplate {
                template: kind.key.to_owned(),
                title: kind.title.to_owned(),
                security: kind.security,
            })
            .collect();
        wire::MailTemplates { items }
    }

    /// What a mail of this kind looks like, with made-up values.
    ///
    /// # Errors
    /// `mail_template_not_found`.
    pub fn mail_preview(&self, _: &Operator, template: &str) -> Result<wire::MailContent> {
        let known = KINDS.iter().any(|kind| kind.key == template && (kind.mail || kind.inbox));
        let sample = samples::of(template).filter(|_| known);
        let sample = sample.ok_or_else(|| Error::not_found("mail_template", template))?;
        self.inner.shared.renderer.mail(&sample, "Ada").map(content)
    }
}
