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
use crate::error::Result;
use crate::store::{Recorded, Write};
use book::{Book, Entry, Key, Page};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;

pub(super) use book::Unknown;

/// How often refusals are written down.
const EVERY: Duration = Duration::from_secs(60);
/// Events of one kind that a server writes in an hour, besides the one with the sums.
const EVENTS: u32 = 20;

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
        let mut kept = Kept { vault: self, page: Some(page) };
        let Some(page) = &kept.page else { return Ok(()) };
        if page.is_empty() {
            kept.page = None;
            return Ok(());
        }
        let mut people = Vec::new();
        for (key, entry) in &page.entries {
            let is_nameless = entry.name.is_empty() && key.chain == INSTANCE;
            let row = if is_nameless { self.store.people().find(key.subject).await? } else { None };
            people.push(row.map(|row| about(&row.person)));
        }
        let write = self.store.write().await?;
        // Before the tokens, as `write_in` has it.
        let sums = (!page.sums.is_empty()).then_some(INSTANCE);
        let chains: BTreeSet<Uuid> =
            page.entries.iter().map(|(key, _)| key.chain).chain(sums).collect();
        for chain in chains {
            write.chain().hold(chain).await?;
        }
        let mut recorded = None;
        for ((key, entry), person) in page.entries.iter().zip(people) {
            self.mark_token(&write, key, entry).await?;
            if entry.has_event {
                let what = what(key, entry, person);
                recorded = Some(self.record_event(&write, key.chain, &Actor::Product, what).await?);
            }
        }
        if !page.sums.is_empty() {
            let what = (Action::RefusalsSummed, this_instance(), Detail::Sums(page.sums.clone()));
            recorded = Some(self.record_event(&write, INSTANCE, &Actor::Product, what).await?);
        }
        self.commit_page(write, recorded).await?;
        kept.page = None;
        Ok(())
    }

    async fn commit_page(&self, write: Write, recorded: Option<Recorded>) -> Result<()> {
        match recorded {
            Some(recorded) => write.commit(recorded).await?,
            // Only tokens are marked: the events of this hour are used up, and sums follow.
            None => write.commit_without_event(crate::store::Unrecorded::Refusals).await?,
        }
        Ok(())
    }

    /// What the page of the pipeline shows of its token.
    async fn mark_token(&self, write: &Write, key: &Key, entry: &Entry) -> Result<()> {
        if key.token.is_empty() {
            return Ok(());
        }
        let of = (key.chain, key.subject, key.token.as_str());
        if key.kind == Refusal::Look {
            write.tokens().touch(of, entry.last.0).await?;
        } else if key.kind.is_alarm() {
            let network = entry.last_network.clone().unwrap_or_default();
            write.tokens().mark_refused(of, entry.last.0, network).await?;
        }
        Ok(())
    }
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

/// What is being written. Dropped before it is durable, it goes back into the book.
struct Kept<'a> {
    vault: &'a Vault,
    page: Option<Page>,
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if let Some(page) = self.page.take() {
            self.vault.refusals.book().put_back(page);
        }
    }
}
