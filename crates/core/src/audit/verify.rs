//! Holds the rows of a tree against checkpoints of it and names the first row that is wrong.
//!
//! Rows are fed in order of their index. Each has to follow the one before it, to have the leaf that was stored with it, and the tree
//! over all of them has to pass through every checkpoint: one that was cut short, or written anew with fresh leaves, does not.
//! Where rows were written anew with fresh leaves only roots tell, so the answer is the first row after the last good checkpoint.

use super::checkpoint::Checkpoint;
use super::row::Row;
use super::tree::{Frontier, Hash};
use crate::Timestamp;

/// What is wrong with the first wrong row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It is not there though later ones are.
    Missing,
    /// It says something else than when it was written.
    Edited,
    /// It does not belong there: another row has its place, or it is of another tree.
    OutOfPlace,
    /// It and all after it are gone, though a checkpoint counts them.
    Truncated,
    /// It or one after it, up to the checkpoint, was replaced together with its hash.
    Rewritten,
}

impl Wrong {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Edited => "edited",
            Self::OutOfPlace => "out_of_place",
            Self::Truncated => "truncated",
            Self::Rewritten => "rewritten",
        }
    }
}

/// The first row that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub wrong: Wrong,
    pub index: u64,
    /// Of the row that is at this place now.
    pub id: Option<String>,
    /// The checkpoint that tells, where one does.
    pub checkpoint: Option<(u64, Timestamp)>,
}

impl Finding {
    /// One sentence for people.
    #[must_use]
    pub fn message(&self) -> String {
        let Self { wrong, index, id, checkpoint } = self;
        let row = id.as_ref().map_or_else(|| format!("Row {index}"), |id| format!("Row {index} ({id})"));
        let against = checkpoint
            .map_or_else(String::new, |(size, at)| format!(" The checkpoint of {at} counts {size} rows."));
        match wrong {
            Wrong::Missing => format!("Row {index} was removed: later rows are there."),
            Wrong::Edited => format!("{row} was changed after it was written."),
            Wrong::OutOfPlace => format!("{row} stands where another row stood."),
            Wrong::Truncated => format!("Row {index} and everything after it was removed.{against}"),
            Wrong::Rewritten => {
                format!("{row}, or one after it, was replaced together with its hash.{against}")
            }
        }
    }
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub rows: u64,
    /// Over the rows that were seen.
    pub root: Hash,
    /// Checkpoints that the rows pass through.
    pub checkpoints: u64,
    /// Rows of which something was forgotten, as erasure does.
    pub forgotten: u64,
    pub finding: Option<Finding>,
}

/// Takes rows one by one; holds a frontier and the checkpoints only.
#[derive(Debug)]
pub struct Verifier {
    tree: String,
    checkpoints: Vec<Checkpoint>,
    next_checkpoint: usize,
    last_good: u64,
    frontier: Frontier,
    forgotten: u64,
    finding: Option<Finding>,
    /// Id of the row at `last_good`, which a rewriting would be named by.
    first_unsure: Option<String>,
}

impl Verifier {
    /// For one tree. Checkpoints of other trees are left out.
    #[must_use]
    pub fn new(tree: &str, checkpoints: impl IntoIterator<Item = Checkpoint>) -> Self {
        let mut checkpoints: Vec<_> = checkpoints.into_iter().filter(|point| point.origin == tree).collect();
        checkpoints.sort_by_key(|point| (point.size, point.at));
        let mut this = Self {
            tree: tree.to_owned(),
            checkpoints,
            next_checkpoint: 0,
            last_good: 0,
            frontier: Frontier::default(),
            forgotten: 0,
            finding: None,
            first_unsure: None,
        };
        this.compare();
        this
    }

    /// The next row, with the leaf that was stored with it. Rows come in order of their index.
    pub fn row(&mut self, row: &Row, stored_leaf: Option<&Hash>) {
        if self.finding.is_some() {
            return;
        }
        let place = self.frontier.size();
        if self.last_good == place {
            self.first_unsure = Some(row.id.clone());
        }
        let leaf = row.leaf();
        let wrong = if row.tree != self.tree || row.index < place {
            Some(Wrong::OutOfPlace)
        } else if row.index > place {
            Some(Wrong::Missing)
        } else if stored_leaf.is_some_and(|stored| *stored != leaf) || !row.texts_hold() {
            Some(Wrong::Edited)
        } else {
            None
        };
        if let Some(wrong) = wrong {
            let id = (wrong != Wrong::Missing).then(|| row.id.clone());
            self.finding = Some(Finding { wrong, index: place, id, checkpoint: None });
            return;
        }
        if [&row.detail, &row.personal, &row.about].into_iter().any(|text| text.is_forgotten()) {
            self.forgotten += 1;
        }
        self.frontier.append(leaf);
        self.compare();
    }

