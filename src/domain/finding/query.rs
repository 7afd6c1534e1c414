//! What part of the findings is asked for. The URL is the state.

use super::{FindingKind, FindingState};
use crate::domain::listing::percent;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a page ends: the keys of its last row, so that it stays the same place when rows come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingPlace {
    pub rank: i64,
    pub id: Uuid,
}

impl FindingPlace {
    fn to_text(self) -> String {
        format!("{}_{}", self.rank, self.id.simple())
    }

    fn parse(text: &str) -> Option<Self> {
        let (rank, id) = text.split_once('_')?;
        Some(Self { rank: rank.parse().ok()?, id: Uuid::try_parse(id).ok()? })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingsQuery {
    pub state: FindingState,
    /// Only those of that kind.
    pub kind: Option<FindingKind>,
    /// The page begins after this place.
    pub after: Option<FindingPlace>,
}

impl Default for FindingsQuery {
    fn default() -> Self {
        Self { state: FindingState::Open, kind: None, after: None }
    }
}

impl FindingsQuery {
    /// Reads the query of a URL through `get`; an empty value asks nothing.
    ///
    /// # Errors
    /// `BadRequest` for what is not in the lists above, or is no place.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let value = |key: &str| get(key).filter(|value| !value.is_empty());
        let unknown = |name: &str| {
            Error::BadRequest(format!("The address of this page has an unknown value for {name}."))
        };
        let state = match value("state") {
            None => FindingState::Open,
            Some(word) => FindingState::from_word(&word).ok_or_else(|| unknown("state"))?,
        };
        let kind = match value("kind") {
            None => None,
            Some(word) => Some(FindingKind::from_word(&word).ok_or_else(|| unknown("kind"))?),
        };
        let after = match value("after") {
            None => None,
            Some(text) => Some(FindingPlace::parse(&text).ok_or_else(|| unknown("after"))?),
        };
        Ok(Self { state, kind, after })
    }

    /// The first page of those in another state.
    #[must_use]
    pub fn in_state(&self, state: FindingState) -> Self {
        Self { state, kind: self.kind, after: None }
    }

    /// The page after that place.
    #[must_use]
    pub fn after(&self, place: FindingPlace) -> Self {
        Self { after: Some(place), ..self.clone() }
    }

    /// The first page of the same.
    #[must_use]
    pub fn first_page(&self) -> Self {
        Self { after: None, ..self.clone() }
    }

    /// `?state=…&kind=…`, percent-encoded; empty when nothing is asked.
    pub fn to_url(&self) -> String {
        let usual = self.state == FindingState::Open;
        let pairs = [
            ("state", (!usual).then(|| self.state.word().to_owned())),
            ("kind", self.kind.map(|kind| kind.word().to_owned())),
            ("after", self.after.map(FindingPlace::to_text)),
        ];
        let said: Vec<String> = pairs
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key}={}", percent(&value?))))
            .collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<FindingsQuery> {
        FindingsQuery::read(|key| {
            pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_query_survives_its_url_and_what_is_usual_is_not_said() {
        assert_eq!(read(&[]).unwrap().to_url(), "");
        assert_eq!(read(&[("state", "open"), ("kind", "")]).unwrap().to_url(), "");
        let query = read(&[("state", "accepted"), ("kind", "tie")]).unwrap();
        assert_eq!(query.to_url(), "?state=accepted&kind=tie");
        let later = query.after(FindingPlace { rank: 2, id: Uuid::nil() });
        let place = "2_00000000000000000000000000000000";
        assert_eq!(later.to_url(), format!("?state=accepted&kind=tie&after={place}"));
        let again = [("state", "accepted"), ("kind", "tie"), ("after", place)];
        assert_eq!(read(&again).unwrap(), later);
        assert_eq!(later.first_page(), query);
        assert_eq!(later.in_state(FindingState::Open).to_url(), "?kind=tie");
    }

    #[test]
    fn what_is_in_no_list_is_refused() {
        for pair in [("state", "mac"), ("kind", "31"), ("after", "?"), ("after", "1_x")] {
            assert!(matches!(read(&[pair]), Err(Error::BadRequest(_))), "{pair:?}");
        }
    }
}
