//! The rows of a group of fetches, inserted by a few statements that are always the same.

use crate::store::entity::{fetch, receipt};
use crate::store::prepared::{Prepared, PreparedRows, repeated};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, IdenStatic, Iterable, Statement, Value,
};
use serde::Serialize;
use uuid::Uuid;

/// Inserts all of them.
pub(super) async fn insert<C: ConnectionTrait>(
    db: &C,
    fetches: &[&fetch::Model],
    receipts: &[&receipt::Model],
) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_raw(of_postgres(fetches, receipts)).await?;
        return Ok(());
    }
    static FETCHES: PreparedRows = PreparedRows::new();
    let values = |rows: &[&fetch::Model]| rows.iter().flat_map(|row| of_fetch(row)).collect();
    let text = text::<fetch::Entity>;
    for statement in FETCHES.statements(DbBackend::Sqlite, fetches, text, values) {
        db.execute_raw(statement).await?;
    }
    static RECEIPTS: PreparedRows = PreparedRows::new();
    let values = |rows: &[&receipt::Model]| rows.iter().flat_map(|row| of_receipt(row)).collect();
    let text = self::text::<receipt::Entity>;
    for statement in RECEIPTS.statements(DbBackend::Sqlite, receipts, text, values) {
        db.execute_raw(statement).await?;
    }
    Ok(())
}

fn text<E: EntityTrait>(rows: usize) -> String {
    let columns = columns::<E>();
    let row = format!("({})", repeated("?", columns.len()));
    format!(
        "INSERT INTO {} ({}) VALUES {}",
        E::default().table_name(),
        columns.join(", "),
        repeated(&row, rows)
    )
}

fn columns<E: EntityTrait>() -> Vec<&'static str> {
    <E::Column as Iterable>::iter().map(|column| IdenStatic::as_str(&column)).collect()
}

/// The values in the order of the columns.
fn of_fetch(row: &fetch::Model) -> [Value; 13] {
    [
        row.chain.into(),
        row.seq.into(),
        row.id.into(),
        row.at.into(),
        row.pipeline_id.into(),
        row.pipeline.as_str().into(),
        row.door.as_str().into(),
        row.token_id.as_str().into(),
        row.claims.as_str().into(),
        row.proof.as_deref().into(),
        row.address.as_deref().into(),
        row.form.into(),
        row.mac.as_slice().into(),
    ]
}

/// The values in the order of the columns.
fn of_receipt(row: &receipt::Model) -> [Value; 10] {
    [
        row.chain.into(),
        row.seq.into(),
        row.number.into(),
        row.credential_id.into(),
        row.credential.as_deref().into(),
        row.version.into(),
        row.intent.as_str().into(),
        row.image.as_deref().into(),
        row.outcome.as_str().into(),
        row.reason.as_deref().into(),
    ]
}

/// One statement for all of both, which is the same however many there are.
fn of_postgres(fetches: &[&fetch::Model], receipts: &[&receipt::Model]) -> Statement {
    static BOTH: Prepared = Prepared::new();
    const TEXT: &str = "WITH written AS (
        INSERT INTO pipeline_fetch (chain, seq, id, at, pipeline_id, pipeline, door, token_id, claims, proof,
            address, form, mac)
        SELECT chain, seq, id, at, pipeline_id, pipeline, door, token_id, claims, proof, address, form,
            decode(mac, 'base64')
        FROM json_to_recordset($1::json) AS one (chain uuid, seq bigint, id uuid, at bigint,
            pipeline_id uuid, pipeline text, door text, token_id text, claims text, proof text,
            address text, form integer, mac text))
        INSERT INTO receipt (chain, seq, number, credential_id, credential, version, intent, image,
            outcome, reason)
        SELECT chain, seq, number, credential_id, credential, version, intent, image, outcome, reason
        FROM json_to_recordset($2::json) AS one (chain uuid, seq bigint, number integer,
            credential_id uuid, credential text, version bigint, intent text, image text,
            outcome text, reason text)";
    let fetches: Vec<FetchJson<'_>> = fetches.iter().copied().map(FetchJson::from).collect();
    let receipts: Vec<ReceiptJson<'_>> = receipts.iter().copied().map(ReceiptJson::from).collect();
    let values = vec![json(&fetches), json(&receipts)];
    BOTH.with(DbBackend::Postgres, || TEXT.to_owned(), values)
}

fn json<T: Serialize>(rows: &T) -> Value {
    serde_json::to_string(rows).unwrap_or_default().into()
}

#[derive(Serialize)]
struct FetchJson<'a> {
    chain: Uuid,
    seq: i64,
    id: Uuid,
    at: i64,
    pipeline_id: Uuid,
    pipeline: &'a str,
    door: &'a str,
    token_id: &'a str,
    claims: &'a str,
    proof: Option<&'a str>,
    address: Option<&'a str>,
    form: i32,
    mac: String,
}

impl<'a> From<&'a fetch::Model> for FetchJson<'a> {
    fn from(row: &'a fetch::Model) -> Self {
        Self {
            chain: row.chain,
            seq: row.seq,
            id: row.id,
            at: row.at,
            pipeline_id: row.pipeline_id,
            pipeline: &row.pipeline,
            door: &row.door,
            token_id: &row.token_id,
            claims: &row.claims,
            proof: row.proof.as_deref(),
            address: row.address.as_deref(),
            form: row.form,
            mac: STANDARD.encode(&row.mac),
        }
    }
}

#[derive(Serialize)]
struct ReceiptJson<'a> {
    chain: Uuid,
    seq: i64,
    number: i32,
    credential_id: Option<Uuid>,
    credential: Option<&'a str>,
    version: Option<i64>,
    intent: &'a str,
    image: Option<&'a str>,
    outcome: &'a str,
    reason: Option<&'a str>,
}

impl<'a> From<&'a receipt::Model> for ReceiptJson<'a> {
    fn from(row: &'a receipt::Model) -> Self {
        Self {
            chain: row.chain,
            seq: row.seq,
            number: row.number,
            credential_id: row.credential_id,
            credential: row.credential.as_deref(),
            version: row.version,
            intent: &row.intent,
            image: row.image.as_deref(),
            outcome: &row.outcome,
            reason: row.reason.as_deref(),
        }
    }
}
