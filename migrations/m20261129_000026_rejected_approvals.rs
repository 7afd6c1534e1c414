//! What waits for a second person is found, and who does not approve it says why; and a project's first
//! steps are put away.
use super::{add_columns, drop_columns, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 4] = [
    // Which grants may wait: a blank day is for those that have to be looked at.
    "UPDATE access_grant SET settled_until = '9999-12-31' WHERE NOT needs_approval",
    "UPDATE access_grant SET settled_until = approved_until
        WHERE needs_approval AND approved_until IS NOT NULL AND approved_epoch >=
        (SELECT pipeline.identity_epoch FROM pipeline WHERE pipeline.id = access_grant.pipeline_id)",
    // Only what waits is looked for in it: for anything else it would be all grants of a project.
    "CREATE INDEX access_grant_settled ON access_grant (project_id, settled_until)
        WHERE needs_approval",
    "CREATE INDEX guard_change_project ON guard_change (project_id, rejected_at)",
];

const DOWN: [&str; 3] = [
    "DROP INDEX guard_change_project",
    "DROP INDEX access_grant_settled",
    // The older schema would take what was rejected for something that waits.
    "DELETE FROM guard_change WHERE rejected_at IS NOT NULL",
];

fn added() -> [(&'static str, Vec<ColumnDef>); 3] {
    let rejected =
        || columns![rejected_at big_integer null, rejected_by text null, rejection text null];
    let mut of_grants = columns![settled_until text = ""];
    of_grants.extend(rejected());
    [
        ("access_grant", of_grants),
        ("guard_change", rejected()),
        ("project", columns![steps_hidden_at big_integer null]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (of, columns) in added() {
            add_columns(manager, of, columns).await?;
        }
        run(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &DOWN).await?;
        for (of, columns) in added() {
            drop_columns(manager, of, columns).await?;
        }
        Ok(())
    }
}
