//! What is counted of receipts: which pipeline used what, with which version, through which token.
//! The receipts are what is true; the counts follow a moment later, so that no delivery waits for
//! them, and catch up before anybody looks.

use crate::domain::delivery::Outcome;
use crate::store::entity::{counted, fetch};
use crate::store::latest::latest as latest_time;
use crate::store::prepared::{Prepared, numbered};
use crate::store::{Receipts, Store, Unrecorded, locked};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnAcquireErr, ConnectionTrait, DbBackend, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect, Value,
};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;
use uuid::Uuid;

/// How long the counts may be behind while nobody looks.
const BEHIND: Duration = Duration::from_secs(1);

/// Receipts with what the counts need of their fetch; `used` as [`crate::domain::delivery::Use`] has it.
pub(super) const GOT: &str = "SELECT r.credential_id AS credential_id, f.pipeline_id AS pipeline_id,
        r.version AS version, f.seq AS seq, f.at AS at, CASE WHEN r.image LIKE '%/%' OR EXISTS (SELECT 1
            FROM delivery_report d WHERE d.chain = r.chain AND d.seq = r.seq AND d.number = r.number)
            THEN 1 ELSE 0 END AS used
    FROM pipeline_fetch f JOIN receipt r ON r.chain = f.chain AND r.seq = f.seq
    WHERE f.chain = ? AND f.seq > ? AND f.seq <= ? AND r.outcome = ? AND r.credential_id IS NOT NULL
        AND r.version IS NOT NULL";

/// The earlier of what is there and what is added; either may be missing.
pub(super) fn earliest(table: &str, column: &str) -> String {
    chosen(&format!("{table}.{column}"), &format!("excluded.{column}"), '<')
}

/// The later of the two.
pub(super) fn latest(table: &str, column: &str) -> String {
    chosen(&format!("{table}.{column}"), &format!("excluded.{column}"), '>')
}

fn chosen(there: &str, added: &str, order: char) -> String {
    format!(
        "CASE WHEN {there} IS NULL OR {added} {order} {there}
            THEN {added} ELSE {there} END"
    )
}

/// What was counted before is added to; of times the earliest and the latest stand, whatever the clock
/// did in between; and of the rest the newest.
fn usage_text() -> String {
    format!(
        "INSERT INTO usage (project_id, credential_id, pipeline_id, pipeline, deliveries, first_at,
            last_at, last_version, used, last_used_at)
        SELECT ?, g.credential_id, g.pipeline_id,
            (SELECT f.pipeline FROM pipeline_fetch f WHERE f.chain = ? AND f.seq = g.seq),
            g.times, g.first_at, g.last_at,
            (SELECT MAX(r.version) FROM receipt r WHERE r.chain = ? AND r.seq = g.seq
                AND r.credential_id = g.credential_id AND r.outcome = ?),
            g.used, g.last_used_at
        FROM (SELECT got.credential_id, got.pipeline_id, COUNT(*) AS times, MIN(got.at) AS first_at,
            MAX(got.at) AS last_at, MAX(got.seq) AS seq, SUM(got.used) AS used,
            MAX(CASE WHEN got.used = 1 THEN got.at END) AS last_used_at
            FROM ({GOT}) got GROUP BY got.credential_id, got.pipeline_id) g
        WHERE TRUE
        ON CONFLICT (credential_id, pipeline_id) DO UPDATE SET
            deliveries = usage.deliveries + excluded.deliveries, used = usage.used + excluded.used,
            last_used_at = {used}, first_at = {first}, last_at = {last},
            pipeline = excluded.pipeline, last_version = excluded.last_version",
        used = latest("usage", "last_used_at"),
        first = earliest("usage", "first_at"),
        last = latest("usage", "last_at"),
    )
}

fn versions_text() -> String {
    let last = chosen("secret_version.last_delivered_at", "g.last_at", '>');
    format!(
        "UPDATE secret_version
        SET deliveries = secret_version.deliveries + g.times, last_delivered_at = {last}
        FROM (SELECT r.credential_id, r.version, COUNT(*) AS times, MAX(f.at) AS last_at
            FROM pipeline_fetch f JOIN receipt r ON r.chain = f.chain AND r.seq = f.seq
            WHERE f.chain = ? AND f.seq > ? AND f.seq <= ? AND r.outcome = ?
            GROUP BY r.credential_id, r.version) g
        WHERE secret_version.credential_id = g.credential_id AND secret_version.version = g.version
            AND secret_version.project_id = ?"
    )
}

