//! What part of the list is asked for. The URL is the state, so this reads and writes queries, and
//! nothing that is not named here can filter or sort (security T21).

use super::credential::{Access, Method, Summary};
use super::moment::Day;
use crate::error::{Error, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

super::words! {
    /// What a list can be narrowed to.
    pub enum StateFilter {
        /// Its dates are fine.
        Fine = "fine", "Fine";
        /// To be rotated or reviewed.
        Due = "due", "Due for review or rotation";
        /// Expires soon.
        Expiring = "expiring", "Expiring soon";
        /// Expired.
        Expired = "expired", "Expired";
        /// Without a date.
        Unknown = "unknown", "No expiry date";
        /// Deliveries are stopped.
        Disabled = "disabled", "Disabled";
        /// The stored secret does not open.
        Unreadable = "unreadable", "Unreadable";
    }
}

super::words! {
    /// The order of a list.
    pub enum Sort {
        /// By name, ascending.
        Name = "name", "Name";
        /// By host, then name.
        Registry = "registry", "Registry";
        /// The soonest to expire first; those without a date last.
        Expires = "expires", "Expires first";
        /// The last changed first.
        Changed = "changed", "Last changed";
    }
}

/// Rows on one page.
pub const PAGE_ROWS: u64 = 50;

/// The longest search term, in characters.
pub const SEARCH_MAX: usize = 200;

/// What is asked of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Found in name, description, host, user name or path, in any case.
    pub search: String,
    /// Exactly this host, with its scheme's usual port or without.
    pub registry: Option<String>,
    /// Only in this state.
    pub state: Option<StateFilter>,
    /// Only this method.
    pub method: Option<Method>,
    /// Only this access.
    pub access: Option<Access>,
    /// Only those no pipeline has ever received.
    pub is_unused: bool,
    /// The order; by name unless said.
    pub sort: Option<Sort>,
    /// Counts from 0.
    pub page: u32,
}

impl ListQuery {
    /// Reads the query of a URL through `get`. A filter or sort that is not in the lists above is
    /// a `BadRequest`; an empty value is no filter.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let value = |key: &str| get(key).filter(|v| !v.is_empty());
        let search = value("q").unwrap_or_default();
        let query = Self {
            search: search.trim().to_owned(),
            registry: value("registry"),
            state: word(value("state"), StateFilter::from_word, "state")?,
            method: word(value("method"), Method::from_word, "method")?,
            access: word(value("access"), Access::from_word, "access")?,
            is_unused: word(value("unused"), |w| (w == "1").then_some(true), "unused")?
                .unwrap_or(false),
            sort: word(value("sort"), Sort::from_word, "sort")?,
            page: word(value("page"), page_index, "page")?.unwrap_or(0),
        };
        query.check()?;
        Ok(query)
    }

    /// What every door asks before the database is: nothing too long, and nothing it cannot hold.
    pub fn check(&self) -> Result<()> {
        if self.search.chars().count() > SEARCH_MAX {
            return Err(Error::BadRequest(format!("Search for at most {SEARCH_MAX} characters.")));
        }
        let has_control = |text: &str| text.chars().any(char::is_control);
        if has_control(&self.search) || self.registry.as_deref().is_some_and(has_control) {
            return Err(Error::BadRequest("Search for characters that can be seen.".to_owned()));
        }
        Ok(())
    }

    /// The pairs of its URL, without those that say nothing.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut push = |key, value: Option<String>| {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                pairs.push((key, value));
            }
        };
        push("q", Some(self.search.clone()));
        push("registry", self.registry.clone());
        push("state", self.state.map(|s| s.word().to_owned()));
        push("method", self.method.map(|m| m.word().to_owned()));
        push("access", self.access.map(|a| a.word().to_owned()));
        push("unused", self.is_unused.then(|| "1".to_owned()));
        push("sort", self.sort.map(|s| s.word().to_owned()));
        push("page", (self.page > 0).then(|| (self.page + 1).to_string()));
        pairs
    }

    /// `?q=…&page=2`, percent-encoded; empty when nothing is asked.
    pub fn to_url(&self) -> String {
        let query: Vec<String> =
            self.pairs().iter().map(|(key, value)| format!("{key}={}", percent(value))).collect();
        if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) }
    }
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// At most [`PAGE_ROWS`].
    pub rows: Vec<Summary>,
    /// How many fit the query, on all pages.
    pub total: u64,
    /// Whether the project has any credential at all.
    pub is_empty_project: bool,
    /// The hosts in the project, for the filter.
    pub hosts: Vec<String>,
    /// The day the states are told for.
    pub today: Day,
}

/// What is escaped in a URL: all but the unreserved characters (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value for a URL.
pub fn percent(value: &str) -> String {
    utf8_percent_encode(value, ESCAPED).to_string()
}

fn page_index(text: &str) -> Option<u32> {
    text.parse::<u32>().ok().filter(|n| (1..=1_000_000).contains(n)).map(|n| n - 1)
}

fn word<T>(
    value: Option<String>,
    read: impl Fn(&str) -> Option<T>,
    name: &str,
) -> Result<Option<T>> {
    match value {
        None => Ok(None),
        Some(text) => read(&text).map(Some).ok_or_else(|| {
            Error::BadRequest(format!(
                "The address of this page has a value for {name} that does not exist."
            ))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ListQuery> {
        ListQuery::read(|key| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn a_query_survives_its_url() {
        let query =
            read(&[("q", "a b&c"), ("state", "expired"), ("sort", "changed"), ("page", "3")])
                .unwrap();
        assert_eq!(query.to_url(), "?q=a%20b%26c&state=expired&sort=changed&page=3");
        assert_eq!(query.page, 2);
    }

    #[test]
    fn only_named_columns_filter_or_sort() {
        for pair in
            [("sort", "sealed"), ("state", "x"), ("method", "1"), ("page", "0"), ("page", "-1")]
        {
            assert!(matches!(read(&[pair]), Err(Error::BadRequest(_))), "{pair:?}");
        }
    }
}
