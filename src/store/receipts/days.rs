//! What is added up of receipts by day: what each pipeline received of each credential, for what, and
//! how that went. One statement sums up the receipts between two links: the days are added to by it, what
//! is not in them yet is read by it, and they are recounted by it.

use super::Receipts;
use super::counts::{earliest, latest};
use crate::domain::delivery::{Door, Outcome, Report};
use crate::domain::moment::DAY_MS;
use crate::store::entity::{counted, usage_day};
use crate::store::prepared::{Prepared, numbered};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult,
    QueryFilter, Statement, Value,
};
use serde::{Deserialize, Serialize};
use std::cmp::{max, min};
use uuid::Uuid;

/// Links whose receipts are added in one transaction: each may have hundreds, and who writes waits.
const STEP: i64 = 1_000;

/// The receipts of a pipeline and a credential, of one day, one intent and one outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromQueryResult)]
pub(super) struct DaySum {
    /// Nil when whole requests were refused.
    pub(super) credential_id: Uuid,
    pub(super) pipeline_id: Uuid,
    pub(super) day: i64,
    pub(super) intent: String,
    pub(super) outcome: String,
    pub(super) times: i64,
    pub(super) failed: i64,
    pub(super) first_at: i64,
    pub(super) last_at: i64,
    pub(super) last_seq: i64,
    pub(super) doors: i64,
    pub(super) first_version: Option<i64>,
    pub(super) last_version: Option<i64>,
}

/// What one sum is about: credential, pipeline, day, intent and outcome, in the order of the table's key.
pub(super) type DayKey = (Uuid, Uuid, i64, String, String);

impl DaySum {
    pub(super) fn key(&self) -> DayKey {
        let (intent, outcome) = (self.intent.clone(), self.outcome.clone());
        (self.credential_id, self.pipeline_id, self.day, intent, outcome)
    }

    pub(super) fn is_delivered(&self) -> bool {
        self.outcome == Outcome::Delivered.word()
    }

    /// Adds more receipts of the same.
    pub(super) fn add(&mut self, more: &Self) {
        let of = |one: Option<i64>, other: Option<i64>, choose: fn(i64, i64) -> i64| match (
            one, other,
        ) {
            (Some(one), Some(other)) => Some(choose(one, other)),
            (one, other) => one.or(other),
        };
        self.times += more.times;
        self.failed += more.failed;
        self.first_at = min(self.first_at, more.first_at);
        self.last_at = max(self.last_at, more.last_at);
        self.last_seq = max(self.last_seq, more.last_seq);
        self.doors |= more.doors;
        self.first_version = of(self.first_version, more.first_version, min);
        self.last_version = of(self.last_version, more.last_version, max);
    }
}

impl From<usage_day::Model> for DaySum {
    fn from(row: usage_day::Model) -> Self {
        Self {
            credential_id: row.credential_id,
            pipeline_id: row.pipeline_id,
            day: row.day,
            intent: row.intent,
            outcome: row.outcome,
            times: row.times,
            failed: row.failed,
            first_at: row.first_at,
            last_at: row.last_at,
            last_seq: row.last_seq,
            doors: row.doors,
            first_version: row.first_version,
            last_version: row.last_version,
        }
    }
}

/// The bits of all doors in the column, as one number: neither database has what the other has for it.
fn all_bits(column: &str) -> String {
    let bits = Door::ALL.iter().map(|door| format!("MAX({column} & {})", door.bit()));
    bits.collect::<Vec<_>>().join(" + ")
}

