//! Links of a chain as entries of the tree.

use super::tree::{self, Hash};
use uuid::Uuid;

const LABEL: &[u8] = b"regcred/link/v1";

/// The kind of a link that was removed because of its age before there was a tree.
pub const REMOVED: &str = "removed";

/// The leaf of a link, which its MAC is no part of.
pub fn leaf(chain: Uuid, number: i64, kind: &str, fields: &[&[u8]]) -> Hash {
    let mut entry = Vec::with_capacity(256);
    let number = number.to_be_bytes();
    let first: [&[u8]; 4] = [LABEL, chain.as_bytes(), &number, kind.as_bytes()];
    for part in first.iter().chain(fields) {
        entry.extend_from_slice(&(part.len() as u64).to_be_bytes());
        entry.extend_from_slice(part);
    }
    tree::leaf(&entry)
}

/// The leaf of a link of which nothing was left when the tree was begun.
pub fn leaf_of_removed(chain: Uuid, number: i64) -> Hash {
    leaf(chain, number, REMOVED, &[])
}
