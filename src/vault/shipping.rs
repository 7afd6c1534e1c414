//! Where the events of a chain go: destinations that are sent to, and those that fetch. Who keeps the
//! audit of a project, or the instance, says which there are.

mod failing;
mod pulled;
mod reading;
mod renewing;
mod retained;
mod salt;
mod sending;
mod testing;
mod typed;

pub use failing::FailingDestination;
pub use pulled::{Pulled, Puller};
pub use retained::HoldingDestination;
pub(super) use retained::had_by_all;

use super::events::What;
use super::people::is_admin_now;
use super::{INSTANCE, Vault, now};
use crate::crypto::token::generate_token;
use crate::domain::actor::{Actor, Acts, Can, InstanceAdmin};
use crate::domain::audit::{Action, AuditPlace, AuditQuery, Detail, Subject};
use crate::domain::job::JobKind;
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::domain::shipping::{
    Begin, Behind, Cursor, DESTINATIONS_MAX, Destination, DestinationForm, Listed, NewDestination,
    ShipProblem, Transport, Unsent,
};
use crate::error::{Error, Result};
use crate::store::{DestinationRow, Rank, Walk, Way, Write};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Who says where the events of one chain go.
#[derive(Clone, Debug)]
pub struct ChainKeeper {
    chain: Uuid,
    by: Actor,
}

impl ChainKeeper {
    pub fn of_project(keeper: &Can<of::AuditWrite>) -> Self {
        Self { chain: keeper.project().id, by: keeper.actor() }
    }

    pub fn of_instance(admin: &InstanceAdmin) -> Self {
        Self { chain: INSTANCE, by: admin.actor() }
    }
}

impl Vault {
    /// The destinations of the chain, oldest first, each with what it has not got.
    pub async fn destinations(&self, keeper: &ChainKeeper) -> Result<Vec<Listed>> {
        let rows = self.store.destinations().of_chain(keeper.chain).await?;
        let length = self.store.chain().length(keeper.chain).await?;
        let mut listed = Vec::with_capacity(rows.len());
        let keepers = self.keepers(keeper.chain, &rows).await?;
        for row in rows {
            let renewal = renewing::renewal_of(&row, &keepers);
            let shown = row.shown;
            let behind = self.behind(&shown, length).await?;
            let (waited_since, unsent) =
                (self.waited_since(&shown, behind), self.unsent(&shown).await?);
            listed.push(Listed { destination: shown, behind, waited_since, unsent, renewal });
        }
        Ok(listed)
    }

    async fn behind(&self, destination: &Destination, length: i64) -> Result<Behind> {
        let Destination { chain, cursor, .. } = *destination;
        if !Cursor::whole(length).is_beyond(cursor) {
            return Ok(Behind::default());
        }
        let query = AuditQuery::default();
        // Of a link that was sent in part the rest is missing.
        let seq = cursor.last_whole();
        let (place, way, most) = (Some(AuditPlace { seq, at: None }), Way::Newer, 1);
        let step = self.store.chain().step(Walk { chain, query: &query, place, way, most }).await?;
        let since = step.links.first().map(|link| Moment(link.at));
        Ok(Behind { links: length - seq, since })
    }

    /// Adds a destination; gives its id, and its secret or token if it has one, which is stored nowhere.
    ///
    /// # Errors
    /// `Invalid` at the fields of the form; `Conflict` when there are too many.
    pub async fn create_destination(
        &self,
        keeper: &ChainKeeper,
        form: &DestinationForm,
    ) -> Result<(Uuid, Option<Zeroizing<String>>)> {
        let write = self.write_as_keeper(keeper).await?;
        let all = write.destinations().of_chain(keeper.chain).await?;
        let new = self.read_destination(form, &all)?;
        if all.len() >= DESTINATIONS_MAX {
            return Err(Error::Conflict(format!(
                "There can be at most {DESTINATIONS_MAX} destinations. Delete one first."
            )));
        }
        let length = write.chain().known_length(keeper.chain).await?;
        let (row, secret) = self.new_row(keeper, new, length)?;
        let id = row.shown.id;
        let what = about(Action::DestinationCreated, &row.shown);
        write.destinations().insert(row).await?;
        self.commit_event(write, keeper.chain, &keeper.by, what).await?;
        self.job_is_due.notify_one();
        Ok((id, secret))
    }

    fn new_row(
        &self,
        keeper: &ChainKeeper,
        new: NewDestination,
        length: Option<i64>,
    ) -> Result<(DestinationRow, Option<Zeroizing<String>>)> {
        let id = Uuid::now_v7();
        let cursor = match new.from {
            Begin::Beginning => Cursor::default(),
            Begin::Now => Cursor::whole(length.ok_or_else(|| conflict(ShipProblem::Changed))?),
        };
        let shown = Destination {
            id,
            chain: keeper.chain,
            name: new.name,
            transport: new.transport,
            format: new.format,
            address: new.address,
            cursor,
            until: None,
            again_from: (new.transport == Transport::Syslog).then_some(cursor),
            made_at: now(),
            made_by: keeper.by.name().to_owned(),
            stopped_at: None,
            failing: None,
            last_at: None,
            earlier_until: None,
        };
        let (mut salt, mut token) = (None, None);
        let secret = match new.transport {
            Transport::Webhook => {
                let (fresh, secret) = self.new_salt(id)?;
                salt = Some(fresh);
                Some(secret)
            }
            Transport::Syslog => None,
            Transport::Pull => {
                let new = generate_token()?;
                token = Some((new.id, new.hash.to_vec()));
                Some(new.text)
            }
        };
        let made_by_id = keeper.by.id();
        let shown_to = made_by_id.filter(|_| secret.is_some());
        let row = DestinationRow { shown, salt, earlier_salt: None, token, made_by_id, shown_to };
        Ok((row, secret))
    }

