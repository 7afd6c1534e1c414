//! Backups: whole, of one moment, without a key, proved, and restored as they were or not at all.

pub mod file;
mod forged;
mod older;
mod renamed;

use crate::app::{App, PASSWORD};
use crate::canary::search::{Canary, Search};
use crate::database::soak;
use crate::skipped::is_on_postgres;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use file::{
    body, dump, dump_of, empty, ended, load, load_unproved, old_form, rows, table, with_header,
};
use regcred::crypto::kek::Kek;
use regcred::migrations::Migrator;
use regcred::store::{Address, Store};
use regcred::vault::{BackupProblem, KeySource, check_backup, restore};
use sea_orm_migration::MigratorTrait;
use serde_json::json;
use uuid::Uuid;

/// An instance in which everything has happened once.
async fn lived_in() -> App {
    let app = App::new().await;
    let owner = &app.owner;
    let more = [("description", "\"quoted\" ünd\u{1f511}"), ("labels", "a, b")];
    let live = app.credential_with(owner, "acme", "ghcr", "ghcr.io", "hunter2-secret", &more).await;
    let off = app.credential(owner, "acme", "quay", "quay.io", "hunter3-secret").await;
    let gone = app.credential(owner, "acme", "gone", "gone.example.com", "hunter4-secret").await;
    let (_, token) = app.pipeline(owner, "acme", "ci", &[live, off], "pull").await;
    let (off, gone) = (off.to_string(), gone.to_string());
    owner.post_form("/rpc/credentials/disable", &[("project", "acme"), ("id", &*off)]).await;
    let form =
        [("project", "acme"), ("id", &*gone), ("typed_name", "gone"), ("password", PASSWORD)];
    owner.post_form("/rpc/credentials/delete", &form).await;
    for run in ["1", "2"] {
        let reply = app.docker_config(&token, "", &[("regcred-run", run)]).await;
        assert_eq!(reply.status, StatusCode::OK);
    }
    let declared = crate::definitions::report("Dockerfile", "FROM ghcr.io/acme/api:1\n");
    let reply = app.nobody().tell(&token, crate::definitions::SELF, &declared).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    app.project("other").await;
    assert!(app.counted_i64("SELECT COUNT(*) FROM usage").await > 0);
    app
}

#[tokio::test]
async fn a_backup_restores_every_row() {
    let app = lived_in().await;
    let file = dump(&app).await;
    let (other, store) = empty().await;
    let contents = load(&store, &file, &app).await.unwrap();
    assert_eq!(rows(&dump_of(&store, app.key_source()).await), rows(&file));
    assert_eq!(contents.rows.values().sum::<u64>(), rows(&file).len() as u64);
    for (table, rows) in &contents.rows {
        let count = format!("SELECT COUNT(*) FROM {table}");
        assert_eq!(other.scalar_i64(&count).await, i64::try_from(*rows).unwrap(), "{table}");
        assert_eq!(app.scalar_i64(&count).await, i64::try_from(*rows).unwrap(), "{table}");
    }
    let filled = "credential secret_version receipt audit_event crypto_key usage definition definition_statement";
    for table in filled.split(' ') {
        assert!(contents.rows.get(table).is_some_and(|rows| *rows > 0), "{table}");
    }
    // People sign in again.
    assert!(app.scalar_i64("SELECT COUNT(*) FROM session").await > 0);
    assert_eq!(other.scalar_i64("SELECT COUNT(*) FROM session").await, 0);
    assert_eq!(store.kek_ids().await.unwrap(), app.vault.store().kek_ids().await.unwrap());
    assert!(store.schema().await.unwrap().is_current());
}

#[tokio::test]
async fn a_backup_made_while_serving_is_of_one_moment() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "first", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    for round in 0..soak(3, 50) {
        let writing = async {
            for number in 0..5 {
                let name = format!("c{round}-{number}");
                app.credential(&app.owner, "acme", &name, "quay.io", "hunter3").await;
                app.docker_config(&token, "", &[]).await;
            }
        };
        let (file, ()) = tokio::join!(dump(&app), writing);
        check_backup(&mut &*file).unwrap();
        // What is written in one transaction is there together or not at all.
        assert_eq!(table(&file, "credential").len(), table(&file, "secret_version").len());
        let links = [table(&file, "audit_event"), table(&file, "receipt")].concat();
        for head in table(&file, "chain_head") {
            let of_chain = links.iter().filter(|link| link["chain"] == head["chain"]);
            assert_eq!(Some(of_chain.count() as i64), head["seq"].as_i64());
        }
    }
}

