//! What somebody who writes to the database, and has no key, does to the move: it ends, and it ends
//! only when no secret would be lost.

use super::older::{formats, stored};
use super::{delivered, ends_on_record, stored_of, tend, with_one};
use crate::app::App;
use crate::departed::operate;
use crate::edits::save;
use regcred::crypto::blob::Format::{Bound, Unbound};
use regcred::store::{SealedRow, Unrecorded};
use serde_json::Value;
use uuid::Uuid;

const JOBS: &str = "SELECT COUNT(*) FROM job WHERE kind = 'tend_keys'";

/// The same row with another id, as a row of version 9 of the same credential, which is not ours.
async fn invent(app: &App, row: &SealedRow) {
    let (id, of) = (app.database.id(Uuid::now_v7()), app.database.id(row.id));
    let sql = format!(
        "INSERT INTO secret_version (id, project_id, credential_id, version, sealed, created_at, created_by, method, data_key, deliveries)
         SELECT {id}, project_id, credential_id, 9, sealed, created_at, created_by, method, data_key, deliveries
         FROM secret_version WHERE id = {of}"
    );
    assert_eq!(app.tamper(&sql).await, 1);
}

/// What the doctor says of the secrets.
async fn doctor(app: &App) -> Value {
    operate(app, &["doctor", "--json"]).await.json()["secrets"].clone()
}

