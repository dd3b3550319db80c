//! Queries on notices and deliveries. Notices are inserted by whoever makes a change, in its transaction; everything else is written
//! by `control::notifications`. A delivery that is being sent is written only by the server that holds its lease.

use sea_orm::sea_query::{Condition, Expr, Query};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use stead_core::ids::{DeliveryId, NoticeId, TenantId, UserId, WebhookId};
use stead_core::{Result, Timestamp};

use crate::entities::{delivery, membership, notice, tenant, user, webhook};
use crate::failure::{Doing, corrupt};
use crate::nudge::Nudge;
use crate::page::{PageRequest, Rows};
use crate::scope::{Scope, SystemAccess, SystemScope, TenantAccess};
use crate::transaction::{Tx, on};

pub use crate::entities::delivery::Model as Delivery;
pub use crate::entities::notice::Model as NoticeRow;

pub const QUEUED: &str = "queued";
/// A mail without a mail server: operators see it.
pub const HELD: &str = "held";
pub const DELIVERED: &str = "delivered";
pub const DEAD: &str = "dead";
/// A notice whose deliveries and inbox entries are made.
pub const TOLD: &str = "told";

pub const MAIL: &str = "mail";
pub const WEBHOOK: &str = "webhook";

/// Nudges those who deliver when the transaction commits.
///
/// # Errors
/// A failure of the database.
pub async fn insert_notice<S: Scope>(tx: &Tx<S>, row: NoticeRow) -> Result<()> {
    notice::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("adding a notice to the outbox")?;
    tx.nudge(Nudge::Outbox);
    Ok(())
}

/// Whether some webhook of the tenant could want an event.
///
/// # Errors
/// A failure of the database.
pub async fn has_webhooks<S: Scope>(tx: &Tx<S>, tenant: TenantId) -> Result<bool> {
    let found = webhook::Entity::find()
        .filter(webhook::Column::TenantId.eq(tenant.to_string()))
        .filter(webhook::Column::Enabled.eq(true))
        .select_only()
        .column(webhook::Column::Id)
        .limit(1)
        .into_tuple::<String>()
        .one(on(tx))
        .await
        .doing("looking for webhooks")?;
    Ok(found.is_some())
}

/// Notices that wait, oldest first.
///
/// # Errors
/// A failure of the database.
pub async fn due_notices(access: &impl SystemAccess, now: Timestamp, limit: u64) -> Result<Vec<NoticeId>> {
    let ids: Vec<String> = notice::Entity::find()
        .filter(notice::Column::State.eq(QUEUED))
        .filter(notice::Column::DueAt.lte(now.micros()))
        .order_by_asc(notice::Column::DueAt)
        .limit(limit)
        .select_only()
        .column(notice::Column::Id)
        .into_tuple()
        .all(on(access))
        .await
        .doing("finding notices to tell")?;
    ids.iter().map(|id| id.parse().map_err(|_| corrupt("a notice's id"))).collect()
}

/// # Errors
/// A failure of the database.
pub async fn notice(access: &impl SystemAccess, id: &str) -> Result<Option<NoticeRow>> {
    notice::Entity::find_by_id(id).one(on(access)).await.doing("reading a notice")
}

/// Says what became of a notice.
///
/// # Errors
/// A failure of the database.
pub async fn end_notice(tx: &Tx<SystemScope>, id: &str, state: &str) -> Result<()> {
    notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(state))
        .filter(notice::Column::Id.eq(id))
        .exec(on(tx))
        .await
        .doing("ending a notice")?;
    Ok(())
}

/// After a failure: tried again at `due`, or never when it is `dead`.
///
/// # Errors
/// A failure of the database.
pub async fn notice_failed(
    tx: &Tx<SystemScope>,
    id: &str,
    attempts: i64,
    due: Timestamp,
    dead: bool,
    problem: &str,
) -> Result<()> {
    notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(if dead { DEAD } else { QUEUED }))
        .col_expr(notice::Column::Attempts, Expr::value(attempts))
        .col_expr(notice::Column::DueAt, Expr::value(due.micros()))
        .col_expr(notice::Column::Problem, Expr::value(problem))
        .filter(notice::Column::Id.eq(id))
        .filter(notice::Column::State.eq(QUEUED))
        .exec(on(tx))
        .await
        .doing("putting off a notice")?;
    Ok(())
}

