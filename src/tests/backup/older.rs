//! A backup of before reports of outcomes were events of the chain.

use super::file::{body, dump, empty, ended, load_unproved, old_form, table};
use crate::app::{App, Browser, SITE};
use crate::database::Database;
use crate::reports::{FAILED, WORKED, outcome_of};
use regcred::domain::delivery::Report;
use regcred::migrations::Migrator;
use regcred::store::Unrecorded;
use regcred::vault::{Settings, Vault, unlock_restored};
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The backup as a version wrote it that did not have the step whose name ends so, nor any after it.
async fn before_step(file: &[u8], step: &str) -> Vec<u8> {
    let steps = Migrator::migrations();
    let at = steps.iter().position(|one| one.name().ends_with(step)).unwrap();
    let (database, mut lines) = (Database::new().await, body(&old_form(file)));
    let db = database.connect().await;
    Migrator::up(&db, Some(u32::try_from(at).unwrap())).await.unwrap();
    let mut header: Value = serde_json::from_str(&lines[0]).unwrap();
    header["schema"] = json!(steps[at - 1].name());
    // Of each table the places of the columns that there were.
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (table, of) in header["tables"].as_object_mut().unwrap() {
        let columns = of["columns"].as_array().unwrap().clone();
        let kept = places.entry(table.clone()).or_default();
        for (place, column) in columns.iter().enumerate() {
            let asked = format!("SELECT t.{} FROM {table} t", column[0]);
            if db.execute_unprepared(&asked).await.is_ok() {
                kept.push(place);
            }
        }
        of["columns"] = kept.iter().map(|place| columns[*place].clone()).collect();
    }
    places.retain(|_, kept| !kept.is_empty());
    header["tables"].as_object_mut().unwrap().retain(|table, _| places.contains_key(table));
    let rows = lines.split_off(1);
    lines[0] = header.to_string();
    lines.extend(rows.iter().filter_map(|line| {
        let (table, cells): (String, Vec<Value>) = serde_json::from_str(line).unwrap();
        let cells: Vec<&Value> = places.get(&table)?.iter().map(|place| &cells[*place]).collect();
        Some(json!([table, cells]).to_string())
    }));
    ended(&lines)
}

/// The first row of the project's sums and reports that is wrong, and the first link that does not hold.
async fn wrong(vault: &Vault, project: Uuid) -> (Option<&'static str>, Option<i64>) {
    let snapshot = vault.store().snapshot().await.unwrap();
    let holds = |_: &[u8], _: &[u8]| true;
    let sum = snapshot.receipts(project).wrong_sum(&holds).await.unwrap();
    (sum.map(|wrong| wrong.table), vault.first_break(project).await.unwrap())
}

#[tokio::test]
async fn a_backup_of_before_reports_were_events_verifies_and_goes_on_with_events() {
    let app = App::new().await;
    // As an older version made it, no event says that it has every report.
    let owner = app.project("beta").await;
    let id = app.credential(&owner, "beta", "ghcr", "ghcr.io", "hunter2").await;
    let (pipeline, token) = app.pipeline(&owner, "beta", "ci", &[id], "pull").await;
    let mut delivered = Vec::new();
    for _ in 0..4 {
        delivered.extend(app.fetch(&token, "/api/v1/docker-config").await.deliveries());
    }
    let project = app.evidence(&owner, "beta").await.project().id;
    app.vault.store().add_up_receipts(project).await.unwrap();
    let write = app.vault.store().write().await.unwrap();
    let receipts = write.receipts(project);
    for (id, report) in delivered.iter().zip([Report::Worked, Report::Failed]) {
        for heard in receipts.hear(*id, pipeline, report).await.unwrap().unwrap() {
            // No link says it.
            receipts.keep_report(pipeline, heard, (0, 9)).await.unwrap();
        }
    }
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let file = before_step(&dump(&app).await, "links_of_reports").await;
    let reports = table(&file, "delivery_report");
    assert_eq!(reports.len(), 2);
    assert!(reports.iter().all(|row| !row.contains_key("link")), "there was no such column");

    let (database, store) = empty().await;
    load_unproved(&store, &file).await.unwrap();
    let count = async |of: &str| database.scalar_i64(&format!("SELECT COUNT(*) FROM {of}")).await;
    assert_eq!(count("delivery_report WHERE link = 0").await, 2);
    let keys = unlock_restored(&store, app.key_source()).await.unwrap();
    let settings = Settings { address: SITE.to_owned(), ..Settings::default() };
    let vault = Vault::new(store, keys, settings);
    assert_eq!(wrong(&vault, project).await, (None, None));
    vault.sign_daily().await.unwrap();
    assert_eq!(count("audit_event WHERE action = 'report.linked'").await, 1);
    assert_eq!(wrong(&vault, project).await, (None, None));

    // What is said from now on is an event, of what was spoken of before, too.
    let machine = Browser::new(&regcred::server::router(&vault, &[]));
    for (id, body) in delivered.iter().zip([FAILED, FAILED, WORKED]) {
        let reply = machine.tell(&token, &outcome_of(id), body).await;
        assert_eq!(reply.status, 204, "{}", reply.text());
    }
    assert_eq!(count("audit_event WHERE action = 'report.created'").await, 3);
    assert_eq!(count("delivery_report WHERE link = 0").await, 0);
    assert_eq!(wrong(&vault, project).await, (None, None));
    // One that somebody changed is found.
    let first = "(SELECT MIN(seq) FROM delivery_report)";
    let changed = format!("UPDATE delivery_report SET outcome = 'worked' WHERE seq = {first}");
    assert_eq!(database.raw(&changed).await, 1);
    assert_eq!(wrong(&vault, project).await.0, Some("delivery_report"));
}
