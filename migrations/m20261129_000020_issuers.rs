//! Whose tokens are accepted is decided by an instance admin: a rule works while its issuer is on
//! this list, or is a known cloud's. The rows get their MAC with all others.
use super::{drop_tables, run, table};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::Statement;
use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 2] = [
    "CREATE UNIQUE INDEX issuer_url ON issuer (url)",
    // The rules of an issuer, however they spell its host and its end.
    "CREATE INDEX trust_rule_issuer ON trust_rule (lower(rtrim(issuer, '/')))",
];

/// Whom the rules that are there accept. Each is put on the list, so that nothing stops.
const USED: &str = "SELECT DISTINCT issuer FROM trust_rule WHERE issuer <> ''";

/// Clouds that need no entry, and those below whose address there are paths of their own.
const WHOLE: [&str; 2] = ["https://gitlab.com", "https://agent.buildkite.com"];
const BELOW: [&str; 3] = [
    "https://token.actions.githubusercontent.com",
    "https://oidc.circleci.com",
    "https://vstoken.dev.azure.com",
];

/// Without a slash at its end, and with its host in small letters.
fn key(issuer: &str) -> String {
    let text = issuer.trim().trim_end_matches('/');
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{}://{}{path}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase())
}

fn needs_entry(key: &str) -> bool {
    let is_below = |base: &&str| {
        let rest = key.strip_prefix(*base);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !WHOLE.contains(&key) && !BELOW.iter().any(is_below)
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = columns![
            id uuid, url text, added_at big_integer, added_by text, added_by_id uuid null,
            is_from_upgrade boolean, mac text null,
        ];
        manager.create_table(table("issuer", columns, &["id"])).await?;
        run(manager, &UP).await?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let now = <i64 as TryFrom<_>>::try_from(now).unwrap_or(i64::MAX);
        let used = Statement::from_string(manager.get_database_backend(), USED);
        let mut keys = BTreeSet::new();
        for row in manager.get_connection().query_all_raw(used).await? {
            let issuer: String = row.try_get_by_index(0)?;
            keys.insert(key(&issuer));
        }
        let columns = ["id", "url", "added_at", "added_by", "is_from_upgrade"].map(Alias::new);
        for url in keys.into_iter().filter(|key| needs_entry(key)) {
            let values: [Expr; 5] = [
                Expr::val(Uuid::now_v7()),
                Expr::val(url),
                Expr::val(now),
                Expr::val("the upgrade"),
                Expr::val(true),
            ];
            let mut insert = Query::insert();
            insert.into_table(Alias::new("issuer")).columns(columns.clone());
            insert.values(values).map_err(|error| DbErr::Migration(error.to_string()))?;
            manager.execute(insert).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX trust_rule_issuer"]).await?;
        drop_tables(manager, &["issuer"]).await
    }
}
