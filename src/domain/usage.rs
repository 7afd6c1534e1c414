//! Usage: which pipelines received what of which registries, in a window that is always named.

mod query;

pub use query::{UsageQuery, UsageView, Window};

use super::credential::Access;
use super::delivery::{Door, Outcome};
use super::moment::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Registries, credentials or pipelines on a page: each has a row for every pair that it is in.
pub const PAGE_ROWS: usize = 25;
/// Pairs that a page shows at most.
pub const PAIRS: usize = 200;
/// Days that are drawn: of a longer window the last ones.
pub const DRAWN: i64 = 90;

/// What is known of deliveries in a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Deliveries to pull, and to push.
    pub pulls: i64,
    pub pushes: i64,
    pub refused: i64,
    /// Those of them that asked to push.
    #[serde(default)]
    pub pushes_refused: i64,
    /// Deliveries of which the pipeline reported that they failed.
    pub failed: i64,
    /// The first and the last delivery.
    pub first_at: Option<Moment>,
    pub last_at: Option<Moment>,
    pub doors: Vec<Door>,
    /// The lowest and the highest version that was delivered.
    pub versions: Option<(i64, i64)>,
    /// The link of the last delivery, and of the last refusal.
    pub last_delivery: Option<i64>,
    pub last_refusal: Option<i64>,
}

/// Receipts of one pair with one intent and one outcome, added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    pub intent: Access,
    pub outcome: Outcome,
    pub times: i64,
    pub failed: i64,
    pub first_at: Moment,
    pub last_at: Moment,
    pub last_link: i64,
    /// The bits of the doors.
    pub doors: i64,
    pub versions: Option<(i64, i64)>,
}

impl Figures {
    pub fn delivered(&self) -> i64 {
        self.pulls + self.pushes
    }

    pub fn add(&mut self, sum: &Sum) {
        if sum.outcome == Outcome::Refused {
            self.refused += sum.times;
            if sum.intent == Access::PullAndPush {
                self.pushes_refused += sum.times;
            }
            self.last_refusal = self.last_refusal.max(Some(sum.last_link));
            return;
        }
        match sum.intent {
            Access::Pull => self.pulls += sum.times,
            Access::PullAndPush => self.pushes += sum.times,
        }
        self.failed += sum.failed;
        let first = self.first_at.map_or(sum.first_at, |first| first.min(sum.first_at));
        self.first_at = Some(first);
        self.last_at = self.last_at.max(Some(sum.last_at));
        self.last_delivery = self.last_delivery.max(Some(sum.last_link));
        let known = self.doors.iter().fold(0, |bits, door| bits | door.bit());
        self.doors = Door::of_bits(known | sum.doors);
        self.versions = match (self.versions, sum.versions) {
            (Some((low, high)), Some((first, last))) => Some((low.min(first), high.max(last))),
            (one, other) => one.or(other),
        };
    }
}

/// A credential or a pipeline of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub id: Uuid,
    /// Its name, or the last one that a receipt has, if it was deleted; `None` where none has.
    pub name: Option<String>,
    /// Whether it has a page still.
    pub is_there: bool,
}

/// A pair of a credential and a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageRow {
    /// `None` for requests that were refused as a whole.
    pub credential: Option<Named>,
    pub pipeline: Named,
    /// Where the credential is for; `None` when it was deleted.
    pub host: Option<String>,
    /// What the pipeline may do with it now.
    pub granted: Option<Access>,
    /// The version that would be delivered now.
    pub current_version: Option<i64>,
    pub figures: Figures,
    /// The last delivery there ever was, in the window or before it.
    pub last_ever: Option<Moment>,
    /// The version that it was of, once it is counted: an older one may have been made current again.
    pub last_version: Option<i64>,
    /// Deliveries on each day that is drawn, the oldest first.
    pub days: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsagePage {
    pub rows: Vec<UsageRow>,
    /// The first day of the window; `None` when it has no beginning.
    pub since: Option<Moment>,
    /// The first day that is drawn.
    pub drawn_since: Moment,
    /// Until when deliveries are kept as daily figures only; `None` where all receipts are there.
    pub figures_until: Option<Moment>,
    /// Whether deliveries of the last while are not in the figures yet.
    pub is_behind: bool,
    /// Whether there are more pairs than are shown.
    pub is_cut: bool,
    /// The next page.
    pub next: Option<UsageQuery>,
}

impl UsagePage {
    /// The deliveries of all rows on each day that is drawn.
    pub fn by_day(&self) -> Vec<i64> {
        let mut days = Vec::new();
        for row in &self.rows {
            days.resize(row.days.len().max(days.len()), 0);
            for (all, one) in days.iter_mut().zip(&row.days) {
                *all += one;
            }
        }
        days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(intent: Access, outcome: Outcome, at: i64) -> Sum {
        Sum {
            intent,
            outcome,
            times: 2,
            failed: 1,
            first_at: Moment(at),
            last_at: Moment(at + 5),
            last_link: at,
            doors: Door::Buildx.bit(),
            versions: Some((at, at)),
        }
    }

    #[test]
    fn refusals_are_no_deliveries_and_the_latest_time_stands_whatever_came_last() {
        let mut figures = Figures::default();
        figures.add(&sum(Access::Pull, Outcome::Refused, 900));
        assert_eq!((figures.delivered(), figures.refused, figures.failed), (0, 2, 0));
        assert_eq!((figures.last_at, figures.last_refusal), (None, Some(900)));
        assert_eq!(figures.pushes_refused, 0);
        let mut pushed = Figures::default();
        pushed.add(&sum(Access::PullAndPush, Outcome::Refused, 900));
        assert_eq!((pushed.pushes, pushed.refused, pushed.pushes_refused), (0, 2, 2));
        figures.add(&sum(Access::PullAndPush, Outcome::Delivered, 70));
        // The clock went back.
        figures.add(&sum(Access::Pull, Outcome::Delivered, 30));
        assert_eq!((figures.pulls, figures.pushes, figures.failed), (2, 2, 2));
        assert_eq!((figures.first_at, figures.last_at), (Some(Moment(30)), Some(Moment(75))));
        assert_eq!((figures.versions, figures.last_delivery), (Some((30, 70)), Some(70)));
        assert_eq!(figures.doors, [Door::Buildx]);
    }
}
