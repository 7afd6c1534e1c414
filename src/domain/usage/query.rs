//! What part of the usage is asked for. The URL is the state.

use crate::domain::listing::percent;
use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

crate::domain::words! {
    /// By what the pairs are listed.
    pub enum UsageView {
        Registry = "registry", "Registries";
        Credential = "credential", "Credentials";
        Pipeline = "pipeline", "Pipelines";
    }
}

crate::domain::words! {
    /// How far the figures go back.
    pub enum Window {
        Week = "7", "Last 7 days";
        Month = "30", "Last 30 days";
        Quarter = "90", "Last 90 days";
        All = "all", "All time";
    }
}

impl Window {
    /// How many days it has, today included; `None` when it has no beginning.
    pub fn days(self) -> Option<i64> {
        match self {
            Self::Week => Some(7),
            Self::Month => Some(30),
            Self::Quarter => Some(90),
            Self::All => None,
        }
    }

    /// The number of its first day, when that is today's.
    pub fn first_day(self, today: i64) -> Option<i64> {
        self.days().map(|days| today - (days - 1))
    }
}

/// The longest text of a place: a name that grows as much as one can when it is folded.
const PLACE_MAX: usize = 8 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageQuery {
    pub view: UsageView,
    pub window: Window,
    /// The page begins after this one: a host, a folded name, or one that was deleted.
    pub after: Option<String>,
}

impl Default for UsageQuery {
    fn default() -> Self {
        Self { view: UsageView::Registry, window: Window::Month, after: None }
    }
}

impl UsageQuery {
    /// Reads the query of a URL through `get`; an empty value asks nothing.
    ///
    /// # Errors
    /// `BadRequest` for what is not in the lists above, or is no place.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let value = |key: &str| get(key).filter(|value| !value.is_empty());
        let unknown = |name: &str| {
            Error::BadRequest(format!("The address of this page has an unknown value for {name}."))
        };
        let usual = Self::default();
        let view = match value("view") {
            None => usual.view,
            Some(word) => UsageView::from_word(&word).ok_or_else(|| unknown("view"))?,
        };
        let window = match value("window") {
            None => usual.window,
            Some(word) => Window::from_word(&word).ok_or_else(|| unknown("window"))?,
        };
        let after = match value("after") {
            None => None,
            Some(text) => Some(place(&text).ok_or_else(|| unknown("after"))?),
        };
        Ok(Self { view, window, after })
    }

    /// The first page of another view.
    #[must_use]
    pub fn viewed(&self, view: UsageView) -> Self {
        Self { view, window: self.window, after: None }
    }

    /// The same page in another window.
    #[must_use]
    pub fn within(&self, window: Window) -> Self {
        Self { window, ..self.clone() }
    }

    /// The page after that one.
    #[must_use]
    pub fn after(&self, place: String) -> Self {
        Self { after: Some(place), ..self.clone() }
    }

    /// `?view=…&window=…`, percent-encoded; empty when nothing is asked.
    pub fn to_url(&self) -> String {
        let usual = Self::default();
        let after = self.after.as_ref().map(|place| URL_SAFE_NO_PAD.encode(place));
        let pairs = [
            ("view", (self.view != usual.view).then(|| self.view.word().to_owned())),
            ("window", (self.window != usual.window).then(|| self.window.word().to_owned())),
            ("after", after),
        ];
        let said: Vec<String> = pairs
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key}={}", percent(&value?))))
            .collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }
}

fn place(text: &str) -> Option<String> {
    let bytes = (text.len() <= PLACE_MAX).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
    // No database is asked for characters that it cannot hold.
    let text = String::from_utf8(bytes).ok()?;
    (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<UsageQuery> {
        UsageQuery::read(|key| {
            pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_query_survives_its_url_and_what_is_usual_is_not_said() {
        assert_eq!(read(&[]).unwrap().to_url(), "");
        assert_eq!(read(&[("view", "registry"), ("window", "30")]).unwrap().to_url(), "");
        let query = read(&[("view", "pipeline"), ("window", "all")]).unwrap();
        assert_eq!(query.to_url(), "?view=pipeline&window=all");
        let later = query.after("acme/api".to_owned());
        assert_eq!(later.to_url(), "?view=pipeline&window=all&after=YWNtZS9hcGk");
        let again = [("view", "pipeline"), ("window", "all"), ("after", "YWNtZS9hcGk")];
        assert_eq!(read(&again).unwrap(), later);
        assert_eq!(later.viewed(UsageView::Credential).to_url(), "?view=credential&window=all");
        assert_eq!(later.within(Window::Month).to_url(), "?view=pipeline&after=YWNtZS9hcGk");
    }

    #[test]
    fn what_is_in_no_list_is_refused() {
        for pair in [("view", "mac"), ("window", "31"), ("after", "?"), ("after", "AA")] {
            assert!(matches!(read(&[pair]), Err(Error::BadRequest(_))), "{pair:?}");
        }
    }

    #[test]
    fn a_window_has_as_many_days_as_it_says_with_today() {
        assert_eq!(Window::Week.first_day(100), Some(94));
        assert_eq!(Window::All.first_day(100), None);
    }
}
