//! Connections to ports inside instances. It alone opens and keeps them.
//!
//! Idle connections are few and short-lived: an app that restarts closes them, and a request that was not sent on one of
//! those goes out again on a fresh one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use stead_core::error::ErrorKind;
use stead_core::ids::InstanceId;
use stead_core::{Error, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::Body;
use crate::gateway::Limits;
use crate::routes::{Routes, Target};

type Key = (InstanceId, u16);

/// Header section that an app may answer with.
const MAX_RESPONSE_HEADERS: usize = 256;
/// Also bounds the size of the header section.
const MAX_BUFFER: usize = 256 << 10;
const PERMIT_WAIT: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Slot {
    idle: Vec<(u64, SendRequest<Body>)>,
    permits: Arc<Semaphore>,
}

#[derive(Debug)]
struct Shared {
    slots: HashMap<Key, Slot>,
    next: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Pool {
    shared: Arc<Mutex<Shared>>,
    limits: Limits,
}

/// A connection that is ready for one request. Holds one of the target's places until dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) sender: SendRequest<Body>,
    /// It has carried a request before; the app may have closed it since.
    pub(crate) reused: bool,
    permit: OwnedSemaphorePermit,
    key: Key,
    pool: Weak<Mutex<Shared>>,
    limits: Limits,
}

impl Pool {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { shared: Arc::new(Mutex::new(Shared { slots: HashMap::new(), next: 0 })), limits }
    }

    fn permits(&self, key: Key) -> Arc<Semaphore> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = self.limits.connections_per_port;
        Arc::clone(
            &shared
                .slots
                .entry(key)
                .or_insert_with(|| Slot { idle: Vec::new(), permits: Arc::new(Semaphore::new(limit)) })
                .permits,
        )
    }

    fn take_idle(&self, key: Key) -> Option<SendRequest<Body>> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = &mut shared.slots.get_mut(&key)?.idle;
        while let Some((_, sender)) = idle.pop() {
            if sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    /// A connection to the target: a kept one unless `fresh`, else a new one.
    pub(crate) async fn lease<R: Routes>(&self, routes: &R, target: &Target, fresh: bool) -> Result<Lease> {
        let key = (target.instance, target.port);
        let permit = match timeout(PERMIT_WAIT, self.permits(key).acquire_owned()).await {
            Ok(permit) => permit.map_err(|_| Error::internal("the semaphore of a preview was closed"))?,
            Err(_) => {
                return Err(Error::unavailable(
                    "preview_busy",
                    format!(
                        "Port {} has {} connections open.",
                        target.port, self.limits.connections_per_port
                    ),
                )
                .next_step("Close some and try again.")
                .retry_after(Duration::from_secs(5)));
            }
        };
        let lease = |sender, reused| Lease {
            sender,
            reused,
            permit,
            key,
            pool: Arc::downgrade(&self.shared),
            limits: self.limits,
        };
        if !fresh && let Some(sender) = self.take_idle(key) {
            return Ok(lease(sender, true));
        }
        let stream = timeout(self.limits.dial, routes.dial(target)).await.map_err(|_| {
            Error::new(
                ErrorKind::TimedOut,
                "dial_timed_out",
                format!("Port {} could not be reached in time.", target.port),
            )
        })??;
        let (sender, connection) = http1::Builder::new()
            .max_headers(MAX_RESPONSE_HEADERS)
            .max_buf_size(MAX_BUFFER)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| {
                Error::unavailable("app_unreachable", "The app closed the connection.").source_error(error)
            })?;
        tokio::spawn(async move {
            if let Err(error) = connection.with_upgrades().await {
                tracing::debug!(error = %error, "a connection to an app ended");
            }
        });
        Ok(lease(sender, false))
    }
}

impl Lease {
    /// Keeps the connection for the next request once this one's answer has been read to its end; else it is closed.
    pub(crate) fn give_back(mut self) {
        tokio::spawn(async move {
            if self.sender.ready().await.is_err() {
                return;
            }
            drop(self.permit);
            let Some(shared) = self.pool.upgrade() else { return };
            let number = {
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                shared.next += 1;
                let number = shared.next;
                match shared.slots.get_mut(&self.key) {
                    Some(slot) if slot.idle.len() < self.limits.idle_per_port => {
                        slot.idle.push((number, self.sender))
                    }
                    _ => return,
                }
                number
            };
            sleep(self.limits.idle).await;
            let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(slot) = shared.slots.get_mut(&self.key) {
                slot.idle.retain(|(candidate, _)| *candidate != number);
                if slot.idle.is_empty() && Arc::strong_count(&slot.permits) == 1 {
                    shared.slots.remove(&self.key);
                }
            }
        });
    }

    /// The place to be held by whatever goes on using the connection after an upgrade.
    pub(crate) fn into_permit(self) -> OwnedSemaphorePermit {
        self.permit
    }
}
