//! What a pipeline said of its deliveries, as the event says it.

use crate::domain::delivery::Report;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    pub outcome: Report,
    /// The link of the fetch.
    pub link: i64,
    /// The numbers of the receipts that it speaks of, both ends included.
    pub first: i32,
    pub last: i32,
    /// How many of these are deliveries.
    pub deliveries: u64,
}

impl Reported {
    /// What it is about: `1 delivery`, `3 deliveries`.
    pub fn subject(&self) -> String {
        match self.deliveries {
            1 => "1 delivery".to_owned(),
            count => format!("{count} deliveries"),
        }
    }

    /// How they went, and where they are: `failed, link 12`.
    pub fn to_text(&self) -> String {
        format!("{}, link {}", self.outcome.word(), self.link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_of_how_many_how_they_went_and_where_they_are() {
        let mut one =
            Reported { outcome: Report::Failed, link: 12, first: 1, last: 1, deliveries: 1 };
        assert_eq!((&*one.subject(), &*one.to_text()), ("1 delivery", "failed, link 12"));
        one.deliveries = 30;
        assert_eq!(one.subject(), "30 deliveries");
    }
}