/// Erases what the notice says unless a mail still has to be made from it.
///
/// # Errors
/// A failure of the database.
pub async fn erase_if_told(tx: &Tx<SystemScope>, id: &str) -> Result<()> {
    let waiting = delivery::Entity::find()
        .filter(delivery::Column::NoticeId.eq(id))
        .filter(delivery::Column::Channel.eq(MAIL))
        .filter(delivery::Column::State.is_in([QUEUED, HELD]))
        .count(on(tx))
        .await
        .doing("counting the mails of a notice")?;
    if waiting == 0 {
        notice::Entity::update_many()
            .col_expr(notice::Column::Body, Expr::value(Option::<String>::None))
            .col_expr(notice::Column::SealedBody, Expr::value(Option::<String>::None))
            .filter(notice::Column::Id.eq(id))
            .filter(notice::Column::State.ne(QUEUED))
            .exec(on(tx))
            .await
            .doing("erasing a notice")?;
    }
    Ok(())
}

/// Who can be told: a user with name and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub user: UserId,
    pub name: String,
    pub address: Option<String>,
    /// They have shown that the address is theirs.
    pub confirmed: bool,
    /// Their personal tenant, whose feed tells of their inbox.
    pub personal: Option<TenantId>,
}

impl Recipient {
    /// The address for a mail: one that nobody has confirmed gets security mails alone, since it may be somebody else's.
    #[must_use]
    pub fn address_for(&self, security: bool) -> Option<String> {
        self.address.clone().filter(|_| security || self.confirmed)
    }
}

/// The user, if there still is one.
///
/// # Errors
/// A failure of the database.
pub async fn recipient(access: &impl SystemAccess, id: UserId) -> Result<Option<Recipient>> {
    let row = user::Entity::find_by_id(id.to_string()).one(on(access)).await.doing("reading a user")?;
    let Some(row) = row else { return Ok(None) };
    let personal: Option<String> = tenant::Entity::find()
        .filter(tenant::Column::PersonalOf.eq(id.to_string()))
        .select_only()
        .column(tenant::Column::Id)
        .into_tuple()
        .one(on(access))
        .await
        .doing("finding a personal tenant")?;
    Ok(Some(Recipient {
        user: id,
        name: row.name,
        confirmed: row.email.is_some(),
        address: row.email,
        personal: personal.map(|id| id.parse().map_err(|_| corrupt("a tenant's id"))).transpose()?,
    }))
}

/// Users who own the tenant, and `and` when a member of it.
///
/// # Errors
/// A failure of the database.
pub async fn owners(
    access: &impl SystemAccess,
    tenant: TenantId,
    and: Option<UserId>,
) -> Result<Vec<UserId>> {
    let mut wanted = Condition::any().add(membership::Column::Role.eq("owner"));
    if let Some(user) = and {
        wanted = wanted.add(membership::Column::UserId.eq(user.to_string()));
    }
    let ids: Vec<String> = membership::Entity::find()
        .filter(membership::Column::TenantId.eq(tenant.to_string()))
        .filter(wanted)
        .order_by_asc(membership::Column::UserId)
        .select_only()
        .column(membership::Column::UserId)
        .into_tuple()
        .all(on(access))
        .await
        .doing("finding the owners of a tenant")?;
    ids.iter().map(|id| id.parse().map_err(|_| corrupt("a user's id"))).collect()
}

/// # Errors
/// A failure of the database.
pub async fn insert_delivery<S: Scope>(tx: &Tx<S>, row: Delivery) -> Result<()> {
    delivery::Entity::insert(row.into_active_model())
        .exec_without_returning(on(tx))
        .await
        .doing("adding a delivery")?;
    tx.nudge(Nudge::Outbox);
    Ok(())
}

