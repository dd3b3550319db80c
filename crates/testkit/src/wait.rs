//! Waiting for a condition with a deadline.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Long enough for a loaded machine of one core; a test that reaches it has failed.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Repeats `probe` until it gives a value.
///
/// # Panics
/// When [`PATIENCE`] is over; the message holds `what` and the last refusal.
pub async fn until<T, E: Debug, F: Future<Output = Result<T, E>>>(
    what: &str,
    mut probe: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(5);
    loop {
        match probe().await {
            Ok(value) => return value,
            Err(refusal) if Instant::now() > deadline => panic!("waited in vain until {what}: {refusal:?}"),
            Err(_) => tokio::time::sleep(pause).await,
        }
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}

/// The same for probes that block.
///
/// # Panics
/// When [`PATIENCE`] is over.
pub fn until_blocking<T, E: Debug>(what: &str, mut probe: impl FnMut() -> Result<T, E>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match probe() {
            Ok(value) => return value,
            Err(refusal) if Instant::now() > deadline => panic!("waited in vain until {what}: {refusal:?}"),
            Err(_) => std::thread::park_timeout(Duration::from_millis(10)),
        }
    }
}
