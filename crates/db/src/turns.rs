//! A line for transactions that lost a race for an audit tree.
//!
//! Two transactions that append to one tree cannot both be first: PostgreSQL lets one pass and refuses the other, which begins anew.
//! Many at once would refuse each other over and over. So those who lost wait in line within this process and run one after the
//! other, and those who come later wait behind them. Nobody waits while nobody lost.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use tokio::sync::{Mutex, MutexGuard};

const LINES: usize = 64;

#[derive(Debug)]
pub(crate) struct Turns {
    /// By hash of the tree's id; that two trees share one costs a wait and nothing else.
    lines: [Mutex<()>; LINES],
}

impl Default for Turns {
    fn default() -> Self {
        Self { lines: std::array::from_fn(|_| Mutex::new(())) }
    }
}

impl Turns {
    /// Waits for a turn on these trees: whoever lost a race always, others only when somebody is in line.
    pub(crate) async fn take(&self, trees: &BTreeSet<String>, lost: bool) -> Vec<MutexGuard<'_, ()>> {
        let numbers: BTreeSet<usize> = trees.iter().map(|tree| line_of(tree)).collect();
        let mut held = Vec::new();
        // In order of their numbers, so that two never wait for each other.
        for number in numbers {
            let line = &self.lines[number];
            match line.try_lock() {
                Ok(guard) if lost => held.push(guard),
                Ok(_) => {}
                Err(_) if lost => held.push(line.lock().await),
                // Behind those in line, but not in it: the next may come at once.
                Err(_) => drop(line.lock().await),
            }
        }
        held
    }
}

fn line_of(tree: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    tree.hash(&mut hasher);
    usize::try_from(hasher.finish() % 64).unwrap_or(0) % LINES
}
