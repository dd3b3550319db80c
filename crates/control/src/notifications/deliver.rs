//! Delivers: mails to the mail server, events to webhooks. At least once.
//!
//! A round takes the deliveries that are due, under a lease and within the limit of each destination, sends each in a task of its own
//! and stores what became of it. When the server dies, the lease runs out (or is broken at the next start of a server that is alone)
//! and the delivery is sent again with the same id. What a mail says is rendered from its notice at each attempt and stored nowhere.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use stead_core::error::InternalContext as _;
use stead_core::{Error, Result, Timestamp};
use stead_db::outbox::{self, Delivery, Ended, NotNow};
use stead_db::{Db, Nudge, SystemScope, Tx, webhooks};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::attempt::{self, Attempt, Next, Outcome, Standing};
use super::mail::{Envelope, Mailer, Renderer};
use super::notice::{Notice, kind_of};
use super::tell::{self, Teller};
use super::webhooks::call::{self, Called};
use crate::engine::Reconciler;
use crate::keys::Keys;
use crate::outbound::Outbound;

/// Sent at once, of everything.
const SLOTS: usize = 32;
const MAIL_SLOTS: usize = 4;
const WEBHOOK_SLOTS: usize = 4;
/// Longer than any attempt takes.
const LEASE: Duration = Duration::from_secs(120);
const BATCH: u64 = 100;
/// A webhook that has taken no call for so long is switched off.
const PATIENCE: Duration = Duration::from_hours(5 * 24);
/// Held mails from before are not sent when a mail server is set up later.
const HELD_FOR: Duration = Duration::from_hours(24);
/// What is under way when the server stops may end in this time.
const FAREWELL: Duration = Duration::from_secs(5);

/// Everything that delivering needs.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) db: Db,
    pub(super) system: SystemScope,
    pub(super) keys: Keys,
    pub(super) outbound: Outbound,
    pub(super) mailer: Option<Mailer>,
    pub(super) renderer: Renderer,
    /// Names this server in leases.
    pub(super) owner: String,
    /// The host of the base address, for ids of mails.
    pub(super) host: String,
    /// After the first failure.
    pub(super) first_delay: Duration,
}

/// The reconciler. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Deliverer {
    shared: Arc<Shared>,
    teller: Teller,
    /// How many are being sent to each destination: a webhook's id, or `mail`.
    busy: Arc<Mutex<HashMap<String, usize>>>,
    tasks: TaskTracker,
    stop: CancellationToken,
    timer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// Holds a place at a destination.
struct Place {
    busy: Arc<Mutex<HashMap<String, usize>>>,
    destination: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = busy.get_mut(&self.destination) {
            *count -= 1;
            if *count == 0 {
                busy.remove(&self.destination);
            }
        }
    }
}

fn destination(delivery: &Delivery) -> String {
    delivery.webhook_id.clone().unwrap_or_else(|| outbox::MAIL.to_owned())
}

fn slots(destination: &str) -> usize {
    if destination == outbox::MAIL { MAIL_SLOTS } else { WEBHOOK_SLOTS }
}

