//! Proofs that were good not long ago, as digests: of a pipeline's token, or of a session's cookie.

use crate::crypto::digest::sha256;
use crate::functions::cookies;
use axum::http::{HeaderMap, header};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long a token is remembered after it was last good, and a session, which can end by itself.
const KEPT: Duration = Duration::from_secs(60 * 60);
const SESSION_KEPT: Duration = Duration::from_secs(30 * 60);
/// How many are. Of more, whichever half is forgotten: who makes ever new ones must not be the end of all.
const MOST: usize = 16 * 1024;

/// What a request shows for a proof, good or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Proof {
    digest: [u8; 32],
    /// How long it is remembered.
    kept: Duration,
}

impl Proof {
    /// The token, or else the session; `None` when there is neither.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        if let Some(token) = headers.get(header::AUTHORIZATION) {
            return Some(Self { digest: sha256(token.as_bytes()), kept: KEPT });
        }
        // Only this host can set the one with the prefix: a neighbour that sets the other one beside it
        // would know a proof.
        let session = |wanted: &str| cookies(headers).find(|(name, _)| *name == wanted);
        let session = session("__Host-sid").or_else(|| session("sid"));
        session.map(|(_, id)| Self { digest: sha256(id.as_bytes()), kept: SESSION_KEPT })
    }
}

#[derive(Debug, Default)]
pub(super) struct Served(HashMap<Proof, Instant>);

impl Served {
    pub(super) fn has(&self, proof: &Proof, now: Instant) -> bool {
        let last = self.0.get(proof);
        last.is_some_and(|last| now.saturating_duration_since(*last) < proof.kept)
    }

    pub(super) fn keep(&mut self, proof: Proof, now: Instant) {
        if self.0.len() >= MOST && !self.0.contains_key(&proof) {
            self.0.retain(|proof, last| now.saturating_duration_since(*last) < proof.kept);
            if self.0.len() >= MOST {
                // They wait for one turn and are remembered again.
                let mut is_kept = false;
                self.0.retain(|_, _| {
                    is_kept = !is_kept;
                    is_kept
                });
            }
        }
        self.0.insert(proof, now);
    }

    pub(super) fn forget(&mut self, proof: &Proof) {
        self.0.remove(proof);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(header: &'static str, value: &str) -> Option<Proof> {
        let mut headers = HeaderMap::new();
        headers.insert(header, value.parse().unwrap());
        Proof::of(&headers)
    }

    #[test]
    fn a_token_or_a_session_is_a_proof_and_nothing_else_is() {
        assert_ne!(proof("authorization", "Bearer a"), proof("authorization", "Bearer b"));
        assert_eq!(proof("cookie", "known=x; sid=1"), proof("cookie", "__Host-sid=1"));
        let planted = proof("cookie", "sid=2; __Host-sid=1");
        assert_eq!(planted, proof("cookie", "__Host-sid=1"));
        for other in [proof("cookie", "known=1"), proof("x-token", "1")] {
            assert_eq!(other, None);
        }
    }

    #[test]
    fn a_session_is_remembered_for_as_long_as_one_that_nobody_uses_lasts() {
        let (mut served, now) = (Served::default(), Instant::now());
        let session = proof("cookie", "sid=1").unwrap();
        served.keep(session, now);
        assert!(served.has(&session, now + SESSION_KEPT / 2));
        assert!(!served.has(&session, now + SESSION_KEPT));
    }

    #[test]
    fn a_token_is_remembered_for_an_hour_and_no_more_than_so_many_are() {
        let (mut served, now) = (Served::default(), Instant::now());
        let of = |number: usize| proof("authorization", &number.to_string()).unwrap();
        served.keep(of(0), now);
        assert!(served.has(&of(0), now + KEPT / 2) && !served.has(&of(0), now + KEPT));
        for number in 1..=MOST {
            served.keep(of(number), now + KEPT);
        }
        assert_eq!(served.0.len(), MOST, "the first was over");
        served.keep(of(MOST + 1), now + KEPT);
        assert!(served.has(&of(MOST + 1), now + KEPT));
        assert_eq!(served.0.len(), MOST / 2 + 1, "and not the only one");
        served.forget(&of(MOST + 1));
        assert!(!served.has(&of(MOST + 1), now + KEPT));
    }
}
