//! What part of the requests that wait is asked for. The URL is the state: each of the two lists has a
//! page, which begins after a place.

use super::Pending;
use crate::domain::listing::percent;
use crate::domain::moment::Moment;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Rows of a page.
pub const PAGE_ROWS: usize = 50;
/// Up to how many the requests are counted that wait for one person.
pub const COUNTED: usize = 100;

/// How many, in short.
pub fn in_short(count: usize) -> String {
    if count < COUNTED { count.to_string() } else { format!("{}+", COUNTED - 1) }
}

/// Where a page ends: the keys of its last row, so that it stays the same place when rows come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub at: Moment,
    pub id: Uuid,
}

impl Place {
    fn to_text(self) -> String {
        format!("{}_{}", self.at.0, self.id.simple())
    }

    fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('_')?;
        Some(Self { at: Moment(at.parse().ok()?), id: Uuid::try_parse(id).ok()? })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalsQuery {
    /// The page of what waits for who looks begins after this place; the first one unless said.
    pub after: Option<Place>,
    /// The same of what waits for others.
    pub others: Option<Place>,
}

impl ApprovalsQuery {
    /// Reads the query of a URL through `get`; an empty value asks nothing.
    ///
    /// # Errors
    /// `BadRequest` for what is no place.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let place = |key: &str| match get(key).filter(|value| !value.is_empty()) {
            None => Ok(None),
            Some(text) => Place::parse(&text).map(Some).ok_or_else(|| {
                Error::BadRequest(format!(
                    "The address of this page has an unknown value for {key}."
                ))
            }),
        };
        Ok(Self { after: place("after")?, others: place("others")? })
    }

    /// `?after=…`; empty when nothing is asked.
    pub fn to_url(self) -> String {
        let pairs = [("after", self.after), ("others", self.others)];
        let said = pairs.into_iter().filter_map(|(key, place)| {
            place.map(|place| format!("{key}={}", percent(&place.to_text())))
        });
        let said: Vec<String> = said.collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }
}

/// A page of one of the two lists, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalsPage {
    /// At most [`PAGE_ROWS`].
    pub rows: Vec<Pending>,
    /// Where it ends, when there may be rows after it.
    pub next: Option<Place>,
}

/// What waits in a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// For who looks at it.
    pub yours: ApprovalsPage,
    pub others: ApprovalsPage,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_from_the_address_that_it_makes() {
        let place = Place { at: Moment(-7), id: Uuid::max() };
        for query in [
            ApprovalsQuery::default(),
            ApprovalsQuery { after: Some(place), others: None },
            ApprovalsQuery { after: Some(Place { at: Moment(8), ..place }), others: Some(place) },
        ] {
            let url = query.to_url();
            let value = |key: &str| {
                let pairs = url.trim_start_matches('?').split('&');
                let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
                pairs.find(|(name, _)| *name == key).map(|(_, value)| value.to_owned())
            };
            assert_eq!(ApprovalsQuery::read(value).unwrap(), query, "{url}");
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in ["x", "1", "_", "1_", "_1", "1.5_0", "99999999999999999999_0"] {
            assert!(ApprovalsQuery::read(|_| Some(text.to_owned())).is_err(), "{text}");
        }
        let empty = ApprovalsQuery::read(|_| Some(String::new())).unwrap();
        assert_eq!(empty, ApprovalsQuery::default());
    }

    #[test]
    fn very_many_are_not_counted_to_the_end() {
        assert_eq!([1, 99, 100].map(in_short), ["1", "99", "99+"]);
    }
}
