//! The checkpoint of the day: one for each chain, also when nothing happened, as an event with the note.

use super::Scene;
use crate::app::App;
use regcred::checkpoints::checkpoint::Checkpoint;
use regcred::checkpoints::note::Key;
use regcred::domain::audit::{Action, AuditQuery, Detail, Happened};
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;
use regcred::vault::told_at;
use serde_json::Value;

const DAY: i64 = 24 * 60 * 60;

/// Runs the job so many days after the first link of all was written.
async fn sign(app: &App, days: i64) {
    let first = Moment(app.scalar_i64("SELECT MIN(at) FROM audit_event").await);
    told_at(first.plus_seconds(days * DAY), app.vault.sign_daily()).await.unwrap();
}

async fn signed(app: &App) -> i64 {
    let events = "SELECT COUNT(*) FROM audit_event WHERE action = 'checkpoints.signed'";
    app.scalar_i64(events).await
}

/// How many links the checkpoints of the project cover, the newest first, and their notes.
async fn notes(scene: &Scene) -> Vec<(u64, String)> {
    let query = AuditQuery { action: Some(Action::CheckpointSigned), ..AuditQuery::default() };
    let rows = scene.rows(&query).await.into_iter();
    rows.map(|row| match row.what {
        Happened::Change(change) => match change.detail {
            Detail::Checkpoint { links, note, .. } => (links, note),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    })
    .collect()
}

#[tokio::test]
async fn each_chain_gets_one_checkpoint_a_day_and_none_on_the_day_that_it_began() {
    let scene = Scene::of(1).await;
    let app = &scene.app;
    sign(app, 0).await;
    assert_eq!(signed(app).await, 0);
    let links = u64::try_from(scene.count().await).unwrap();
    for (day, expected) in [(1, 2), (1, 2), (2, 4), (2, 4), (9, 6)] {
        sign(app, day).await;
        // That of the project, and that of the instance.
        assert_eq!(signed(app).await, expected, "day {day}");
    }
    // Nothing happened in between but the checkpoints themselves.
    let covered: Vec<u64> = notes(&scene).await.into_iter().map(|(links, _)| links).collect();
    assert_eq!(covered, [links + 2, links + 1, links]);
}

#[tokio::test]
async fn the_event_holds_the_whole_note_and_goes_out_with_the_others() {
    let scene = Scene::of(1).await;
    let app = &scene.app;
    sign(app, 1).await;
    let (links, note) = notes(&scene).await.remove(0);
    let reader = app.evidence(&app.owner, "acme").await.can::<of::AuditRead>().unwrap();
    let keys = app.vault.last_checkpoint(&reader).await.unwrap().keys;
    let keys: Vec<Key> = keys.iter().map(|key| Key::parse(key).unwrap()).collect();
    assert_eq!(Checkpoint::open(&note, &keys).unwrap().size, links);
    let form = [("project", "acme"), ("format", "jsonl"), ("action", "checkpoints.signed")];
    let export = app.owner.post_form("/rpc/audit/export", &form).await.text();
    let line: Value = serde_json::from_str(export.lines().next().unwrap()).unwrap();
    assert_eq!(line["detail"]["checkpoint"]["note"], note.as_str(), "{line}");
    let page = app.owner.get(&format!("/p/acme/audit/{}", links + 1)).await.text();
    for words in ["Regcred signed a checkpoint of Acme", "checkpoint-note"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test]
async fn a_chain_that_cannot_be_signed_holds_no_other_one_up() {
    let scene = Scene::of(1).await;
    let (app, chain) = (&scene.app, scene.app.database.id(scene.project));
    let sql = format!("UPDATE audit_event SET subject = 'x' WHERE chain = {chain} AND seq = 3");
    app.raw(&sql).await;
    sign(app, 1).await;
    assert_eq!((signed(app).await, notes(&scene).await.len()), (1, 0));
}

/// How often the chain of the project says that it has every report from then on.
async fn linked(app: &App, slug: &str) -> i64 {
    let project = app.vault.store().projects().find(slug).await.unwrap().unwrap().id;
    let chain = app.database.id(project);
    let events = "SELECT COUNT(*) FROM audit_event WHERE action = 'report.linked'";
    app.scalar_i64(&format!("{events} AND chain = {chain}")).await
}

#[tokio::test]
async fn a_project_of_before_whose_first_link_does_not_hold_holds_no_other_one_up() {
    let app = App::new().await;
    let slugs = ["beta", "gamma", "delta"];
    for slug in slugs {
        // As an older version made them, they have no event that says so.
        let owner = app.project(slug).await;
        app.credential(&owner, slug, "ghcr", "ghcr.io", "s").await;
    }
    let of = |slug: &str| format!("chain = (SELECT id FROM project WHERE slug = '{slug}')");
    let change = |subject: &str, slug: &str| {
        format!("UPDATE audit_event SET subject = {subject} WHERE seq = 1 AND {}", of(slug))
    };
    // One in the middle of them: what comes after it is done, and what came before stays.
    assert_eq!(app.tamper(&change("subject || 'x'", "gamma")).await, 1);
    let first = Moment(app.scalar_i64("SELECT MIN(at) FROM audit_event").await);
    let done = told_at(first.plus_seconds(DAY), app.vault.sign_daily()).await;
    assert!(done.is_err(), "the job says that something is wrong");
    for (slug, events) in slugs.into_iter().zip([1, 0, 1]) {
        assert_eq!(linked(&app, slug).await, events, "{slug}");
    }
    // The chains that began before today are signed all the same: of the instance, and of its project.
    assert_eq!(signed(&app).await, 2);
    // Who finds out and mends it has the rest done, and nothing twice.
    assert_eq!(app.tamper(&change("RTRIM(subject, 'x')", "gamma")).await, 1);
    sign(&app, 1).await;
    for slug in slugs {
        assert_eq!(linked(&app, slug).await, 1, "{slug}");
    }
}
