//! Who is next, fairly: one at a time of each lane, so that a lane in which many wait holds nobody
//! up who waits in another.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Lanes by name. One that nobody is in is forgotten.
#[derive(Clone, Default)]
pub struct Lanes(Arc<Mutex<HashMap<String, Lane>>>);

#[derive(Default)]
struct Lane {
    /// How many wait in it or have the turn.
    inside: usize,
    turn: Arc<Turn<()>>,
}

/// The turn of a lane, until it is dropped.
pub struct Held {
    // First, so that it is given on before the place is left.
    _turn: OwnedMutexGuard<()>,
    _place: Place,
}

/// A place in a lane, whether one waits there or has the turn.
struct Place {
    lanes: Lanes,
    name: String,
}

impl Lanes {
    /// Waits for the turn of the lane: they are given in the order in which they were asked for.
    pub async fn turn(&self, name: &str) -> Held {
        let place = Place { lanes: self.clone(), name: name.to_owned() };
        let turn = {
            let mut lanes = self.lanes();
            let lane = lanes.entry(name.to_owned()).or_default();
            lane.inside += 1;
            Arc::clone(&lane.turn)
        };
        Held { _turn: turn.lock_owned().await, _place: place }
    }

    /// How many wait in the lane or have its turn.
    pub fn inside(&self, name: &str) -> usize {
        self.lanes().get(name).map_or(0, |lane| lane.inside)
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<String, Lane>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lanes = self.lanes.lanes();
        if let Some(lane) = lanes.get_mut(&self.name) {
            lane.inside -= 1;
            if lane.inside == 0 {
                lanes.remove(&self.name);
            }
        }
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
        assert_eq!(lanes.lanes()["a"].inside, 1);
        drop(held);
        assert!(lanes.lanes().is_empty());
    }
}
