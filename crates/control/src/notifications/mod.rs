//! Telling people and programs what happened: mails, inboxes, webhooks.
//!
//! Owns the outbox (notices and deliveries), inboxes, preferences and webhooks, and is their only writer. Other domains call
//! [`queue`] in the transaction of a change: what it says is told if that commits, at least once, whatever dies in between. A
//! reconciler turns notices into deliveries and entries of inboxes ([`tell`]) and delivers ([`deliver`]).
//!
//! What holds the secret of a link is sealed from the moment it is queued, rendered only while it is sent (or shown to an operator
//! where there is no mail server), and erased when nothing needs it any more.

mod attempt;
mod deliver;
mod forget;
mod inbox;
mod mail;
mod mails;
mod notice;
mod preferences;
mod tell;
#[cfg(test)]
mod tests;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use stead_core::Result;
use stead_db::{Db, SystemScope};

use self::deliver::{Deliverer, Shared};
use self::mail::{Mailer, Renderer};
use crate::engine::Reconciler;
use crate::keys::Keys;
use crate::outbound::Outbound;

pub use mail::{MailSettings, MailTls};
pub use notice::{FactorChange, LinkToken, Notice, SecretText, Whereabouts};
pub use tell::{announce, queue};

/// How notices are delivered.
#[derive(Debug, Clone)]
pub struct NotificationSettings {
    /// Without a mail server operators see the mails in the dashboard.
    pub mail: Option<MailSettings>,
    /// Between the first failure of a delivery and the next attempt; doubles with each.
    pub first_delay: Duration,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self { mail: None, first_delay: Duration::from_secs(5) }
    }
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Notifications {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    system: SystemScope,
    keys: Keys,
    shared: Arc<Shared>,
    deliverer: Deliverer,
}

impl std::fmt::Debug for Notifications {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Notifications").finish_non_exhaustive()
    }
}

impl Notifications {
    /// `name` names this server in leases: different for every start of a process.
    ///
    /// # Errors
    /// `mail_settings_invalid`, or a failure of the database.
    pub async fn start(
        db: Db,
        keys: Keys,
        outbound: Outbound,
        base_url: &str,
        name: String,
        settings: &NotificationSettings,
    ) -> Result<Self> {
        let system = db.system("notifications");
        let host = Url::parse(base_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let shared = Arc::new(Shared {
            db: db.clone(),
            system: system.clone(),
            keys: keys.clone(),
            outbound,
            mailer: settings.mail.as_ref().map(Mailer::new).transpose()?,
            renderer: Renderer::new(base_url),
            owner: name,
            host: host.unwrap_or_else(|| "localhost".to_owned()),
            first_delay: settings.first_delay,
        });
        let deliverer = Deliverer::new(Arc::clone(&shared));
        deliverer.prepare().await?;
        Ok(Self { inner: Arc::new(Inner { db, system, keys, shared, deliverer }) })
    }

    /// What delivers, and what forgets.
    #[must_use]
    pub fn reconcilers(&self) -> Vec<Arc<dyn Reconciler>> {
        vec![
            Arc::new(self.inner.deliverer.clone()),
            Arc::new(forget::ForgetOld::new(self.inner.db.system("forget what was told"))),
        ]
    }

    /// Lets deliveries that are under way end, for a few seconds; the others are made by the next start.
    pub async fn stop(&self) {
        self.inner.deliverer.stop().await;
    }
}
