//! What each issuer answered and when, and from that whether it is to be asked again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::IssuerProblem;
use crate::crypto::jwt::JwkSet;

/// For how many seconds keys are used without asking.
const FRESH: i64 = 10 * 60;
/// After how many they are fetched again while they are used, so that nobody has to wait for that.
const AGING: i64 = 8 * 60;
/// For how many they are used when the issuer cannot be asked.
const STALE: i64 = 24 * 60 * 60;
/// How long a fetch is not repeated for a key that the issuer does not have.
const UNKNOWN_KEY: i64 = 60;
/// How long an issuer is left alone after a failure.
const FAILED: i64 = 30;
/// How many issuers are remembered.
const MOST: usize = 256;
/// How many wait for what one issuer answers, besides who asks it.
pub(super) const WAITING: usize = 64;

/// The issuers remembered; the one not used for longest makes room for a new one.
#[derive(Default)]
pub(super) struct Known {
    issuers: HashMap<String, Used>,
    uses: u64,
}

struct Used {
    /// Which use of all was its last.
    last: u64,
    issuer: Arc<Issuer>,
}

impl Known {
    /// The issuer of that name, remembered from now on.
    pub(super) fn issuer(&mut self, name: &str) -> Arc<Issuer> {
        self.uses += 1;
        if let Some(used) = self.issuers.get_mut(name) {
            used.last = self.uses;
            return Arc::clone(&used.issuer);
        }
        if self.issuers.len() >= MOST {
            let eldest = self.issuers.iter().min_by_key(|(_, used)| used.last);
            if let Some(eldest) = eldest.map(|(name, _)| name.clone()) {
                self.issuers.remove(&eldest);
            }
        }
        let issuer = Arc::new(Issuer::default());
        let used = Used { last: self.uses, issuer: Arc::clone(&issuer) };
        self.issuers.insert(name.to_owned(), used);
        issuer
    }
}

/// One issuer: what it last published, and how the last attempt to ask it went.
pub(super) struct Issuer {
    /// Held by the one who is asking it.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    /// Places for those who wait for that.
    pub(super) waiting: Arc<Semaphore>,
    seen: Mutex<Seen>,
}

impl Default for Issuer {
    fn default() -> Self {
        let waiting = Arc::new(Semaphore::new(WAITING));
        Self { turn: Arc::default(), waiting, seen: Mutex::default() }
    }
}

#[derive(Default)]
struct Seen {
    keys: Option<Fetched>,
    /// When it was last asked, with whatever outcome.
    tried: Option<i64>,
    failure: Option<IssuerProblem>,
}

struct Fetched {
    /// When the fetch began.
    at: i64,
    keys: Arc<JwkSet>,
}

impl Issuer {
    /// The keys, if they hold the one asked for and are used without waiting: they are fresh, or the
    /// issuer failed not long ago. With them, whether they are to be fetched again meanwhile.
    pub(super) fn ready(&self, key_id: Option<&str>, now: i64) -> Option<(Arc<JwkSet>, bool)> {
        let seen = self.seen();
        let fetched = seen.keys.as_ref().filter(|fetched| fetched.holds(key_id))?;
        let is_used = fetched.is_younger(FRESH, now)
            || (fetched.is_younger(STALE, now) && seen.has_failed_lately(now));
        is_used.then(|| (Arc::clone(&fetched.keys), !fetched.is_younger(AGING, now)))
    }

    /// Whether to ask it, given that nothing is ready.
    pub(super) fn is_due(&self, now: i64) -> bool {
        let seen = self.seen();
        let Some(tried) = seen.tried else { return true };
        let is_fresh = seen.keys.as_ref().is_some_and(|fetched| fetched.is_younger(FRESH, now));
        let pause = match (is_fresh, seen.failure) {
            (true, _) => UNKNOWN_KEY,
            (false, Some(_)) => FAILED,
            (false, None) => 0,
        };
        now - tried >= pause
    }

    /// What there is, now that it was asked or may not be: keys of the last day, or why there are
    /// none. Whether a key is unknown cannot be said while the issuer fails, so then it is the failure.
    pub(super) fn settle(
        &self,
        key_id: Option<&str>,
        now: i64,
    ) -> Result<Arc<JwkSet>, IssuerProblem> {
        let seen = self.seen();
        match &seen.keys {
            Some(fetched)
                if fetched.is_younger(STALE, now)
                    && (seen.failure.is_none() || fetched.holds(key_id)) =>
            {
                Ok(Arc::clone(&fetched.keys))
            }
            _ => Err(seen.failure.unwrap_or(IssuerProblem::UNKNOWN)),
        }
    }

    /// Keeps what came of a fetch that began at `asked` and has ended.
    pub(super) fn keep(&self, outcome: Result<JwkSet, IssuerProblem>, asked: i64, ended: i64) {
        let mut seen = self.seen();
        seen.tried = Some(ended);
        seen.failure = outcome.as_ref().err().copied();
        if let Ok(keys) = outcome {
            seen.keys = Some(Fetched { at: asked, keys: Arc::new(keys) });
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Whoever panicked left it whole.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// Whether the last attempt failed and was not long ago. After a longer time the issuer may have
    /// withdrawn a key, so it is asked before the keys are used.
    fn has_failed_lately(&self, now: i64) -> bool {
        self.failure.is_some() && self.tried.is_some_and(|tried| now - tried < FRESH)
    }
}

impl Fetched {
    fn is_younger(&self, age: i64, now: i64) -> bool {
        now - self.at < age
    }

    fn holds(&self, key_id: Option<&str>) -> bool {
        key_id.is_none_or(|key_id| self.keys.contains(key_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_not_used_for_longest_makes_room() {
        let mut known = Known::default();
        let of = |number: usize| format!("https://issuer-{number}.example.com");
        let first = known.issuer(&of(0));
        let second = known.issuer(&of(1));
        for number in 2..MOST {
            known.issuer(&of(number));
        }
        // Used again, so that the second is now the eldest.
        assert!(Arc::ptr_eq(&first, &known.issuer(&of(0))));
        known.issuer(&of(MOST));
        assert_eq!(known.issuers.len(), MOST);
        assert!(Arc::ptr_eq(&first, &known.issuer(&of(0))));
        assert!(!Arc::ptr_eq(&second, &known.issuer(&of(1))));
    }
}
