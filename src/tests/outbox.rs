//! The outbox has a row for each audit event, and for nothing else.

use crate::app::{App, credential_form};
use crate::failpoint::{break_table, mend_table};
use regcred::domain::audit::Action;
use regcred::store::Unrecorded;
use uuid::Uuid;

const EVENTS: &str = "SELECT COUNT(*) FROM audit_event";
const ROWS: &str = "SELECT COUNT(*) FROM outbox";
const PAIRS: &str = "SELECT COUNT(*) FROM audit_event INNER JOIN outbox
    ON outbox.chain = audit_event.chain AND outbox.seq = audit_event.seq
    AND outbox.kind = audit_event.action AND outbox.subject_id = audit_event.subject_id";

/// How many events there are, each with its row.
async fn events(app: &App) -> i64 {
    let events = app.scalar_i64(EVENTS).await;
    assert_eq!((app.scalar_i64(ROWS).await, app.scalar_i64(PAIRS).await), (events, events));
    events
}

#[tokio::test]
async fn each_event_has_its_row_and_a_receipt_has_none() {
    let app = App::new().await;
    let before = events(&app).await;
    assert!(before > 0, "setting up has events");
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    let after = events(&app).await;
    assert!(after > before);
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
    assert_eq!(events(&app).await, after);
}

#[tokio::test]
async fn what_is_not_done_is_not_told_and_what_cannot_be_told_is_not_done() {
    let app = App::new().await;
    let before = events(&app).await;
    let form = credential_form("acme", "ghcr", "ghcr.io", "hunter2", &[]);
    for table in ["audit_event", "outbox"] {
        break_table(&app, table).await;
        let reply = app.owner.post_multipart("/rpc/credentials/create", &form, None).await;
        assert!(!reply.location().contains("?said="), "{table}: {}", reply.location());
        assert_eq!(events(&app).await, before, "{table}");
        assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0, "{table}");
        mend_table(&app, table).await;
    }
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    assert!(events(&app).await > before);
}

#[tokio::test]
async fn it_is_read_in_order_and_in_parts() {
    let app = App::new().await;
    for name in ["a", "b", "c"] {
        app.credential(&app.owner, "acme", name, "ghcr.io", "hunter2").await;
    }
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let store = app.vault.store();
    let all = store.outbox().after(Uuid::nil(), i64::MAX, 1_000).await.unwrap();
    assert_eq!(i64::try_from(all.len()).unwrap(), events(&app).await);
    let created = all.iter().filter(|row| row.kind == Action::CredentialCreated.word());
    let seqs: Vec<i64> = created.map(|row| row.seq).collect();
    assert!(seqs.len() == 3 && seqs.is_sorted(), "{seqs:?}");
    assert!(all.iter().any(|row| row.project_id == Some(project)));
    assert!(all.iter().any(|row| row.project_id.is_none() && row.chain.is_nil()));
    let (mut parts, mut last) = (Vec::new(), Uuid::nil());
    while let Some(row) = store.outbox().after(last, i64::MAX, 1).await.unwrap().pop() {
        last = row.id;
        parts.push(row);
    }
    assert_eq!(parts, all);
    // What a newer program has written is no end to it.
    app.raw("UPDATE outbox SET kind = 'of_a_newer_program'").await;
    assert_eq!(store.outbox().after(Uuid::nil(), i64::MAX, 1_000).await.unwrap().len(), all.len());
    // What was written just now may have older rows still to come.
    let early = all[0].at - 1;
    assert!(store.outbox().after(Uuid::nil(), early, 1_000).await.unwrap().is_empty());
    let write = store.write().await.unwrap();
    assert_eq!(write.outbox().forget(i64::MAX).await.unwrap(), all.len() as u64);
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert_eq!(app.scalar_i64(ROWS).await, 0);
}

#[tokio::test]
async fn an_event_leaves_it_after_a_week() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let day = 24 * 60 * 60 * 1_000_i64;
    for (days, stays) in [(6, true), (1, false)] {
        app.raw(&format!("UPDATE outbox SET at = at - {}", days * day + 60_000)).await;
        app.vault.forget_events().await.unwrap();
        assert_eq!(app.scalar_i64(ROWS).await > 0, stays, "{days} days more");
    }
    assert!(app.scalar_i64(EVENTS).await > 0, "the chain keeps them");
}