/// Whether a mail of this kind about this object went to the address since then.
///
/// # Errors
/// A failure of the database.
pub async fn mailed_since(
    access: &impl SystemAccess,
    address: &str,
    kind: &str,
    object: &str,
    since: Timestamp,
) -> Result<bool> {
    let found = delivery::Entity::find()
        .filter(delivery::Column::Address.eq(address))
        .filter(delivery::Column::Kind.eq(kind))
        .filter(delivery::Column::Object.eq(object))
        .filter(delivery::Column::CreatedAt.gt(since.micros()))
        .select_only()
        .column(delivery::Column::Id)
        .limit(1)
        .into_tuple::<String>()
        .one(on(access))
        .await
        .doing("looking for an earlier mail")?;
    Ok(found.is_some())
}

/// Whose deliveries are not taken now.
#[derive(Debug, Clone, Default)]
pub struct NotNow {
    /// As many as may be are being sent there.
    pub webhooks: Vec<String>,
    pub mails: bool,
}

/// Deliveries that are due, oldest first; those to webhooks that asked for quiet are not.
///
/// # Errors
/// A failure of the database.
pub async fn due<A: SystemAccess>(
    access: &A,
    now: Timestamp,
    not_now: &NotNow,
    limit: u64,
) -> Result<Vec<Delivery>> {
    claimable(now, not_now)
        .order_by_asc(delivery::Column::DueAt)
        .limit(limit)
        .all(on(access))
        .await
        .doing("finding deliveries")
}

/// Takes those of the deliveries that nobody else took meanwhile: until `lease_until` they are `owner`'s. Returns their ids.
///
/// # Errors
/// A failure of the database.
pub async fn take(
    tx: &Tx<SystemScope>,
    ids: &[String],
    owner: &str,
    lease_until: Timestamp,
) -> Result<Vec<String>> {
    let now = tx.now().micros();
    let mut taken = Vec::with_capacity(ids.len());
    for id in ids {
        let result = delivery::Entity::update_many()
            .col_expr(delivery::Column::LeaseOwner, Expr::value(owner))
            .col_expr(delivery::Column::LeaseUntil, Expr::value(lease_until.micros()))
            .filter(delivery::Column::Id.eq(id.as_str()))
            .filter(delivery::Column::State.eq(QUEUED))
            .filter(delivery::Column::DueAt.lte(now))
            .filter(delivery::Column::LeaseUntil.lte(now))
            .exec(on(tx))
            .await
            .doing("taking deliveries")?;
        if result.rows_affected == 1 {
            taken.push(id.clone());
        }
    }
    Ok(taken)
}

fn claimable(now: Timestamp, not_now: &NotNow) -> sea_orm::Select<delivery::Entity> {
    let quiet = Query::select()
        .column(webhook::Column::Id)
        .from(webhook::Entity)
        .and_where(webhook::Column::PausedUntil.gt(now.micros()))
        .to_owned();
    let webhook_may = Condition::any().add(delivery::Column::WebhookId.is_null()).add(
        Condition::all()
            .add(delivery::Column::WebhookId.is_not_in(not_now.webhooks.iter().map(String::as_str)))
            .add(delivery::Column::WebhookId.not_in_subquery(quiet)),
    );
    let mut query = delivery::Entity::find()
        .filter(delivery::Column::State.eq(QUEUED))
        .filter(delivery::Column::DueAt.lte(now.micros()))
        .filter(delivery::Column::LeaseUntil.lte(now.micros()))
        .filter(webhook_may);
    if not_now.mails {
        query = query.filter(delivery::Column::Channel.ne(MAIL));
    }
    query
}

