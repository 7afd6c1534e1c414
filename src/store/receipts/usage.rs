//! The figures of usage: the days of a window, and what is not in the days yet. Their time grows with the
//! pairs and the days that are asked for, and not with the receipts.

use super::Receipts;
use super::days::DaySum;
use crate::domain::credential::Access;
use crate::domain::delivery::Outcome;
use crate::domain::moment::Moment;
use crate::domain::usage::{Figures, Sum};
use crate::store::entity::fetch;
use crate::store::prepared::{numbered, repeated};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult,
    QuerySelect, Statement, Value,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Links behind the days that whoever looks adds to them.
pub(super) const TAIL: i64 = 5_000;
/// How often it is read when more is in the days meanwhile.
pub(super) const READ: usize = 4;

/// Whose usage it is.
#[derive(Clone, Debug)]
pub enum UsageOf {
    Credentials(Vec<Uuid>),
    Pipelines(Vec<Uuid>),
}

impl UsageOf {
    pub fn ids(&self) -> &[Uuid] {
        match self {
            Self::Credentials(ids) | Self::Pipelines(ids) => ids,
        }
    }

    fn has(&self, credential: Uuid, pipeline: Uuid) -> bool {
        match self {
            Self::Credentials(ids) => ids.contains(&credential),
            Self::Pipelines(ids) => ids.contains(&pipeline),
        }
    }

    fn column(&self) -> &'static str {
        match self {
            Self::Credentials(_) => "credential_id",
            Self::Pipelines(_) => "pipeline_id",
        }
    }
}

/// A credential, nil for whole requests, and a pipeline.
pub type Pair = (Uuid, Uuid);

/// The figures of pairs.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    pub pairs: HashMap<Pair, (Figures, BTreeMap<i64, i64>)>,
    /// Whether there are receipts that are not in them yet.
    pub is_behind: bool,
}

