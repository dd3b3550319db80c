//! From notices to deliveries: who is told, by which channels. One transaction per notice, so that a notice is told once whatever
//! happens in between.

use std::time::Duration;

use stead_core::error::InternalContext as _;
use stead_core::ids::{DeliveryId, NoticeId, NotificationId, TenantId, UserId};
use stead_core::operation::RetryPolicy;
use stead_core::{Error, Result, Timestamp};
use stead_db::inbox::{self, InboxItem};
use stead_db::outbox::{self, Delivery, NoticeRow, Recipient};
use stead_db::{Changed, Nudge, Scope, SystemScope, Tx, webhooks};

use super::mail::Renderer;
use super::notice::{Audience, Kind, Notice, kind_of};
use super::preferences::{Channel, Wishes};
use super::webhooks::event;
use crate::keys::{Keys, Owner};

/// Entries of one inbox.
const KEPT_IN_INBOX: u64 = 500;
/// Of mails of one kind about one object to one address, one is sent in this time; the inbox has them all.
const QUIET: Duration = Duration::from_hours(1);
const ATTEMPTS: RetryPolicy =
    RetryPolicy { attempts: 10, first_delay: Duration::from_secs(1), longest_delay: Duration::from_mins(10) };

fn owner(account: Option<UserId>, tenant: Option<TenantId>) -> Owner {
    match (account, tenant) {
        (Some(user), _) => Owner::User(user),
        (None, Some(tenant)) => Owner::Tenant(tenant),
        (None, None) => Owner::Installation,
    }
}

fn context(id: &str) -> String {
    format!("notice/{id}")
}

/// Puts the notice into the outbox, in the transaction of the change it tells of: told if that commits, and only then. What holds the
/// secret of a link is sealed under the key of whom it is about, and erased once it is delivered.
///
/// # Errors
/// A failure of the database.
pub async fn queue<S: Scope>(tx: &Tx<S>, keys: &Keys, notice: Notice) -> Result<()> {
    if notice.secret().is_none() {
        return announce(tx, notice).await;
    }
    let id = tx.ambient().new_id::<NoticeId>().to_string();
    let body = zeroize::Zeroizing::new(serde_json::to_string(&notice).internal("writing a notice")?);
    let owner = owner(notice.account(), notice.tenant());
    let sealed = keys.seal(tx, owner, &context(&id), body.as_bytes()).await?;
    insert(tx, id, &notice, None, Some(sealed)).await
}

/// [`queue`] for notices that hold no secret, for callers without keys.
///
/// # Errors
/// A failure of the database. A defect for a notice with a link.
pub async fn announce<S: Scope>(tx: &Tx<S>, notice: Notice) -> Result<()> {
    if notice.secret().is_some() {
        return Err(Error::internal("a notice with a secret has to be sealed"));
    }
    // What only webhooks hear of is not kept when there is none.
    if let (Audience::Nobody, Some(tenant)) = (notice.audience(), notice.tenant())
        && !outbox::has_webhooks(tx, tenant).await?
    {
        return Ok(());
    }
    let id = tx.ambient().new_id::<NoticeId>().to_string();
    let body = serde_json::to_string(&notice).internal("writing a notice")?;
    insert(tx, id, &notice, Some(body), None).await
}

async fn insert<S: Scope>(
    tx: &Tx<S>,
    id: String,
    notice: &Notice,
    body: Option<String>,
    sealed_body: Option<String>,
) -> Result<()> {
    let row = NoticeRow {
        id,
        kind: notice.key().to_owned(),
        tenant_id: notice.tenant().map(|id| id.to_string()),
        user_id: notice.account().map(|id| id.to_string()),
        body,
        sealed_body,
        state: outbox::QUEUED.to_owned(),
        attempts: 0,
        due_at: tx.now().micros(),
        problem: None,
        created_at: tx.now().micros(),
    };
    outbox::insert_notice(tx, row).await
}

