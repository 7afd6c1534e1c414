//! Who is next, fairly: one at a time of each lane, so that a lane in which many wait holds nobody
//! up who waits in another.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Lanes by name. One that nobody is in is forgotten.
#[derive(Clone, Default)]
pub struct Lanes(Arc<Shared>);

#[derive(Default)]
struct Shared {
    lanes: Mutex<HashMap<String, Lane>>,
    /// Of more than so many who wait in a lane the last one is next; `None`: always the first.
    newest_first_beyond: Option<usize>,
}

/// A lane that somebody has the turn of.
#[derive(Default)]
struct Lane {
    /// Those who wait for it, by their numbers.
    waiting: VecDeque<(u64, oneshot::Sender<()>)>,
    numbers: u64,
}

/// The turn of a lane, until it is dropped.
pub struct Held {
    lanes: Lanes,
    name: String,
}

/// One who waits for the turn of a lane.
struct Waiting {
    lanes: Lanes,
    name: String,
    number: u64,
    turn: oneshot::Receiver<()>,
    is_done: bool,
}

impl Lanes {
    /// Of more than so many who wait in a lane the last one is next. Where somebody sends more than can be done
    /// in the time that anybody waits, whoever came first has left before it is their turn.
    pub fn newest_first_beyond(waiting: usize) -> Self {
        Self(Arc::new(Shared { newest_first_beyond: Some(waiting), ..Shared::default() }))
    }

    /// Waits for the turn of the lane: they are given in the order in which they were asked for.
    pub async fn turn(&self, name: &str) -> Held {
        if let Some(waiting) = self.enter(name) {
            waiting.turn().await;
        }
        Held { lanes: self.clone(), name: name.to_owned() }
    }

    /// `None` when nobody has the turn.
    fn enter(&self, name: &str) -> Option<Waiting> {
        let mut lanes = self.lanes();
        let Some(lane) = lanes.get_mut(name) else {
            lanes.insert(name.to_owned(), Lane::default());
            return None;
        };
        let (next, turn) = oneshot::channel();
        lane.numbers += 1;
        lane.waiting.push_back((lane.numbers, next));
        let (lanes, name) = (self.clone(), name.to_owned());
        Some(Waiting { lanes, name, number: lane.numbers, turn, is_done: false })
    }

    /// How many wait in the lane or have its turn.
    pub fn inside(&self, name: &str) -> usize {
        self.lanes().get(name).map_or(0, |lane| 1 + lane.waiting.len())
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<String, Lane>> {
        self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the turn of the lane to the next, or ends it.
    fn give_on(&self, name: &str) {
        let mut lanes = self.lanes();
        let Some(lane) = lanes.get_mut(name) else { return };
        let is_long = self.0.newest_first_beyond.is_some_and(|most| lane.waiting.len() > most);
        let next = if is_long { lane.waiting.pop_back() } else { lane.waiting.pop_front() };
        match next {
            // Who is in the lane is there to receive it.
            Some((_, next)) => drop(next.send(())),
            None => drop(lanes.remove(name)),
        }
    }
}

impl Waiting {
    async fn turn(mut self) {
        // A lane is forgotten only when nobody waits in it.
        let _ = (&mut self.turn).await;
        self.is_done = true;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        let has_turn = {
            let mut lanes = self.lanes.lanes();
            let Some(lane) = lanes.get_mut(&self.name) else { return };
            match lane.waiting.binary_search_by_key(&self.number, |(number, _)| *number) {
                Ok(at) => {
                    lane.waiting.remove(at);
                    false
                }
                Err(_) => true,
            }
        };
        if has_turn {
            self.lanes.give_on(&self.name);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.lanes.give_on(&self.name);
    }
}

impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lanes(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    /// The turn, if there is no need to wait for it.
    async fn at_once(lanes: &Lanes, name: &str) -> Option<Held> {
        let mut turn = pin!(lanes.turn(name));
        poll_fn(|context| match turn.as_mut().poll(context) {
            Poll::Ready(held) => Poll::Ready(Some(held)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    #[tokio::test]
    async fn a_lane_has_one_turn_and_another_lane_its_own() {
        let lanes = Lanes::default();
        let held = at_once(&lanes, "192.0.2.1").await;
        assert!(held.is_some() && at_once(&lanes, "192.0.2.1").await.is_none());
        assert!(at_once(&lanes, "192.0.2.2").await.is_some());
        drop(held);
        assert!(at_once(&lanes, "192.0.2.1").await.is_some());
    }

    #[tokio::test]
    async fn turns_are_given_in_the_order_in_which_they_were_asked_for() {
        let lanes = Lanes::default();
        let held = lanes.turn("a").await;
        let (mut second, mut third) = (pin!(lanes.turn("a")), pin!(lanes.turn("a")));
        let asked = poll_fn(|context| {
            let both =
                (second.as_mut().poll(context).is_ready(), third.as_mut().poll(context).is_ready());
            Poll::Ready(both)
        });
        assert_eq!(asked.await, (false, false));
        drop(held);
        assert!(poll_fn(|context| Poll::Ready(third.as_mut().poll(context).is_pending())).await);
        drop(second.await);
        drop(third.await);
    }

    #[tokio::test]
    async fn a_lane_that_nobody_is_in_is_forgotten_also_when_somebody_gave_up_waiting() {
        let lanes = Lanes::default();
        let held = lanes.turn("a").await;
        assert!(at_once(&lanes, "a").await.is_none());
        assert_eq!(lanes.inside("a"), 1);
        drop(held);
        assert!(lanes.lanes().is_empty());
    }

    #[tokio::test]
    async fn who_leaves_with_the_turn_gives_it_on() {
        let lanes = Lanes::default();
        let held = lanes.turn("a").await;
        let (mut second, mut third) = (Box::pin(lanes.turn("a")), Box::pin(lanes.turn("a")));
        assert!(is_pending(&mut second).await && is_pending(&mut third).await);
        drop(held);
        // It was told, and did not look.
        drop(second);
        drop(third.await);
        assert!(lanes.lanes().is_empty());
    }

    #[tokio::test]
    async fn in_a_long_lane_the_newest_is_next_until_it_is_short() {
        let lanes = Lanes::newest_first_beyond(2);
        let held = lanes.turn("a").await;
        let mut waiting: Vec<_> = (0..4).map(|_| Box::pin(lanes.turn("a"))).collect();
        for one in &mut waiting {
            assert!(is_pending(one).await);
        }
        drop(held);
        for (place, left) in [(3, 3), (2, 2), (0, 1), (0, 0)] {
            let held = waiting.remove(place).await;
            assert_eq!(lanes.inside("a"), 1 + left);
            drop(held);
        }
        assert!(lanes.lanes().is_empty());
    }

    async fn is_pending(turn: &mut (impl Future<Output = Held> + Unpin)) -> bool {
        let mut turn = pin!(turn);
        poll_fn(|context| Poll::Ready(turn.as_mut().poll(context).is_pending())).await
    }
}
