//! One request of a pipeline is one link of its project's chain, however many credentials it is
//! answered with: what is the same in all its receipts is stored once, in `pipeline_fetch`.
use super::run;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Where the two databases differ: bytes, what ends a table, and the last two bytes of an id.
struct Words {
    uuid: &'static str,
    bytes: &'static str,
    /// `SQLite` keeps such a table in one tree instead of two.
    end: &'static str,
    /// The id of the fetch that the receipt `o.id` belongs to.
    fetch: &'static str,
    /// Its number in that fetch.
    number: &'static str,
    /// The id of the receipt `r` of the fetch `f`.
    receipt: &'static str,
}

const SQLITE: Words = Words {
    uuid: "uuid_text",
    bytes: "blob",
    end: "WITHOUT ROWID",
    fetch: "CAST(substr(o.id, 1, 14) || x'0000' AS BLOB)",
    number: "((instr('0123456789ABCDEF', substr(hex(o.id), 29, 1)) - 1) * 4096
        + (instr('0123456789ABCDEF', substr(hex(o.id), 30, 1)) - 1) * 256
        + (instr('0123456789ABCDEF', substr(hex(o.id), 31, 1)) - 1) * 16
        + (instr('0123456789ABCDEF', substr(hex(o.id), 32, 1)) - 1))",
    receipt: "unhex(substr(hex(f.id), 1, 28) || printf('%04X', r.number))",
};

const POSTGRES: Words = Words {
    uuid: "uuid",
    bytes: "bytea",
    end: "",
    fetch: "(left(o.id::text, 32) || '0000')::uuid",
    number: "('x' || right(o.id::text, 4))::bit(16)::int",
    receipt: "(left(f.id::text, 32) || lpad(to_hex(r.number), 4, '0'))::uuid",
};

