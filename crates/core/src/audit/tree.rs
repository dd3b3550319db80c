//! The Merkle tree of RFC 6962 §2.1, with the proofs of RFC 9162 §2.1.3 and §2.1.4 (the same tree, better described).

use sha2::{Digest as _, Sha256};

use super::{hex, unhex};

pub type Hash = [u8; 32];

#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(bytes).finalize().into()
}

#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest(b"").into()
}

#[must_use]
pub fn parse_hash(text: &str) -> Option<Hash> {
    unhex(text)?.try_into().ok()
}

/// What of a tree has to be kept to append to it: the roots of its perfect subtrees, the largest first. One per bit of the size
/// that is set, so appending costs O(log n) hashes at most and two on average.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The frontier that [`Frontier::to_text`] wrote; `None` when the text does not fit the size.
    #[must_use]
    pub fn parse(size: u64, text: &str) -> Option<Self> {
        let bytes = unhex(text)?;
        let (peaks, rest) = bytes.as_chunks::<32>();
        let fits =
            rest.is_empty() && u32::try_from(peaks.len()).is_ok_and(|count| count == size.count_ones());
        fits.then(|| Self { size, peaks: peaks.to_vec() })
    }

    /// The peaks in hexadecimal, one after the other.
    #[must_use]
    pub fn to_text(&self) -> String {
        hex(self.peaks.as_flattened())
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn append(&mut self, leaf: Hash) {
        let (mut node, mut size) = (leaf, self.size);
        while size & 1 == 1 {
            if let Some(left) = self.peaks.pop() {
                node = node_hash(&left, &node);
            }
            size >>= 1;
        }
        self.peaks.push(node);
        self.size += 1;
    }

    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return empty_root() };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The root over all leaves.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.append(*leaf);
    }
    frontier.root()
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: usize) -> usize {
    1 << (size - 1).ilog2()
}

/// The path from the leaf to the root; `None` when there is no such leaf.
#[must_use]
pub fn inclusion_proof(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    fn path(leaves: &[Hash], index: usize, into: &mut Vec<Hash>) {
        if leaves.len() < 2 {
            return;
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        if index < left.len() {
            path(left, index, into);
            into.push(root(right));
        } else {
            path(right, index - left.len(), into);
            into.push(root(left));
        }
    }
    if index >= leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    path(leaves, index, &mut proof);
    Some(proof)
}

/// RFC 9162 §2.1.3.2.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], expected: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *expected
}

/// The proof that the tree over the first `first` leaves is the beginning of the tree over all; `None` when there are not as many.
#[must_use]
pub fn consistency_proof(leaves: &[Hash], first: usize) -> Option<Vec<Hash>> {
    fn subproof(leaves: &[Hash], first: usize, whole: bool, into: &mut Vec<Hash>) {
        if first == leaves.len() {
            if !whole {
                into.push(root(leaves));
            }
            return;
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        if first <= left.len() {
            subproof(left, first, whole, into);
            into.push(root(right));
        } else {
            subproof(right, first - left.len(), false, into);
            into.push(root(left));
        }
    }
    if first == 0 || first > leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    subproof(leaves, first, true, &mut proof);
    Some(proof)
}

/// RFC 9162 §2.1.4.2.
#[must_use]
pub fn verify_consistency(
    first: u64,
    first_root: &Hash,
    second: u64,
    second_root: &Hash,
    proof: &[Hash],
) -> bool {
    if first == 0 || first > second {
        return false;
    }
    if first == second {
        return proof.is_empty() && first_root == second_root;
    }
    let (mut old, mut new) = (first - 1, second - 1);
    while old & 1 == 1 {
        old >>= 1;
        new >>= 1;
    }
    // The old tree is itself a subtree of the new one when its size is a power of two: the proof then leaves its root out.
    let (start, rest) = match proof.split_first() {
        _ if first.is_power_of_two() => (*first_root, proof),
        Some((start, rest)) => (*start, rest),
        None => return false,
    };
    let (mut old_hash, mut new_hash) = (start, start);
    for sibling in rest {
        if new == 0 {
            return false;
        }
        if old & 1 == 1 || old == new {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while old & 1 == 0 && old != 0 {
                old >>= 1;
                new >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        old >>= 1;
        new >>= 1;
    }
    new == 0 && old_hash == *first_root && new_hash == *second_root
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|number| leaf_hash(number.to_string().as_bytes())).collect()
    }

    /// RFC 6962 §2.1, word for word.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                node_hash(&defined(left), &defined(right))
            }
        }
    }

    /// The vectors of the Certificate Transparency project (`merkle_tree_test`, `testdata` of transparency-dev/merkle).
    #[test]
    fn the_published_vectors_hold() {
        assert_eq!(hex(&empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let inputs: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let leaves: Vec<_> = inputs.into_iter().map(leaf_hash).collect();
        assert_eq!(
            hex(&root(&leaves[..1])),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(hex(&root(&leaves)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    proptest! {
        #[test]
        fn the_frontier_is_the_tree(count in 0_usize..200) {
            let leaves = leaves(count);
            let mut frontier = Frontier::default();
            for leaf in &leaves {
                frontier = Frontier::parse(frontier.size(), &frontier.to_text()).unwrap();
                frontier.append(*leaf);
            }
            prop_assert_eq!(frontier.root(), defined(&leaves));
            prop_assert_eq!(frontier.size(), count as u64);
            let longer = frontier.to_text() + "00";
            prop_assert!(Frontier::parse(count as u64, &longer).is_none());
        }

        #[test]
        fn proofs_hold_for_their_leaf_and_for_no_other(count in 1_usize..100, index in 0_usize..100, other in 0_usize..100, bit in 0_usize..256) {
            let (leaves, index, other) = (leaves(count), index % count, other % count);
            let (expected, size) = (root(&leaves), count as u64);
            let proof = inclusion_proof(&leaves, index).unwrap();
            prop_assert!(verify_inclusion(&leaves[index], index as u64, size, &proof, &expected));
            prop_assert_eq!(verify_inclusion(&leaves[other], index as u64, size, &proof, &expected), other == index);
            let mut wrong = leaves[index];
            wrong[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!verify_inclusion(&wrong, index as u64, size, &proof, &expected));
            prop_assert!(!verify_inclusion(&leaves[index], index as u64, size, &[proof, vec![wrong]].concat(), &expected));
        }

        #[test]
        fn trees_are_consistent_with_their_beginnings_alone(count in 1_usize..100, first in 1_usize..100, changed in 0_usize..100) {
            let (leaves, first) = (leaves(count), 1 + (first - 1) % count);
            let changed = changed % count;
            let proof = consistency_proof(&leaves, first).unwrap();
            let (old, new) = (root(&leaves[..first]), root(&leaves));
            prop_assert!(verify_consistency(first as u64, &old, count as u64, &new, &proof));
            let mut others = leaves;
            others[changed] = leaf_hash(b"changed");
            if changed < first {
                let (proof, new) = (consistency_proof(&others, first).unwrap(), root(&others));
                prop_assert!(!verify_consistency(first as u64, &old, count as u64, &new, &proof));
            }
        }

        #[test]
        fn made_up_proofs_never_panic(index: u64, size: u64, length in 0_usize..70) {
            let proof = leaves(length);
            let _ = verify_inclusion(&empty_root(), index, size, &proof, &empty_root());
            let _ = verify_consistency(index, &empty_root(), size, &leaf_hash(b""), &proof);
        }
    }
}