/// When the next delivery or notice that is not due yet becomes so.
///
/// # Errors
/// A failure of the database.
pub async fn next_due(access: &impl SystemAccess, now: Timestamp) -> Result<Option<Timestamp>> {
    let delivery: Option<i64> = delivery::Entity::find()
        .filter(delivery::Column::State.eq(QUEUED))
        .filter(delivery::Column::DueAt.gt(now.micros()))
        .order_by_asc(delivery::Column::DueAt)
        .select_only()
        .column(delivery::Column::DueAt)
        .into_tuple()
        .one(on(access))
        .await
        .doing("finding the next delivery")?;
    let notice: Option<i64> = notice::Entity::find()
        .filter(notice::Column::State.eq(QUEUED))
        .filter(notice::Column::DueAt.gt(now.micros()))
        .order_by_asc(notice::Column::DueAt)
        .select_only()
        .column(notice::Column::DueAt)
        .into_tuple()
        .one(on(access))
        .await
        .doing("finding the next notice")?;
    let quiet: Option<i64> = webhook::Entity::find()
        .filter(webhook::Column::PausedUntil.gt(now.micros()))
        .order_by_asc(webhook::Column::PausedUntil)
        .select_only()
        .column(webhook::Column::PausedUntil)
        .into_tuple()
        .one(on(access))
        .await
        .doing("finding the next webhook that takes calls again")?;
    Ok(delivery.into_iter().chain(notice).chain(quiet).min().map(Timestamp::from_micros))
}

/// Breaks every lease: for a server that is alone with the database and has just started.
///
/// # Errors
/// A failure of the database.
pub async fn break_leases(tx: &Tx<SystemScope>) -> Result<u64> {
    let result = delivery::Entity::update_many()
        .col_expr(delivery::Column::LeaseUntil, Expr::value(0_i64))
        .filter(delivery::Column::State.eq(QUEUED))
        .filter(delivery::Column::LeaseUntil.gt(0_i64))
        .exec(on(tx))
        .await
        .doing("breaking leases of deliveries")?;
    Ok(result.rows_affected)
}

/// What became of an attempt.
#[derive(Debug, Clone)]
pub struct Ended<'a> {
    pub state: &'a str,
    pub attempts: i64,
    pub due: Timestamp,
    pub problem: Option<&'a str>,
    pub attempts_log: &'a str,
    /// No more attempts follow.
    pub over: bool,
}

/// Stores it and gives the lease back. `false` when the lease was lost: another server has it.
///
/// # Errors
/// A failure of the database.
pub async fn end_attempt(tx: &Tx<SystemScope>, id: &str, owner: &str, ended: &Ended<'_>) -> Result<bool> {
    let ended_at = ended.over.then(|| tx.now().micros());
    let result = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(ended.state))
        .col_expr(delivery::Column::Attempts, Expr::value(ended.attempts))
        .col_expr(delivery::Column::DueAt, Expr::value(ended.due.micros()))
        .col_expr(delivery::Column::Problem, Expr::value(ended.problem.map(str::to_owned)))
        .col_expr(delivery::Column::AttemptsLog, Expr::value(ended.attempts_log))
        .col_expr(delivery::Column::EndedAt, Expr::value(ended_at))
        .col_expr(delivery::Column::LeaseOwner, Expr::value(Option::<String>::None))
        .col_expr(delivery::Column::LeaseUntil, Expr::value(0_i64))
        .filter(delivery::Column::Id.eq(id))
        .filter(delivery::Column::LeaseOwner.eq(owner))
        .exec(on(tx))
        .await
        .doing("storing an attempt")?;
    Ok(result.rows_affected == 1)
}

/// Mails since then that were held for want of a mail server, and are of use still, are sent after all.
///
/// # Errors
/// A failure of the database.
pub async fn release_held_mails(tx: &Tx<SystemScope>, since: Timestamp) -> Result<u64> {
    let result = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(QUEUED))
        .col_expr(delivery::Column::DueAt, Expr::value(tx.now().micros()))
        .col_expr(delivery::Column::EndedAt, Expr::value(Option::<i64>::None))
        .filter(delivery::Column::Channel.eq(MAIL))
        .filter(delivery::Column::State.eq(HELD))
        .filter(delivery::Column::CreatedAt.gt(since.micros()))
        .filter(
            Condition::any()
                .add(delivery::Column::ExpiresAt.is_null())
                .add(delivery::Column::ExpiresAt.gt(tx.now().micros())),
        )
        .exec(on(tx))
        .await
        .doing("releasing held mails")?;
    Ok(result.rows_affected)
}

