//! Refusals, counted in memory and written down by the product once a minute, so that a stranger can
//! fill neither the disk nor the writer's queue.
//!
//! What concerns an account, a token or a pipeline that there is becomes one audit event for each
//! kind, subject and minute, with how often, since when and from where. At most [`EVENTS`] of a kind
//! have one in an hour; what is beyond that is one event with sums at the end of the hour. What names
//! nothing that there is leaves lines in the log.

mod book;

use super::attempts::network_of;
use super::audit::this_instance;
use super::events::What;
use super::guesses::{Guess, Whose};
use super::people::about;
use super::{INSTANCE, Vault, now};
use crate::domain::actor::{Actor, Pipeline};
use crate::domain::asker::Who;
use crate::domain::audit::{Action, Detail, Refusal, Subject, Tally};
use crate::domain::moment::Moment;
use crate::error::{Error, Result};
use crate::store::Unrecorded;
use book::{Book, Entry, Key, Page};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;

pub(super) use book::Unknown;

/// How often refusals are written down.
const EVERY: Duration = Duration::from_secs(60);
/// Events of one kind that a server writes in an hour, besides the one with the sums.
const EVENTS: u32 = 20;
/// Chains of one minute for which the database may be away or busy before the others wait for the
/// next. One that takes nothing, whatever is tried, is not among them.
const FAILURES: u32 = 3;

/// What was refused since it was last written down.
#[derive(Default)]
pub(super) struct Refusals(Mutex<Book>);

impl Refusals {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Refusals(..)")
    }
}

impl Vault {
    /// Notes that something was refused to the subject, which there is. `chain` is the project it
    /// belongs to, or [`INSTANCE`]. It writes nothing yet.
    pub(super) fn record_refusal(
        &self,
        kind: Refusal,
        chain: Uuid,
        subject: Subject,
        network: Option<String>,
    ) {
        let key = Key { kind, chain, subject: subject.id, token: String::new() };
        self.refusals.book().note(key, subject.name, network, now());
    }

    /// The same about a token of a pipeline, by its public half.
    pub(super) fn record_token(
        &self,
        kind: Refusal,
        project: Uuid,
        (pipeline, token): (Subject, &str),
        address: Option<&str>,
    ) {
        let token = token.to_owned();
        let key = Key { kind, chain: project, subject: pipeline.id, token };
        self.refusals.book().note(key, pipeline.name, Some(network_of(address)), now());
    }

    /// Notes that a pipeline asked what it could have. It is not refused, but who found a token and
    /// looks round leaves a trace.
    pub(super) fn record_look(&self, pipeline: &Pipeline, address: Option<&str>) {
        let subject = Subject { id: pipeline.id(), name: pipeline.name().to_owned() };
        let of = (subject, pipeline.token_id());
        self.record_token(Refusal::Look, pipeline.project_id(), of, address);
    }

    /// Notes that somebody who is signed in may not do what they asked for.
    pub fn record_forbidden(&self, who: Who, address: Option<&str>) {
        if let Who::Person(id) = who {
            // Their name is read when it is written down.
            let subject = Subject { id, name: String::new() };
            let network = Some(network_of(address));
            self.record_refusal(Refusal::Permission, INSTANCE, subject, network);
        }
    }

    /// Notes a wrong password; gives whose account it was typed for, if there is one.
    pub(super) fn record_guess(&self, guess: &Guess, person: Option<Subject>) {
        let kind = match guess.whose {
            Whose::Address(_) => Refusal::SignIn,
            Whose::Person(_) => Refusal::Password,
        };
        match person {
            Some(person) => self.record_refusal(kind, INSTANCE, person, guess.network.clone()),
            None => self.record_unknown(Unknown::Email, guess.network.clone()),
        }
    }

    /// Notes that something was named that there is not: the log has a line for each network.
    pub(super) fn record_unknown(&self, what: Unknown, network: Option<String>) {
        self.refusals.book().note_unknown(what, network);
    }

    /// Writes down what was refused every minute, for ever.
    pub async fn keep_refusals(&self) {
        loop {
            tokio::time::sleep(EVERY).await;
            // Why it was not written is logged where it failed. It is tried again.
            let _ = self.write_refusals().await;
        }
    }

    /// Writes down what was refused since the last time.
    ///
    /// # Errors
    /// When it cannot be written. Then it is kept for the next time.
    pub async fn write_refusals(&self) -> Result<()> {
        self.write_refusals_at(now()).await
    }

    /// The same, as if it were that time.
    pub async fn write_refusals_at(&self, at: Moment) -> Result<()> {
        let page = self.refusals.book().turn(at, EVENTS);
        self.write_page(page).await
    }

