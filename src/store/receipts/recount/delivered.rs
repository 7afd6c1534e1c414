//! What was delivered in all, recounted: of each pair, and of each version of a secret. The receipts that
//! are there say all of it. Of those that are behind the base only days are left, and so what they do not
//! say has to lie within what they allow.

use super::{PART, Slice};
use crate::domain::delivery::Outcome;
use crate::store::Receipts;
use crate::store::entity::usage;
use crate::store::prepared::{Prepared, numbered};
use crate::store::receipts::counts::GOT;
use crate::store::receipts::days::DaySum;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use std::cmp::{Ordering, max, min};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What was delivered of a version to a pipeline, between two links.
#[derive(FromQueryResult)]
struct Got {
    credential_id: Uuid,
    pipeline_id: Uuid,
    version: i64,
    times: i64,
    used: i64,
    first_at: i64,
    last_at: i64,
    last_used_at: Option<i64>,
    last_seq: i64,
    /// The name that the pipeline had in the last of the links.
    pipeline: String,
}

fn got_text() -> String {
    format!(
        "SELECT s.credential_id AS credential_id, s.pipeline_id AS pipeline_id, s.version AS version,
            s.times AS times, s.used AS used, s.first_at AS first_at, s.last_at AS last_at,
            s.last_used_at AS last_used_at, s.last_seq AS last_seq,
            (SELECT f.pipeline FROM pipeline_fetch f WHERE f.chain = ? AND f.seq = s.last_seq) AS pipeline
        FROM (SELECT got.credential_id AS credential_id, got.pipeline_id AS pipeline_id,
            got.version AS version, COUNT(*) AS times, CAST(SUM(got.used) AS BIGINT) AS used,
            MIN(got.at) AS first_at, MAX(got.at) AS last_at,
            MAX(CASE WHEN got.used = 1 THEN got.at END) AS last_used_at, MAX(got.seq) AS last_seq
            FROM ({GOT}) got GROUP BY got.credential_id, got.pipeline_id, got.version) s"
    )
}

/// What a credential and a pipeline had to do with each other.
pub(super) struct Pair {
    times: i64,
    first_at: i64,
    last_at: i64,
    /// How many of them have a receipt.
    known: i64,
    /// How many of those were used, and when the last one was.
    used: i64,
    last_used_at: Option<i64>,
    last_seq: i64,
    /// The last version is one of these.
    versions: (i64, i64),
    /// `None` when the last of them has no receipt any more.
    pipeline: Option<String>,
}

impl Pair {
    fn add(&mut self, more: Self) {
        self.times += more.times;
        self.first_at = min(self.first_at, more.first_at);
        self.last_at = max(self.last_at, more.last_at);
        self.known += more.known;
        self.used += more.used;
        self.last_used_at = max(self.last_used_at, more.last_used_at);
        let ((low, high), (lower, higher)) = (self.versions, more.versions);
        match more.last_seq.cmp(&self.last_seq) {
            Ordering::Greater => {
                (self.last_seq, self.versions) = (more.last_seq, more.versions);
                self.pipeline = more.pipeline;
            }
            Ordering::Equal => self.versions = (min(low, lower), max(high, higher)),
            Ordering::Less => {}
        }
    }

    /// Whether the row says that. Unless all is known, there may have been more before it.
    pub(super) fn is(&self, row: &usage::Model, is_all: bool) -> bool {
        let counts = if is_all {
            (row.deliveries, row.first_at, row.last_at) == (self.times, self.first_at, self.last_at)
        } else {
            row.deliveries >= self.times
                && row.first_at <= self.first_at
                && row.last_at >= self.last_at
        };
        let unknown = row.deliveries.saturating_sub(self.known);
        let used = self.used..=self.used.saturating_add(unknown);
        let last_used = if row.used == self.used {
            row.last_used_at == self.last_used_at
        } else {
            let within = max(self.last_used_at, Some(row.first_at))..=Some(row.last_at);
            within.contains(&row.last_used_at)
        };
        let (low, high) = self.versions;
        counts
            && used.contains(&row.used)
            && last_used
            && (low..=high).contains(&row.last_version)
            && self.pipeline.as_ref().is_none_or(|name| *name == row.pipeline)
    }
}

/// How often something was delivered, and when last.
#[derive(Clone, Copy, Default)]
struct Times {
    times: i64,
    last_at: Option<i64>,
}

impl Times {
    fn add(&mut self, times: i64, last_at: Option<i64>) {
        self.times += times;
        self.last_at = max(self.last_at, last_at);
    }
}

