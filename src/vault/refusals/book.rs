//! The book of refusals: bounded, whatever strangers think of.

use crate::domain::audit::{NETWORKS_MAX, Refusal, Sum};
use crate::domain::moment::Moment;
use crate::vault::INSTANCE;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Entries that wait to be written. Beyond that the oldest are summed up, alarms last.
const ENTRIES: usize = 512;
/// Of those, what goes at once when there is no room: to look for them takes a while.
const AT_ONCE: usize = ENTRIES / 8;
/// Networks whose unknown names are counted by themselves, and of those as many as are logged.
const COUNTED: usize = 1_024;
const NAMED: usize = 16;
const HOUR: i64 = 60 * 60;

/// What names nothing that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::vault) enum Unknown {
    Email,
    Token,
    Pipeline,
}

impl Unknown {
    fn label(self, times: u64) -> &'static str {
        match (self, times) {
            (Self::Email, 1) => "sign-in with an unknown email address",
            (Self::Email, _) => "sign-ins with an unknown email address",
            (Self::Token, 1) => "request with an unknown pipeline token",
            (Self::Token, _) => "requests with an unknown pipeline token",
            (Self::Pipeline, 1) => "identity token for an unknown pipeline",
            (Self::Pipeline, _) => "identity tokens for an unknown pipeline",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) kind: Refusal,
    pub(super) chain: Uuid,
    pub(super) subject: Uuid,
    /// The public half of the token; empty where there is none.
    pub(super) token: String,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The subject's; empty when it is not known yet.
    pub(super) name: String,
    pub(super) times: u64,
    pub(super) since: Moment,
    pub(super) last: Moment,
    pub(super) last_network: Option<String>,
    pub(super) networks: BTreeSet<String>,
    pub(super) has_more_networks: bool,
    /// Whether it gets an event of its own.
    pub(super) has_event: bool,
}

impl Entry {
    fn new(name: String, at: Moment) -> Self {
        Self {
            name,
            times: 0,
            since: at,
            last: at,
            last_network: None,
            networks: BTreeSet::new(),
            has_more_networks: false,
            has_event: false,
        }
    }

    fn add_network(&mut self, network: String) {
        if self.networks.len() < NETWORKS_MAX || self.networks.contains(&network) {
            self.networks.insert(network);
        } else {
            self.has_more_networks = true;
        }
    }

    /// Adds one that is older.
    fn merge(&mut self, older: Self) {
        self.times += older.times;
        self.since = older.since;
        self.has_more_networks |= older.has_more_networks;
        for network in older.networks {
            self.add_network(network);
        }
    }
}

/// What is to be written now: of all chains, or of one.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Which one, if it is of one.
    pub(super) chain: Uuid,
    /// In the order of their chains.
    pub(super) entries: Vec<(Key, Entry)>,
    pub(super) sums: Vec<Sum>,
    /// For the log.
    pub(super) lines: Vec<String>,
}

impl Page {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.sums.is_empty()
    }

    /// A page for each chain, the instance's last. It has the sums, too.
    pub(super) fn into_parts(self) -> Vec<Self> {
        let mut parts: BTreeMap<Uuid, Self> = BTreeMap::new();
        for (key, entry) in self.entries {
            parts.entry(key.chain).or_default().entries.push((key, entry));
        }
        if !self.sums.is_empty() {
            parts.entry(INSTANCE).or_default().sums = self.sums;
        }
        parts.into_iter().rev().map(|(chain, part)| Self { chain, ..part }).collect()
    }
}

#[derive(Debug, Default)]
pub(super) struct Book {
    entries: HashMap<Key, Entry>,
    /// Of each kind: what has no event of its own, since the last sums.
    summed: BTreeMap<&'static str, u64>,
    /// Of each kind: events in this hour.
    written: BTreeMap<&'static str, u32>,
    hour: Option<Moment>,
    unknown: BTreeMap<(Unknown, String), u64>,
    /// Those for whom there was no room.
    unknown_others: u64,
}

impl Book {
    pub(super) fn note(&mut self, key: Key, name: String, network: Option<String>, at: Moment) {
        if !self.entries.contains_key(&key) {
            self.make_room();
        }
        let entry = self.entries.entry(key).or_insert_with(|| Entry::new(name, at));
        entry.times += 1;
        entry.last = at;
        if let Some(network) = network {
            entry.last_network = Some(network.clone());
            entry.add_network(network);
        }
    }

