//! What part of the list of pipelines is asked for. The URL is the state: nothing that is not named here
//! can search or sort.

use super::PipelineSummary;
use crate::domain::listing::{SEARCH_MAX, percent};
use crate::domain::trust_rule::Provider;
use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

crate::domain::words! {
    pub enum PipelineSort {
        Name = "name", "Name";
        /// The one that was created last comes first.
        Created = "created", "Newest first";
    }
}

/// The longest text of a place: a name that grows as much as one can when it is folded.
const PLACE_MAX: usize = 8 * 1024;
/// Rows of a page.
pub const PAGE_ROWS: u64 = 25;
/// How many of the last requests of a pipeline are looked at for refusals.
pub const LATELY: i64 = 20;

/// Where a page begins or ends: the keys of a row, so that it stays the same place when rows come and
/// go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Milliseconds, where the list is sorted by them.
    pub created_at: Option<i64>,
    /// The folded name, which no other pipeline of the project has.
    pub name_key: String,
}

impl Place {
    pub fn of(sort: PipelineSort, created_at: i64, name_key: &str) -> Self {
        let created_at = (sort == PipelineSort::Created).then_some(created_at);
        Self { created_at, name_key: name_key.to_owned() }
    }

    fn to_text(&self) -> String {
        let at = self.created_at.map(|at| at.to_string()).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(format!("{at}\n{}", self.name_key))
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = (text.len() <= PLACE_MAX).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        let text = String::from_utf8(bytes).ok()?;
        let (at, name_key) = text.split_once('\n')?;
        // No database is asked for characters that it cannot hold.
        if name_key.chars().any(char::is_control) {
            return None;
        }
        let created_at = if at.is_empty() { None } else { Some(at.parse().ok()?) };
        Some(Self { created_at, name_key: name_key.to_owned() })
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineQuery {
    /// Found in the name, the description and what the trust rules name, in any case and without
    /// accents.
    pub search: String,
    /// The order; by name unless said.
    pub sort: Option<PipelineSort>,
    /// The page that begins after this place; the first one unless said.
    pub after: Option<Place>,
    /// The page that ends before this place.
    pub before: Option<Place>,
}

impl PipelineQuery {
    /// Reads the query of a URL through `get`; an empty value asks nothing.
    ///
    /// # Errors
    /// `BadRequest` for what is not in the lists above.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let value = |key: &str| get(key).filter(|value| !value.is_empty());
        let unknown = |name: &str| {
            Error::BadRequest(format!("The address of this page has an unknown value for {name}."))
        };
        let place = |key: &str| match value(key) {
            None => Ok(None),
            Some(text) => Place::parse(&text).map(Some).ok_or_else(|| unknown(key)),
        };
        let sort = match value("sort") {
            None => None,
            Some(word) => Some(PipelineSort::from_word(&word).ok_or_else(|| unknown("sort"))?),
        };
        let search = value("q").unwrap_or_default().trim().to_owned();
        let query = Self { search, sort, after: place("after")?, before: place("before")? };
        if query.search.chars().count() > SEARCH_MAX {
            return Err(Error::BadRequest(format!("Search for at most {SEARCH_MAX} characters.")));
        }
        if query.search.chars().any(char::is_control) {
            return Err(Error::BadRequest(
                "The search text contains an invisible character. Type it again.".to_owned(),
            ));
        }
        let is_dated = query.sort() == PipelineSort::Created;
        let mut places = query.after.iter().chain(&query.before);
        let is_one_too_many = query.after.is_some() && query.before.is_some();
        if is_one_too_many || places.any(|place| place.created_at.is_some() != is_dated) {
            return Err(Error::BadRequest(
                "The address of this page has a position that does not fit the order of the list."
                    .to_owned(),
            ));
        }
        Ok(query)
    }

    pub fn sort(&self) -> PipelineSort {
        self.sort.unwrap_or(PipelineSort::Name)
    }

    /// Whether nothing of what fits comes before what it asks for.
    pub fn is_first_page(&self) -> bool {
        self.after.is_none() && self.before.is_none()
    }

    /// The same in another order, from the first page on.
    #[must_use]
    pub fn sorted(&self, sort: PipelineSort) -> Self {
        let sort = (sort != PipelineSort::Name).then_some(sort);
        Self { search: self.search.clone(), sort, after: None, before: None }
    }

    /// The page after that place.
    #[must_use]
    pub fn after(&self, place: Place) -> Self {
        Self { after: Some(place), before: None, ..self.clone() }
    }

    /// The page before that place.
    #[must_use]
    pub fn before(&self, place: Place) -> Self {
        Self { after: None, before: Some(place), ..self.clone() }
    }

    /// `?q=…&after=…`, percent-encoded; empty when nothing is asked.
    pub fn to_url(&self) -> String {
        let pairs = [
            ("q", Some(self.search.clone()).filter(|text| !text.is_empty())),
            ("sort", self.sort.map(|sort| sort.word().to_owned())),
            ("after", self.after.as_ref().map(Place::to_text)),
            ("before", self.before.as_ref().map(Place::to_text)),
        ];
        let said: Vec<String> = pairs
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key}={}", percent(&value?))))
            .collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineRow {
    pub summary: PipelineSummary,
    /// Who signs for its runs, by its live trust rules.
    pub providers: Vec<Provider>,
    /// What its trust rules name that was searched for, where it is not found by its own words.
    pub found_by: Option<String>,
    /// How many of its last [`LATELY`] requests received nothing.
    pub refused: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineListing {
    pub rows: Vec<PipelineRow>,
    pub previous: Option<PipelineQuery>,
    pub next: Option<PipelineQuery>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<PipelineQuery> {
        PipelineQuery::read(|key| {
            pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_query_survives_its_url() {
        let place = Place::of(PipelineSort::Created, 7, "acme/api").to_text();
        let pairs = [("q", "a b&c"), ("sort", "created"), ("after", place.as_str())];
        let query = read(&pairs).unwrap();
        assert_eq!(query.to_url(), format!("?q=a%20b%26c&sort=created&after={place}"));
        assert_eq!(query.sorted(PipelineSort::Name).to_url(), "?q=a%20b%26c");
        assert_eq!(read(&[("q", " ")]).unwrap(), PipelineQuery::default());
    }

    #[test]
    fn a_place_fits_one_order_and_one_direction() {
        let by_name = Place::of(PipelineSort::Name, 7, "build").to_text();
        let by_day = Place::of(PipelineSort::Created, 7, "build").to_text();
        read(&[("after", by_name.as_str())]).unwrap();
        read(&[("sort", "created"), ("before", by_day.as_str())]).unwrap();
        let long = "x".repeat(201);
        let bad: [&[(&str, &str)]; 6] = [
            &[("after", by_day.as_str())],
            &[("sort", "created"), ("before", by_name.as_str())],
            &[("after", by_name.as_str()), ("before", by_name.as_str())],
            &[("sort", "mac")],
            &[("after", "0")],
            &[("q", long.as_str())],
        ];
        for pairs in bad {
            assert!(matches!(read(pairs), Err(Error::BadRequest(_))), "{pairs:?}");
        }
    }
}
