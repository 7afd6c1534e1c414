//! What is counted as receipts are written: who used what, with which version, through which token.

use super::entity::usage;
use super::prepared::{Prepared, PreparedRows, numbered, repeated};
use super::receipts::ReceiptRow;
use crate::domain::delivery::{Outcome, Use as Known};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable, ModelTrait,
    QueryFilter, Value,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How often, first, last (milliseconds), by which name, with which version; and how often and when
/// last it is known that it was wanted.
struct Use {
    times: i64,
    first: i64,
    last: i64,
    pipeline: String,
    version: i64,
    used: i64,
    last_used: Option<i64>,
}

/// The counts of one project's part of a group. Sorted, so that two servers change rows in one
/// order and hardly ever wait for each other.
#[derive(Default)]
pub(super) struct Tallies {
    uses: BTreeMap<(Uuid, Uuid), Use>,
    versions: BTreeMap<(Uuid, i64), (i64, i64)>,
    tokens: BTreeMap<String, i64>,
}

impl Tallies {
    pub(super) fn count(&mut self, row: &ReceiptRow) {
        let at = row.receipt.at.0;
        if !row.receipt.token_id.is_empty() {
            self.tokens.insert(row.receipt.token_id.clone(), at);
        }
        let (Outcome::Delivered, Some(credential), Some(version)) =
            (row.receipt.outcome, row.credential_id, row.receipt.version)
        else {
            return;
        };
        let key = (credential, row.receipt.pipeline_id);
        let entry = self.uses.entry(key).or_insert(Use {
            times: 0,
            first: at,
            last: at,
            pipeline: row.receipt.pipeline.clone(),
            version,
            used: 0,
            last_used: None,
        });
        (entry.times, entry.last, entry.version) = (entry.times + 1, at, version);
        if row.receipt.use_of() == Known::Used {
            (entry.used, entry.last_used) = (entry.used + 1, Some(at));
        }
        let (times, last) = self.versions.entry((credential, version)).or_default();
        (*times, *last) = (*times + 1, at);
    }

    /// Stores the counts: the secrets' rows first, as an edit changes them before it locks the end
    /// of the chain.
    pub(super) async fn store<C: ConnectionTrait>(
        self,
        db: &C,
        project: Uuid,
    ) -> Result<(), DbErr> {
        let backend = db.get_database_backend();
        for ((credential, version), (times, last)) in self.versions {
            static DELIVERED: Prepared = Prepared::new();
            let values =
                vec![times.into(), last.into(), project.into(), credential.into(), version.into()];
            let statement = DELIVERED.with(backend, || numbered(backend, VERSION), values);
            db.execute_raw(statement).await?;
        }
        static LAST_USED: PreparedRows = PreparedRows::new();
        let tokens: Vec<(String, i64)> = self.tokens.into_iter().collect();
        for statement in LAST_USED.statements(backend, &tokens, token_text, token_values) {
            db.execute_raw(statement).await?;
        }
        static USED: PreparedRows = PreparedRows::new();
        let model = |((credential_id, pipeline_id), one): ((Uuid, Uuid), Use)| usage::Model {
            project_id: project,
            credential_id,
            pipeline_id,
            pipeline: one.pipeline,
            deliveries: one.times,
            first_at: one.first,
            last_at: one.last,
            last_version: one.version,
            used: one.used,
            last_used_at: one.last_used,
        };
        let uses: Vec<usage::Model> = self.uses.into_iter().map(model).collect();
        for statement in USED.statements(backend, &uses, use_text, use_values) {
            db.execute_raw(statement).await?;
        }
        Ok(())
    }
}

const VERSION: &str = "UPDATE secret_version SET deliveries = deliveries + ?, last_delivered_at = ?
    WHERE project_id = ? AND credential_id = ? AND version = ?";

fn token_text(tokens: usize) -> String {
    let cases = vec!["WHEN ? THEN CAST(? AS BIGINT)"; tokens].join(" ");
    let ids = repeated("?", tokens);
    format!("UPDATE pipeline_token SET last_used_at = CASE id {cases} END WHERE id IN ({ids})")
}

fn token_values(tokens: &[(String, i64)]) -> Vec<Value> {
    let id_of = |(id, _): &(String, i64)| Value::from(id.as_str());
    let cases = tokens.iter().flat_map(|token| [id_of(token), Value::from(token.1)]);
    cases.chain(tokens.iter().map(id_of)).collect()
}

/// What was counted before is added to; of the rest the newest stands.
fn use_text(uses: usize) -> String {
    let columns: Vec<&str> = usage::Column::iter().map(|column| column.as_str()).collect();
    let row = format!("({})", repeated("?", columns.len()));
    format!(
        "INSERT INTO usage ({}) VALUES {} ON CONFLICT (credential_id, pipeline_id) DO UPDATE SET
        deliveries = usage.deliveries + excluded.deliveries, used = usage.used + excluded.used,
        last_used_at = COALESCE(excluded.last_used_at, usage.last_used_at),
        pipeline = excluded.pipeline, last_at = excluded.last_at,
        last_version = excluded.last_version",
        columns.join(", "),
        repeated(&row, uses)
    )
}

fn use_values(uses: &[usage::Model]) -> Vec<Value> {
    uses.iter().flat_map(|row| usage::Column::iter().map(|column| row.get(column))).collect()
}

/// It turned out afterwards that so many deliveries of the credential to the pipeline were used, the
/// last of them at that time (milliseconds).
pub(super) async fn add_used<C: ConnectionTrait>(
    db: &C,
    (credential, pipeline): (Uuid, Uuid),
    (times, last): (i64, i64),
) -> Result<(), DbErr> {
    use usage::Column;
    let of = usage::Entity::update_many()
        .filter(Column::CredentialId.eq(credential))
        .filter(Column::PipelineId.eq(pipeline));
    let counted = of.clone().col_expr(Column::Used, Expr::col(Column::Used).add(times));
    counted.exec(db).await?;
    // A later use stays the last one.
    let is_earlier = Column::LastUsedAt.is_null().or(Column::LastUsedAt.lt(last));
    let of = of.filter(is_earlier).col_expr(Column::LastUsedAt, Expr::value(last));
    of.exec(db).await?;
    Ok(())
}
