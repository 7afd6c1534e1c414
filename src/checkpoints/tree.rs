//! Merkle trees as RFC 6962 has them.

use crate::crypto::digest::sha256_of;

pub type Hash = [u8; 32];

/// The hash of an entry.
pub fn leaf(entry: &[u8]) -> Hash {
    sha256_of(&[&[0], entry])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    sha256_of(&[&[1], left, right])
}

/// All that is needed of a tree to append to it: the roots of its whole parts, from left to right. There
/// are as many as its size has ones in binary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.size += 1;
        self.peaks.push(leaf);
        // Two parts of one size are one of twice that size.
        for _ in 0..self.size.trailing_zeros() {
            if let (Some(right), Some(left)) = (self.peaks.pop(), self.peaks.pop()) {
                self.peaks.push(node(&left, &right));
            }
        }
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let joined = self.peaks.iter().rev().copied().reduce(|right, left| node(&left, &right));
        joined.unwrap_or_else(|| sha256_of(&[]))
    }

    /// `u64(size) ‖ peak ‖ peak …`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8 + 32 * self.peaks.len());
        out.extend_from_slice(&self.size.to_be_bytes());
        for peak in &self.peaks {
            out.extend_from_slice(peak);
        }
        out
    }

    /// Reads what [`Frontier::to_bytes`] writes; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, peaks) = bytes.split_first_chunk::<8>()?;
        let size = u64::from_be_bytes(*size);
        let (whole, rest) = peaks.as_chunks::<32>();
        let is_whole = rest.is_empty() && whole.len() == size.count_ones() as usize;
        is_whole.then(|| Self { size, peaks: whole.to_vec() })
    }
}

/// The root of the tree over these leaves.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}

/// What proves that the leaf is in the tree over these leaves, from its sibling up; `None` when there is no
/// such leaf.
pub fn inclusion(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    let mut at = usize::try_from(index).ok().filter(|at| *at < leaves.len())?;
    let (mut part, mut path) = (leaves, Vec::new());
    while part.len() > 1 {
        // The largest power of two that is smaller.
        let (left, right) = part.split_at(part.len().next_power_of_two() / 2);
        if at < left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            (at, part) = (at - left.len(), right);
        }
    }
    path.reverse();
    Some(path)
}

/// The root that the proof leads to from the leaf with that index in a tree of that size; `None` when it is
/// no proof for that place.
pub fn root_of_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            // Where the tree has no right side, the leaf goes up as it is.
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    (last == 0).then_some(hash)
}

/// What proves that a tree goes on from an earlier one, as a log sends it. It is made while the later leaves go
/// by, and keeps none of them.
#[derive(Clone, Debug)]
pub struct Consistency {
    parts: Vec<Part>,
}

/// A hash of the proof.
#[derive(Clone, Debug)]
enum Part {
    /// A whole part of the earlier tree.
    Earlier(Hash),
    /// A part of so many later leaves, as far as they went by.
    Later { leaves: u64, tree: Frontier },
}

impl Consistency {
    /// Of the tree of that size, from `before` on. There is nothing to prove from no leaves on, and without
    /// later ones.
    pub fn new(before: &Frontier, size: u64) -> Self {
        let (mut parts, mut peaks) = (Vec::new(), before.peaks.iter().copied().map(Part::Earlier));
        // Of the part that is looked at: how many leaves are of `before`, and how many there are.
        let (mut old, mut all) = (before.size, size);
        let mut went_right = false;
        while old > 0 && old < all {
            // The largest power of two that is smaller.
            let left = all.next_power_of_two() / 2;
            if old <= left {
                parts.push(Part::Later { leaves: all - left, tree: Frontier::default() });
                all = left;
            } else {
                // The left side is a whole part of `before`.
                parts.extend(peaks.next());
                (old, all, went_right) = (old - left, all - left, true);
            }
        }
        // Who has the root of `before` knows its last part only where it is all of it.
        if went_right {
            parts.extend(peaks.next());
        }
        // From the inside out, which is also from the first later leaf to the last.
        parts.reverse();
        Self { parts }
    }

    /// Takes the next leaf behind `before`.
    pub fn push(&mut self, leaf: Hash) {
        let open = self.parts.iter_mut().find_map(|part| match part {
            Part::Later { leaves, tree } if tree.size < *leaves => Some(tree),
            _ => None,
        });
        if let Some(tree) = open {
            tree.push(leaf);
        }
    }

    /// The proof, once all later leaves went by.
    pub fn path(&self) -> Vec<Hash> {
        let hash = |part: &Part| match part {
            Part::Earlier(hash) => *hash,
            Part::Later { tree, .. } => tree.root(),
        };
        self.parts.iter().map(hash).collect()
    }
}
