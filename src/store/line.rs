//! Who waits for a chain on `PostgreSQL` keeps a connection meanwhile. A few do at once, and the others
//! wait before they take one, so that a busy chain leaves connections for those who want nothing of
//! it: deliveries, pages, and what asks whether the server is ready.

use super::turns::{Rank, WAIT};
use sea_orm::{ConnAcquireErr, DbErr};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// People and jobs, of the connections that a server has.
const OTHERS: usize = 8;
/// Those who sign in: they do not wait behind the others.
const SIGN_INS: usize = 4;
/// Jobs that show their proof: a rule that they use may be locked by who ends it.
const PROOFS: usize = 4;

/// Those who want a chain, or a rule.
#[derive(Clone, Debug)]
pub(super) struct Line {
    sign_ins: Arc<Semaphore>,
    proofs: Arc<Semaphore>,
    others: Arc<Semaphore>,
}

/// A place of those that may have a connection, until it is dropped.
pub(super) type Place = OwnedSemaphorePermit;

impl Default for Line {
    fn default() -> Self {
        Self {
            sign_ins: Arc::new(Semaphore::new(SIGN_INS)),
            proofs: Arc::new(Semaphore::new(PROOFS)),
            others: Arc::new(Semaphore::new(OTHERS)),
        }
    }
}

impl Line {
    /// Waits for a place, each after those who came before.
    ///
    /// # Errors
    /// When that takes too long.
    pub(super) async fn enter(&self, rank: Rank) -> Result<Place, DbErr> {
        let line = match rank {
            Rank::SignIn => &self.sign_ins,
            Rank::Proof => &self.proofs,
            Rank::Receipts | Rank::Other => &self.others,
        };
        match timeout(WAIT, Arc::clone(line).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    async fn fill(line: &Line) -> Vec<Place> {
        let mut places = Vec::new();
        for _ in 0..OTHERS {
            places.push(line.enter(Rank::Other).await.unwrap());
        }
        places
    }

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_is_told_to_try_again() {
        let line = Line::default();
        let mut places = fill(&line).await;
        let late = line.enter(Rank::Other).await.unwrap_err();
        assert_eq!(Error::from(late), Error::Unavailable);
        places.pop();
        assert!(line.enter(Rank::Other).await.is_ok(), "a place that was given back is free");
    }

    #[tokio::test(start_paused = true)]
    async fn jobs_with_proofs_have_few_connections_and_take_no_place_of_others() {
        let line = Line::default();
        let mut proving = Vec::new();
        for _ in 0..PROOFS {
            proving.push(line.enter(Rank::Proof).await.unwrap());
        }
        let late = line.enter(Rank::Proof).await.unwrap_err();
        assert_eq!(Error::from(late), Error::Unavailable);
        assert_eq!(fill(&line).await.len(), OTHERS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sign_in_does_not_wait_behind_the_others() {
        let line = Line::default();
        let _places = fill(&line).await;
        let mut signing_in = Vec::new();
        for _ in 0..SIGN_INS {
            signing_in.push(line.enter(Rank::SignIn).await.unwrap());
        }
        assert!(line.enter(Rank::SignIn).await.is_err());
    }
}
