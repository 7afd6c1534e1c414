//! What part of the audit events and deliveries is asked for. The URL is the state: nothing that is not
//! named here can filter.

use super::{Action, Detail, Noun};
use crate::domain::delivery::{Outcome, Receipt};
use crate::domain::listing::percent;
use crate::domain::moment::{Day, Moment};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Rows of a page.
pub const PAGE_ROWS: u64 = 18;

/// Receipts of one fetch that the list looks at: its page has all of them.
pub const RECEIPTS_SHOWN: u16 = 20;

/// Where a page begins: after this link. In a list of some days it is found by its time as well, since
/// clocks may have gone back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPlace {
    pub seq: i64,
    /// Milliseconds, where the list is sorted by them.
    pub at: Option<i64>,
}

impl AuditPlace {
    fn to_text(self) -> String {
        let at = self.at.map(|at| format!("_{at}")).unwrap_or_default();
        format!("{}{at}", self.seq)
    }

    fn parse(text: &str) -> Option<Self> {
        let (seq, at) = match text.split_once('_') {
            Some((seq, at)) => (seq, Some(at.parse().ok()?)),
            None => (text, None),
        };
        Some(Self { seq: seq.parse().ok()?, at })
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Who did it.
    pub person: Option<Uuid>,
    /// What was done to this pipeline, and what it was handed or refused.
    pub pipeline: Option<Uuid>,
    /// What was done to this credential, and the fetches with a receipt of it.
    pub credential: Option<Uuid>,
    pub noun: Option<Noun>,
    pub action: Option<Action>,
    /// Fetches with such a receipt, of the credential that is asked for; for refusals also the events of
    /// them.
    pub outcome: Option<Outcome>,
    /// The first day, in UTC.
    pub from: Option<Day>,
    /// The last day, in UTC.
    pub to: Option<Day>,
    /// The page of what comes before this place; the newest unless said.
    pub before: Option<AuditPlace>,
}

impl AuditQuery {
    /// What a URL may ask for.
    pub const KEYS: [&'static str; 9] =
        ["person", "pipeline", "credential", "noun", "action", "outcome", "from", "to", "before"];

    /// Reads the query of a URL through `get`; an empty value asks nothing.
    ///
    /// # Errors
    /// `BadRequest` for what is not in the lists above, and for days in the wrong order.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        fn value<T>(
            get: &impl Fn(&str) -> Option<String>,
            key: &str,
            read: impl Fn(&str) -> Option<T>,
        ) -> Result<Option<T>> {
            let Some(text) = get(key).filter(|text| !text.is_empty()) else { return Ok(None) };
            read(&text).map(Some).ok_or_else(|| {
                Error::BadRequest(format!(
                    "The address of this page has an unknown value for {key}."
                ))
            })
        }
        let id = |text: &str| Uuid::parse_str(text).ok();
        let query = Self {
            person: value(&get, "person", id)?,
            pipeline: value(&get, "pipeline", id)?,
            credential: value(&get, "credential", id)?,
            noun: value(&get, "noun", Noun::from_word)?,
            action: value(&get, "action", Action::from_word)?,
            outcome: value(&get, "outcome", Outcome::from_word)?,
            from: value(&get, "from", Day::parse)?,
            to: value(&get, "to", Day::parse)?,
            before: value(&get, "before", AuditPlace::parse)?,
        };
        if query.from.zip(query.to).is_some_and(|(from, to)| from > to) {
            return Err(Error::BadRequest(
                "The first day is after the last day. Change one of them.".to_owned(),
            ));
        }
        if query.before.is_some_and(|place| place.at.is_some() != query.is_by_time()) {
            return Err(Error::BadRequest(
                "The address of this page has a position that does not fit its filters.".to_owned(),
            ));
        }
        Ok(query)
    }