/// What the row says; `None` when it was erased.
pub(super) async fn read<A: stead_db::Access>(
    access: &A,
    keys: &Keys,
    row: &NoticeRow,
) -> Result<Option<Notice>> {
    let parse = |bytes: &[u8]| serde_json::from_slice(bytes).internal("reading a notice");
    match (&row.body, &row.sealed_body) {
        (Some(body), _) => parse(body.as_bytes()).map(Some),
        (None, Some(sealed)) => {
            let user = row.user_id.as_deref().map(str::parse).transpose().internal("reading a user's id")?;
            let tenant =
                row.tenant_id.as_deref().map(str::parse).transpose().internal("reading a tenant's id")?;
            let opened = keys.open(access, owner(user, tenant), &context(&row.id), sealed).await?;
            parse(&opened).map(Some)
        }
        (None, None) => Ok(None),
    }
}

/// Tells people and webhooks.
#[derive(Debug, Clone)]
pub(super) struct Teller {
    pub(super) system: SystemScope,
    pub(super) keys: Keys,
    pub(super) renderer: Renderer,
}

impl Teller {
    /// Tells the notice, or puts it off when that fails.
    pub(super) async fn tell(&self, id: &str) -> Result<()> {
        let told = self
            .system
            .transaction(|tx| async move {
                let Some(row) = outbox::notice(&tx, id).await? else { return Ok(()) };
                if row.state != outbox::QUEUED {
                    return Ok(());
                }
                let notice = read(&tx, &self.keys, &row)
                    .await?
                    .ok_or_else(|| Error::internal("a notice was erased before it was told"))?;
                self.fan_out(&tx, &row, &notice).await?;
                outbox::end_notice(&tx, id, outbox::TOLD).await?;
                outbox::erase_if_told(&tx, id).await
            })
            .await;
        let Err(error) = told else { return Ok(()) };
        tracing::warn!(notice.id = id, error.inside = %error.inside(), "a notice could not be told: {error}");
        let problem = error.to_string();
        let problem = &problem;
        self.system
            .transaction(|tx| async move {
                let Some(row) = outbox::notice(&tx, id).await? else { return Ok(()) };
                let attempts = u32::try_from(row.attempts + 1).unwrap_or(u32::MAX);
                let due = tx.now().plus(ATTEMPTS.delay(attempts, tx.ambient().random_u64()));
                let dead = attempts >= ATTEMPTS.attempts;
                outbox::notice_failed(&tx, id, row.attempts + 1, due, dead, problem).await?;
                if dead { outbox::erase_if_told(&tx, id).await } else { Ok(()) }
            })
            .await
    }

    async fn fan_out(&self, tx: &Tx<SystemScope>, row: &NoticeRow, notice: &Notice) -> Result<()> {
        let kind = kind_of(notice.key()).ok_or_else(|| Error::internal("a notice of no kind"))?;
        match notice.audience() {
            Audience::Nobody => {}
            Audience::Mailbox { address, name } => {
                if kind.mail {
                    self.mail(tx, row, notice, None, &address, name.as_deref().unwrap_or_default()).await?;
                }
            }
            Audience::User { user, address } => {
                if let Some(recipient) = outbox::recipient(tx, user).await? {
                    self.tell_user(tx, row, notice, kind, &recipient, address).await?;
                }
            }
            Audience::Owners { tenant, and } => {
                for user in outbox::owners(tx, tenant, and).await? {
                    if let Some(recipient) = outbox::recipient(tx, user).await? {
                        self.tell_user(tx, row, notice, kind, &recipient, None).await?;
                    }
                }
            }
        }
        self.tell_webhooks(tx, row, notice).await
    }

