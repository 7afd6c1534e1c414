//! What part of the list is asked for. The URL is the state, so this reads and writes queries, and
//! nothing that is not named here can filter or sort (security T21).

mod cursor;
#[cfg(test)]
mod tests;

pub use cursor::{Cursor, SortKey};

use super::check::LastCheck;
use super::credential::{Access, Method, Summary};
use super::moment::{Day, Moment};
use crate::error::{Error, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

super::words! {
    pub enum StateFilter {
        Fine = "fine", "Fine";
        Due = "due", "Due for review or rotation";
        Expiring = "expiring", "Expiring soon";
        Expired = "expired", "Expired";
        Unknown = "unknown", "No expiry date";
        Disabled = "disabled", "Disabled";
        Unreadable = "unreadable", "Unreadable";
        /// These are what the last check at the registry says.
        Works = "works", "Works at its registry";
        Failing = "failing", "Failing at its registry";
        Unclear = "unclear", "Cannot be checked";
        Unchecked = "unchecked", "Never checked";
    }
}

super::words! {
    pub enum Sort {
        Name = "name", "Name";
        /// By host, then name.
        Registry = "registry", "Registry URL";
        /// The soonest to expire first; those without a date last.
        Expires = "expires", "Expires first";
        Changed = "changed", "Last changed";
    }
}

impl Sort {
    /// What it is called the other way round.
    pub fn reversed_label(self) -> &'static str {
        match self {
            Self::Name => "Name, Z to A",
            Self::Registry => "Registry URL, Z to A",
            Self::Expires => "Expires last",
            Self::Changed => "First changed",
        }
    }
}

/// The most registries that the filter lists: where a project has more of them, one is typed.
pub const HOSTS_MAX: usize = 50;

pub const PAGE_ROWS: u64 = 50;

/// Of what is searched for or filtered, no more are counted.
pub const COUNTED: u64 = 1_000;

/// The longest search term, in characters.
pub const SEARCH_MAX: usize = 200;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Found in name, description, host, name of the registry, user name, e-mail, path, owner,
    /// environment or label, in any case and with or without accents.
    pub search: String,
    /// Exactly this host, with its scheme's usual port or without.
    pub registry: Option<String>,
    pub state: Option<StateFilter>,
    pub method: Option<Method>,
    pub access: Option<Access>,
    /// Only those no pipeline has ever received.
    pub is_unused: bool,
    /// The order; by name unless said.
    pub sort: Option<Sort>,
    /// Whether the order is the other way round.
    pub is_reversed: bool,
    /// The page that begins after this place; the first one unless said.
    pub after: Option<Cursor>,
    /// The page that ends before this place.
    pub before: Option<Cursor>,
}

impl ListQuery {
    /// Reads the query of a URL through `get`. A filter or sort that is not in the lists above is
    /// a `BadRequest`; an empty value is no filter.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let value = |key: &str| get(key).filter(|v| !v.is_empty());
        let search = value("q").unwrap_or_default();
        let order = word(value("sort"), order, "sort")?;
        let query = Self {
            search: search.trim().to_owned(),
            registry: value("registry"),
            state: word(value("state"), StateFilter::from_word, "state")?,
            method: word(value("method"), Method::from_word, "method")?,
            access: word(value("access"), Access::from_word, "access")?,
            is_unused: word(value("unused"), |w| (w == "1").then_some(true), "unused")?
                .unwrap_or(false),
            sort: order.map(|(sort, _)| sort),
            is_reversed: order.is_some_and(|(_, is_reversed)| is_reversed),
            after: word(value("after"), Cursor::parse, "after")?,
            before: word(value("before"), Cursor::parse, "before")?,
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
            return Err(Error::BadRequest(
                "The search text contains an invisible character. Type it again.".to_owned(),
            ));
        }
        let mut places = self.after.iter().chain(&self.before);
        let is_one_too_many = self.after.is_some() && self.before.is_some();
        if is_one_too_many || places.any(|place| place.sort() != self.sort()) {
            return Err(Error::BadRequest(
                "The address of this page has a position that does not fit the order of the list."
                    .to_owned(),
            ));
        }
        Ok(())
    }

    pub fn sort(&self) -> Sort {
        self.sort.unwrap_or(Sort::Name)
    }

    /// The word for the order in the address: that of the sort, with `-` before it when it is the
    /// other way round. `None` for the usual order.
    pub fn order(&self) -> Option<String> {
        let word = self.sort().word();
        match (self.sort, self.is_reversed) {
            (None, false) => None,
            (_, false) => Some(word.to_owned()),
            (_, true) => Some(format!("-{word}")),
        }
    }

    /// The same from the first page on, in this order.
    pub fn sorted(&self, sort: Sort, is_reversed: bool) -> Self {
        Self { sort: Some(sort), is_reversed, ..self.first_page() }
    }

    /// Everything, in the same order.
    pub fn cleared(&self) -> Self {
        Self { sort: self.sort, is_reversed: self.is_reversed, ..Self::default() }
    }

    /// Whether nothing is searched for and no filter is set.
    pub fn is_of_all(&self) -> bool {
        self.first_page() == self.cleared()
    }

    /// The same from the first page on.
    pub fn first_page(&self) -> Self {
        Self { after: None, before: None, ..self.clone() }
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
        push("sort", self.order());
        push("after", self.after.as_ref().map(Cursor::to_text));
        push("before", self.before.as_ref().map(Cursor::to_text));
        pairs
    }

    /// `?q=…&after=…`, percent-encoded; empty when nothing is asked.
    pub fn to_url(&self) -> String {
        let query: Vec<String> =
            self.pairs().iter().map(|(key, value)| format!("{key}={}", percent(value))).collect();
        if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// At most [`PAGE_ROWS`].
    pub rows: Vec<Summary>,
    /// Of the rows that pipelines have received, who did.
    pub used_by: BTreeMap<Uuid, UsedBy>,
    /// Of the rows that were checked at their registry, what the last check says.
    pub checks: BTreeMap<Uuid, LastCheck>,
    pub total: u64,
    /// Whether there are more than `total`: then nobody has counted them.
    pub are_more: bool,
    pub previous: Option<ListQuery>,
    pub next: Option<ListQuery>,
    pub is_empty_project: bool,
    /// The registries that can be chosen from; `None` when there are more than [`HOSTS_MAX`].
    pub hosts: Option<Vec<String>>,
    /// The day the states are told for.
    pub today: Day,
}

/// Which pipelines have received a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedBy {
    pub pipelines: u64,
    /// When the last of them did.
    pub last_at: Moment,
}

/// What is escaped in a URL: all but the unreserved characters (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub fn percent(value: &str) -> String {
    utf8_percent_encode(value, ESCAPED).to_string()
}

/// A sort, and whether it is the other way round.
fn order(word: &str) -> Option<(Sort, bool)> {
    let (is_reversed, word) = word.strip_prefix('-').map_or((false, word), |word| (true, word));
    Sort::from_word(word).map(|sort| (sort, is_reversed))
}

fn word<T>(
    value: Option<String>,
    read: impl Fn(&str) -> Option<T>,
    name: &str,
) -> Result<Option<T>> {
    match value {
        None => Ok(None),
        Some(text) => read(&text).map(Some).ok_or_else(|| {
            Error::BadRequest(format!("The address of this page has an unknown value for {name}."))
        }),
    }
}