    /// The pairs of its URL, without those that say nothing.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let word = |word: &str| word.to_owned();
        let pairs = [
            ("person", self.person.map(|id| id.to_string())),
            ("pipeline", self.pipeline.map(|id| id.to_string())),
            ("credential", self.credential.map(|id| id.to_string())),
            ("noun", self.noun.map(|noun| word(noun.word()))),
            ("action", self.action.map(|action| word(action.word()))),
            ("outcome", self.outcome.map(|outcome| word(outcome.word()))),
            ("from", self.from.map(Day::to_text)),
            ("to", self.to.map(Day::to_text)),
            ("before", self.before.map(AuditPlace::to_text)),
        ];
        pairs.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }

    /// `?person=…&before=…`, percent-encoded; empty when nothing is asked.
    pub fn to_url(&self) -> String {
        let said: Vec<String> = self
            .pairs()
            .into_iter()
            .map(|(key, value)| format!("{key}={}", percent(&value)))
            .collect();
        if said.is_empty() { String::new() } else { format!("?{}", said.join("&")) }
    }

    /// The same from the newest on.
    #[must_use]
    pub fn first_page(&self) -> Self {
        Self { before: None, ..self.clone() }
    }

    /// Whether no filter is set.
    pub fn is_of_all(&self) -> bool {
        self.first_page() == Self::default()
    }

    /// Whether the list is sorted by time: where it is about some days, or the deliveries of some days,
    /// and nothing else, they are found by an index of times. Everything else is in the order of the
    /// links.
    pub fn is_by_time(&self) -> bool {
        let Self { person, pipeline, credential, noun, action, outcome, from, to, .. } = self;
        (from.is_some() || to.is_some())
            && person.is_none()
            && pipeline.is_none()
            && credential.is_none()
            && noun.is_none_or(|noun| noun == Noun::Delivery)
            && action.is_none()
            && outcome.is_none()
    }

    /// The times that are asked for, in milliseconds: the first, and the one after the last.
    pub fn times(&self) -> (i64, i64) {
        let start = |day: Day| day.start().0;
        let after = |day: Day| day.end().0.saturating_add(1_000);
        (self.from.map_or(i64::MIN, start), self.to.map_or(i64::MAX, after))
    }

    /// Whether an event may be among what is asked for.
    pub fn wants_changes(&self) -> bool {
        self.noun != Some(Noun::Delivery) && self.outcome != Some(Outcome::Delivered)
    }

    /// Whether a fetch may be.
    pub fn wants_deliveries(&self) -> bool {
        self.person.is_none()
            && self.action.is_none()
            && self.noun.is_none_or(|noun| noun == Noun::Delivery)
    }

    /// Whether what happened then is asked for, as far as the time goes.
    pub fn takes_time(&self, at: i64) -> bool {
        let (from, after) = self.times();
        from <= at && at < after
    }

    /// Whether an event is asked for; `action` is its word.
    pub fn takes_change(&self, at: i64, action: &str, actor: Option<Uuid>, subject: Uuid) -> bool {
        self.wants_changes()
            && self.takes_time(at)
            && self.person.is_none_or(|person| actor == Some(person))
            && self.pipeline.is_none_or(|pipeline| subject == pipeline)
            && self.credential.is_none_or(|credential| subject == credential)
            && self.noun.is_none_or(|noun| noun.has(action))
            && self.action.is_none_or(|wanted| wanted.word() == action)
            && self
                .outcome
                .is_none_or(|_| Action::from_word(action).is_some_and(Action::is_refusal))
    }

    /// Whether a fetch is asked for, as far as its receipts are not needed to tell.
    pub fn takes_fetch(&self, at: i64, pipeline: Uuid) -> bool {
        self.wants_deliveries()
            && self.takes_time(at)
            && self.pipeline.is_none_or(|wanted| wanted == pipeline)
    }
}

/// A link of the chain, as the list has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    pub seq: i64,
    pub at: Moment,
    /// The time of the link before, when that is later: the clock went back.
    pub clock_before: Option<Moment>,
    pub what: Happened,
}

impl AuditRow {
    /// The name that this person had, if they did it.
    pub fn name_of(&self, person: Uuid) -> Option<String> {
        match &self.what {
            Happened::Change(change) if change.actor_id == Some(person) => {
                Some(change.actor.clone())
            }
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happened {
    Change(Box<AuditChange>),
    Delivery(AuditDelivery),
    /// A newer program wrote it.
    Unknown,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditChange {
    pub action: Action,
    /// Who did it, by the name they had.
    pub actor: String,
    pub actor_id: Option<Uuid>,
    pub subject: String,
    pub subject_id: Uuid,
    pub detail: Detail,
}

/// A fetch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditDelivery {
    pub pipeline: String,
    pub pipeline_id: Uuid,
    /// The first of its receipts.
    pub receipts: Vec<Receipt>,
    /// Whether it has more of them.
    pub is_cut: bool,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditListing {
    pub rows: Vec<AuditRow>,
    /// The page after this one.
    pub older: Option<AuditQuery>,
    /// Whether the page ends where the search for more of it was broken off.
    pub is_searching: bool,
    /// Who may be asked for, by name.
    pub people: Vec<(Uuid, String)>,
    /// Until when deliveries are kept as daily figures only; `None` where all receipts are there.
    pub figures_until: Option<Moment>,
}

/// One link with what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLink {
    pub row: AuditRow,
    /// All receipts of a fetch, as far as a page has them.
    pub receipts: Vec<Receipt>,
    /// Whether there are more.
    pub is_cut: bool,
    /// The pipelines it names that are still there.
    pub existing: Vec<Uuid>,
    /// The link before and the one after, where there are such.
    pub beside: (Option<i64>, Option<i64>),
    /// The MAC of the link, in hex.
    pub mac: String,
    /// Whether the link holds.
    pub holds: bool,
    /// The chain as commands call it.
    pub chain: String,
}

#[cfg(test)]
mod tests;
