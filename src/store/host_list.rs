//! The hosts that a project has credentials for.

use super::Credentials;
use super::prepared::{Prepared, numbered};
use sea_orm::{ConnectionTrait, DbErr};

/// From one host in the index to the next, so that it takes as many steps as there are hosts, not as
/// there are credentials.
const HOSTS: &str = "WITH RECURSIVE found(host) AS (
    SELECT MIN(credential.host) FROM credential WHERE credential.project_id = ?
    UNION ALL
    SELECT (SELECT MIN(credential.host) FROM credential
        WHERE credential.project_id = ? AND credential.host > found.host)
    FROM found WHERE found.host IS NOT NULL
) SELECT host FROM found WHERE host IS NOT NULL ORDER BY host";

impl<C: ConnectionTrait> Credentials<'_, C> {
    pub async fn hosts(&self) -> Result<Vec<String>, DbErr> {
        static STATEMENT: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let values = vec![self.project.into(), self.project.into()];
        let statement = STATEMENT.with(backend, || numbered(backend, HOSTS), values);
        let rows = self.db.query_all_raw(statement).await?;
        rows.iter().map(|row| row.try_get_by_index(0)).collect()
    }
}