/// What was delivered of the credentials of a slice.
#[derive(Default)]
pub(super) struct Delivered {
    pub(super) pairs: BTreeMap<(Uuid, Uuid), Pair>,
    /// By credential, and by the first and the last of the versions that it was one of.
    versions: BTreeMap<(Uuid, i64, i64), Times>,
}

impl Delivered {
    fn add(&mut self, pair: (Uuid, Uuid), versions: Option<(i64, i64)>, more: Pair) {
        if let Some((first, last)) = versions {
            let times = self.versions.entry((pair.0, first, last)).or_default();
            times.add(more.times, Some(more.last_at));
        }
        match self.pairs.get_mut(&pair) {
            Some(known) => known.add(more),
            None => drop(self.pairs.insert(pair, more)),
        }
    }

    fn add_got(&mut self, got: Got) {
        let versions = (got.version, got.version);
        let pair = Pair {
            times: got.times,
            first_at: got.first_at,
            last_at: got.last_at,
            known: got.times,
            used: got.used,
            last_used_at: got.last_used_at,
            last_seq: got.last_seq,
            versions,
            pipeline: Some(got.pipeline),
        };
        self.add((got.credential_id, got.pipeline_id), Some(versions), pair);
    }

    fn add_day(&mut self, sum: &DaySum) {
        if sum.outcome != Outcome::Delivered.word() || sum.credential_id.is_nil() {
            return;
        }
        let versions = sum.first_version.zip(sum.last_version);
        let pair = Pair {
            times: sum.times,
            first_at: sum.first_at,
            last_at: sum.last_at,
            known: 0,
            used: 0,
            last_used_at: None,
            last_seq: sum.last_seq,
            versions: versions.unwrap_or((i64::MIN, i64::MAX)),
            pipeline: None,
        };
        self.add((sum.credential_id, sum.pipeline_id), versions, pair);
    }

    fn fit(&mut self, slice: &mut Slice) {
        slice.fit(&mut self.pairs, |(credential, _)| *credential);
        if slice.last.is_some() {
            self.versions.retain(|(credential, ..), _| slice.has(*credential));
        }
        slice.fit(&mut self.versions, |(credential, ..)| *credential);
        if slice.last.is_some() {
            self.pairs.retain(|(credential, _), _| slice.has(*credential));
        }
    }

    /// Whether the version was delivered so often, and then last. Unless all is known, it may have been
    /// more.
    pub(super) fn has_version(
        &self,
        (credential, version): (Uuid, i64),
        (times, last_at): (i64, Option<i64>),
        is_all: bool,
    ) -> bool {
        let own = self.versions.get(&(credential, version, version)).copied().unwrap_or_default();
        let mut most = own;
        let of_it = (credential, i64::MIN, i64::MIN)..=(credential, version, i64::MAX);
        for ((_, first, last), more) in self.versions.range(of_it) {
            if first < last && *last >= version {
                most.add(more.times, more.last_at);
            }
        }
        let is_within = times <= most.times && last_at <= most.last_at;
        times >= own.times && last_at >= own.last_at && (is_within || !is_all)
    }
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// What was delivered of the credentials of the slice up to the last link, and the last of them when
    /// there are more than fit. What was put aside goes up to the first.
    pub(super) async fn recount_delivered(
        &self,
        mut slice: Slice,
        (mut after, end): (i64, i64),
    ) -> Result<(Delivered, Option<Uuid>), DbErr> {
        let mut delivered = Delivered::default();
        let mut take = |sums: Vec<DaySum>| {
            let of_it = sums.iter().filter(|sum| slice.has(sum.credential_id));
            of_it.for_each(|sum| delivered.add_day(sum));
            delivered.fit(&mut slice);
        };
        self.each_aside(&mut take).await?;
        while after < end {
            let last = min(end, after + PART);
            for got in self.got_between(after, last).await? {
                if slice.has(got.credential_id) {
                    delivered.add_got(got);
                }
            }
            delivered.fit(&mut slice);
            after = last;
        }
        Ok((delivered, slice.last))
    }

    async fn got_between(&self, after: i64, last: i64) -> Result<Vec<Got>, DbErr> {
        static TEXT: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let chain = Value::from(self.project);
        let delivered = Outcome::Delivered.word().into();
        let values = vec![chain.clone(), chain, after.into(), last.into(), delivered];
        let got = TEXT.with(backend, || numbered(backend, &got_text()), values);
        Got::find_by_statement(got).all(self.db).await
    }
}

#[cfg(test)]
mod tests;