impl Words {
    /// The links that there were have the form 1: each is of one receipt.
    fn up(&self) -> Vec<String> {
        let Self { uuid, bytes, end, fetch, number, .. } = self;
        vec![
            "DROP INDEX receipt_credential".to_owned(),
            "DROP INDEX receipt_pipeline".to_owned(),
            "ALTER TABLE receipt RENAME TO receipt_before".to_owned(),
            "ALTER TABLE delivery_report RENAME TO delivery_report_before".to_owned(),
            format!(
                "CREATE TABLE pipeline_fetch (chain {uuid} NOT NULL, seq bigint NOT NULL, id {uuid} NOT NULL,
                at bigint NOT NULL, pipeline_id {uuid} NOT NULL, pipeline text NOT NULL,
                door text NOT NULL, token_id text NOT NULL, claims text NOT NULL, proof text,
                address text, form integer NOT NULL, mac {bytes} NOT NULL,
                PRIMARY KEY (chain, seq)) {end}"
            ),
            format!(
                "CREATE TABLE receipt (chain {uuid} NOT NULL, seq bigint NOT NULL,
                number integer NOT NULL, credential_id {uuid}, credential text, version bigint,
                intent text NOT NULL, image text, outcome text NOT NULL, reason text,
                PRIMARY KEY (chain, seq, number)) {end}"
            ),
            format!(
                "CREATE TABLE delivery_report (chain {uuid} NOT NULL, seq bigint NOT NULL,
                number integer NOT NULL, outcome text NOT NULL, at bigint NOT NULL,
                PRIMARY KEY (chain, seq, number)) {end}"
            ),
            format!(
                "CREATE TABLE counted (chain {uuid} NOT NULL, seq bigint NOT NULL, PRIMARY KEY (chain))"
            ),
            format!(
                "INSERT INTO pipeline_fetch (chain, seq, id, at, pipeline_id, pipeline, door, token_id, claims,
                proof, address, form, mac) SELECT o.chain, o.seq, {fetch}, o.at, o.pipeline_id,
                o.pipeline, o.door, o.token_id, o.claims, o.proof, o.address, 1, o.mac
                FROM receipt_before o"
            ),
            format!(
                "INSERT INTO receipt (chain, seq, number, credential_id, credential, version, intent,
                image, outcome, reason) SELECT o.chain, o.seq, {number}, o.credential_id, o.credential,
                o.version, o.intent, o.image, o.outcome, o.reason FROM receipt_before o"
            ),
            format!(
                "INSERT INTO delivery_report (chain, seq, number, outcome, at)
                SELECT o.chain, o.seq, {number}, d.outcome, d.at
                FROM delivery_report_before d JOIN receipt_before o ON o.id = d.receipt_id"
            ),
            "INSERT INTO counted (chain, seq) SELECT chain, seq FROM chain_head".to_owned(),
            "DROP TABLE delivery_report_before".to_owned(),
            "DROP TABLE receipt_before".to_owned(),
            "CREATE INDEX fetch_id ON pipeline_fetch (id)".to_owned(),
            "CREATE INDEX fetch_pipeline ON pipeline_fetch (pipeline_id, seq)".to_owned(),
            "CREATE INDEX receipt_credential ON receipt (credential_id, seq)".to_owned(),
        ]
    }

    /// Only what was there before can go back: a link of several receipts has no other form.
    fn down(&self) -> Vec<String> {
        let Self { uuid, bytes, receipt, .. } = self;
        vec![
            "DROP INDEX receipt_credential".to_owned(),
            "ALTER TABLE receipt RENAME TO receipt_after".to_owned(),
            "ALTER TABLE delivery_report RENAME TO delivery_report_after".to_owned(),
            format!(
                "CREATE TABLE receipt (id {uuid} NOT NULL, chain {uuid} NOT NULL, seq bigint NOT NULL,
                at bigint NOT NULL, pipeline_id {uuid} NOT NULL, pipeline text NOT NULL,
                credential_id {uuid}, credential text, version bigint, intent text NOT NULL,
                door text NOT NULL, token_id text NOT NULL, claims text NOT NULL, address text,
                outcome text NOT NULL, reason text, mac {bytes} NOT NULL, proof text, image text,
                PRIMARY KEY (chain, seq))"
            ),
            format!(
                "CREATE TABLE delivery_report (receipt_id {uuid} NOT NULL, project_id {uuid} NOT NULL,
                outcome text NOT NULL, at bigint NOT NULL, PRIMARY KEY (receipt_id))"
            ),
            format!(
                "INSERT INTO receipt (id, chain, seq, at, pipeline_id, pipeline, credential_id,
                credential, version, intent, door, token_id, claims, address, outcome, reason, mac,
                proof, image) SELECT {receipt}, f.chain, f.seq, f.at, f.pipeline_id, f.pipeline,
                r.credential_id, r.credential, r.version, r.intent, f.door, f.token_id, f.claims,
                f.address, r.outcome, r.reason, f.mac, f.proof, r.image
                FROM pipeline_fetch f JOIN receipt_after r ON r.chain = f.chain AND r.seq = f.seq"
            ),
            format!(
                "INSERT INTO delivery_report (receipt_id, project_id, outcome, at)
                SELECT {receipt}, d.chain, d.outcome, d.at FROM delivery_report_after d
                JOIN pipeline_fetch f ON f.chain = d.chain AND f.seq = d.seq
                JOIN receipt_after r ON r.chain = d.chain AND r.seq = d.seq AND r.number = d.number"
            ),
            "DROP TABLE delivery_report_after".to_owned(),
            "DROP TABLE receipt_after".to_owned(),
            "DROP TABLE pipeline_fetch".to_owned(),
            "DROP TABLE counted".to_owned(),
            "CREATE UNIQUE INDEX receipt_id ON receipt (id)".to_owned(),
            "CREATE INDEX receipt_credential ON receipt (credential_id, seq)".to_owned(),
            "CREATE INDEX receipt_pipeline ON receipt (pipeline_id, seq)".to_owned(),
        ]
    }
}

fn words(manager: &SchemaManager<'_>) -> &'static Words {
    if manager.get_database_backend() == DbBackend::Postgres { &POSTGRES } else { &SQLITE }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &words(manager).up()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let newer = "SELECT 1 FROM pipeline_fetch WHERE form <> 1 LIMIT 1";
        let newer = Statement::from_string(db.get_database_backend(), newer);
        if db.query_one_raw(newer).await?.is_some() {
            return Err(DbErr::Migration(
                "receipts were written that an older version cannot read".to_owned(),
            ));
        }
        run(manager, &words(manager).down()).await
    }
}
