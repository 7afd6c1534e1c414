//! The search for pipelines finds them by what their trust rules name: a repository, a project, a subject.
use super::{add_columns, drop_columns};
use sea_orm_migration::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Rows that are read at once.
const ROWS: u64 = 500;
/// Pipelines that one statement writes.
const WRITTEN: usize = 200;

/// Claims that say from where a run of the repository is, and not which one it is.
const NARROWED: [&str; 10] = [
    "ref",
    "ref_path",
    "ref_protected",
    "rpo_ref",
    "oidc.circleci.com/vcs-ref",
    "oidc.circleci.com/ssh-rerun",
    "environment",
    "build_branch",
    "build_tag",
    "step_key",
];

/// What the search looks in, of what the rules of a pipeline name.
fn searched(named: &BTreeSet<String>) -> String {
    let text: String = named.iter().cloned().collect::<Vec<_>>().join("\n").nfkc().collect();
    let folded: String = caseless::default_case_fold_str(&text).nfkc().collect();
    folded.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).nfkc().collect()
}

/// What a rule names: its title and its claims. One that cannot be read names nothing.
fn named(title: String, claims: &str) -> BTreeSet<String> {
    let claims: BTreeMap<String, String> = serde_json::from_str(claims).unwrap_or_default();
    let kept = claims.into_iter().filter(|(name, _)| !NARROWED.contains(&name.as_str()));
    let all = kept.map(|(_, value)| value).chain([title]);
    all.filter(|text| !text.is_empty()).collect()
}

async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = ["id", "pipeline_id", "claims", "title"];
    let mut of: BTreeMap<Uuid, BTreeSet<String>> = BTreeMap::new();
    let mut last = Uuid::nil();
    loop {
        let mut page = Query::select();
        page.columns(columns.map(Alias::new)).from(Alias::new("trust_rule"));
        page.and_where(Expr::col(Alias::new("id")).gt(last));
        page.order_by(Alias::new("id"), Order::Asc).limit(ROWS);
        let rows = manager.get_connection().query_all(&page).await?;
        for row in &rows {
            last = row.try_get_by_index(0)?;
            let pipeline: Uuid = row.try_get_by_index(1)?;
            let claims: String = row.try_get_by_index(2)?;
            let title: String = row.try_get_by_index(3)?;
            of.entry(pipeline).or_default().extend(named(title, &claims));
        }
        if rows.is_empty() {
            break;
        }
    }
    of.retain(|_, named| !named.is_empty());
    let all: Vec<(Uuid, String)> =
        of.into_iter().map(|(pipeline, named)| (pipeline, searched(&named))).collect();
    for some in all.chunks(WRITTEN) {
        write(manager, some).await?;
    }
    Ok(())
}

/// Writes the texts of these pipelines, in one statement.
async fn write(manager: &SchemaManager<'_>, some: &[(Uuid, String)]) -> Result<(), DbErr> {
    let id = || Expr::col(Alias::new("id"));
    let mut texts = CaseStatement::new();
    for (pipeline, text) in some {
        texts = texts.case(id().eq(*pipeline), Expr::val(text.as_str()));
    }
    let mut update = Query::update();
    update.table(Alias::new("pipeline"));
    update.value(Alias::new("rules_key"), texts.finally(Expr::col(Alias::new("rules_key"))));
    update.and_where(id().is_in(some.iter().map(|(pipeline, _)| *pipeline)));
    manager.execute(update).await
}

/// The column that the older table gets. What a server of the version before, which still runs, writes
/// of rules is found after the next sweep, if the pipeline has no text yet; otherwise once a rule of it
/// is saved again.
fn added() -> Vec<ColumnDef> {
    columns![rules_key text = ""]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "pipeline", added()).await?;
        fill(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "pipeline", added()).await
    }
}