/// The same versions, locked in the order in which they are sealed again under another key.
const LOCK_VERSIONS: &str = "SELECT v.id FROM secret_version v
    WHERE v.project_id = ? AND (v.credential_id, v.version) IN (SELECT r.credential_id, r.version
        FROM receipt r WHERE r.chain = ? AND r.seq > ? AND r.seq <= ? AND r.outcome = ?)
    ORDER BY v.credential_id, v.version FOR UPDATE";

/// The tokens that the next statement changes, locked as [`crate::store::Tokens::lock`] does.
const LOCK_TOKENS: &str = "SELECT t.id FROM pipeline_token t WHERE t.id IN (SELECT f.token_id
        FROM pipeline_fetch f WHERE f.chain = ? AND f.seq > ? AND f.seq <= ?)
    ORDER BY t.id FOR UPDATE";

fn tokens_text() -> String {
    let last = chosen("pipeline_token.last_used_at", "g.last_at", '>');
    format!(
        "UPDATE pipeline_token SET last_used_at = {last}
        FROM (SELECT f.token_id, MAX(f.at) AS last_at FROM pipeline_fetch f
            WHERE f.chain = ? AND f.seq > ? AND f.seq <= ? GROUP BY f.token_id) g
        WHERE pipeline_token.id = g.token_id"
    )
}

impl Store {
    /// Counts the receipts of the project that are not counted yet, and adds some of them to their days.
    /// Without any it only reads.
    pub async fn count_receipts(&self, project: Uuid) -> Result<(), DbErr> {
        self.count_some(project).await.map(drop)
    }

    /// Counts all receipts that the project has when it is called, and adds all of them to their days:
    /// others may write in between.
    pub async fn add_up_receipts(&self, project: Uuid) -> Result<(), DbErr> {
        let (mut done, until) = self.count_some(project).await?;
        while done < until {
            let (next, _) = self.count_some(project).await?;
            if next <= done {
                // The newest are gone: somebody else removed them.
                break;
            }
            done = next;
        }
        Ok(())
    }

    /// One step of that: up to which link the receipts are in their days afterwards, and which was the
    /// newest.
    async fn count_some(&self, project: Uuid) -> Result<(i64, i64), DbErr> {
        let receipts = self.receipts(project);
        let newest = receipts.newest_seq().await?;
        let done = receipts.counted().await?;
        if newest <= done.counts_seq && newest <= done.summed_seq {
            return Ok((done.summed_seq, newest));
        }
        let write = self.write().await?;
        let summed_seq = write.receipts(project).count().await?;
        write.commit_without_event(Unrecorded::Counts).await?;
        Ok((summed_seq, newest))
    }

