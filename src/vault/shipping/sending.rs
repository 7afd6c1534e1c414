//! Sending: a job for each destination, which one server has at a time. It makes one call after the other,
//! and a destination moves on only when its call was acknowledged, in the database, while the job is
//! still this server's. So events arrive in order, and again when it is not known whether they did.
//!
//! For syslog a call is a connection, and nothing says what the receiver did with its messages: when one
//! breaks, a part of those before is sent again as well.

use super::{about, salt};
use crate::crypto::derived::Derived;
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::job::{Job, JobKind};
use crate::domain::moment::Moment;
use crate::domain::shipping::{
    Cursor, Destination, Failing, ShipProblem, Transport, Writing, call_body, hostname,
};
use crate::error::{Error, Result};
use crate::receivers::{Call, Unacknowledged};
use crate::store::{DestinationRow, SentTo, Unrecorded};
use crate::vault::{Vault, now};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Calls of one run.
const CALLS: usize = 40;
/// How long a run goes on: other jobs wait meanwhile, and a receiver can take its time for each call.
const TURN: Duration = Duration::from_secs(30);
/// Seconds until it is worth asking again.
const RETRY: u32 = 10;

impl Vault {
    /// Makes the jobs of those destinations due that have not got everything. It writes nothing when all
    /// have.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn wake_shipping(&self) -> Result<()> {
        let mut all = self.store.destinations().sent_to().await?;
        if all.is_empty() {
            return Ok(());
        }
        // One that is due later was put off by a clock that was ahead.
        let latest = now().plus_seconds(JobKind::Shipping.schedule().longest_pause);
        let waiting = self.store.jobs().waiting(JobKind::Shipping, latest.0).await?;
        all.retain(|one| !waiting.contains(&one.id.to_string()));
        let chains = all.iter().map(|one| one.chain).collect();
        let lengths = self.store.chain().known_lengths(chains).await?;
        // Of a chain whose end is not ours the job says so.
        let is_behind = |one: &&SentTo| {
            let length = lengths.get(&one.chain);
            length.is_none_or(|length| Cursor::whole(*length).is_beyond(one.cursor))
        };
        let behind: Vec<String> =
            all.iter().filter(is_behind).map(|one| one.id.to_string()).collect();
        if behind.is_empty() {
            return Ok(());
        }
        let at = self.job_time().await?;
        let write = self.store.write().await?;
        for key in behind {
            write.jobs().ensure(JobKind::Shipping, &key, at.0).await?;
        }
        Ok(write.commit_without_event(Unrecorded::Job).await?)
    }

    /// The job: sends a destination what it has not got.
    ///
    /// # Errors
    /// When something was not acknowledged: then it is tried again later.
    pub async fn ship(&self, job: &Job) -> Result<()> {
        let Ok(id) = Uuid::parse_str(&job.key) else { return Ok(()) };
        let began = Instant::now();
        for _ in 0..CALLS {
            let found = self.store.destinations().find(id).await?;
            let Some(row) = found else { return self.forget_shipping(job).await };
            let may_go_on = row.shown.is_sent_to() && began.elapsed() < TURN;
            if !may_go_on || !self.ship_some(job, &row).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Removes the job of a destination that is gone.
    async fn forget_shipping(&self, job: &Job) -> Result<()> {
        let write = self.store.write().await?;
        write.jobs().forget(JobKind::Shipping, &job.key).await?;
        Ok(write.commit_without_event(Unrecorded::Job).await?)
    }

    /// Makes one call; whether there may be more to send.
    async fn ship_some(&self, job: &Job, row: &DestinationRow) -> Result<bool> {
        let shown = &row.shown;
        let unsent = Unacknowledged::unanswered;
        let Some(length) = self.store.chain().known_length(shown.chain).await? else {
            return self.fail(job, row, unsent(ShipProblem::Changed)).await;
        };
        let (source, place) = (self.source_of(shown.chain).await?, (shown.cursor, shown.until));
        let writing = self.writing_for(shown);
        let part = self.part_after(&source, &writing, length, place).await?;
        if part.events.is_empty() {
            return if part.end.is_beyond(shown.cursor) {
                self.move_on(job, row, part.end).await
            } else if part.is_end {
                Ok(false)
            } else {
                self.fail(job, row, unsent(ShipProblem::Newer)).await
            };
        }
        if shown.transport == Transport::Syslog {
            return match self.reach()?.receivers.send(&shown.address, &part.events).await {
                Ok(()) => self.move_on(job, row, part.end).await,
                Err(why) => self.go_back(job, row, why).await,
            };
        }
        let keys = self.keys_of(row);
        if keys.is_empty() {
            return self.fail(job, row, unsent(ShipProblem::Secret)).await;
        }
        if shown.until != Some(part.end) && !self.set_until(job, row, part.end).await? {
            return Ok(false);
        }
        let ends = (shown.cursor, part.end);
        let body = call_body(&source, shown.format, ends, part.at, &part.events);
        let id = call_id(shown.id, ends, part.at);
        let call = Call::new(id, now().0 / 1_000, body.into_bytes(), &keys);
        match self.reach()?.receivers.call(&shown.address, call).await {
            Ok(()) => self.move_on(job, row, part.end).await,
            Err(why) if why.problem == ShipProblem::Gone => self.stop_for_good(job, row, why).await,
            Err(why) => self.fail(job, row, why).await,
        }
    }

    fn writing_for(&self, shown: &Destination) -> Writing {
        let host = (shown.transport == Transport::Syslog).then(|| self.hostname());
        Writing { format: shown.format, host }
    }

    /// What this server is called in messages of syslog.
    pub(super) fn hostname(&self) -> String {
        hostname(&self.settings.address)
    }

    /// The keys that calls are signed with; none when the current one cannot be made.
    pub(super) fn keys_of(&self, row: &DestinationRow) -> Vec<Derived> {
        let (ring, id) = (self.keys.ring(), row.shown.id);
        let Some(current) = row.salt.as_deref().and_then(|salt| salt::key(&ring, id, salt)) else {
            return Vec::new();
        };
        let is_good = row.shown.earlier_until.is_some_and(|until| until > now());
        let earlier = row.earlier_salt.as_deref().filter(|_| is_good);
        let earlier = earlier.and_then(|salt| salt::key(&ring, id, salt));
        [Some(current), earlier].into_iter().flatten().collect()
    }

    /// Writes down where the call ends, so that it is the same call when it is made again; `false` when
    /// the job is another server's.
    async fn set_until(&self, job: &Job, row: &DestinationRow, until: Cursor) -> Result<bool> {
        let write = self.store.write().await?;
        if !self.holds_job(&write, job).await? {
            return Ok(false);
        }
        write.destinations().set_until(row.shown.id, until).await?;
        write.commit_without_event(Unrecorded::Shipped).await?;
        Ok(true)
    }

    /// Writes down that the destination has everything up to there; `false` when somebody else did, or
    /// the job is another server's.
    async fn move_on(&self, job: &Job, row: &DestinationRow, to: Cursor) -> Result<bool> {
        let write = self.store.write().await?;
        let (shown, again) = (&row.shown, row.shown.again_from_after(to));
        let ends = (shown.cursor, to);
        if !self.holds_job(&write, job).await?
            || !write.destinations().advance(shown.id, ends, now().0, again).await?
        {
            return Ok(false);
        }
        write.commit_without_event(Unrecorded::Shipped).await?;
        Ok(true)
    }

    async fn fail(&self, job: &Job, row: &DestinationRow, why: Unacknowledged) -> Result<bool> {
        self.note_failure(job, row, why, None).await
    }

    /// The connection broke: what was sent last may be lost, so it is sent again.
    async fn go_back(&self, job: &Job, row: &DestinationRow, why: Unacknowledged) -> Result<bool> {
        self.note_failure(job, row, why, row.shown.after_a_break()).await
    }

    async fn note_failure(
        &self,
        job: &Job,
        row: &DestinationRow,
        why: Unacknowledged,
        back: Option<(Cursor, Cursor)>,
    ) -> Result<bool> {
        let failing = failing(row, why);
        let write = self.store.write().await?;
        if !self.holds_job(&write, job).await? {
            return Ok(false);
        }
        if let Some(wait) = why.wait {
            let until = self.job_time().await?.plus_seconds(pause(wait));
            write.jobs().put_off(job, self.server, until.0).await?;
        }
        write.destinations().set_failing(row.shown.id, Some(failing)).await?;
        if let Some((to, again_from)) = back {
            write.destinations().go_back(row.shown.id, to, again_from).await?;
        }
        write.commit_without_event(Unrecorded::Shipped).await?;
        Err(Error::Upstream { message: failing.to_text(), retry_after: RETRY })
    }

    /// Sends nothing more to who says that it is gone.
    async fn stop_for_good(
        &self,
        job: &Job,
        row: &DestinationRow,
        why: Unacknowledged,
    ) -> Result<bool> {
        let (chain, id) = (row.shown.chain, row.shown.id);
        let write = self.write_in(chain).await?;
        if !self.holds_job(&write, job).await? {
            return Ok(false);
        }
        write.destinations().set_stopped(id, Some(now().0)).await?;
        write.destinations().set_failing(id, Some(failing(row, why))).await?;
        let what = about(Action::DestinationStopped, &row.shown);
        self.commit_event(write, chain, &Actor::Product, what).await?;
        Ok(false)
    }
}

/// The seconds that are waited for who asks for so many: at least as long as after the first call that
/// fails, and at most as long as after many.
fn pause(asked: u32) -> i64 {
    let schedule = JobKind::Shipping.schedule();
    i64::from(asked).clamp(schedule.first_pause, schedule.longest_pause)
}

fn failing(row: &DestinationRow, why: Unacknowledged) -> Failing {
    let since = row.shown.failing.map_or_else(now, |failing| failing.since);
    Failing { since, problem: why.problem, status: why.status }
}

/// What a call is known by: whose it is, and what it is about. The links of a restored database have the
/// numbers of others that were sent, so the time of the last event is in it, too. A point would end it
/// where it is signed.
fn call_id(destination: Uuid, (after, until): (Cursor, Cursor), last: Moment) -> String {
    let (after, until) = (after.to_text(), until.to_text());
    format!("msg_{}_{after}_{until}_{}", destination.simple(), last.0).replace('.', "-")
}

#[cfg(test)]
mod tests {
    use super::pause;

    #[test]
    fn who_asks_for_a_wait_gets_it_up_to_a_day() {
        for (asked, expected) in [(1, 5), (120, 120), (86_400, 86_400), (u32::MAX, 86_400)] {
            assert_eq!(pause(asked), expected, "{asked}");
        }
    }
}
