//! A backup that was changed or made by somebody without the key is refused before anything of it
//! is in the database, however well its digest fits.

use super::file::{
    body, dump, dump_of, empty, ended_with, load, load_unproved, old_form, proof, rows,
};
use super::lived_in;
use crate::app::App;
use regcred::crypto::kek::Kek;
use regcred::store::Store;
use regcred::vault::{BackupProblem, KeySource, check_backup};
use serde_json::{Value, json};
use uuid::Uuid;

/// A row of that table once more, with another id.
fn another(lines: &[String], table: &str) -> String {
    let start = format!("[\"{table}\",[\"");
    let row = lines.iter().find(|line| line.starts_with(&start)).unwrap();
    let id = row[start.len()..].split('"').next().unwrap();
    row.replace(id, &Uuid::now_v7().to_string())
}

/// The lines before the end with one change each.
fn changes(lines: &[String]) -> Vec<(&'static str, Vec<String>)> {
    let mut swapped = lines.to_vec();
    swapped.swap(1, 2);
    let mut header: Value = serde_json::from_str(&lines[0]).unwrap();
    header["made_at"] = "2020-01-01T00:00:00Z".into();
    let mut redated = lines.to_vec();
    redated[0] = header.to_string();
    let mut less = lines.to_vec();
    less.pop();
    let with = |row: String| [lines, &[row]].concat();
    let elsewhere = |line: &String| line.replace("ghcr.io", "ghcr.example.com");
    vec![
        ("a person more", with(another(lines, "person"))),
        ("a pipeline more", with(another(lines, "pipeline"))),
        ("a row less", less),
        ("two rows exchanged", swapped),
        ("another registry", lines.iter().map(elsewhere).collect()),
        ("another date", redated),
    ]
}

/// It is whole, and yet nothing of it comes into the store.
async fn assert_forged(case: &str, file: &[u8], store: &Store, app: &App) {
    check_backup(&mut &*file).unwrap_or_else(|problem| panic!("{case}: {problem}"));
    let refused = load(store, file, app).await.map(drop).expect_err(case);
    assert!(matches!(refused, BackupProblem::Forged), "{case}: {refused}");
    assert!(refused.to_string().contains("Use another copy"), "{case}: {refused}");
    assert!(!store.has_schema().await.unwrap(), "{case}: something was put in place");
}

#[tokio::test]
async fn a_change_is_refused_though_the_digest_was_made_anew() {
    let app = lived_in().await;
    let file = dump(&app).await;
    let (_database, store) = empty().await;
    for (case, lines) in changes(&body(&file)) {
        assert_forged(case, &ended_with(&lines, &proof(&file)), &store, &app).await;
    }
    // What was changed is all that was wrong with them.
    load(&store, &ended_with(&body(&file), &proof(&file)), &app).await.unwrap();
    assert_eq!(rows(&dump_of(&store, app.key_source()).await), rows(&file));
}

#[tokio::test]
async fn a_proof_that_is_missing_or_of_something_else_is_refused() {
    let app = App::new().await;
    let earlier = dump(&app).await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let file = dump(&app).await;
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let (_database, store) = empty().await;
    for hmac in [Value::Null, json!(""), json!("-"), json!("AAAA"), json!(zeros), proof(&earlier)] {
        let case = format!("{hmac} for a proof");
        assert_forged(&case, &ended_with(&body(&file), &hmac), &store, &app).await;
    }
    // Nor is one of it as the older form, which would have none.
    let refused = load(&store, &old_form(&file), &app).await.map(drop).expect_err("it is refused");
    assert!(matches!(refused, BackupProblem::Unauthenticated), "{refused}");
}

#[tokio::test]
async fn who_has_another_key_proves_nothing() {
    let (app, stranger) = (App::not_set_up().await, App::not_set_up().await);
    let [ours, theirs] =
        [&app, &stranger].map(|app| app.key_source().current.unwrap().id().to_string());
    let file = dump(&stranger).await;
    let (_database, store) = empty().await;
    let refused = load(&store, &file, &app).await.map(drop).expect_err("it is refused");
    assert!(matches!(refused, BackupProblem::WrongKey { .. }), "{refused}");
    let sentence = refused.to_string();
    assert!(sentence.contains(&ours) && sentence.contains(&theirs), "{sentence}");
    // It only says that it is under our key.
    let claimed: Vec<String> =
        body(&file).iter().map(|line| line.replace(&theirs, &ours)).collect();
    assert_forged("claimed", &ended_with(&claimed, &proof(&file)), &store, &app).await;
}

#[tokio::test]
async fn a_proof_is_looked_at_with_either_key_of_the_operator_and_not_without() {
    let app = App::not_set_up().await;
    let file = dump(&app).await;
    let authenticate = |source: KeySource| check_backup(&mut &*file).unwrap().authenticate(&source);
    let refused = authenticate(KeySource::default()).map(drop).expect_err("no key");
    assert!(matches!(refused, BackupProblem::NoKey { .. }), "{refused}");
    let id = app.key_source().current.unwrap().id().to_string();
    assert!(refused.to_string().contains(&id), "{refused}");

    let other = || Some(Kek::generate().unwrap());
    let refused = authenticate(KeySource { current: other(), previous: other() }).map(drop);
    assert!(matches!(refused, Err(BackupProblem::WrongKey { .. })));
    let previous = app.key_source().current;
    authenticate(KeySource { current: other(), previous }).unwrap();
    authenticate(app.key_source()).unwrap();
}

#[tokio::test]
async fn a_backup_of_the_old_form_is_taken_on_somebodys_word_only() {
    let app = lived_in().await;
    let file = dump(&app).await;
    let old = old_form(&file);
    let (_database, store) = empty().await;
    let refused = load(&store, &old, &app).await.map(drop).expect_err("it is refused");
    assert!(matches!(refused, BackupProblem::Unauthenticated), "{refused}");
    assert!(refused.to_string().contains("--unauthenticated"), "{refused}");
    assert!(!store.has_schema().await.unwrap(), "something was put in place");
    load_unproved(&store, &old).await.unwrap();
    assert_eq!(rows(&dump_of(&store, app.key_source()).await), rows(&file));
}

#[tokio::test]
async fn nobodys_word_does_for_a_backup_that_can_be_proved() {
    let app = App::not_set_up().await;
    let file = dump(&app).await;
    let without_proof = ended_with(&body(&file), &Value::Null);
    for file in [file, without_proof] {
        assert!(check_backup(&mut &*file).unwrap().unproved().is_none());
    }
}