/// The mails of the installation, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn mails(access: &impl SystemAccess, page: &PageRequest) -> Result<Rows<Delivery>> {
    let mut query = delivery::Entity::find()
        .filter(delivery::Column::Channel.eq(MAIL))
        .order_by_desc(delivery::Column::Id)
        .limit(page.limit + 1);
    if let Some(before) = &page.before {
        query = query.filter(delivery::Column::Id.lt(before.as_str()));
    }
    let rows = query.all(on(access)).await.doing("listing mails")?;
    Ok(Rows::of(rows, page.limit, |row| row.id.clone()))
}

/// The deliveries of a webhook of the scope's tenant, newest first.
///
/// # Errors
/// A failure of the database.
pub async fn of_webhook(
    access: &impl TenantAccess,
    webhook: WebhookId,
    state: Option<&str>,
    page: &PageRequest,
) -> Result<Rows<Delivery>> {
    let mut query = delivery::Entity::find()
        .filter(delivery::Column::WebhookId.eq(webhook.to_string()))
        .filter(delivery::Column::TenantId.eq(access.scope().tenant_id().to_string()))
        .order_by_desc(delivery::Column::Id)
        .limit(page.limit + 1);
    if let Some(state) = state {
        query = query.filter(delivery::Column::State.eq(state));
    }
    if let Some(before) = &page.before {
        query = query.filter(delivery::Column::Id.lt(before.as_str()));
    }
    let rows = query.all(on(access)).await.doing("listing deliveries")?;
    Ok(Rows::of(rows, page.limit, |row| row.id.clone()))
}

/// A delivery to a webhook of the scope's tenant.
///
/// # Errors
/// A failure of the database.
pub async fn delivery(
    access: &impl TenantAccess,
    webhook: WebhookId,
    id: DeliveryId,
) -> Result<Option<Delivery>> {
    delivery::Entity::find_by_id(id.to_string())
        .filter(delivery::Column::WebhookId.eq(webhook.to_string()))
        .filter(delivery::Column::TenantId.eq(access.scope().tenant_id().to_string()))
        .one(on(access))
        .await
        .doing("finding a delivery")
}

/// Sends an ended delivery again, with its id, from the first attempt on. `false` while it has not ended.
///
/// # Errors
/// A failure of the database.
pub async fn send_again<S: Scope>(tx: &Tx<S>, id: DeliveryId) -> Result<bool> {
    let result = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(QUEUED))
        .col_expr(delivery::Column::Attempts, Expr::value(0_i64))
        .col_expr(delivery::Column::DueAt, Expr::value(tx.now().micros()))
        .col_expr(delivery::Column::EndedAt, Expr::value(Option::<i64>::None))
        .filter(delivery::Column::Id.eq(id.to_string()))
        .filter(delivery::Column::State.is_in([DELIVERED, DEAD]))
        .exec(on(tx))
        .await
        .doing("sending a delivery again")?;
    tx.nudge(Nudge::Outbox);
    Ok(result.rows_affected == 1)
}

/// The oldest deliveries that have ended, beyond `keep` of the webhook.
///
/// # Errors
/// A failure of the database.
pub async fn trim_webhook(tx: &Tx<SystemScope>, webhook: &str, keep: u64) -> Result<u64> {
    let edge: Option<String> = delivery::Entity::find()
        .filter(delivery::Column::WebhookId.eq(webhook))
        .order_by_desc(delivery::Column::Id)
        .offset(keep)
        .limit(1)
        .select_only()
        .column(delivery::Column::Id)
        .into_tuple()
        .one(on(tx))
        .await
        .doing("finding old deliveries")?;
    let Some(edge) = edge else { return Ok(0) };
    let result = delivery::Entity::delete_many()
        .filter(delivery::Column::WebhookId.eq(webhook))
        .filter(delivery::Column::Id.lte(edge))
        .filter(delivery::Column::State.ne(QUEUED))
        .exec(on(tx))
        .await
        .doing("removing old deliveries")?;
    Ok(result.rows_affected)
}

