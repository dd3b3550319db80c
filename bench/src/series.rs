//! Repeated timings and what is said about them.

use std::time::{Duration, Instant};

/// Timings of one thing.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    sorted: Vec<Duration>,
}

impl Series {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        assert!(!times.is_empty(), "a series needs a value");
        times.sort_unstable();
        Self { sorted: times }
    }

    /// The value below which `percent` of the series lie (nearest rank).
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.sorted.len() * percent).div_ceil(100).max(1);
        self.sorted[rank - 1]
    }

    pub(crate) fn median(&self) -> Duration {
        self.percentile(50)
    }

    pub(crate) fn count(&self) -> usize {
        self.sorted.len()
    }
}

/// Times two things in turn, so that both see the same machine; the first `warm_up` rounds are dropped.
pub(crate) async fn in_turn<A, B>(
    rounds: usize,
    warm_up: usize,
    mut first: impl FnMut(usize) -> A,
    mut second: impl FnMut(usize) -> B,
) -> (Series, Series)
where
    A: Future<Output = Duration>,
    B: Future<Output = Duration>,
{
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for round in 0..rounds + warm_up {
        let (a, b) = (first(round).await, second(round).await);
        if round >= warm_up {
            left.push(a);
            right.push(b);
        }
    }
    (Series::new(left), Series::new(right))
}

/// Runs a command until the first byte of its output, then to its end.
pub(crate) fn first_byte(command: &mut std::process::Command) -> Duration {
    use std::io::Read;
    let began = Instant::now();
    let mut child = command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the peer starts");
    let mut byte = [0];
    let read = child.stdout.take().expect("its output").read(&mut byte).expect("its output can be read");
    let took = began.elapsed();
    let output = child.wait_with_output().expect("it ends");
    assert!(read == 1, "the peer printed nothing: {}", String::from_utf8_lossy(&output.stderr));
    took
}

pub(crate) fn milliseconds(duration: Duration) -> String {
    let micros = duration.as_micros();
    if micros < 10_000 {
        format!("{:.2} ms", micros as f64 / 1e3)
    } else {
        format!("{:.1} ms", micros as f64 / 1e3)
    }
}

pub(crate) fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}
