//! The floor's statements on PostgreSQL.

use super::{Granted, List, Receipt, Row};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sea_orm::sqlx::{ConnectOptions, query, query_as};
use uuid::Uuid;

/// One pool for all.
pub struct Database {
    pool: PgPool,
}

impl Database {
    pub async fn open(url: &str) -> Self {
        let options: PgConnectOptions = url.parse().unwrap();
        let options = options.disable_statement_logging();
        let pool = PgPoolOptions::new().max_connections(20).test_before_acquire(false);
        let pool = pool.connect_with(options).await.unwrap();
        let table = "CREATE TABLE IF NOT EXISTS floor_receipt (id UUID PRIMARY KEY, at BIGINT NOT NULL, pipeline UUID NOT NULL, credential UUID NOT NULL, said TEXT NOT NULL)";
        query(table).execute(&pool).await.unwrap();
        Self { pool }
    }

    pub async fn granted_versions(&self) -> Vec<Uuid> {
        let sql = "SELECT DISTINCT v.id FROM access_grant g JOIN credential c ON c.id = g.credential_id JOIN secret_version v ON v.credential_id = c.id AND v.version = c.secret_version";
        let ids: Vec<(Uuid,)> = query_as(sql).fetch_all(&self.pool).await.unwrap();
        ids.into_iter().map(|(id,)| id).collect()
    }

    pub async fn put(&self, version: Uuid, sealed: Vec<u8>) {
        let sql = "UPDATE secret_version SET sealed = $1 WHERE id = $2";
        query(sql).bind(sealed).bind(version).execute(&self.pool).await.unwrap();
    }

    pub async fn token(&self, id: &str) -> Option<(Vec<u8>, Uuid)> {
        let sql = "SELECT secret_hash, pipeline_id FROM pipeline_token WHERE id = $1 AND revoked_at IS NULL";
        query_as(sql).bind(id).fetch_optional(&self.pool).await.unwrap()
    }

    pub async fn granted(&self, pipeline: Uuid) -> Vec<Granted> {
        let sql = "SELECT c.id, c.host, c.username, v.id, v.sealed FROM access_grant g JOIN credential c ON c.id = g.credential_id JOIN secret_version v ON v.credential_id = c.id AND v.version = c.secret_version WHERE g.pipeline_id = $1";
        let rows: Vec<(Uuid, String, String, Uuid, Vec<u8>)> =
            query_as(sql).bind(pipeline).fetch_all(&self.pool).await.unwrap();
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
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let times: Vec<i64> = rows.iter().map(|row| row.at).collect();
        let pipelines: Vec<Uuid> = rows.iter().map(|row| row.pipeline).collect();
        let credentials: Vec<Uuid> = rows.iter().map(|row| row.credential).collect();
        let said: Vec<String> = rows.iter().map(|row| row.said.clone()).collect();
        // One statement is a transaction of its own.
        let sql = "INSERT INTO floor_receipt (id, at, pipeline, credential, said) SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::text[])";
        let insert = query(sql).bind(ids).bind(times).bind(pipelines).bind(credentials).bind(said);
        insert.execute(&self.pool).await.unwrap();
    }

    pub async fn list(&self, session: &[u8]) -> List {
        let sql = "SELECT person_id FROM session WHERE id_hash = $1";
        let _nobody: Option<(Option<Uuid>,)> =
            query_as(sql).bind(session).fetch_optional(&self.pool).await.unwrap();
        let sql = "SELECT p.id, m.role FROM project p JOIN membership m ON m.project_id = p.id JOIN person o ON o.id = m.person_id WHERE p.slug = $1";
        let (project, _role): (Uuid, String) =
            query_as(sql).bind("bench").fetch_one(&self.pool).await.unwrap();
        let sql = "SELECT id, name, description, host, username, access, expires_on, updated_at FROM credential WHERE project_id = $1 ORDER BY name_key LIMIT 50";
        let rows: Vec<super::Columns> =
            query_as(sql).bind(project).fetch_all(&self.pool).await.unwrap();
        let sql = "SELECT COUNT(*) FROM credential WHERE project_id = $1";
        let (count,): (i64,) = query_as(sql).bind(project).fetch_one(&self.pool).await.unwrap();
        List { rows: rows.into_iter().map(Row::from).collect(), count }
    }
}