#[tokio::test]
async fn a_backup_holds_no_key() {
    let secrets = [Canary::text(), Canary::text()];
    let app = App::new().await;
    app.credential(&app.owner, "acme", "one", "ghcr.io", secrets[0].as_str()).await;
    app.credential(&app.owner, "acme", "two", "quay.io", secrets[1].as_str()).await;
    let file = dump(&app).await;
    Search::new(&secrets).assert_absent("the backup", &file);
    assert!(String::from_utf8_lossy(&file).contains("quay.io"), "it holds something");

    let (database, store) = empty().await;
    store.migrate(&database.address).await.unwrap();
    let kek = Kek::generate().unwrap();
    let text = kek.to_text();
    let (id, raw) = (kek.id().to_string(), URL_SAFE_NO_PAD.decode(text.as_bytes()).unwrap());
    let file = dump_of(&store, KeySource { current: Some(kek), previous: None }).await;
    let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    let written = String::from_utf8(file).unwrap();
    assert!(written.contains(&id), "it says which key it needs");
    for part in [&text[..16], &text[20..36], &hex[..16], &hex[40..56]] {
        assert!(!written.contains(part), "a part of the key is in it");
    }
}

#[tokio::test]
async fn a_cut_or_changed_backup_is_refused() {
    let file = dump(&lived_in().await).await;
    check_backup(&mut &*file).unwrap();
    let refused = |case: &str, bytes: &[u8]| {
        let refused = check_backup(&mut &*bytes).map(drop).expect_err(case);
        let is_told = matches!(refused, BackupProblem::Damaged | BackupProblem::NotABackup);
        assert!(is_told, "{case}: {refused}");
    };
    for part in 0..20 {
        let length = file.len() * part / 20;
        refused(&format!("cut to {length}"), &file[..length]);
    }
    refused("without its last byte", &file[..file.len() - 1]);
    refused("with a byte more", &[&file[..], b"\n"].concat());
    refused("twice", &[&file[..], &file[..]].concat());
    for part in 0..20 {
        let at = (file.len() - 1) * part / 19;
        let mut flipped = file.clone();
        flipped[at] ^= 1;
        refused(&format!("byte {at}"), &flipped);
    }
    let lines: Vec<&str> = std::str::from_utf8(&file).unwrap().lines().collect();
    let without = |at: usize| {
        let kept = lines.iter().enumerate().filter(|(number, _)| *number != at);
        kept.flat_map(|(_, line)| [line.as_bytes(), b"\n"].concat()).collect::<Vec<u8>>()
    };
    refused("a row is missing", &without(5));
    refused("its end is missing", &without(lines.len() - 1));
    refused("its header is missing", &without(0));
    for other in ["", "{}\n", "SQLite format 3\u{0}", "{\"format\":\"tar\",\"version\":1}\n"] {
        refused("another file", other.as_bytes());
    }
}

#[tokio::test]
async fn a_newer_backup_is_refused() {
    let app = App::not_set_up().await;
    let file = dump(&app).await;
    let (_other, target) = empty().await;
    let newer = [
        with_header(&file, |header| header["version"] = 3.into()),
        with_header(&file, |header| header["schema"] = "m29991231_000001_later".into()),
        // Of its lines nothing need be known.
        b"{\"format\":\"regcred-backup\",\"version\":9}\n\x00\x01".to_vec(),
    ];
    for file in newer {
        let refused = load(&target, &file, &app).await.map(drop).expect_err("it is refused");
        assert!(matches!(refused, BackupProblem::Newer), "{refused}");
        assert!(refused.to_string().contains("newer Regcred"));
    }
    assert!(!target.has_schema().await.unwrap(), "nothing was changed");
}

#[tokio::test]
async fn a_restore_over_a_live_database_is_refused() {
    let (app, live) = (lived_in().await, App::not_set_up().await);
    let file = dump(&app).await;
    for target in [&app, &live] {
        let before = dump(target).await;
        let store = target.vault.store();
        let refused = load(store, &file, &app).await.map(drop).expect_err("it is refused");
        assert!(matches!(refused, BackupProblem::NotEmpty), "{refused}");
        assert_eq!(rows(&dump(target).await), rows(&before));
    }
}