/// How many rows a round of pruning removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    pub mails: u64,
    pub deliveries: u64,
    pub notices: u64,
}

/// Removes ended deliveries and told notices from before `before`, and all mails that wait in vain beyond the newest `keep_held`.
///
/// # Errors
/// A failure of the database.
pub async fn prune(tx: &Tx<SystemScope>, before: Timestamp, keep_held: u64) -> Result<Pruned> {
    let edge: Option<String> = delivery::Entity::find()
        .filter(delivery::Column::Channel.eq(MAIL))
        .filter(delivery::Column::State.eq(HELD))
        .order_by_desc(delivery::Column::Id)
        .offset(keep_held)
        .limit(1)
        .select_only()
        .column(delivery::Column::Id)
        .into_tuple()
        .one(on(tx))
        .await
        .doing("finding old mails")?;
    let now = tx.now().micros();
    let mut old = Condition::any().add(delivery::Column::ExpiresAt.lte(now));
    if let Some(edge) = edge {
        old = old.add(delivery::Column::Id.lte(edge));
    }
    let mails = delivery::Entity::delete_many()
        .filter(delivery::Column::Channel.eq(MAIL))
        .filter(delivery::Column::State.eq(HELD))
        .filter(old)
        .exec(on(tx))
        .await
        .doing("removing old mails")?
        .rows_affected;
    let deliveries = delivery::Entity::delete_many()
        .filter(delivery::Column::State.ne(QUEUED))
        .filter(delivery::Column::CreatedAt.lt(before.micros()))
        .exec(on(tx))
        .await
        .doing("removing old deliveries")?
        .rows_affected;
    // Nothing is made from a notice any more when no mail of it is left to be sent or shown.
    let needed = Query::select()
        .column(delivery::Column::NoticeId)
        .from(delivery::Entity)
        .and_where(delivery::Column::NoticeId.is_not_null())
        .and_where(delivery::Column::State.is_in([QUEUED, HELD]))
        .to_owned();
    notice::Entity::update_many()
        .col_expr(notice::Column::Body, Expr::value(Option::<String>::None))
        .col_expr(notice::Column::SealedBody, Expr::value(Option::<String>::None))
        .filter(notice::Column::State.ne(QUEUED))
        .filter(
            Condition::any()
                .add(notice::Column::Body.is_not_null())
                .add(notice::Column::SealedBody.is_not_null()),
        )
        .filter(notice::Column::Id.not_in_subquery(needed.clone()))
        .exec(on(tx))
        .await
        .doing("erasing told notices")?;
    let named = Query::select()
        .column(delivery::Column::NoticeId)
        .from(delivery::Entity)
        .and_where(delivery::Column::NoticeId.is_not_null())
        .to_owned();
    let notices = notice::Entity::delete_many()
        .filter(notice::Column::State.ne(QUEUED))
        .filter(notice::Column::CreatedAt.lt(before.micros()))
        .filter(notice::Column::Id.not_in_subquery(named))
        .exec(on(tx))
        .await
        .doing("removing old notices")?
        .rows_affected;
    Ok(Pruned { mails, deliveries, notices })
}

/// Counts by state, for operators.
///
/// # Errors
/// A failure of the database.
pub async fn count(access: &impl SystemAccess, channel: &str, state: &str) -> Result<u64> {
    delivery::Entity::find()
        .filter(delivery::Column::Channel.eq(channel))
        .filter(delivery::Column::State.eq(state))
        .count(on(access))
        .await
        .doing("counting deliveries")
}
