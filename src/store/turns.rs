//! The embedded database has one writer. Who has it next is not who came first: receipts go before
//! sign-ins, and those before everything else.
//!
//! The task that writes receipts asks for one turn after the other, so between two of its
//! transactions somebody else has one: nobody waits for ever, and receipts wait for one at most.

use sea_orm::{ConnAcquireErr, DbErr};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long somebody waits for a turn: as long as for a connection, or for a lock.
pub(super) const WAIT: Duration = Duration::from_secs(5);

/// How urgent a write is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// Deliveries wait for them.
    Receipts,
    /// A person who has proved who they are waits for it, or who asks whether the server is ready.
    SignIn,
    /// A job proves what it is. It is no more urgent than the rest, and on `PostgreSQL` has a line of
    /// its own.
    Proof,
    Other,
}

/// Those who want to write.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    is_taken: bool,
    /// By rank, the most urgent first.
    waiting: [VecDeque<oneshot::Sender<Turn>>; 3],
}

/// The right to write, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn(Option<Turns>);

impl Turns {
    /// Waits until it is the caller's turn.
    ///
    /// # Errors
    /// When that takes too long.
    pub(super) async fn take(&self, rank: Rank) -> Result<Turn, DbErr> {
        let told = {
            let mut state = self.lock();
            if !state.is_taken {
                state.is_taken = true;
                return Ok(Turn(Some(self.clone())));
            }
            let (tell, told) = oneshot::channel();
            let line = match rank {
                Rank::Receipts => 0,
                Rank::SignIn => 1,
                Rank::Proof | Rank::Other => 2,
            };
            state.waiting[line].push_back(tell);
            told
        };
        // Who is told and gone drops the turn, which passes it on.
        match timeout(WAIT, told).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        }
    }

    fn pass_on(&self) {
        loop {
            let next = {
                let mut state = self.lock();
                let next = state.waiting.iter_mut().find_map(VecDeque::pop_front);
                state.is_taken = next.is_some();
                next
            };
            let Some(next) = next else { return };
            match next.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // Nobody waits there any more: not a turn that ends, but one that never began.
                Err(mut turn) => turn.0 = None,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    /// Looks once whether it is somebody's turn.
    fn look<F: Future<Output = Result<Turn, DbErr>>>(waiting: Pin<&mut F>) -> Option<Turn> {
        match waiting.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn.unwrap()),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn receipts_wait_for_one_other_at_most_and_sign_ins_go_before_the_rest() {
        let turns = Turns::default();
        let first = turns.take(Rank::Other).await.unwrap();
        let mut others = pin!(turns.take(Rank::Other));
        let mut sign_in = pin!(turns.take(Rank::SignIn));
        let mut receipts = pin!(turns.take(Rank::Receipts));
        assert!(look(others.as_mut()).is_none());
        assert!(look(sign_in.as_mut()).is_none());
        assert!(look(receipts.as_mut()).is_none());
        drop(first);
        assert!(look(others.as_mut()).is_none() && look(sign_in.as_mut()).is_none());
        let turn = look(receipts.as_mut()).expect("the one before it has ended");
        drop(turn);
        assert!(look(others.as_mut()).is_none());
        let turn = look(sign_in.as_mut()).expect("it goes before the rest");
        // Receipts are asked for again, though somebody else has waited for longer.
        let mut again = pin!(turns.take(Rank::Receipts));
        assert!(look(again.as_mut()).is_none());
        drop(turn);
        assert!(look(others.as_mut()).is_none());
        drop(look(again.as_mut()).expect("it goes before the rest"));
        assert!(look(others.as_mut()).is_some());
    }

    #[tokio::test]
    async fn between_two_of_the_recorder_somebody_else_has_a_turn() {
        let turns = Turns::default();
        let receipts = turns.take(Rank::Receipts).await.unwrap();
        let mut other = pin!(turns.take(Rank::Other));
        assert!(look(other.as_mut()).is_none());
        drop(receipts);
        let mut again = pin!(turns.take(Rank::Receipts));
        assert!(look(again.as_mut()).is_none());
        drop(look(other.as_mut()).expect("it came before the second"));
        assert!(look(again.as_mut()).is_some());
    }

    #[tokio::test]
    async fn who_went_away_keeps_nobody_waiting() {
        let turns = Turns::default();
        let first = turns.take(Rank::Other).await.unwrap();
        let mut last = pin!(turns.take(Rank::Other));
        {
            let mut gone = Box::pin(turns.take(Rank::Receipts));
            let mut told = Box::pin(turns.take(Rank::SignIn));
            assert!(look(gone.as_mut()).is_none() && look(told.as_mut()).is_none());
            assert!(look(last.as_mut()).is_none());
            drop(gone);
            drop(first);
            // It is the turn of `told`, which goes before it looks.
            assert!(look(last.as_mut()).is_none());
        }
        assert!(look(last.as_mut()).is_some());
        assert!(turns.take(Rank::Other).await.is_ok(), "a turn that was given back is free");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let turns = Turns::default();
        let held = turns.take(Rank::Other).await.unwrap();
        assert!(turns.take(Rank::Receipts).await.is_err());
        drop(held);
        assert!(turns.take(Rank::Receipts).await.is_ok());
    }
}