impl Deliverer {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let teller = Teller {
            system: shared.system.clone(),
            keys: shared.keys.clone(),
            renderer: shared.renderer.clone(),
        };
        Self {
            shared,
            teller,
            busy: Arc::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            timer: Arc::default(),
        }
    }

    /// Before the first round: leases of a server that was alone and is gone are broken, and mails that waited for a mail server go out.
    pub(super) async fn prepare(&self) -> Result<()> {
        let (alone, has_mailer) = (!self.shared.db.is_shared(), self.shared.mailer.is_some());
        self.shared
            .system
            .transaction(|tx| async move {
                if alone {
                    outbox::break_leases(&tx).await?;
                }
                if has_mailer {
                    let since = tx.now().micros() - i64::try_from(HELD_FOR.as_micros()).unwrap_or(i64::MAX);
                    outbox::release_held_mails(&tx, Timestamp::from_micros(since)).await?;
                }
                Ok(())
            })
            .await
    }

    /// Lets what is under way end, for a moment; the rest is sent again by the next start.
    pub(super) async fn stop(&self) {
        if let Some(timer) = self.timer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            timer.abort();
        }
        self.tasks.close();
        if tokio::time::timeout(FAREWELL, self.tasks.wait()).await.is_err() {
            self.stop.cancel();
            self.tasks.wait().await;
        }
    }

    fn not_now(&self) -> Option<NotNow> {
        let busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if busy.values().sum::<usize>() >= SLOTS {
            return None;
        }
        let full =
            |destination: &String| busy.get(destination).is_some_and(|count| *count >= slots(destination));
        Some(NotNow {
            mails: full(&outbox::MAIL.to_owned()),
            webhooks: busy.keys().filter(|key| *key != outbox::MAIL && full(key)).cloned().collect(),
        })
    }

    /// Places for as many of the deliveries as there are, at each destination and altogether.
    fn places(&self, due: Vec<Delivery>) -> Vec<(Delivery, Place)> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = busy.values().sum::<usize>();
        let mut placed = Vec::new();
        for delivery in due {
            let destination = destination(&delivery);
            let count = busy.entry(destination.clone()).or_default();
            if all >= SLOTS || *count >= slots(&destination) {
                continue;
            }
            *count += 1;
            all += 1;
            placed.push((delivery, Place { busy: Arc::clone(&self.busy), destination }));
        }
        busy.retain(|_, count| *count > 0);
        placed
    }

    /// Takes and begins to send what is due and has a place. Returns how many.
    async fn begin(&self) -> Result<usize> {
        let mut begun = 0;
        while let Some(not_now) = self.not_now() {
            let system = &self.shared.system;
            let due = outbox::due(system, system.now(), &not_now, BATCH).await?;
            let placed = self.places(due);
            if placed.is_empty() {
                break;
            }
            let ids: Vec<String> = placed.iter().map(|(delivery, _)| delivery.id.clone()).collect();
            let (ids, owner) = (&ids, self.shared.owner.as_str());
            let taken: HashSet<String> = system
                .transaction(|tx| async move {
                    let until = tx.now().plus(LEASE);
                    outbox::take(&tx, ids, owner, until).await
                })
                .await?
                .into_iter()
                .collect();
            let mut progress = false;
            for (delivery, place) in placed {
                if taken.contains(&delivery.id) {
                    progress = true;
                    begun += 1;
                    self.spawn(delivery, place);
                }
            }
            if !progress {
                break;
            }
        }
        Ok(begun)
    }

    fn spawn(&self, delivery: Delivery, place: Place) {
        let (shared, stop) = (Arc::clone(&self.shared), self.stop.clone());
        self.tasks.spawn(async move {
            let id = delivery.id.clone();
            let sent = tokio::select! {
                () = stop.cancelled() => return,
                sent = shared.deliver(delivery) => sent,
            };
            // The place is free before others are told to look.
            drop(place);
            match sent {
                Ok(()) => shared.db.nudge(Nudge::Outbox),
                Err(error) => {
                    tracing::warn!(delivery.id = id, error.inside = %error.inside(), "what became of a delivery could not be stored: {error}");
                }
            }
        });
    }

    /// Looks again when the next delivery becomes due.
    async fn set_timer(&self) -> Result<()> {
        let now = self.shared.system.now();
        let Some(next) = outbox::next_due(&self.shared.system, now).await? else { return Ok(()) };
        let (wait, db) = (next.since(now), self.shared.db.clone());
        if wait > self.interval() {
            return Ok(());
        }
        let timer = tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            db.nudge(Nudge::Outbox);
        });
        let before = self.timer.lock().unwrap_or_else(PoisonError::into_inner).replace(timer);
        if let Some(before) = before {
            before.abort();
        }
        Ok(())
    }
}

