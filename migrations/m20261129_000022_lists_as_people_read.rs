//! The list of credentials is sorted as people count, host2 before host10, and its search finds the
//! name of the registry and the e-mail address, whatever accents are typed.
use super::{add_columns, drop_columns, run};
use sea_orm_migration::prelude::*;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 7] = [
    "CREATE INDEX credential_natural ON credential (project_id, natural_key)",
    "DROP INDEX credential_host",
    "CREATE INDEX credential_host ON credential (project_id, host, natural_key)",
    "DROP INDEX credential_changed",
    "CREATE INDEX credential_changed ON credential (project_id, updated_at DESC, natural_key)",
    "DROP INDEX credential_expiry",
    "CREATE INDEX credential_expiry ON credential (project_id, expires_on, natural_key)",
];

/// What the search looks in stays: the older program writes its own with the next save.
const DOWN: [&str; 7] = [
    "DROP INDEX credential_expiry",
    "CREATE INDEX credential_expiry ON credential (project_id, expires_on, name_key)",
    "DROP INDEX credential_changed",
    "CREATE INDEX credential_changed ON credential (project_id, updated_at DESC, name_key)",
    "DROP INDEX credential_host",
    "CREATE INDEX credential_host ON credential (project_id, host, name_key)",
    "DROP INDEX credential_natural",
];

/// Rows that are read at once.
const ROWS: u64 = 500;

/// The registries by the ends of their hosts, as they are found by name.
const NAMES: [(&str, &str); 20] = [
    ("docker.io", "docker hub"),
    ("dhi.io", "docker hardened images"),
    ("ghcr.io", "github container registry"),
    ("registry.gitlab.com", "gitlab container registry"),
    ("gcr.io", "google artifact registry"),
    ("-docker.pkg.dev", "google artifact registry"),
    ("-docker.s3nsregistry.fr", "google artifact registry"),
    ("public.ecr.aws", "amazon ecr public"),
    ("ecr-public.aws.com", "amazon ecr public"),
    ("azurecr.io", "azure container registry"),
    ("azurecr.cn", "azure container registry"),
    ("azurecr.us", "azure container registry"),
    ("azurecr.de", "azure container registry"),
    ("quay.io", "quay"),
    ("nvcr.io", "nvidia ngc"),
    ("icr.io", "ibm cloud container registry"),
    ("registry.heroku.com", "heroku"),
    ("scw.cloud", "scaleway"),
    ("registry.digitalocean.com", "digitalocean"),
    ("ocir.io", "oracle cloud infrastructure registry"),
];

/// What the registry at the host is called; empty for most.
fn registry(host: &str) -> &'static str {
    if host.contains(".dkr.ecr") || host.contains(".dkr-ecr") {
        return "amazon ecr";
    }
    if host.starts_with("harbor.") || host.ends_with(".goharbor.io") {
        return "harbor";
    }
    let is_at = |end: &str| {
        let before = host.strip_suffix(end);
        let is_border = |rest: &str| rest.is_empty() || rest.ends_with('.');
        before.is_some_and(|rest| end.starts_with('-') || is_border(rest))
    };
    NAMES.iter().find(|(end, _)| is_at(end)).map_or("", |(_, name)| *name)
}

/// A folded name with its numbers written so that they sort by what they are.
fn natural(name_key: &str) -> String {
    let (mut key, mut zeros, mut rest) = (String::new(), Vec::new(), name_key);
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        let digits = number.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        zeros.push(number.len() - digits.len());
        key += &format!("{before}{:03}{digits}", digits.len());
        rest = after;
    }
    key += rest;
    if zeros.iter().any(|count| *count > 0) {
        let zeros: Vec<String> = zeros.iter().map(usize::to_string).collect();
        key += &format!(" 000{}", zeros.join("."));
    }
    key
}

/// Without accents.
fn plain(text: &str) -> String {
    text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).nfkc().collect()
}

async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = ["id", "name_key", "search_key", "host", "email"];
    let mut last = Uuid::nil();
    loop {
        let mut page = Query::select();
        page.columns(columns.map(Alias::new)).from(Alias::new("credential"));
        page.and_where(Expr::col(Alias::new("id")).gt(last));
        page.order_by(Alias::new("id"), Order::Asc).limit(ROWS);
        let rows = manager.get_connection().query_all(&page).await?;
        for row in &rows {
            last = row.try_get_by_index(0)?;
            let name_key: String = row.try_get_by_index(1)?;
            let search: String = row.try_get_by_index(2)?;
            let host: String = row.try_get_by_index(3)?;
            let email: String = row.try_get_by_index(4)?;
            let search = format!("{search}\n{}\n{}", registry(&host), email.to_lowercase());
            let mut update = Query::update();
            update.table(Alias::new("credential"));
            update.value(Alias::new("natural_key"), Expr::val(natural(&name_key)));
            update.value(Alias::new("search_key"), Expr::val(plain(&search)));
            update.and_where(Expr::col(Alias::new("id")).eq(last));
            manager.execute(update).await?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A server of the version before, which still runs, writes rows without it.
        add_columns(manager, "credential", columns![natural_key text = ""]).await?;
        fill(manager).await?;
        run(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &DOWN).await?;
        drop_columns(manager, "credential", columns![natural_key text = ""]).await
    }
}
