//! The floor's statements on the embedded database, with the settings that make a commit durable.

use super::{Granted, List, Receipt, Row};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions, query, query_as};
use uuid::Uuid;

/// One connection that writes and some that read.
pub struct Database {
    reader: SqlitePool,
    writer: SqlitePool,
}

impl Database {
    pub async fn open(path: &str) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .disable_statement_logging();
        let pool = |connections| SqlitePoolOptions::new().max_connections(connections);
        let writer = pool(1).connect_with(options.clone()).await.unwrap();
        let reader = pool(4).connect_with(options).await.unwrap();
        let table = "CREATE TABLE IF NOT EXISTS floor_receipt (id BLOB PRIMARY KEY, at BIGINT NOT NULL, pipeline BLOB NOT NULL, credential BLOB NOT NULL, said TEXT NOT NULL) WITHOUT ROWID";
        query(table).execute(&writer).await.unwrap();
        Self { reader, writer }
    }

    pub async fn granted_versions(&self) -> Vec<Uuid> {
        let sql = "SELECT DISTINCT v.id FROM access_grant g JOIN credential c ON c.id = g.credential_id JOIN secret_version v ON v.credential_id = c.id AND v.version = c.secret_version";
        let ids: Vec<(Uuid,)> = query_as(sql).fetch_all(&self.reader).await.unwrap();
        ids.into_iter().map(|(id,)| id).collect()
    }

    pub async fn put(&self, version: Uuid, sealed: Vec<u8>) {
        let sql = "UPDATE secret_version SET sealed = ? WHERE id = ?";
        query(sql).bind(sealed).bind(version).execute(&self.writer).await.unwrap();
    }

    pub async fn token(&self, id: &str) -> Option<(Vec<u8>, Uuid)> {
        let sql = "SELECT secret_hash, pipeline_id FROM pipeline_token WHERE id = ? AND revoked_at IS NULL";
        query_as(sql).bind(id).fetch_optional(&self.reader).await.unwrap()
    }

    pub async fn granted(&self, pipeline: Uuid) -> Vec<Granted> {
        let sql = "SELECT c.id, c.host, c.username, v.id, v.sealed FROM access_grant g CROSS JOIN credential c ON c.id = g.credential_id CROSS JOIN secret_version v ON v.credential_id = c.id AND v.version = c.secret_version WHERE g.pipeline_id = ?";
        let rows: Vec<(Uuid, String, String, Uuid, Vec<u8>)> =
            query_as(sql).bind(pipeline).fetch_all(&self.reader).await.unwrap();
        let granted = |(credential, host, username, version, sealed)| Granted {
            credential,
            host,
            username,
            version,
            sealed,
        };
        rows.into_iter().map(granted).collect()
    }

    pub async fn write(&self, rows: &[&Receipt]) {
        let mut write = self.writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let mut rest = rows;
        while !rest.is_empty() {
            // A power of two, so that few statements are prepared.
            let (part, left) = rest.split_at(1 << rest.len().min(64).ilog2());
            let places = vec!["(?, ?, ?, ?, ?)"; part.len()].join(", ");
            let sql = format!(
                "INSERT INTO floor_receipt (id, at, pipeline, credential, said) VALUES {places}"
            );
            let mut insert = query(AssertSqlSafe(sql));
            for row in part {
                insert = insert.bind(row.id).bind(row.at).bind(row.pipeline);
                insert = insert.bind(row.credential).bind(row.said.as_str());
            }
            insert.execute(&mut *write).await.unwrap();
            rest = left;
        }
        write.commit().await.unwrap();
    }

    pub async fn list(&self, session: &[u8]) -> List {
        let sql = "SELECT person_id FROM session WHERE id_hash = ?";
        let _nobody: Option<(Option<Uuid>,)> =
            query_as(sql).bind(session).fetch_optional(&self.reader).await.unwrap();
        let sql = "SELECT p.id, m.role FROM project p JOIN membership m ON m.project_id = p.id JOIN person o ON o.id = m.person_id WHERE p.slug = ?";
        let (project, _role): (Uuid, String) =
            query_as(sql).bind("bench").fetch_one(&self.reader).await.unwrap();
        let sql = "SELECT id, name, description, host, username, access, expires_on, updated_at FROM credential WHERE project_id = ? ORDER BY name_key LIMIT 50";
        let rows: Vec<super::Columns> =
            query_as(sql).bind(project).fetch_all(&self.reader).await.unwrap();
        let sql = "SELECT COUNT(*) FROM credential WHERE project_id = ?";
        let (count,): (i64,) = query_as(sql).bind(project).fetch_one(&self.reader).await.unwrap();
        List { rows: rows.into_iter().map(Row::from).collect(), count }
    }
}