#[async_trait]
impl Reconciler for Deliverer {
    fn name(&self) -> &'static str {
        "deliver_notifications"
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(if self.shared.db.is_shared() { 5 } else { 30 })
    }

    fn heeds(&self, nudge: Nudge) -> bool {
        nudge == Nudge::Outbox
    }

    async fn reconcile(&self) -> Result<Value> {
        let (mut told, mut begun) = (0, 0);
        loop {
            let notices = outbox::due_notices(&self.shared.system, self.shared.system.now(), BATCH).await?;
            for notice in &notices {
                self.teller.tell(&notice.to_string()).await?;
            }
            told += notices.len();
            begun += self.begin().await?;
            if notices.is_empty() {
                break;
            }
        }
        self.set_timer().await?;
        Ok(json!({ "told": told, "begun": begun }))
    }
}

/// What an attempt brought, with what the log keeps of it.
struct Tried {
    outcome: Outcome,
    status: Option<u16>,
    excerpt: Option<String>,
    /// The destination asks for quiet.
    pause: Option<Duration>,
    /// The webhook is gone for good.
    gone: bool,
}

impl From<Outcome> for Tried {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, status: None, excerpt: None, pause: None, gone: false }
    }
}

impl From<Called> for Tried {
    fn from(called: Called) -> Self {
        let Called { outcome, status, excerpt, pause, gone } = called;
        Self { outcome, status, excerpt, pause, gone }
    }
}

impl Shared {
    /// One attempt, and what follows from it.
    async fn deliver(&self, delivery: Delivery) -> Result<()> {
        let began = self.system.now();
        let expired = delivery.expires_at.is_some_and(|at| at <= began.micros());
        let tried = if expired {
            Tried::from(Outcome::Refused { problem: "It was of no use any more.".to_owned() })
        } else if delivery.channel == outbox::MAIL {
            match self.mail(&delivery).await {
                Ok(outcome) => Tried::from(outcome),
                Err(error) => {
                    tracing::warn!(delivery.id = delivery.id, error.inside = %error.inside(), "a mail could not be written: {error}");
                    Tried::from(Outcome::Failed { problem: error.to_string() })
                }
            }
        } else {
            match self.call(&delivery).await {
                Ok(called) => Tried::from(called),
                Err(error) => {
                    tracing::warn!(delivery.id = delivery.id, error.inside = %error.inside(), "a webhook could not be called: {error}");
                    Tried::from(Outcome::Failed { problem: error.to_string() })
                }
            }
        };
        let (delivery, tried) = (&delivery, &tried);
        self.system.transaction(|tx| async move { self.store(&tx, delivery, tried, began).await }).await
    }

    async fn mail(&self, delivery: &Delivery) -> Result<Outcome> {
        let Some(mailer) = &self.mailer else {
            tracing::info!(
                delivery.id = delivery.id,
                mail.kind = delivery.kind,
                "no mail server is set: a mail waits in the dashboard, where operators see it"
            );
            return Ok(Outcome::Held);
        };
        let address = delivery.address.as_deref().ok_or_else(|| Error::internal("a mail without address"))?;
        let Some(notice) = self.notice(delivery).await? else {
            return Ok(Outcome::Refused { problem: "What it says was erased.".to_owned() });
        };
        let name = delivery.recipient.as_deref().unwrap_or_default();
        let written = self.renderer.mail(&notice, name)?;
        let security = kind_of(notice.key()).is_none_or(|kind| kind.security);
        let preferences = self.renderer.preferences_url();
        let envelope = Envelope {
            id: &delivery.id,
            host: &self.host,
            at: Timestamp::from_micros(delivery.created_at),
            address,
            name,
            unsubscribe: (!security).then_some(preferences.as_str()),
        };
        Ok(mailer.send(&envelope, written).await)
    }

    /// What a mail is made from; `None` when it was erased.
    pub(super) async fn notice(&self, delivery: &Delivery) -> Result<Option<Notice>> {
        let Some(id) = delivery.notice_id.as_deref() else { return Ok(None) };
        let Some(row) = outbox::notice(&self.system, id).await? else { return Ok(None) };
        tell::read(&self.system, &self.keys, &row).await
    }

