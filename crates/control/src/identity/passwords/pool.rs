//! The threads that hash: as many as there are cores, with a queue of bounded length before them.
//!
//! Hashing keeps a core busy for tens of milliseconds, so it never happens on the runtime's threads. When the queue is full the request
//! is refused at once with `sign_in_busy`; a request that was given up while it waited is not computed. Threads begin with the first
//! job, give the memory they hash in back after [`REST`] without one, and end with the pool.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stead_core::error::InternalContext as _;
use stead_core::{Error, Result};
use tokio::sync::oneshot;

use super::cost::Workspace;

/// Jobs that may wait for each thread; at 20 ms each the last of them waits for less than a second and a half.
const QUEUE_PER_THREAD: usize = 64;
/// A refused request may come again when a full queue has been worked off.
const COME_AGAIN: Duration = Duration::from_secs(2);
const REST: Duration = Duration::from_secs(20);

type Job = Box<dyn FnOnce(&mut Workspace) + Send>;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct HashingPool {
    handle: Arc<Handle>,
}

/// Ends the threads when the last clone is gone.
struct Handle {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    work: Condvar,
    threads: usize,
    queue: usize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    started: usize,
    idle: usize,
    ended: bool,
}

impl fmt::Debug for HashingPool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HashingPool")
            .field("threads", &self.handle.shared.threads)
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.state().ended = true;
        self.shared.work.notify_all();
    }
}

impl HashingPool {
    /// One thread for each core.
    pub(crate) fn new() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Self::with(threads, threads * QUEUE_PER_THREAD)
    }

    fn with(threads: usize, queue: usize) -> Self {
        let shared = Shared { state: Mutex::default(), work: Condvar::new(), threads, queue };
        Self { handle: Arc::new(Handle { shared: Arc::new(shared) }) }
    }

    /// Runs `work` on a thread of the pool.
    ///
    /// # Errors
    /// `sign_in_busy` when too many wait already; what `work` returns.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Workspace) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = oneshot::channel();
        self.queue(Box::new(move |workspace| {
            if !sender.is_closed() {
                // Nobody waits any more: fine.
                let _ = sender.send(work(workspace));
            }
        }))?;
        receiver.await.internal("a hashing thread has crashed")?
    }

    fn queue(&self, job: Job) -> Result<()> {
        let shared = &self.handle.shared;
        let mut state = shared.state();
        if state.jobs.len() >= shared.queue {
            return Err(Error::unavailable(
                "sign_in_busy",
                "Too many people sign in at this moment for this server to check their passwords.",
            )
            .next_step("Try again in a moment.")
            .retry_after(COME_AGAIN));
        }
        state.jobs.push_back(job);
        if state.idle == 0 && state.started < shared.threads {
            let shared = Arc::clone(shared);
            let begun = std::thread::Builder::new()
                .name(format!("hashing-{}", state.started))
                .spawn(move || serve(&shared));
            match begun {
                Ok(_) => state.started += 1,
                // Those there are go on; without any the job would wait forever.
                Err(error) if state.started == 0 => {
                    state.jobs.pop_back();
                    return Err(Error::internal("starting a hashing thread").source_error(error));
                }
                Err(error) => tracing::warn!(error = %error, "a further hashing thread does not start"),
            }
        }
        drop(state);
        self.handle.shared.work.notify_one();
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn small(threads: usize, queue: usize) -> Self {
        Self::with(threads, queue)
    }
}

fn serve(shared: &Shared) {
    let mut workspace = Workspace::default();
    let mut state = shared.state();
    loop {
        if let Some(job) = state.jobs.pop_front() {
            drop(state);
            // A job that panics must not take the thread with it: `started` would count one that is gone.
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(&mut workspace)));
            if ended.is_err() {
                workspace = Workspace::default();
            }
            state = shared.state();
            continue;
        }
        if state.ended {
            return;
        }
        state.idle += 1;
        let (woken, rested) = shared.work.wait_timeout(state, REST).unwrap_or_else(PoisonError::into_inner);
        state = woken;
        state.idle -= 1;
        if rested.timed_out() && state.jobs.is_empty() {
            workspace = Workspace::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    /// A pool whose only thread is held until the sender says so.
    async fn held(queue: usize) -> (HashingPool, mpsc::Sender<()>, tokio::task::JoinHandle<Result<()>>) {
        let pool = HashingPool::small(1, queue);
        let (release, wait) = mpsc::channel::<()>();
        let (began, begun) = oneshot::channel();
        let first = pool.clone();
        let holder = tokio::spawn(async move {
            first
                .run(move |_| {
                    let _ = began.send(());
                    let _ = wait.recv();
                    Ok(())
                })
                .await
        });
        begun.await.unwrap();
        (pool, release, holder)
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_says_when_to_come_again() {
        let (pool, release, holder) = held(3).await;
        let waiting: Vec<_> = (0..3)
            .map(|number| {
                let pool = pool.clone();
                tokio::spawn(async move { pool.run(move |_| Ok(number)).await })
            })
            .collect();
        while pool.handle.shared.state().jobs.len() < 3 {
            tokio::task::yield_now().await;
        }
        let refused = pool.run(|_| Ok(())).await.unwrap_err();
        assert_eq!(refused.code(), "sign_in_busy");
        assert_eq!(refused.retry_delay(), Some(COME_AGAIN));
        release.send(()).unwrap();
        holder.await.unwrap().unwrap();
        for (number, task) in waiting.into_iter().enumerate() {
            assert_eq!(task.await.unwrap().unwrap(), number);
        }
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_not_computed() {
        let (pool, release, holder) = held(3).await;
        let computed = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&computed);
        let other = pool.clone();
        let given_up = tokio::spawn(async move {
            other
                .run(move |_| {
                    counted.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                })
                .await
        });
        while pool.handle.shared.state().jobs.is_empty() {
            tokio::task::yield_now().await;
        }
        given_up.abort();
        let _ = given_up.await;
        release.send(()).unwrap();
        holder.await.unwrap().unwrap();
        pool.run(|_| Ok(())).await.unwrap();
        assert_eq!(computed.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn a_crash_is_an_error_and_the_thread_goes_on() {
        let pool = HashingPool::small(1, 3);
        let crashed = pool.run::<()>(|_| panic!("a defect")).await.unwrap_err();
        assert_eq!(crashed.code(), "internal");
        assert_eq!(pool.run(|_| Ok(7)).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn threads_end_with_the_pool() {
        let pool = HashingPool::small(2, 3);
        pool.run(|_| Ok(())).await.unwrap();
        let shared = Arc::downgrade(&pool.handle.shared);
        drop(pool);
        tokio::time::timeout(Duration::from_secs(10), async {
            while shared.strong_count() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
    }
}
