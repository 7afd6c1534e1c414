//! Which fetches of a page of receipts are shown. A page looks at as many as without it, so that it takes
//! no longer however rare they are.

use super::{Outcome, Receipt, Report, by_fetch};
use crate::domain::moment::Day;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

crate::domain::words! {
    /// How what is shown went.
    pub enum Went {
        Delivered = "delivered", "delivered";
        Refused = "refused", "refused";
        /// Delivered, and then the pipeline reported that it failed.
        Failed = "failed", "reported as failed";
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFilter {
    pub pipeline: Option<Uuid>,
    /// On the page of a pipeline, which then has the receipts of that credential alone; nil for those of whole
    /// requests, which name none.
    pub credential: Option<Uuid>,
    pub went: Option<Went>,
    /// The first day, in UTC.
    pub since: Option<Day>,
}

impl ReceiptFilter {
    /// Reads the query of a URL through `get`; an empty value asks nothing.
    ///
    /// # Errors
    /// `BadRequest` for what is no id, or not in the list above.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let value = |key: &str| get(key).filter(|value| !value.is_empty());
        let unknown = |name: &str| {
            Error::BadRequest(format!("The address of this page has an unknown value for {name}."))
        };
        let id = |name: &str| match value(name) {
            None => Ok(None),
            Some(id) => Uuid::parse_str(&id).map(Some).map_err(|_| unknown(name)),
        };
        let (pipeline, credential) = (id("pipeline")?, id("credential")?);
        let went = match value("outcome") {
            None => None,
            Some(word) => Some(Went::from_word(&word).ok_or_else(|| unknown("outcome"))?),
        };
        let since = match value("since") {
            None => None,
            Some(text) => Some(Day::parse(&text).ok_or_else(|| unknown("since"))?),
        };
        Ok(Self { pipeline, credential, went, since })
    }

    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// `?pipeline=…&credential=…&outcome=…&since=…`; empty when all are shown.
    pub fn to_url(self) -> String {
        let pipeline = self.pipeline.map(|id| format!("pipeline={id}"));
        let went = self.went.map(|went| format!("outcome={}", went.word()));
        let credential = self.credential.map(|id| format!("credential={id}"));
        let since = self.since.map(|day| format!("since={}", day.to_text()));
        let said: Vec<String> = [pipeline, credential, went, since].into_iter().flatten().collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }

    /// The receipts of the fetches that are shown: of each all.
    pub fn shown(self, receipts: Vec<Receipt>) -> Vec<Receipt> {
        if self.is_empty() {
            return receipts;
        }
        let is_shown = |fetch: &Vec<Receipt>| fetch.iter().any(|one| self.has(one));
        by_fetch(receipts).into_iter().filter(is_shown).flatten().collect()
    }

    fn has(self, receipt: &Receipt) -> bool {
        let is_theirs = self.pipeline.is_none_or(|id| id == receipt.pipeline_id);
        let is_so = self.went.is_none_or(|went| match went {
            Went::Delivered => receipt.outcome == Outcome::Delivered,
            Went::Refused => receipt.outcome == Outcome::Refused,
            Went::Failed => receipt.report == Some(Report::Failed),
        });
        is_theirs && is_so && self.since.is_none_or(|day| day.start() <= receipt.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ReceiptFilter> {
        ReceiptFilter::read(|key| {
            pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_filter_survives_its_url_and_what_is_in_no_list_is_refused() {
        assert!(read(&[]).unwrap().is_empty() && read(&[]).unwrap().to_url().is_empty());
        let id = Uuid::from_u128(7).to_string();
        let ids = [("pipeline", id.as_str()), ("credential", id.as_str())];
        let filter = [ids[0], ids[1], ("outcome", "failed"), ("since", "2026-11-01")];
        let filter = read(&filter).unwrap();
        let url = format!("?pipeline={id}&credential={id}&outcome=failed&since=2026-11-01");
        assert_eq!(filter.to_url(), url);
        for pair in [("pipeline", "7"), ("credential", "7"), ("outcome", "lost"), ("since", "7")] {
            assert!(matches!(read(&[pair]), Err(Error::BadRequest(_))), "{pair:?}");
        }
    }
}