/// The sums of a window, whatever the day, each with how often it was on each day that is drawn. They are apart by
/// their doors, too: neither database has what the other has to add up bits.
fn window_text(of: &UsageOf) -> String {
    // One row for all days: to hand over a row costs more than to write a day.
    format!(
        "SELECT \"usage_day\".\"credential_id\" AS credential_id,
            \"usage_day\".\"pipeline_id\" AS pipeline_id, MIN(\"usage_day\".\"day\") AS day,
            \"usage_day\".\"intent\" AS intent, \"usage_day\".\"outcome\" AS outcome,
            CAST(SUM(\"usage_day\".\"times\") AS BIGINT) AS times,
            CAST(SUM(\"usage_day\".\"failed\") AS BIGINT) AS failed,
            MIN(\"usage_day\".\"first_at\") AS first_at, MAX(\"usage_day\".\"last_at\") AS last_at,
            MAX(\"usage_day\".\"last_seq\") AS last_seq, \"usage_day\".\"doors\" AS doors,
            MIN(\"usage_day\".\"first_version\") AS first_version,
            MAX(\"usage_day\".\"last_version\") AS last_version,
            STRING_AGG(CASE WHEN \"usage_day\".\"day\" >= ?
                THEN \"usage_day\".\"day\" || ' ' || \"usage_day\".\"times\" END, ',') AS days
        {} GROUP BY \"usage_day\".\"credential_id\", \"usage_day\".\"pipeline_id\",
            \"usage_day\".\"intent\", \"usage_day\".\"outcome\", \"usage_day\".\"doors\"",
        such(of)
    )
}

/// The days of a sum and how often it was on each, as [`window_text`] joins them.
fn days_in(text: &str) -> impl Iterator<Item = (i64, i64)> {
    text.split(',').filter_map(|day| {
        let (day, times) = day.split_once(' ')?;
        day.parse().ok().zip(times.parse().ok())
    })
}

fn such(of: &UsageOf) -> String {
    let places = repeated("?", of.ids().len());
    format!(
        "FROM \"usage_day\" WHERE \"usage_day\".\"chain\" = ?
            AND \"usage_day\".\"{}\" IN ({places}) AND \"usage_day\".\"day\" >= ?",
        of.column()
    )
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// What there was of these from the day `first` on, and on each day from `drawn` on, which is no earlier one.
    pub async fn usage(&self, of: &UsageOf, (first, drawn): (i64, i64)) -> Result<Usage, DbErr> {
        if of.ids().is_empty() {
            return Ok(Usage::default());
        }
        let mut times = 0;
        loop {
            times += 1;
            let done = self.counted().await?.summed_seq;
            let sums = self.window(of, (first, drawn)).await?;
            let newest = self.newest_seq().await?;
            let last = newest.min(done.saturating_add(TAIL));
            let tail = if last > done { self.sums_between(done, last).await? } else { Vec::new() };
            // What came into the days in between would be there twice: in the end it is left to them.
            let is_moved = self.counted().await?.summed_seq != done;
            if is_moved && times < READ {
                continue;
            }
            let tail = if is_moved { Vec::new() } else { tail };
            let mut usage = Usage { is_behind: is_moved || last < newest, ..Usage::default() };
            for (sum, days) in &sums {
                usage.note(sum);
                for (day, times) in days_in(days).filter(|_| sum.is_delivered()) {
                    usage.note_day((sum.credential_id, sum.pipeline_id), day, times);
                }
            }
            let is_asked =
                |sum: &&DaySum| sum.day >= first && of.has(sum.credential_id, sum.pipeline_id);
            for sum in tail.iter().filter(is_asked) {
                usage.note(sum);
                if sum.day >= drawn && sum.is_delivered() {
                    usage.note_day((sum.credential_id, sum.pipeline_id), sum.day, sum.times);
                }
            }
            return Ok(usage);
        }
    }

    async fn window(
        &self,
        of: &UsageOf,
        (first, drawn): (i64, i64),
    ) -> Result<Vec<(DaySum, String)>, DbErr> {
        let backend = self.db.get_database_backend();
        let text = numbered(backend, &window_text(of));
        let mut values: Vec<Value> = vec![drawn.into(), self.project.into()];
        values.extend(of.ids().iter().copied().map(Value::from));
        values.push(first.into());
        let rows =
            self.db.query_all_raw(Statement::from_sql_and_values(backend, text, values)).await?;
        let read = |row: &QueryResult| {
            let days: Option<String> = row.try_get("", "days")?;
            Ok((DaySum::from_query_result(row, "")?, days.unwrap_or_default()))
        };
        rows.iter().map(read).collect()
    }

    /// The names that these pipelines had in these links, each by its id.
    pub(super) async fn pipelines_in(
        &self,
        pipelines: Vec<Uuid>,
        links: Vec<i64>,
    ) -> Result<HashMap<Uuid, String>, DbErr> {
        if pipelines.is_empty() || links.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(Uuid, String)> = fetch::Entity::find()
            .select_only()
            .columns([fetch::Column::PipelineId, fetch::Column::Pipeline])
            .filter(fetch::Column::Chain.eq(self.project))
            .filter(fetch::Column::Seq.is_in(links))
            .filter(fetch::Column::PipelineId.is_in(pipelines))
            .into_tuple()
            .all(self.db)
            .await?;
        Ok(rows.into_iter().collect())
    }
}

impl Usage {
    /// Adds the sum, unless its words are of a newer version.
    fn note(&mut self, sum: &DaySum) {
        let (intent, outcome) = (Access::from_word(&sum.intent), Outcome::from_word(&sum.outcome));
        let (Some(intent), Some(outcome)) = (intent, outcome) else { return };
        let (figures, _) = self.pairs.entry((sum.credential_id, sum.pipeline_id)).or_default();
        figures.add(&Sum {
            intent,
            outcome,
            times: sum.times,
            failed: sum.failed,
            first_at: Moment(sum.first_at),
            last_at: Moment(sum.last_at),
            last_link: sum.last_seq,
            doors: sum.doors,
            versions: sum.first_version.zip(sum.last_version),
        });
    }

    fn note_day(&mut self, pair: Pair, day: i64, times: i64) {
        let (_, days) = self.pairs.entry(pair).or_default();
        *days.entry(day).or_default() += times;
    }
}