    /// The same for the last time: what waits for the end of the hour is not kept until then.
    pub async fn write_last_refusals(&self) -> Result<()> {
        let page = {
            let mut book = self.refusals.book();
            let mut page = book.turn(now(), EVENTS);
            book.end_hour(&mut page);
            page
        };
        self.write_page(page).await
    }

    async fn write_page(&self, page: Page) -> Result<()> {
        for line in &page.lines {
            tracing::warn!("{line}");
        }
        let mut kept = Kept { vault: self, parts: page.into_parts() };
        // First, and all is kept when they fail: what is marked twice says the same.
        self.mark_tokens(marks(&kept.parts)).await?;
        for part in &mut kept.parts {
            part.entries.retain(|(_, entry)| entry.has_event);
        }
        let (mut failures, mut done) = (0, Ok(()));
        // From the end: the instance first.
        while let Some(part) = kept.parts.last() {
            let written = self.write_part(part).await;
            let Some(part) = kept.parts.pop() else { break };
            let Err(error) = written else { continue };
            // One chain that is busy keeps no other waiting.
            self.refusals.book().put_back(part);
            failures += u32::from(error == Error::Unavailable);
            done = Err(error);
            if failures == FAILURES {
                break;
            }
        }
        done
    }

    /// What the pages of pipelines show of their tokens, in a transaction that locks nothing else.
    async fn mark_tokens(&self, marks: Vec<Mark>) -> Result<()> {
        if marks.is_empty() {
            return Ok(());
        }
        let write = self.store.write().await?;
        write.tokens().lock(marks.iter().map(|mark| mark.token.clone()).collect()).await?;
        for mark in marks {
            let of = (mark.project, mark.pipeline, mark.token.as_str());
            match mark.refused_from {
                None => write.tokens().touch(of, mark.at.0).await?,
                Some(network) => write.tokens().mark_refused(of, mark.at.0, network).await?,
            }
        }
        Ok(write.commit_without_event(Unrecorded::Refusals).await?)
    }

    /// The events of one chain, in a transaction of its own: it waits for no other.
    async fn write_part(&self, part: &Page) -> Result<()> {
        if part.is_empty() {
            return Ok(());
        }
        let chain = part.chain;
        let mut people = Vec::new();
        for (key, entry) in &part.entries {
            let is_nameless = entry.name.is_empty() && chain == INSTANCE;
            let row = if is_nameless { self.store.people().find(key.subject).await? } else { None };
            people.push(row.map(|row| about(&row.person)));
        }
        let write = self.write_in(chain).await?;
        let mut recorded = None;
        for ((key, entry), person) in part.entries.iter().zip(people) {
            let what = what(key, entry, person);
            recorded = Some(self.record_event(&write, chain, &Actor::Product, what).await?);
        }
        if !part.sums.is_empty() {
            let what = (Action::RefusalsSummed, this_instance(), Detail::Sums(part.sums.clone()));
            recorded = Some(self.record_event(&write, chain, &Actor::Product, what).await?);
        }
        Ok(write.commit(recorded.ok_or(Error::Internal)?).await?)
    }
}

/// What is to be shown of a token.
struct Mark {
    token: String,
    project: Uuid,
    pipeline: Uuid,
    at: Moment,
    /// The network, where it was refused.
    refused_from: Option<String>,
}

fn marks(parts: &[Page]) -> Vec<Mark> {
    let entries = parts.iter().flat_map(|part| &part.entries);
    let marked = entries.filter(|(key, _)| {
        !key.token.is_empty() && (key.kind == Refusal::Look || key.kind.is_alarm())
    });
    let marks = marked.map(|(key, entry)| Mark {
        token: key.token.clone(),
        project: key.chain,
        pipeline: key.subject,
        at: entry.last,
        refused_from: key.kind.is_alarm().then(|| entry.last_network.clone().unwrap_or_default()),
    });
    marks.collect()
}

fn what(key: &Key, entry: &Entry, person: Option<Subject>) -> What {
    let own = || Subject { id: key.subject, name: entry.name.clone() };
    let tally = Tally {
        times: entry.times,
        since: entry.since,
        networks: entry.networks.iter().cloned().collect(),
        has_more_networks: entry.has_more_networks,
        token: Some(key.token.clone()).filter(|token| !token.is_empty()),
    };
    (key.kind.action(), person.unwrap_or_else(own), Detail::Refused(tally))
}

/// What is being written, by chain. What is left when it is dropped goes back into the book.
struct Kept<'a> {
    vault: &'a Vault,
    parts: Vec<Page>,
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        for part in std::mem::take(&mut self.parts) {
            self.vault.refusals.book().put_back(part);
        }
    }
}
