//! Grants have terms, a signed word is taken for a pipeline, and deliveries are reported on.
use super::{drop_tables, index, optional, required, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &["trust_rule", "used_assertion", "delivery_report"];

/// Of few tokens it is known when they end, so that the others need not be looked through.
const SHORT_TOKENS: &str =
    "CREATE INDEX pipeline_token_ends ON pipeline_token (expires_at) WHERE expires_at IS NOT NULL";

/// What the older schema cannot say would be no condition there: it is taken away instead.
const TAKE_AWAY: [&str; 3] = [
    "DELETE FROM pipeline_token WHERE expires_at IS NOT NULL",
    "DELETE FROM access_grant WHERE repositories <> '[]' OR branches <> '[]' OR events <> '[]'
        OR expires_on IS NOT NULL OR is_narrow OR needs_approval",
    "DELETE FROM access_grant WHERE intent = 'pull' AND EXISTS (
        SELECT 1 FROM access_grant AS wide WHERE wide.pipeline_id = access_grant.pipeline_id
        AND wide.credential_id = access_grant.credential_id AND wide.intent = 'pull_push')",
];

/// The columns of older tables that go with the step.
const COLUMNS: [(&str, &[&str]); 4] = [
    (
        "access_grant",
        &[
            "repositories",
            "branches",
            "events",
            "forks",
            "expires_on",
            "is_narrow",
            "needs_approval",
            "granted_by",
            "approved_by",
            "approver",
            "approved_at",
            "approved_until",
        ],
    ),
    ("pipeline_token", &["expires_at", "proof"]),
    ("receipt", &["proof", "image"]),
    ("credential", &["token_service"]),
];

fn add(table: &'static str, column: &mut ColumnDef) -> TableAlterStatement {
    Table::alter().table(Alias::new(table)).add_column(column).to_owned()
}

fn drop(table: &'static str, column: &'static str) -> TableAlterStatement {
    Table::alter().table(Alias::new(table)).drop_column(Alias::new(column)).to_owned()
}

/// Grants of a protected credential that can push were given before anybody could approve them.
const GUARD: &str = "UPDATE access_grant SET needs_approval = TRUE WHERE credential_id IN
    (SELECT id FROM credential WHERE is_protected AND access = 'pull_push')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let none = |name| required(name).text().default("[]").to_owned();
        let no = |name| required(name).boolean().default(false).to_owned();
        for mut column in [
            none("repositories"),
            none("branches"),
            none("events"),
            required("forks").text().default("nothing").to_owned(),
            optional("expires_on").text().to_owned(),
            no("is_narrow"),
            no("needs_approval"),
            optional("granted_by").uuid().to_owned(),
            optional("approved_by").uuid().to_owned(),
            optional("approver").text().to_owned(),
            optional("approved_at").big_integer().to_owned(),
            optional("approved_until").text().to_owned(),
        ] {
            manager.alter_table(add("access_grant", &mut column)).await?;
        }
        // A credential is granted once to pull and once to push, each with its terms.
        db.execute_unprepared("DROP INDEX access_grant_pair").await?;
        let pair = &["pipeline_id", "credential_id", "intent"];
        manager.create_index(index("access_grant_pair", "access_grant", pair, true)).await?;

        let mut ends = optional("expires_at").big_integer().to_owned();
        manager.alter_table(add("pipeline_token", &mut ends)).await?;
        let text = |name| optional(name).text().to_owned();
        for (of, mut column) in [
            ("pipeline_token", text("proof")),
            ("receipt", text("proof")),
            ("receipt", text("image")),
            ("credential", text("token_service")),
        ] {
            manager.alter_table(add(of, &mut column)).await?;
        }
        db.execute_unprepared(SHORT_TOKENS).await?;
        manager.create_index(index("receipt_id", "receipt", &["id"], true)).await?;

        let create = |t| manager.create_table(t);
        create(table(
            "trust_rule",
            vec![
                required("id").uuid().to_owned(),
                required("project_id").uuid().to_owned(),
                required("pipeline_id").uuid().to_owned(),
                required("provider").text().to_owned(),
                required("issuer").text().to_owned(),
                required("audience").text().to_owned(),
                required("claims").text().to_owned(),
                optional("public_key").text().to_owned(),
                required("created_at").big_integer().to_owned(),
                required("created_by").text().to_owned(),
                optional("last_used_at").big_integer().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        let by_pipeline = index("trust_rule_pipeline", "trust_rule", &["pipeline_id"], false);
        manager.create_index(by_pipeline).await?;
        let provider = &["project_id", "provider"];
        manager.create_index(index("trust_rule_provider", "trust_rule", provider, false)).await?;
        create(table(
            "used_assertion",
            vec![
                required("id").binary().to_owned(),
                required("expires_at").big_integer().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        let ends = index("used_assertion_expiry", "used_assertion", &["expires_at"], false);
        manager.create_index(ends).await?;
        create(table(
            "delivery_report",
            vec![
                required("receipt_id").uuid().to_owned(),
                required("project_id").uuid().to_owned(),
                required("outcome").text().to_owned(),
                required("at").big_integer().to_owned(),
            ],
            &["receipt_id"],
        ))
        .await?;
        db.execute_unprepared(GUARD).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await?;
        let db = manager.get_connection();
        for sql in TAKE_AWAY {
            db.execute_unprepared(sql).await?;
        }
        for name in ["receipt_id", "pipeline_token_ends", "access_grant_pair"] {
            db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        let pair = &["pipeline_id", "credential_id"];
        manager.create_index(index("access_grant_pair", "access_grant", pair, true)).await?;
        for (of, columns) in COLUMNS {
            for column in columns {
                manager.alter_table(drop(of, column)).await?;
            }
        }
        Ok(())
    }
}
