//! How often one pipeline, and all pipelines of one project, may ask: a bucket for each, in the memory
//! of this server. A request beyond it is told to wait, and no receipt is written for it.

use super::Vault;
use crate::domain::actor::Pipeline;
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Buckets that are kept of either kind. One that is full again is the same as none.
const MOST: usize = 10_000;
/// How long nothing more is logged about a pipeline that was refused.
const QUIET: Duration = Duration::from_secs(60);
/// Seconds over which those who were refused at once are spread: longer than that nobody is told to
/// wait for the others' sake, since many never come back.
const SPREAD: u32 = 5;
/// Receipts that a request may have without being charged for more than itself.
const FREE: usize = 50;
/// Of those beyond, so many cost as much as one request.
const PER_REQUEST: usize = 10;

/// How often something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: u32,
    /// How often at once, after a while of rest.
    pub burst: u32,
}

impl Rate {
    fn speed(self) -> f64 {
        f64::from(self.per_second.max(1))
    }

    fn most(self) -> f64 {
        f64::from(self.burst.max(1))
    }
}

/// What pipelines and projects may ask; `None` for as much as they like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    pub pipeline: Option<Rate>,
    pub project: Option<Rate>,
}

/// What is left of a share.
struct Bucket {
    /// Below zero when a request turned out to be a large one.
    left: f64,
    /// How many were told to come back and still may.
    promised: f64,
    at: Instant,
    refused: u64,
    /// When it was last logged.
    told: Option<Instant>,
}

/// The buckets of all pipelines, or of all projects.
#[derive(Default)]
struct Buckets(HashMap<Uuid, Bucket>);

#[derive(Default)]
struct State {
    pipelines: Buckets,
    projects: Buckets,
}

pub(super) struct Shares {
    rates: Rates,
    state: Mutex<State>,
}

impl fmt::Debug for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shares").field("rates", &self.rates).finish_non_exhaustive()
    }
}

impl Bucket {
    fn fill(&mut self, rate: Rate, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        let filled = passed * rate.speed();
        self.left = (self.left + filled).min(rate.most());
        self.promised = (self.promised - filled).max(0.0);
        self.at = now;
    }

    /// Seconds after which to come back, when no request fits now. Of many who are refused at once
    /// not all are told the same: no more in each second than fit into it.
    fn refuse(&mut self, rate: Rate) -> Option<u32> {
        let missing = 1.0 - self.left;
        if missing <= 0.0 {
            return None;
        }
        // All of it is small: a bucket owes no more than it can hold.
        let seconds = |requests: f64| ((requests / rate.speed()).ceil() as u32).max(1);
        let alone = seconds(missing);
        let wait = seconds(missing + self.promised).min(alone.max(SPREAD));
        self.promised = (self.promised + 1.0).min(f64::from(SPREAD) * rate.speed());
        Some(wait)
    }
}

impl Buckets {
    fn of(&mut self, id: Uuid, rate: Rate, now: Instant) -> &mut Bucket {
        if self.0.len() >= MOST && !self.0.contains_key(&id) {
            self.make_room(rate, now);
        }
        let full = || Bucket { left: rate.most(), promised: 0.0, at: now, refused: 0, told: None };
        let bucket = self.0.entry(id).or_insert_with(full);
        bucket.fill(rate, now);
        bucket
    }

    /// Forgets those that are full again, and if none is, the half that has most left.
    fn make_room(&mut self, rate: Rate, now: Instant) {
        self.0.retain(|_, bucket| {
            bucket.fill(rate, now);
            bucket.left < rate.most()
        });
        if self.0.len() < MOST {
            return;
        }
        let mut by_need: Vec<(Uuid, f64)> =
            self.0.iter().map(|(id, one)| (*id, one.left)).collect();
        by_need.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        for (id, _) in by_need.into_iter().take(MOST / 2) {
            self.0.remove(&id);
        }
    }
}

/// Whether one is to be logged now, and how many there were since the last time.
fn count_refusal(bucket: &mut Bucket, now: Instant) -> Option<u64> {
    bucket.refused += 1;
    let is_quiet = bucket.told.is_some_and(|told| now.saturating_duration_since(told) < QUIET);
    if is_quiet {
        return None;
    }
    bucket.told = Some(now);
    Some(std::mem::take(&mut bucket.refused))
}

impl Shares {
    pub(super) fn new(rates: Rates) -> Self {
        Self { rates, state: Mutex::default() }
    }

    /// Takes one request of what the pipeline and its project have left; other callers have a share of their own by
    /// an id of theirs in both places.
    pub(super) fn take(&self, project: Uuid, pipeline: Uuid, now: Instant) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { pipelines, projects } = &mut *state;
        let mut own = self.rates.pipeline.map(|rate| (rate, pipelines.of(pipeline, rate, now)));
        let mut all = self.rates.project.map(|rate| (rate, projects.of(project, rate, now)));
        if let Some((rate, bucket)) = &mut own
            && let Some(retry_after) = bucket.refuse(*rate)
        {
            if let Some(refused) = count_refusal(bucket, now) {
                tracing::warn!(%pipeline, refused, "a pipeline asks more often than it may");
            }
            return Err(Error::TooManyRequests { of: "This pipeline".to_owned(), retry_after });
        }
        // Who is refused for the sake of their own share takes nothing of the others'.
        if let Some((rate, bucket)) = &mut all
            && let Some(retry_after) = bucket.refuse(*rate)
        {
            if let Some(refused) = count_refusal(bucket, now) {
                tracing::warn!(%project, refused, "the pipelines of a project ask more often than they may");
            }
            let of = "The pipelines of this project".to_owned();
            return Err(Error::TooManyRequests { of, retry_after });
        }
        for (_, bucket) in [own, all].into_iter().flatten() {
            bucket.left -= 1.0;
        }
        Ok(())
    }

    /// Charges for what a request turned out to need. It is done already; the next ones wait.
    fn charge(&self, project: Uuid, pipeline: Uuid, receipts: usize, now: Instant) {
        let beyond = receipts.saturating_sub(FREE).div_ceil(PER_REQUEST);
        if beyond == 0 {
            return;
        }
        let cost = f64::from(u32::try_from(beyond).unwrap_or(u32::MAX));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { pipelines, projects } = &mut *state;
        let own = self.rates.pipeline.map(|rate| (rate, pipelines.of(pipeline, rate, now)));
        let all = self.rates.project.map(|rate| (rate, projects.of(project, rate, now)));
        for (rate, bucket) in [own, all].into_iter().flatten() {
            // One request never keeps a pipeline away for longer than twice what a burst takes.
            bucket.left = (bucket.left - cost).max(-rate.most());
        }
    }
}

impl Vault {
    /// Takes one request out of the pipeline's share. Each function that a pipeline's request ends in
    /// begins with this.
    ///
    /// # Errors
    /// `TooManyRequests` when the pipeline or its project asked too often.
    pub(super) fn take_share(&self, pipeline: &Pipeline) -> Result<()> {
        self.take_share_of(pipeline.project_id(), pipeline.id())
    }

    /// The same for a pipeline that has just proved itself.
    pub(super) fn take_share_of(&self, project: Uuid, pipeline: Uuid) -> Result<()> {
        self.shares.take(project, pipeline, Instant::now())
    }

    /// Charges the pipeline's share for the receipts of one request.
    pub(super) fn charge_share(&self, pipeline: &Pipeline, receipts: usize) {
        self.shares.charge(pipeline.project_id(), pipeline.id(), receipts, Instant::now());
    }
}

#[cfg(test)]
mod tests;