    /// Counts the receipts of the projects that it is told of, each a moment after; ends when
    /// nobody can tell it any more.
    pub(super) async fn keep_counted(self, mut told: mpsc::Receiver<Uuid>) {
        while let Some(first) = told.recv().await {
            sleep(BEHIND).await;
            let mut projects = BTreeSet::from([first]);
            while let Ok(project) = told.try_recv() {
                projects.insert(project);
            }
            for project in projects {
                // Nothing is lost: they are counted with the next ones, or when somebody looks.
                match self.add_up_receipts(project).await {
                    Ok(()) => {}
                    // The program ends.
                    Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)) => return,
                    Err(error) => {
                        crate::store::passing::log(&error, "receipts were not counted");
                    }
                }
            }
        }
    }
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// Counts what is not counted yet, and adds some of it to its days, one server at a time. Up to which
    /// link that is done.
    pub async fn count(&self) -> Result<i64, DbErr> {
        let done = self.lock_counted().await?;
        let newest = self.newest_seq().await?;
        if newest > done.counts_seq {
            self.count_between(done.counts_seq, newest).await?;
        }
        self.add_to_days(done.summed_seq, newest).await
    }

    async fn count_between(&self, counted: i64, newest: i64) -> Result<(), DbErr> {
        let (backend, chain) = (self.db.get_database_backend(), self.project);
        let delivered = || Value::from(Outcome::Delivered.word());
        let part = || [Value::from(chain), counted.into(), newest.into()];
        static USAGE: Prepared = Prepared::new();
        let mut values = vec![chain.into(), chain.into(), chain.into(), delivered()];
        values.extend(part());
        values.push(delivered());
        let usage = USAGE.with(backend, || numbered(backend, &usage_text()), values);
        static COUNTED: Prepared = Prepared::new();
        let mut values = part().to_vec();
        values.extend([delivered(), chain.into()]);
        let versions = COUNTED.with(backend, || numbered(backend, &versions_text()), values);
        static LAST_USED: Prepared = Prepared::new();
        let tokens = LAST_USED.with(backend, || numbered(backend, &tokens_text()), part().to_vec());
        if backend == DbBackend::Postgres {
            static LOCKED: Prepared = Prepared::new();
            let mut values = vec![chain.into()];
            values.extend(part());
            values.push(delivered());
            let lock = LOCKED.with(backend, || numbered(backend, LOCK_VERSIONS), values);
            self.db.query_all_raw(lock).await?;
            static LOCKED_TOKENS: Prepared = Prepared::new();
            let text = || numbered(backend, LOCK_TOKENS);
            let lock = LOCKED_TOKENS.with(backend, text, part().to_vec());
            self.db.query_all_raw(lock).await?;
        }
        for statement in [versions, tokens, usage] {
            self.db.execute_raw(statement).await?;
        }
        self.note_done(counted::ActiveModel { counts_seq: Set(newest), ..Default::default() }).await
    }

    /// Says how far what is set in it is.
    pub(super) async fn note_done(&self, done: counted::ActiveModel) -> Result<(), DbErr> {
        let own = counted::Entity::update_many().filter(counted::Column::Chain.eq(self.project));
        own.set(done).exec(self.db).await.map(drop)
    }

    /// Up to which link is counted, with nobody else counting until the transaction ends.
    pub(super) async fn lock_counted(&self) -> Result<counted::Model, DbErr> {
        let find = || locked(self.db, counted::Entity::find_by_id(self.project));
        if let Some(row) = find().one(self.db).await? {
            return Ok(row);
        }
        let row = counted::ActiveModel::from(self.nothing());
        counted::Entity::insert(row)
            .on_conflict(OnConflict::column(counted::Column::Chain).do_nothing().to_owned())
            .exec_without_returning(self.db)
            .await?;
        Ok(find().one(self.db).await?.unwrap_or_else(|| self.nothing()))
    }

    /// Up to which link is counted.
    pub(super) async fn counted(&self) -> Result<counted::Model, DbErr> {
        let found = counted::Entity::find_by_id(self.project).one(self.db).await?;
        Ok(found.unwrap_or_else(|| self.nothing()))
    }

    fn nothing(&self) -> counted::Model {
        counted::Model { chain: self.project, counts_seq: 0, summed_seq: 0, base_seq: 0 }
    }

    /// The number of the newest link that is a fetch; 0 when there is none.
    pub(in crate::store) async fn newest_seq(&self) -> Result<i64, DbErr> {
        let newest: Option<i64> = fetch::Entity::find()
            .select_only()
            .column(fetch::Column::Seq)
            .filter(fetch::Column::Chain.eq(self.project))
            .order_by_desc(fetch::Column::Seq)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(newest.unwrap_or(0))
    }
}

/// It turned out afterwards that so many deliveries of the credential to the pipeline were used, the
/// last of them at that time (milliseconds).
pub(super) async fn add_used<C: ConnectionTrait>(
    db: &C,
    (credential, pipeline): (Uuid, Uuid),
    (times, last): (i64, i64),
) -> Result<(), DbErr> {
    use crate::store::entity::usage::{Column, Entity};
    let of = Entity::update_many()
        .filter(Column::CredentialId.eq(credential))
        .filter(Column::PipelineId.eq(pipeline));
    let counted = of.col_expr(Column::Used, Expr::col(Column::Used).add(times));
    let counted = counted.col_expr(Column::LastUsedAt, latest_time(Column::LastUsedAt, last));
    counted.exec(db).await.map(drop)
}
