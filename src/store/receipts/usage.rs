//! The figures of usage: the days of a window, and what is not in the days yet. Their time grows with the
//! pairs and the days that are asked for, and not with the receipts.

use super::Receipts;
use super::days::{DaySum, all_bits};
use crate::domain::credential::Access;
use crate::domain::delivery::Outcome;
use crate::domain::moment::Moment;
use crate::domain::usage::{Figures, Sum};
use crate::store::entity::fetch;
use crate::store::prepared::{numbered, repeated};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    Statement, Value,
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

#[derive(FromQueryResult)]
struct OnDay {
    credential_id: Uuid,
    pipeline_id: Uuid,
    day: i64,
    times: i64,
}

/// The sums of a window, whatever the day.
fn window_text(of: &UsageOf) -> String {
    let bits = all_bits("\"usage_day\".\"doors\"");
    format!(
        "SELECT \"usage_day\".\"credential_id\" AS credential_id,
            \"usage_day\".\"pipeline_id\" AS pipeline_id, MIN(\"usage_day\".\"day\") AS day,
            \"usage_day\".\"intent\" AS intent, \"usage_day\".\"outcome\" AS outcome,
            CAST(SUM(\"usage_day\".\"times\") AS BIGINT) AS times,
            CAST(SUM(\"usage_day\".\"failed\") AS BIGINT) AS failed,
            MIN(\"usage_day\".\"first_at\") AS first_at, MAX(\"usage_day\".\"last_at\") AS last_at,
            MAX(\"usage_day\".\"last_seq\") AS last_seq, CAST({bits} AS BIGINT) AS doors,
            MIN(\"usage_day\".\"first_version\") AS first_version,
            MAX(\"usage_day\".\"last_version\") AS last_version
        {} GROUP BY \"usage_day\".\"credential_id\", \"usage_day\".\"pipeline_id\",
            \"usage_day\".\"intent\", \"usage_day\".\"outcome\"",
        such(of)
    )
}

/// How often each pair was delivered on each day.
fn days_text(of: &UsageOf) -> String {
    // Asked for sums, SQLite would go through all of the chain in their order.
    format!(
        "SELECT \"usage_day\".\"credential_id\" AS credential_id,
            \"usage_day\".\"pipeline_id\" AS pipeline_id, \"usage_day\".\"day\" AS day,
            \"usage_day\".\"times\" AS times
        {} AND \"usage_day\".\"outcome\" = ?",
        such(of)
    )
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
    /// What there was of these from the day `first` on, and on each day from `drawn` on.
    pub async fn usage(&self, of: &UsageOf, (first, drawn): (i64, i64)) -> Result<Usage, DbErr> {
        if of.ids().is_empty() {
            return Ok(Usage::default());
        }
        let mut times = 0;
        loop {
            times += 1;
            let done = self.counted().await?.summed_seq;
            let sums = self.window(of, first).await?;
            let days = self.on_days(of, drawn).await?;
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
            for day in days {
                usage.note_day((day.credential_id, day.pipeline_id), day.day, day.times);
            }
            for sum in &sums {
                usage.note(sum);
            }
            let is_asked =
                |sum: &&DaySum| sum.day >= first && of.has(sum.credential_id, sum.pipeline_id);
            for sum in tail.iter().filter(is_asked) {
                usage.note(sum);
                if sum.day >= drawn && sum.outcome == Outcome::Delivered.word() {
                    usage.note_day((sum.credential_id, sum.pipeline_id), sum.day, sum.times);
                }
            }
            return Ok(usage);
        }
    }

    async fn window(&self, of: &UsageOf, first: i64) -> Result<Vec<DaySum>, DbErr> {
        let backend = self.db.get_database_backend();
        let text = numbered(backend, &window_text(of));
        let statement = Statement::from_sql_and_values(backend, text, self.asked(of, first));
        DaySum::find_by_statement(statement).all(self.db).await
    }

    async fn on_days(&self, of: &UsageOf, first: i64) -> Result<Vec<OnDay>, DbErr> {
        let backend = self.db.get_database_backend();
        let text = numbered(backend, &days_text(of));
        let mut values = self.asked(of, first);
        values.push(Outcome::Delivered.word().into());
        let statement = Statement::from_sql_and_values(backend, text, values);
        OnDay::find_by_statement(statement).all(self.db).await
    }

    fn asked(&self, of: &UsageOf, first: i64) -> Vec<Value> {
        let mut values: Vec<Value> = vec![self.project.into()];
        values.extend(of.ids().iter().copied().map(Value::from));
        values.push(first.into());
        values
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