    pub(super) fn note_unknown(&mut self, what: Unknown, network: Option<String>) {
        let key = (what, network.unwrap_or_else(|| "unknown".to_owned()));
        if self.unknown.len() < COUNTED || self.unknown.contains_key(&key) {
            *self.unknown.entry(key).or_default() += 1;
        } else {
            self.unknown_others += 1;
        }
    }

    fn make_room(&mut self) {
        if self.entries.len() < ENTRIES {
            return;
        }
        let mut all: Vec<(bool, Moment, Key)> = self
            .entries
            .iter()
            .map(|(key, entry)| (key.kind.is_alarm(), entry.since, key.clone()))
            .collect();
        all.sort_by_key(|(is_alarm, since, _)| (*is_alarm, *since));
        for (.., key) in all.into_iter().take(AT_ONCE) {
            if let Some(entry) = self.entries.remove(&key) {
                *self.summed.entry(key.kind.word()).or_default() += entry.times;
            }
        }
    }

    /// Takes what is to be written now, with at most `most` events of each kind in an hour.
    pub(super) fn turn(&mut self, at: Moment, most: u32) -> Page {
        let mut page = Page { lines: self.lines(), ..Page::default() };
        if self.hour.is_none_or(|began| at.0 >= began.plus_seconds(HOUR).0) {
            self.hour = Some(at);
            self.written.clear();
            page.sums = self.take_sums();
        }
        let mut entries: Vec<(Key, Entry)> = self.entries.drain().collect();
        // The first ones have the events: who came later may only want to hide them.
        entries.sort_by_key(|(_, entry)| entry.since);
        for (key, entry) in &mut entries {
            let written = self.written.entry(key.kind.word()).or_default();
            entry.has_event = *written < most;
            if entry.has_event {
                *written += 1;
            } else {
                *self.summed.entry(key.kind.word()).or_default() += entry.times;
            }
        }
        entries.retain(|(key, entry)| entry.has_event || !key.token.is_empty());
        entries.sort_by_key(|(key, entry)| (key.chain, entry.since));
        page.entries = entries;
        page
    }

    /// Adds what is beyond the events of this hour to the page, as if the hour were over: nobody keeps
    /// it until then.
    pub(super) fn end_hour(&mut self, page: &mut Page) {
        for Sum { of, times } in std::mem::take(&mut page.sums) {
            *self.summed.entry(of.word()).or_default() += times;
        }
        page.sums = self.take_sums();
    }

    fn take_sums(&mut self) -> Vec<Sum> {
        let summed = std::mem::take(&mut self.summed).into_iter();
        let summed = summed.filter(|(_, times)| *times > 0);
        summed
            .filter_map(|(word, times)| Some(Sum { of: Refusal::from_word(word)?, times }))
            .collect()
    }

    /// What could not be written waits for the next time.
    pub(super) fn put_back(&mut self, page: Page) {
        for Sum { of, times } in page.sums {
            *self.summed.entry(of.word()).or_default() += times;
            // So that the sums are due again.
            self.hour = None;
        }
        for (key, mut entry) in page.entries {
            let word = key.kind.word();
            if entry.has_event {
                let written = self.written.entry(word).or_default();
                *written = written.saturating_sub(1);
            } else {
                // It was counted among the sums.
                let summed = self.summed.entry(word).or_default();
                *summed = summed.saturating_sub(entry.times);
            }
            entry.has_event = false;
            if let Some(newer) = self.entries.get_mut(&key) {
                newer.merge(entry);
            } else {
                self.make_room();
                self.entries.insert(key, entry);
            }
        }
    }

    /// A line for each kind and network, the worst first, and one for all others.
    fn lines(&mut self) -> Vec<String> {
        let mut all: Vec<((Unknown, String), u64)> =
            std::mem::take(&mut self.unknown).into_iter().collect();
        all.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        let others = std::mem::take(&mut self.unknown_others);
        let rest = others + all.iter().skip(NAMED).map(|(_, times)| times).sum::<u64>();
        let named = all.iter().take(NAMED).map(|((what, network), times)| {
            format!("Refused {times} {} from {network} in the last minute.", what.label(*times))
        });
        let rest = (rest > 0).then(|| {
            format!("Refused {rest} such requests from other networks in the last minute.")
        });
        named.chain(rest).collect()
    }
}

#[cfg(test)]
mod tests;