/// Why, of each on that list of the doctor's.
fn whys<'a>(found: &'a Value, list: &str) -> Vec<&'a str> {
    found[list].as_array().unwrap().iter().map(|one| one["why"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_invented_row_does_not_keep_the_move_from_its_end() {
    let (app, id, token) = with_one().await;
    let app = app.made_older().await;
    let row = stored_of(&app, id).await;
    // The header is right, and so is all the rest of it: but it is of another row.
    invent(&app, &row).await;
    tend(&app).await;
    assert_eq!(ends_on_record(&app).await, 1);
    assert_eq!(delivered(&app, &token).await, "acme-bot:first");
    let found = doctor(&app).await;
    for count in ["failed", "unbound"] {
        assert_eq!(found[count], 1, "{found}");
    }
    assert_eq!(found["bound"], true, "{found}");
    let invented = stored(&app).await.into_iter().find(|row| row.version == 9).unwrap();
    let said = format!("the row secret_version {} was changed outside Regcred", invented.id);
    for list in ["unreadable", "not_moved"] {
        assert!(whys(&found, list)[0].contains(&said), "{list}: {found}");
    }
}

#[tokio::test]
async fn the_doctor_says_for_which_row_a_secret_waits() {
    let (app, id, _) = with_one().await;
    let app = app.made_older().await;
    let row = stored_of(&app, id).await;
    let (of_credential, of_version) =
        (format!("credential {id}"), format!("secret_version {}", row.id));
    let changes = [
        ("UPDATE credential SET username = 'acme-robot'", vec![&of_credential]),
        ("UPDATE secret_version SET staged_at = 5", vec![&of_credential, &of_version]),
        ("UPDATE credential SET username = 'acme-bot'", vec![&of_version]),
    ];
    for (change, rows) in changes {
        app.tamper(change).await;
        tend(&app).await;
        assert_eq!(ends_on_record(&app).await, 0, "{change}");
        let found = doctor(&app).await;
        let waiting = whys(&found, "not_moved");
        assert_eq!(waiting.len(), 1, "{change}: {found}");
        for one in [&of_credential, &of_version] {
            let is_named = waiting[0].contains(one.as_str());
            assert_eq!(is_named, rows.contains(&one), "{change}: {found}");
        }
        assert_eq!(found["failed"], 0, "it opens: {found}");
    }
    app.tamper("UPDATE secret_version SET staged_at = NULL").await;
    tend(&app).await;
    assert_eq!(ends_on_record(&app).await, 1);
}

#[tokio::test]
async fn a_secret_whose_credential_was_pointed_elsewhere_waits_for_an_answer() {
    for host in ["'evil.example.com'", "'no host'"] {
        for is_put_back in [true, false] {
            let (app, id, token) = with_one().await;
            let app = app.made_older().await;
            app.tamper(&format!("UPDATE credential SET host = {host}")).await;
            tend(&app).await;
            assert_eq!(ends_on_record(&app).await, 0, "its secret would be lost");
            assert!(!app.vault.tend_keys_once().await.unwrap(), "nothing is to do until then");
            let found = doctor(&app).await;
            let why = whys(&found, "not_moved")[0];
            let is_named = why.contains(&format!("credential {id} was changed outside Regcred"));
            assert!(is_named && why.contains("lost unless what was changed is put back"), "{why}");
            let page = app.owner.get("/admin/keys").await.text();
            assert!(
                page.contains("1 stored secret from an older version of Regcred was not"),
                "{page}"
            );
            assert!(!page.contains("cannot be read"), "{page}");
            if is_put_back {
                app.tamper("UPDATE credential SET host = 'ghcr.io'").await;
            } else {
                app.adopt("credential").await;
            }
            tend(&app).await;
            assert_eq!(ends_on_record(&app).await, 1, "{host}");
            if is_put_back {
                assert_eq!(formats(&app).await, [Bound]);
                assert_eq!(delivered(&app, &token).await, "acme-bot:first");
            } else {
                assert_eq!(formats(&app).await, [Unbound]);
            }
        }
    }
}

#[tokio::test]
async fn a_secret_whose_row_names_another_key_is_moved_before_the_end() {
    for named in ["99", "2", "NULL"] {
        let (app, id, token) = with_one().await;
        let app = app.made_older().await;
        app.tamper(&format!("UPDATE secret_version SET data_key = {named}")).await;
        tend(&app).await;
        assert_eq!(formats(&app).await, [Bound], "{named}");
        assert_eq!(stored_of(&app, id).await.key_version, 2, "{named}");
        assert_eq!(ends_on_record(&app).await, 1, "{named}");
        assert_eq!(delivered(&app, &token).await, "acme-bot:first", "{named}");
    }
    // Also one that has to wait.
    let (app, ..) = with_one().await;
    let app = app.made_older().await;
    app.tamper("UPDATE secret_version SET data_key = 99").await;
    app.tamper("UPDATE credential SET username = 'acme-robot'").await;
    tend(&app).await;
    assert_eq!((formats(&app).await, ends_on_record(&app).await), (vec![Unbound], 0));
    app.adopt("credential").await;
    tend(&app).await;
    assert_eq!((formats(&app).await, ends_on_record(&app).await), (vec![Bound], 1));
}

#[tokio::test]
async fn a_row_without_a_ciphertext_is_no_work() {
    let (app, id, token) = with_one().await;
    assert_eq!(save(&app, id, "1", &[("password", "second")]).await.status, 200);
    let app = app.made_older().await;
    app.tamper("UPDATE secret_version SET sealed = NULL WHERE version = 1").await;
    tend(&app).await;
    assert_eq!(ends_on_record(&app).await, 1);
    assert_eq!(delivered(&app, &token).await, "acme-bot:second");
    assert!(!app.vault.tend_keys_once().await.unwrap());
    app.vault.ask_for_work().await.unwrap();
    assert_eq!(app.scalar_i64(JOBS).await, 0, "nobody asked for the job");
}

#[tokio::test]
async fn what_waits_for_an_answer_is_looked_at_once_and_not_all_the_time() {
    let (app, _, token) = with_one().await;
    let app = app.made_older().await;
    app.tamper("UPDATE credential SET username = 'acme-robot'").await;
    tend(&app).await;
    app.vault.ask_for_work().await.unwrap();
    app.tamper("UPDATE credential SET username = 'acme-bot'").await;
    app.vault.ask_for_work().await.unwrap();
    assert_eq!(app.scalar_i64(JOBS).await, 0, "it looked a moment ago");
    // One that starts has not looked yet.
    let app = app.started_again().await;
    app.vault.ask_for_work().await.unwrap();
    assert_eq!(app.scalar_i64(JOBS).await, 1);
    tend(&app).await;
    assert_eq!(ends_on_record(&app).await, 1);
    assert_eq!(delivered(&app, &token).await, "acme-bot:first");
}

#[tokio::test]
async fn marks_are_taken_while_a_credential_is_edited_and_neither_waits_for_the_other() {
    let (app, id, token) = with_one().await;
    for (revision, secret) in [("1", "second"), ("2", "third")] {
        assert_eq!(save(&app, id, revision, &[("password", secret)]).await.status, 200);
    }
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let store = app.vault.store();
    let marks = async {
        for _ in 0..20 {
            app.tamper("UPDATE secret_version SET unreadable_at = 1 WHERE version = 1").await;
            let write = store.write().await.unwrap();
            write.rewraps().unmark(id).await.unwrap();
            write.commit_without_event(Unrecorded::Test).await.unwrap();
        }
    };
    let edits = async {
        for _ in 0..40 {
            let write = store.write().await.unwrap();
            write.credentials(project).lock(id).await.unwrap();
            assert_eq!(write.secrets(project).lock_sealed(id).await.unwrap().len(), 3);
            write.commit_without_event(Unrecorded::Test).await.unwrap();
        }
    };
    tokio::join!(marks, edits);
    assert!(stored(&app).await.iter().all(|row| !row.is_marked));
    assert_eq!(delivered(&app, &token).await, "acme-bot:third");
}