    async fn call(&self, delivery: &Delivery) -> Result<Called> {
        let id = delivery.webhook_id.as_deref().unwrap_or_default();
        let id = id.parse().internal("reading a webhook's id")?;
        let Some(webhook) = webhooks::find(&self.system, id).await? else {
            return Ok(Called::refused("The webhook was deleted."));
        };
        if !webhook.enabled && delivery.kind != super::webhooks::event::TEST {
            return Ok(Called::refused("The webhook was switched off."));
        }
        let body = delivery.body.as_deref().unwrap_or_default();
        let config = call::config(&self.system, &self.keys, &webhook).await?;
        call::call(&self.outbound, &webhook, &config, &delivery.id, body, self.system.now()).await
    }

    async fn store(
        &self,
        tx: &Tx<SystemScope>,
        delivery: &Delivery,
        tried: &Tried,
        began: Timestamp,
    ) -> Result<()> {
        let now = tx.now();
        // To be asked to come back later is no failure.
        let counts = !matches!(tried.outcome, Outcome::Busy { .. });
        let attempts = delivery.attempts + i64::from(counts);
        let standing = Standing {
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            created_at: Timestamp::from_micros(delivery.created_at),
            expires_at: delivery.expires_at.map(Timestamp::from_micros),
            now,
        };
        let jitter = tx.ambient().random_u64();
        let next = attempt::next(&tried.outcome, standing, attempt::policy(self.first_delay), jitter);
        let problem = match &tried.outcome {
            Outcome::Failed { problem } | Outcome::Busy { problem, .. } | Outcome::Refused { problem } => {
                Some(problem.as_str())
            }
            Outcome::Delivered | Outcome::Held => None,
        };
        let log = attempt::logged(
            &delivery.attempts_log,
            Attempt {
                at: began,
                took_ms: u64::try_from(now.since(began).as_millis()).unwrap_or(u64::MAX),
                status: tried.status,
                excerpt: tried.excerpt.clone(),
                problem: problem.map(str::to_owned),
            },
        );
        let (state, due) = match &next {
            Next::Delivered => (outbox::DELIVERED, now),
            Next::Held => (outbox::HELD, now),
            Next::Dead => (outbox::DEAD, now),
            Next::Again { at } => (outbox::QUEUED, *at),
        };
        let ended = Ended {
            state,
            attempts,
            due,
            problem,
            attempts_log: &log,
            over: matches!(next, Next::Delivered | Next::Dead),
        };
        if !outbox::end_attempt(tx, &delivery.id, &self.owner, &ended).await? {
            return Ok(());
        }
        if next == Next::Dead {
            tracing::info!(
                delivery.id = delivery.id,
                delivery.channel = delivery.channel,
                "a delivery was given up"
            );
        }
        if let Some(notice) = &delivery.notice_id {
            outbox::erase_if_told(tx, notice).await?;
        }
        if let Some(webhook) = &delivery.webhook_id {
            self.store_webhook(tx, webhook, tried).await?;
        }
        Ok(())
    }

    async fn store_webhook(&self, tx: &Tx<SystemScope>, id: &str, tried: &Tried) -> Result<()> {
        if let Some(pause) = tried.pause {
            webhooks::pause(tx, id, tx.now().plus(pause)).await?;
        }
        match &tried.outcome {
            Outcome::Delivered => return webhooks::succeeded(tx, id).await,
            Outcome::Failed { .. } => webhooks::failed(tx, id).await?,
            Outcome::Refused { .. } if tried.gone => {}
            _ => return Ok(()),
        }
        let webhook_id = id.parse().internal("reading a webhook's id")?;
        let Some(webhook) = webhooks::find(tx, webhook_id).await? else { return Ok(()) };
        let failing =
            webhook.failing_since.map_or(Duration::ZERO, |at| tx.now().since(Timestamp::from_micros(at)));
        let reason = if tried.gone {
            "the other side says that it is gone for good (410)."
        } else if failing >= PATIENCE {
            "it has not taken a call for five days."
        } else {
            return Ok(());
        };
        if !webhooks::disable(tx, id, reason).await? {
            return Ok(());
        }
        let notice = Notice::WebhookDisabled {
            tenant: webhook.tenant_id.parse().internal("reading a tenant's id")?,
            webhook: id.to_owned(),
            name: webhook.name,
            reason: reason.to_owned(),
        };
        tell::queue(tx, &self.keys, notice).await
    }
}
