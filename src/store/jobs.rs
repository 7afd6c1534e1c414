//! Jobs: each is claimed by one server at a time, for as long as its lease lasts.

use super::Jobs;
use super::entity::job::{Column, Entity, Model};
use super::entity::{Unreadable, readable};
use super::prepared::{numbered, repeated};
use crate::domain::job::{Job, JobError, JobKind, JobResult};
use crate::domain::moment::Moment;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement, Value,
};
use std::collections::BTreeSet;
use uuid::Uuid;

#[derive(Clone, Copy, Debug)]
pub struct RunEnd {
    /// When, in milliseconds.
    pub at: i64,
    pub result: JobResult,
    pub error: Option<JobError>,
    /// When the next run is due; `None` when there is work again.
    pub due_at: Option<i64>,
    /// Tries that count from now on.
    pub attempts: u32,
}

/// Whose run it is: the server, and the moment at which it took the job.
const MINE: &str = "id = ? AND locked_by = ? AND last_started_at = ?";

impl<C: ConnectionTrait> Jobs<'_, C> {
    /// Makes the job due then (milliseconds), if it is not due earlier. A job that runs just now runs
    /// once more: what it is asked for may have come too late for this run.
    pub async fn enqueue(&self, kind: JobKind, key: &str, due_at: i64) -> Result<(), DbErr> {
        let when = "due_at IS NULL OR job.due_at > excluded.due_at OR job.locked_by IS NOT NULL";
        self.insert(kind, key, due_at, when).await
    }

    /// The same for a job that is not due at all, or later than its schedule or its longest pause has it,
    /// by a clock that was ahead. Any other keeps its time and its pauses.
    pub async fn ensure(&self, kind: JobKind, key: &str, due_at: i64) -> Result<(), DbErr> {
        let schedule = kind.schedule();
        let seconds = schedule.every.unwrap_or(schedule.longest_pause);
        let when = format!("due_at IS NULL OR job.due_at > excluded.due_at + {}", seconds * 1_000);
        self.insert(kind, key, due_at, &when).await
    }

    async fn insert(&self, kind: JobKind, key: &str, due: i64, when: &str) -> Result<(), DbErr> {
        let text = format!(
            "INSERT INTO job (id, kind, job_key, due_at, attempts, progress) VALUES (?, ?, ?, ?, 0, '')
             ON CONFLICT (kind, job_key) DO UPDATE SET due_at = excluded.due_at WHERE job.{when}"
        );
        let values: [Value; 4] =
            [Uuid::now_v7().into(), kind.word().into(), key.into(), due.into()];
        self.run(&text, values).await.map(drop)
    }

    /// Whether a job of these kinds is due and nobody runs it.
    pub async fn has_due(&self, kinds: &[JobKind], now: i64) -> Result<bool, DbErr> {
        let is_free =
            Condition::any().add(Column::LockedUntil.is_null()).add(Column::LockedUntil.lte(now));
        let found: Option<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::DueAt.lte(now))
            .filter(is_free)
            .filter(Column::Kind.is_in(kinds.iter().map(|kind| kind.word())))
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(found.is_some())
    }

    /// Takes the job of these kinds that is due first, for `server` and until then (milliseconds).
    /// Of several servers that ask at once, one gets it.
    pub async fn claim(
        &self,
        kinds: &[JobKind],
        now: i64,
        until: i64,
        server: Uuid,
    ) -> Result<Option<Job>, DbErr> {
        let backend = self.db.get_database_backend();
        let lock = if backend == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let places = repeated("?", kinds.len());
        let text = format!(
            "UPDATE job SET locked_until = ?, locked_by = ?, last_started_at = ?, attempts = attempts + 1
             WHERE id = (SELECT id FROM job WHERE due_at <= ?
                AND (locked_until IS NULL OR locked_until <= ?) AND kind IN ({places})
                ORDER BY due_at LIMIT 1{lock}) RETURNING *"
        );
        let mut values: Vec<Value> =
            vec![until.into(), server.into(), now.into(), now.into(), now.into()];
        values.extend(kinds.iter().map(|kind| kind.word().into()));
        let statement = Statement::from_sql_and_values(backend, numbered(backend, &text), values);
        let rows = Entity::find().from_raw_sql(statement).all(self.db).await?;
        Ok(readable(rows).pop())
    }

    /// Keeps the job until then. `false`: another server has it.
    pub async fn renew(&self, job: &Job, server: Uuid, until: i64) -> Result<bool, DbErr> {
        let text = format!("UPDATE job SET locked_until = ? WHERE {MINE}");
        Ok(self.run(&text, [Value::from(until)].into_iter().chain(mine(job, server))).await? > 0)
    }

    /// Stores how the run went, and gives the job free. When it was made due meanwhile, it is due
    /// then. `false`: another server has it.
    pub async fn finish(&self, job: &Job, server: Uuid, end: RunEnd) -> Result<bool, DbErr> {
        let text = format!(
            "UPDATE job SET due_at = CASE WHEN due_at = ? THEN ? ELSE due_at END, attempts = ?,
                locked_until = NULL, locked_by = NULL, last_finished_at = ?, last_result = ?,
                last_error_code = ?, progress = '' WHERE {MINE}"
        );
        let values: [Value; 6] = [
            job.due_at.map(|due| due.0).into(),
            end.due_at.into(),
            i64::from(end.attempts).into(),
            end.at.into(),
            end.result.word().into(),
            end.error.map(|error| error.word().to_owned()).into(),
        ];
        Ok(self.run(&text, values.into_iter().chain(mine(job, server))).await? > 0)
    }

    /// Makes a job that runs due then (milliseconds) after this run, however that ends, unless it was made
    /// due meanwhile.
    pub async fn put_off(&self, job: &Job, server: Uuid, due_at: i64) -> Result<(), DbErr> {
        let text = format!("UPDATE job SET due_at = ? WHERE due_at = ? AND {MINE}");
        let values: [Value; 2] = [due_at.into(), job.due_at.map(|due| due.0).into()];
        self.run(&text, values.into_iter().chain(mine(job, server))).await.map(drop)
    }

    /// Gives a job free whose run was stopped half-way: it is due as before, and the try was none.
    pub async fn give_up(&self, job: &Job, server: Uuid) -> Result<(), DbErr> {
        let text = format!(
            "UPDATE job SET locked_until = NULL, locked_by = NULL, attempts = attempts - 1 WHERE {MINE}"
        );
        self.run(&text, mine(job, server)).await.map(drop)
    }

    /// Makes a job due now that nobody runs, as if it had never failed. `false`: somebody runs it.
    pub async fn run_now(&self, id: Uuid, now: i64) -> Result<bool, DbErr> {
        let text = "UPDATE job SET due_at = ?, attempts = 0
            WHERE id = ? AND (locked_until IS NULL OR locked_until <= ?)";
        Ok(self.run(text, [now.into(), id.into(), now.into()]).await? > 0)
    }

    pub async fn find(&self, id: Uuid) -> Result<Option<Job>, DbErr> {
        Ok(readable(Entity::find_by_id(id).one(self.db).await?).pop())
    }

    /// At most so many, by kind and key.
    pub async fn list(&self, most: u64) -> Result<Vec<Job>, DbErr> {
        let rows = Entity::find()
            .order_by_asc(Column::Kind)
            .order_by_asc(Column::JobKey)
            .limit(most)
            .all(self.db)
            .await?;
        Ok(readable(rows))
    }

    /// The keys of those jobs of the kind that are due or will be until then (milliseconds), or run.
    pub async fn waiting(&self, kind: JobKind, until: i64) -> Result<BTreeSet<String>, DbErr> {
        let keys: Vec<String> = Entity::find()
            .select_only()
            .column(Column::JobKey)
            .filter(Column::Kind.eq(kind.word()))
            .filter(Column::DueAt.lte(until))
            .into_tuple()
            .all(self.db)
            .await?;
        Ok(keys.into_iter().collect())
    }

    /// Forgets a job, if there is one.
    pub async fn forget(&self, kind: JobKind, key: &str) -> Result<(), DbErr> {
        Entity::delete_many()
            .filter(Column::Kind.eq(kind.word()))
            .filter(Column::JobKey.eq(key))
            .exec(self.db)
            .await
            .map(drop)
    }

    /// What the run under way wrote last about how far it has come; empty when there is none.
    pub async fn progress(&self, kind: JobKind, key: &str) -> Result<String, DbErr> {
        let row = Entity::find()
            .filter(Column::Kind.eq(kind.word()))
            .filter(Column::JobKey.eq(key))
            .one(self.db)
            .await?;
        Ok(row.map(|row| row.progress).unwrap_or_default())
    }

    /// Writes how far the run under way has come.
    pub async fn set_progress(
        &self,
        kind: JobKind,
        key: &str,
        progress: &str,
    ) -> Result<(), DbErr> {
        let text = "UPDATE job SET progress = ? WHERE kind = ? AND job_key = ?";
        self.run(text, [progress.into(), kind.word().into(), key.into()]).await.map(drop)
    }

    async fn run(&self, text: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, DbErr> {
        let backend = self.db.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, numbered(backend, text), values);
        Ok(self.db.execute_raw(statement).await?.rows_affected())
    }
}

fn mine(job: &Job, server: Uuid) -> [Value; 3] {
    [job.id.into(), server.into(), job.last_started_at.map(|at| at.0).into()]
}

/// A kind that only a newer program knows is left to that one.
impl TryFrom<Model> for Job {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            id: row.id,
            kind: JobKind::from_word(&row.kind).ok_or(Unreadable)?,
            key: row.job_key,
            due_at: row.due_at.map(Moment),
            attempts: u32::try_from(row.attempts).unwrap_or(0),
            locked_until: row.locked_until.map(Moment),
            last_started_at: row.last_started_at.map(Moment),
            last_finished_at: row.last_finished_at.map(Moment),
            last_result: row.last_result.as_deref().and_then(JobResult::from_word),
            last_error: row.last_error_code.as_deref().and_then(JobError::from_word),
        })
    }
}
