//! Keeps a node connected: dials, serves, and dials again with growing, jittered pauses.

use std::future::Future;
use std::time::Duration;

use stead_core::ambient::Ambient;
use stead_core::error::Result;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::serve::SessionEnd;
use crate::stream::ByteStream;

/// Pauses that double up to a cap, each between half and all of its step, so that nodes which lost one server come back spread out.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    cap: Duration,
    failures: u32,
}

impl Backoff {
    #[must_use]
    pub const fn new(first: Duration, cap: Duration) -> Self {
        Self { first, cap, failures: 0 }
    }

    pub fn reset(&mut self) {
        self.failures = 0;
    }

    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// The next pause; `random` is any number.
    pub fn next(&mut self, random: u64) -> Duration {
        let step = self.first.saturating_mul(1_u32 << self.failures.min(16)).min(self.cap);
        self.failures = self.failures.saturating_add(1);
        let half = step / 2;
        let spread = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX).max(1);
        half + Duration::from_nanos(random % spread)
    }
}

impl Default for Backoff {
    /// A quarter of a second to thirty seconds.
    fn default() -> Self {
        Self::new(Duration::from_millis(250), Duration::from_secs(30))
    }
}

/// Dials and serves until `stop` is cancelled. Pauses start over only after a session in which the server spoke: a server that
/// accepts and hangs up, or refuses the certificate after the handshake, is not hammered.
pub async fn connect_forever<Dial, Dialling, Serve, Serving>(
    mut dial: Dial,
    mut serve: Serve,
    mut backoff: Backoff,
    ambient: &Ambient,
    stop: &CancellationToken,
) where
    Dial: FnMut() -> Dialling,
    Dialling: Future<Output = Result<ByteStream>>,
    Serve: FnMut(ByteStream) -> Serving,
    Serving: Future<Output = SessionEnd>,
{
    while !stop.is_cancelled() {
        let dialled = tokio::select! {
            dialled = dial() => dialled,
            () = stop.cancelled() => return,
        };
        let error = match dialled {
            Ok(stream) => {
                let end = serve(stream).await;
                if end.accepted {
                    backoff.reset();
                }
                end.error
            }
            Err(error) => Some(error),
        };
        if stop.is_cancelled() {
            return;
        }
        let pause = backoff.next(ambient.random_u64());
        match error {
            Some(error) => {
                warn!(error = %error, error.inside = %error.inside(), pause = ?pause, "not connected to the server")
            }
            None => info!(pause = ?pause, "the server closed the connection"),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_cap_and_start_over_when_reset() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
        for (round, random) in [3_u64, u64::MAX, 17, 99, 0, 5, 12_345, 1].into_iter().enumerate() {
            let step = Duration::from_millis(100 << round).min(Duration::from_secs(2));
            let pause = backoff.next(random);
            assert!(pause >= step / 2 && pause <= step, "{round}: {pause:?}");
        }
        for _ in 0..100 {
            assert!(backoff.next(u64::MAX) <= Duration::from_secs(2));
        }
        backoff.reset();
        assert!(backoff.next(0) <= Duration::from_millis(100));
    }
}
