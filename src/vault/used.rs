//! Proofs that work once, as this server remembers them besides the database: who takes a mark away
//! there replays nothing at the server that took the proof.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a proof is remembered by, and until when (milliseconds).
pub(super) type Mark = ([u8; 32], i64);

/// Marks that are kept at most: of more, those that end last.
const MOST: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct Used(Mutex<BTreeSet<(i64, [u8; 32])>>);

impl Used {
    pub(super) fn has(&self, (id, ends): Mark) -> bool {
        self.lock().contains(&(ends, id))
    }

    /// Remembers a proof that was used, and forgets those that nobody takes any more.
    pub(super) fn keep(&self, (id, ends): Mark, now: i64) {
        let mut used = self.lock();
        used.insert((ends, id));
        while used.len() > MOST || used.first().is_some_and(|(ends, _)| *ends < now) {
            used.pop_first();
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<(i64, [u8; 32])>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_kept_for_its_life_and_no_more_than_so_many_are() {
        let used = Used::default();
        let id = |number: usize| {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&number.to_be_bytes());
            id
        };
        used.keep((id(0), 10), 5);
        assert!(used.has((id(0), 10)) && !used.has((id(1), 10)));
        used.keep((id(1), 20), 11);
        assert!(!used.has((id(0), 10)), "it is over");
        for number in 2..=MOST + 1 {
            used.keep((id(number), 30), 11);
        }
        assert!(!used.has((id(1), 20)), "it ends first");
        assert!(used.has((id(2), 30)) && used.has((id(MOST + 1), 30)));
        assert_eq!(used.lock().len(), MOST);
    }
}