    /// Stops sending to a destination, or goes on from where it was; gives the sentence for the next page.
    pub async fn switch_destination(
        &self,
        keeper: &ChainKeeper,
        id: Uuid,
        is_on: bool,
    ) -> Result<String> {
        let write = self.write_as_keeper(keeper).await?;
        let row = of_keeper(&write, keeper, id).await?;
        let said = |done: String| format!("{}: {done}", row.shown.name);
        if row.shown.stopped_at.is_none() == is_on {
            return Ok(said("nothing was changed.".to_owned()));
        }
        let (action, at) = if is_on {
            (Action::DestinationStarted, None)
        } else {
            (Action::DestinationStopped, Some(now().0))
        };
        let mut unsent = None;
        // The job before the destination, as who sends locks them.
        if is_on {
            let ring = self.keys.ring();
            let receipts = write.receipts(keeper.chain);
            unsent = receipts.removed_behind(&*ring, row.shown.sent_up_to()).await?;
            self.enqueue_shipping(&write, id).await?;
            write.destinations().set_failing(id, None).await?;
        }
        write.destinations().set_stopped(id, at).await?;
        let what = about_missing(action, &row.shown, unsent);
        self.commit_event(write, keeper.chain, &keeper.by, what).await?;
        self.job_is_due.notify_one();
        let unsent = unsent.map(|unsent| format!(" {}", unsent.to_text())).unwrap_or_default();
        Ok(said(if is_on {
            format!("it continues with the first event that it has not received.{unsent}")
        } else {
            "it was stopped. When it is resumed, it continues with the first event that it has not received.".to_owned()
        }))
    }

    /// Removes a destination; gives the sentence for the next page.
    pub async fn delete_destination(&self, keeper: &ChainKeeper, id: Uuid) -> Result<String> {
        let write = self.write_as_keeper(keeper).await?;
        let row = of_keeper(&write, keeper, id).await?;
        write.jobs().forget(JobKind::Shipping, &id.to_string()).await?;
        if !write.destinations().delete(keeper.chain, id).await? {
            return Err(Error::NotFound);
        }
        let what = about(Action::DestinationDeleted, &row.shown);
        self.commit_event(write, keeper.chain, &keeper.by, what).await?;
        Ok(format!("{} was deleted. It receives no more events.", row.shown.name))
    }

    /// A transaction of who keeps the log, which it holds. Their right is read again in it: who takes it
    /// from them is waited for, or waits and finds what was made with it.
    async fn write_as_keeper(&self, keeper: &ChainKeeper) -> Result<Write> {
        let person = keeper.by.id().ok_or(Error::Forbidden)?;
        if keeper.chain == INSTANCE {
            let write = self.write_in(INSTANCE).await?;
            let may = is_admin_now(&write, person).await?;
            return if may { Ok(write) } else { Err(Error::Forbidden) };
        }
        let write = self.store.write_in_line(Rank::Other).await?;
        match write.projects().role_now(keeper.chain, person).await? {
            Some(role) if role.may_keep_audit() => {}
            Some(_) => return Err(Error::Forbidden),
            None => return Err(Error::NotFound),
        }
        write.chain().hold(keeper.chain).await?;
        Ok(write)
    }

    /// Makes the job of a destination due now, also when it waits because it failed.
    async fn enqueue_shipping(&self, write: &Write, id: Uuid) -> Result<()> {
        let at = self.job_time().await?;
        Ok(write.jobs().enqueue(JobKind::Shipping, &id.to_string(), at.0).await?)
    }
}

fn conflict(problem: ShipProblem) -> Error {
    Error::Conflict(problem.label().to_owned())
}

/// The destination, if it is of the keeper's chain.
async fn of_keeper(write: &Write, keeper: &ChainKeeper, id: Uuid) -> Result<DestinationRow> {
    let found = write.destinations().find(id).await?;
    found.filter(|row| row.shown.chain == keeper.chain).ok_or(Error::NotFound)
}

/// What is on record of it. The rest of the address may hold a secret.
fn about(action: Action, shown: &Destination) -> What {
    about_missing(action, shown, None)
}

fn about_missing(action: Action, shown: &Destination, unsent: Option<Unsent>) -> What {
    let subject = Subject { id: shown.id, name: shown.name.clone() };
    (action, subject, detail_missing(shown, unsent))
}

pub(super) fn detail_of(shown: &Destination) -> Detail {
    detail_missing(shown, None)
}

fn detail_missing(shown: &Destination, unsent: Option<Unsent>) -> Detail {
    let Destination { transport, format, cursor, .. } = *shown;
    let host = shown.origin().to_owned();
    Detail::Destination { transport, format, host, after: cursor.link, unsent }
}
