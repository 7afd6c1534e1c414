//! What becomes of the findings when they were looked for again: a fact that changed resolves its own, and an acceptance
//! ends with its day.

use super::{FindingState, Found, KEPT};
use crate::domain::moment::{DAY_MS, Day, Moment};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A finding as it is stored.
#[derive(Clone, Debug)]
pub struct KnownFinding {
    pub id: Uuid,
    pub key: String,
    pub state: FindingState,
    /// `None` when it cannot be read: another version wrote it.
    pub found: Option<Found>,
    pub accepted_until: Option<Day>,
    pub resolved: Option<Moment>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingChanges {
    pub new: Vec<Found>,
    /// They say something else now.
    pub renewed: Vec<(Uuid, Found)>,
    /// They were resolved, and are there again.
    pub reopened: Vec<(Uuid, Found)>,
    /// Their acceptance has ended.
    pub lapsed: Vec<Uuid>,
    pub resolved: Vec<Uuid>,
    /// They were resolved long ago.
    pub forgotten: Vec<Uuid>,
}

impl FindingChanges {
    pub fn between(known: &[KnownFinding], found: &[Found], now: Moment) -> Self {
        let mut left: BTreeMap<String, &Found> =
            found.iter().map(|found| (found.key(), found)).collect();
        let mut changes = Self::default();
        for one in known {
            match left.remove(&one.key) {
                Some(found) => changes.is_there(one, found, now),
                None => changes.is_gone(one, now),
            }
        }
        changes.new = left.into_values().cloned().collect();
        changes
    }

    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The same in parts of at most so many findings, for a transaction each: deliveries wait for every one of them.
    pub fn parts(mut self, most: usize) -> Vec<Self> {
        let mut parts = Vec::new();
        while !self.is_none() {
            let mut left = most.max(1);
            parts.push(Self {
                new: first(&mut self.new, &mut left),
                renewed: first(&mut self.renewed, &mut left),
                reopened: first(&mut self.reopened, &mut left),
                lapsed: first(&mut self.lapsed, &mut left),
                resolved: first(&mut self.resolved, &mut left),
                forgotten: first(&mut self.forgotten, &mut left),
            });
        }
        parts
    }

    fn is_there(&mut self, one: &KnownFinding, found: &Found, now: Moment) {
        if one.state == FindingState::Resolved {
            self.reopened.push((one.id, found.clone()));
            return;
        }
        let is_over = one.accepted_until.is_none_or(|until| until < now.day());
        if one.state == FindingState::Accepted && is_over {
            self.lapsed.push(one.id);
        }
        if one.found.as_ref() != Some(found) {
            self.renewed.push((one.id, found.clone()));
        }
    }

    fn is_gone(&mut self, one: &KnownFinding, now: Moment) {
        if one.state != FindingState::Resolved {
            self.resolved.push(one.id);
            return;
        }
        let is_old = |at: Moment| at.0.saturating_add(KEPT * DAY_MS) <= now.0;
        if one.resolved.is_none_or(is_old) {
            self.forgotten.push(one.id);
        }
    }
}

/// Takes as many as are left to take.
fn first<T>(all: &mut Vec<T>, left: &mut usize) -> Vec<T> {
    let count = all.len().min(*left);
    *left -= count;
    all.drain(..count).collect()
}