#[tokio::test]
async fn a_restore_that_fails_leaves_nothing_behind() {
    let app = lived_in().await;
    let file = dump(&app).await;
    let (_database, store) = empty().await;
    // The last row once more: every row before it was taken by then. Of the old form, since a proof
    // would not let it come as far.
    let mut lines = body(&old_form(&file));
    lines.extend(lines.last().cloned());
    let refused = load_unproved(&store, &ended(&lines)).await.map(drop).expect_err("refused");
    assert!(matches!(refused, BackupProblem::Database(_)), "{refused}");
    // A row that is not of the header's form, too.
    let last = lines.len() - 1;
    lines[last] = "[\"project\",[1,2,3]]".to_owned();
    let refused = load_unproved(&store, &ended(&lines)).await.map(drop).expect_err("refused");
    assert!(matches!(refused, BackupProblem::Damaged), "{refused}");
    assert!(!store.has_schema().await.unwrap());
    load(&store, &file, &app).await.unwrap();
    assert_eq!(rows(&dump_of(&store, app.key_source()).await), rows(&file));
}

#[tokio::test]
async fn another_file_than_the_checked_one_is_refused() {
    let app = lived_in().await;
    let file = dump(&app).await;
    app.credential(&app.owner, "acme", "later", "later.example.com", "hunter5").await;
    let other = dump(&app).await;
    let (_database, store) = empty().await;
    let proved = check_backup(&mut &*file).unwrap().authenticate(&app.key_source()).unwrap();
    let refused = restore(&store, &proved, &mut &*other).await.map(drop);
    assert!(matches!(refused, Err(BackupProblem::Damaged)));
    assert!(!store.has_schema().await.unwrap());
}

#[tokio::test]
async fn an_older_backup_is_brought_to_todays_schema() {
    let steps = Migrator::migrations();
    // Before data keys had a state.
    let step = steps.iter().map(|step| step.name()).find(|name| name.contains("_000004_"));
    let header = json!({
        "format": "regcred-backup", "version": 1, "schema": step.unwrap(),
        "made_at": "2026-11-21T00:00:00Z", "database": "sqlite", "kek_ids": ["b976fc652f5fdb1d"],
        "tables": {
            "project": {"columns": [
                ["id", "uuid"], ["slug", "text"], ["name", "text"], ["created_at", "bigint"],
            ]},
            "crypto_key": {"columns": [
                ["purpose", "text"], ["version", "integer"], ["key_uuid", "uuid"],
                ["wrapped", "bytes"], ["kek_id", "text"], ["is_active", "boolean"],
                ["created_at", "bigint"],
            ]},
        },
    });
    let id = Uuid::now_v7();
    let project = json!(["project", [id, "acme", "Acme", 1]]);
    let key = json!(["crypto_key", ["secret", 1, id, "AAEC", "b976fc652f5fdb1d", true, 5]]);
    let file = ended(&[header.to_string(), project.to_string(), key.to_string()]);

    let (new, migrated) = (empty().await, empty().await);
    migrated.1.migrate(&migrated.0.address).await.unwrap();
    for (database, store) in [new, migrated] {
        load_unproved(&store, &file).await.unwrap();
        assert!(store.schema().await.unwrap().is_current());
        assert_eq!(database.scalar_text("SELECT state FROM crypto_key").await, "active");
        assert_eq!(database.scalar_text("SELECT name FROM project").await, "Acme");
        let key = store.keys().list().await.unwrap().remove(0);
        assert_eq!((key.key_uuid, key.wrapped, key.state_since), (id, vec![0, 1, 2], 5));
    }
}

#[tokio::test]
async fn either_database_restores_what_the_other_wrote() {
    if !is_on_postgres("this test needs PostgreSQL") {
        return;
    }
    let app = lived_in().await;
    let from_postgres = dump(&app).await;
    let embedded = Address::File(app.database.folder.join("restored.db"));
    let sqlite = Store::connect(&embedded).await.unwrap();
    load(&sqlite, &from_postgres, &app).await.unwrap();
    let from_sqlite = dump_of(&sqlite, app.key_source()).await;
    let (_database, postgres) = empty().await;
    load(&postgres, &from_sqlite, &app).await.unwrap();
    let again = dump_of(&postgres, app.key_source()).await;
    assert_eq!(rows(&again), rows(&from_postgres));
    // Each database sorts text in its own way.
    let sorted = |file: &[u8]| {
        let mut lines: Vec<String> = rows(file).into_iter().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&from_sqlite), sorted(&from_postgres));
}