    /// Compares with the checkpoints of the present size.
    fn compare(&mut self) {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        while let Some(point) = self.checkpoints.get(self.next_checkpoint).filter(|point| point.size == size)
        {
            if point.root != root {
                self.finding = Some(Finding {
                    wrong: Wrong::Rewritten,
                    index: self.last_good,
                    id: self.first_unsure.clone(),
                    checkpoint: Some((point.size, point.at)),
                });
                return;
            }
            self.last_good = size;
            self.next_checkpoint += 1;
        }
    }

    /// After the last row. `kept` is the frontier that is stored beside the rows, when there is one to compare with.
    #[must_use]
    pub fn finish(mut self, kept: Option<&Frontier>) -> Outcome {
        let size = self.frontier.size();
        if self.finding.is_none()
            && let Some(point) = self.checkpoints.get(self.next_checkpoint)
        {
            self.finding = Some(Finding {
                wrong: Wrong::Truncated,
                index: size,
                id: None,
                checkpoint: Some((point.size, point.at)),
            });
        }
        if self.finding.is_none()
            && let Some(kept) = kept.filter(|kept| **kept != self.frontier)
        {
            let wrong = if kept.size() > size { Wrong::Truncated } else { Wrong::Rewritten };
            let index = if kept.size() > size { size } else { self.last_good };
            let id = if kept.size() > size { None } else { self.first_unsure.clone() };
            self.finding = Some(Finding { wrong, index, id, checkpoint: None });
        }
        Outcome {
            rows: size,
            root: self.frontier.root(),
            checkpoints: u64::try_from(self.next_checkpoint).unwrap_or(u64::MAX),
            forgotten: self.forgotten,
            finding: self.finding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::rows;
    use super::*;
    use proptest::prelude::*;

    fn tree(mut rows: Vec<Row>) -> Vec<(Row, Hash)> {
        for (index, row) in rows.iter_mut().enumerate() {
            row.tree = "t".into();
            row.index = index as u64;
            row.id = format!("aud_{index}");
        }
        rows.into_iter().map(|row| (row.clone(), row.leaf())).collect()
    }

    fn checkpoint(rows: &[(Row, Hash)]) -> Checkpoint {
        let leaves: Vec<_> = rows.iter().map(|(_, leaf)| *leaf).collect();
        Checkpoint {
            origin: "t".into(),
            size: rows.len() as u64,
            root: super::super::tree::root(&leaves),
            at: Timestamp::from_micros(rows.len() as i64),
        }
    }

    fn verify(rows: &[(Row, Hash)], checkpoints: Vec<Checkpoint>) -> Outcome {
        let mut verifier = Verifier::new("t", checkpoints);
        for (row, leaf) in rows {
            verifier.row(row, Some(leaf));
        }
        verifier.finish(None)
    }

    fn found(rows: &[(Row, Hash)], checkpoints: Vec<Checkpoint>) -> Option<(Wrong, u64)> {
        verify(rows, checkpoints).finding.map(|finding| (finding.wrong, finding.index))
    }

    proptest! {
        #[test]
        fn what_was_done_to_a_log_is_named(
            written in proptest::collection::vec(rows(), 2..20),
            at in 0_usize..20,
            checked in 0_usize..20,
        ) {
            let rows = tree(written);
            let (at, half) = (at % rows.len(), checked % rows.len());
            let last = checkpoint(&rows);
            let points = || vec![checkpoint(&rows[..half]), last.clone()];
            prop_assert_eq!(found(&rows, points()), None);
            prop_assert_eq!(verify(&rows, points()).checkpoints, 2);

            let mut edited = rows.clone();
            edited[at].0.action.push('!');
            prop_assert_eq!(found(&edited, points()), Some((Wrong::Edited, at as u64)));

            let mut removed = rows.clone();
            removed.remove(at);
            let expected = if at + 1 == rows.len() { Wrong::Truncated } else { Wrong::Missing };
            prop_assert_eq!(found(&removed, points()), Some((expected, at as u64)));

            prop_assert_eq!(found(&rows[..at], points()).unwrap().1, at as u64);

            // The whole log written anew, with hashes that fit: nothing but the checkpoints can tell.
            let mut forged = rows.clone();
            forged[at].0.action.push('!');
            forged[at].1 = forged[at].0.leaf();
            let from = if at < half { 0 } else { half as u64 };
            prop_assert_eq!(found(&forged, points()), Some((Wrong::Rewritten, from)));

            let other = (at + 1) % rows.len();
            let mut swapped = rows.clone();
            let index = swapped[at].0.index;
            swapped[at].0.index = swapped[other].0.index;
            swapped[other].0.index = index;
            swapped.swap(at, other);
            prop_assert_eq!(found(&swapped, points()), Some((Wrong::Edited, at.min(other) as u64)));

            let mut doubled = rows.clone();
            doubled.insert(at, rows[at].clone());
            prop_assert_eq!(found(&doubled, points()), Some((Wrong::OutOfPlace, at as u64 + 1)));
        }
    }
}