    async fn tell_user(
        &self,
        tx: &Tx<SystemScope>,
        row: &NoticeRow,
        notice: &Notice,
        kind: &Kind,
        recipient: &Recipient,
        address: Option<String>,
    ) -> Result<()> {
        let wishes = Wishes::of(inbox::preferences(tx, recipient.user).await?);
        if wishes.wants(kind, Channel::Inbox) {
            let entry = self.renderer.entry(notice, &recipient.name)?;
            let item = InboxItem {
                id: tx.ambient().new_id::<NotificationId>().to_string(),
                user_id: recipient.user.to_string(),
                tenant_id: row.tenant_id.clone(),
                kind: row.kind.clone(),
                title: entry.title,
                text: entry.text,
                path: entry.path,
                created_at: row.created_at,
                read_at: None,
            };
            inbox::insert(tx, item).await?;
            inbox::trim(tx, recipient.user, KEPT_IN_INBOX).await?;
            if let Some(personal) = recipient.personal {
                tx.changed(personal, Changed::Inbox(recipient.user));
            }
        }
        // An address that is named is told whatever the account's is: the one of before, or the new one.
        let Some(address) = address.or_else(|| recipient.address_for(kind.security)) else { return Ok(()) };
        if wishes.wants(kind, Channel::Mail) {
            self.mail(tx, row, notice, Some(recipient.user), &address, &recipient.name).await?;
        }
        Ok(())
    }

    async fn mail(
        &self,
        tx: &Tx<SystemScope>,
        row: &NoticeRow,
        notice: &Notice,
        user: Option<UserId>,
        address: &str,
        name: &str,
    ) -> Result<()> {
        let object = notice.object();
        if let Some(object) = &object {
            let since = Timestamp::from_micros(
                tx.now().micros() - i64::try_from(QUIET.as_micros()).unwrap_or(i64::MAX),
            );
            if outbox::mailed_since(tx, address, &row.kind, object, since).await? {
                return Ok(());
            }
        }
        let delivery = Delivery {
            channel: outbox::MAIL.to_owned(),
            user_id: user.map(|id| id.to_string()),
            address: Some(address.to_owned()),
            recipient: Some(name.to_owned()),
            object,
            expires_at: notice.secret().map(|(_, at)| at.micros()),
            ..delivery(tx, row)
        };
        outbox::insert_delivery(tx, delivery).await
    }

    async fn tell_webhooks(&self, tx: &Tx<SystemScope>, row: &NoticeRow, notice: &Notice) -> Result<()> {
        let (Some(event), Some(tenant)) = (event::of(notice), notice.tenant()) else { return Ok(()) };
        for webhook in webhooks::enabled_of(tx, tenant).await? {
            let filters: Vec<String> =
                serde_json::from_str(&webhook.events).internal("reading a webhook's events")?;
            if !event::wants(&filters, event.kind) {
                continue;
            }
            let delivery = Delivery {
                notice_id: None,
                channel: outbox::WEBHOOK.to_owned(),
                kind: event.kind.to_owned(),
                object: notice.object(),
                webhook_id: Some(webhook.id),
                body: Some(event.body(Timestamp::from_micros(row.created_at))),
                ..delivery(tx, row)
            };
            outbox::insert_delivery(tx, delivery).await?;
        }
        Ok(())
    }
}

/// A delivery of the notice that is due now.
fn delivery(tx: &Tx<SystemScope>, row: &NoticeRow) -> Delivery {
    tx.nudge(Nudge::Outbox);
    Delivery {
        id: tx.ambient().new_id::<DeliveryId>().to_string(),
        notice_id: Some(row.id.clone()),
        channel: String::new(),
        kind: row.kind.clone(),
        object: None,
        tenant_id: row.tenant_id.clone(),
        user_id: None,
        webhook_id: None,
        address: None,
        recipient: None,
        body: None,
        state: outbox::QUEUED.to_owned(),
        attempts: 0,
        due_at: tx.now().micros(),
        expires_at: None,
        lease_owner: None,
        lease_until: 0,
        problem: None,
        attempts_log: "[]".to_owned(),
        created_at: tx.now().micros(),
        ended_at: None,
    }
}
