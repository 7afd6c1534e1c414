//! Which items of a review are asked for. The URL is the state.

use super::ReviewKind;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

crate::domain::words! {
    /// Which items a page shows.
    pub enum Show {
        Undecided = "undecided", "Undecided";
        Mine = "mine", "Delegated to me";
        Decided = "decided", "Decided";
        All = "all", "All";
        /// What was made or changed after the review began.
        New = "new", "Not in this review";
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewQuery {
    pub show: Show,
    pub kind: Option<ReviewKind>,
    /// The page begins after the item with this number.
    pub after: i64,
}

impl Default for ReviewQuery {
    fn default() -> Self {
        Self { show: Show::Undecided, kind: None, after: 0 }
    }
}

impl ReviewQuery {
    /// Reads the query of a URL through `get`; an empty value asks nothing.
    ///
    /// # Errors
    /// `BadRequest` for what is not in the lists above, or is no number.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let value = |key: &str| get(key).filter(|value| !value.is_empty());
        let unknown = |name: &str| {
            Error::BadRequest(format!("The address of this page has an unknown value for {name}."))
        };
        let show = match value("show") {
            None => Show::Undecided,
            Some(word) => Show::from_word(&word).ok_or_else(|| unknown("show"))?,
        };
        let kind = match value("kind") {
            None => None,
            Some(word) => Some(ReviewKind::from_word(&word).ok_or_else(|| unknown("kind"))?),
        };
        let after = value("after").map_or(Ok(0), |text| text.parse::<i64>());
        let after = after.ok().filter(|after| *after >= 0).ok_or_else(|| unknown("after"))?;
        Ok(Self { show, kind, after })
    }

    /// The first page of others.
    #[must_use]
    pub fn showing(self, show: Show) -> Self {
        Self { show, after: 0, ..self }
    }

    /// The first page of those of one kind, or of all.
    #[must_use]
    pub fn of_kind(self, kind: Option<ReviewKind>) -> Self {
        Self { kind, after: 0, ..self }
    }

    /// The page after that item.
    #[must_use]
    pub fn after(self, number: i64) -> Self {
        Self { after: number, ..self }
    }

    /// `?show=…&kind=…`; empty when nothing is asked. No value needs an escape.
    pub fn to_url(self) -> String {
        let pairs = [
            ("show", (self.show != Show::Undecided).then(|| self.show.word().to_owned())),
            ("kind", self.kind.map(|kind| kind.word().to_owned())),
            ("after", (self.after > 0).then(|| self.after.to_string())),
        ];
        let said: Vec<String> = pairs
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key}={}", value?)))
            .collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ReviewQuery> {
        ReviewQuery::read(|key| {
            pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_query_survives_its_url_and_what_is_usual_is_not_said() {
        assert_eq!(read(&[]).unwrap().to_url(), "");
        let query = read(&[("show", "all"), ("kind", "grant"), ("after", "50")]).unwrap();
        assert_eq!(query.to_url(), "?show=all&kind=grant&after=50");
        assert_eq!(query.showing(Show::Undecided).to_url(), "?kind=grant");
        assert_eq!(query.of_kind(None).to_url(), "?show=all");
    }

    #[test]
    fn what_is_in_no_list_is_refused() {
        for pair in [("show", "mac"), ("kind", "x"), ("after", "-1"), ("after", "x")] {
            assert!(matches!(read(&[pair]), Err(Error::BadRequest(_))), "{pair:?}");
        }
    }
}