/// The sums of the receipts between two links.
fn sums_text() -> String {
    let doors = Door::ALL.iter().map(|door| format!("WHEN '{}' THEN {}", door.word(), door.bit()));
    let doors = doors.collect::<Vec<_>>().join(" ");
    let failed = Report::Failed.word();
    let bits = all_bits("got.door");
    format!(
        "SELECT got.credential_id AS credential_id, got.pipeline_id AS pipeline_id, got.day AS day,
            got.intent AS intent, got.outcome AS outcome, COUNT(*) AS times,
            CAST(SUM(got.failed) AS BIGINT) AS failed, MIN(got.at) AS first_at,
            MAX(got.at) AS last_at, MAX(got.seq) AS last_seq, CAST({bits} AS BIGINT) AS doors,
            MIN(got.version) AS first_version, MAX(got.version) AS last_version
        FROM (SELECT COALESCE(r.credential_id, ?) AS credential_id, f.pipeline_id AS pipeline_id,
                f.at / {DAY_MS} AS day, r.intent AS intent, r.outcome AS outcome, f.at AS at,
                f.seq AS seq, r.version AS version, CASE f.door {doors} ELSE 0 END AS door,
                CASE WHEN d.outcome = '{failed}' THEN 1 ELSE 0 END AS failed
            FROM pipeline_fetch f JOIN receipt r ON r.chain = f.chain AND r.seq = f.seq
                LEFT JOIN delivery_report d
                ON d.chain = r.chain AND d.seq = r.seq AND d.number = r.number
            WHERE f.chain = ? AND f.seq > ? AND f.seq <= ?) got
        GROUP BY got.credential_id, got.pipeline_id, got.day, got.intent, got.outcome"
    )
}

fn add_text() -> String {
    let [first_at, first_version] =
        ["first_at", "first_version"].map(|column| earliest("usage_day", column));
    let [last_at, last_seq, last_version] =
        ["last_at", "last_seq", "last_version"].map(|column| latest("usage_day", column));
    let sums = sums_text();
    format!(
        "INSERT INTO usage_day (chain, credential_id, pipeline_id, day, intent, outcome, times, failed,
            first_at, last_at, last_seq, doors, first_version, last_version)
        SELECT ?, s.credential_id, s.pipeline_id, s.day, s.intent, s.outcome, s.times, s.failed,
            s.first_at, s.last_at, s.last_seq, s.doors, s.first_version, s.last_version
        FROM ({sums}) s WHERE TRUE
        ON CONFLICT (chain, credential_id, pipeline_id, day, intent, outcome) DO UPDATE SET
            times = usage_day.times + excluded.times, failed = usage_day.failed + excluded.failed,
            first_at = {first_at}, last_at = {last_at}, last_seq = {last_seq},
            doors = usage_day.doors | excluded.doors, first_version = {first_version},
            last_version = {last_version}"
    )
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// Adds the receipts of the next links behind `done` to their days, up to `newest` at most. Whoever
    /// calls it holds the lock on how far that is. Up to which link it is done then.
    pub(super) async fn add_to_days(&self, done: i64, newest: i64) -> Result<i64, DbErr> {
        let last = min(newest, done.saturating_add(STEP));
        if last <= done {
            return Ok(done);
        }
        static ADD: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let mut values: Vec<Value> = vec![self.project.into()];
        values.extend(self.between(done, last));
        let add = ADD.with(backend, || numbered(backend, &add_text()), values);
        self.db.execute_raw(add).await?;
        let row = counted::ActiveModel { summed_seq: Set(last), ..Default::default() };
        self.note_done(row).await?;
        Ok(last)
    }

    /// The sums of the receipts behind `after`, up to `last`.
    pub(super) async fn sums_between(&self, after: i64, last: i64) -> Result<Vec<DaySum>, DbErr> {
        static SUMS: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let values = self.between(after, last).to_vec();
        let sums: Statement = SUMS.with(backend, || numbered(backend, &sums_text()), values);
        DaySum::find_by_statement(sums).all(self.db).await
    }

    fn between(&self, after: i64, last: i64) -> [Value; 4] {
        [Uuid::nil().into(), self.project.into(), after.into(), last.into()]
    }

    /// It turned out afterwards of so many more of these deliveries that they failed.
    pub(super) async fn add_failed(
        &self,
        (credential, pipeline): (Uuid, Uuid),
        (day, intent): (i64, &str),
        more: i64,
    ) -> Result<(), DbErr> {
        use usage_day::Column;
        let failed = Expr::col(Column::Failed).add(more);
        usage_day::Entity::update_many()
            .col_expr(Column::Failed, failed)
            .filter(Column::Chain.eq(self.project))
            .filter(Column::CredentialId.eq(credential))
            .filter(Column::PipelineId.eq(pipeline))
            .filter(Column::Day.eq(day))
            .filter(Column::Intent.eq(intent))
            .filter(Column::Outcome.eq(Outcome::Delivered.word()))
            .exec(self.db)
            .await
            .map(drop)
    }
}
