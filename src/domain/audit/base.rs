//! The base of a chain: up to where receipts were removed because of their age, and what stands for them.

use crate::domain::moment::Moment;
use serde::{Deserialize, Serialize};

/// What the event says behind which receipts are removed. What they added up to was put aside before, and
/// stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The first link whose receipts go, behind those of the base before.
    pub first: i64,
    /// The last one. What is behind it is still there.
    pub last: i64,
    /// The MAC of that link, in hex.
    pub head: String,
    /// When the newest of the receipts was written that are gone.
    pub until: Moment,
    /// Which tree of the chain it was, how many links that had, and its root in hex.
    pub tree: u32,
    pub leaves: u64,
    pub root: String,
    /// The root of the tree over the sums of each day that were put aside, in hex.
    pub figures: String,
    /// The last day of which receipts were removed before there were bases: its sums, and those of the days
    /// before, may be of more than what was put aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_until: Option<i64>,
}

impl Base {
    pub fn to_text(&self) -> String {
        let Self { first, last, until, .. } = self;
        format!("links {first} to {last}, kept as daily figures until {}", until.to_text())
    }
}
