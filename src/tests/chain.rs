//! The chain (security T30): it holds after whatever was done through the doors, and every change
//! behind them shows at the link where it was made.

use crate::app::{App, Browser, PASSWORD, credential_form, soak};
use crate::commands::machine::Machine;
use axum::http::StatusCode;
use regcred::vault::INSTANCE;
use std::sync::Arc;
use tokio::task::JoinSet;
use uuid::Uuid;

async fn project_of(app: &App, browser: &Browser, slug: &str) -> Uuid {
    app.evidence(browser, slug).await.project().id
}

async fn first_break(app: &App, project: Uuid) -> Option<i64> {
    app.vault.first_break(project).await.unwrap()
}

#[tokio::test]
async fn it_holds_after_everything_that_people_and_pipelines_do() {
    let app = App::new().await;
    let owner = &app.owner;
    let kept = app.credential(owner, "acme", "kept", "ghcr.io", "hunter2").await.to_string();
    let gone = app.credential(owner, "acme", "gone", "quay.io", "hunter2").await;
    let ids = [Uuid::parse_str(&kept).unwrap(), gone];
    let (pipeline, token) = app.pipeline(owner, "acme", "ci", &ids, "pull").await;
    let (pipeline, gone) = (pipeline.to_string(), gone.to_string());
    assert_eq!(app.docker_config(&token, "", &[("regcred-run", "1")]).await.status, StatusCode::OK);
    let edit = [("id", &*kept), ("revision", "1")];
    let form = credential_form("acme", "kept", "ghcr.io", "hunter3", &edit);
    owner.post_multipart("/rpc/credentials/update", &form, None).await;
    let on = [("project", "acme"), ("id", &*kept)];
    let sure = [on.as_slice(), &[("anyway", "true")]].concat();
    owner.post_form("/rpc/credentials/disable", &sure).await;
    assert_eq!(app.docker_config(&token, "?intent=push", &[]).await.status, StatusCode::OK);
    owner.post_form("/rpc/credentials/enable", &on).await;
    let form =
        [("project", "acme"), ("id", &*gone), ("typed_name", "gone"), ("password", PASSWORD)];
    owner.post_form("/rpc/credentials/delete", &form).await;
    let form = [
        ("project", "acme"),
        ("pipeline", &*pipeline),
        ("token_days", "1"),
        ("password", PASSWORD),
    ];
    let reply = owner.post_form("/rpc/tokens/create", &form).await;
    assert!(reply.location().contains("?once="), "{}", reply.location());
    assert_eq!(app.docker_config(&token, "", &[]).await.status, StatusCode::OK);
    let form =
        [("project", "acme"), ("id", &*pipeline), ("typed_name", "ci"), ("password", PASSWORD)];
    owner.post_form("/rpc/pipelines/delete", &form).await;
    owner.post_form("/rpc/session/delete", &[]).await;

    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 1);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM pipeline").await, 0);
    let person = app.sign_in(crate::app::OWNER).await;
    assert_eq!(first_break(&app, project_of(&app, &person, "acme").await).await, None);
    assert_eq!(first_break(&app, INSTANCE).await, None);
}

#[tokio::test]
async fn every_change_to_the_past_shows_where_it_was_made() {
    // In each project: 1 the credential, 2 the pipeline, 3 its grant, 4 its token, 5 to 7 receipts.
    let (nil, another) = (format!("'{}'", Uuid::nil()), format!("'{}'", Uuid::max()));
    let mut changes: Vec<(String, i64)> = Vec::new();
    for (column, value) in [
        ("at", "at + 1"),
        ("action", "'credential.updated'"),
        ("actor", "'Mallory'"),
        ("actor_id", "NULL"),
        ("subject", "'another'"),
        ("detail", "'nothing'"),
    ] {
        changes.push((
            format!("UPDATE audit_event SET {column} = {value} WHERE chain = P AND seq = 1"),
            1,
        ));
    }
    for (table, column, value) in [
        ("pipeline_fetch", "at", "at + 1"),
        ("pipeline_fetch", "pipeline", "'another'"),
        ("receipt", "credential", "'another'"),
        ("receipt", "credential", "NULL"),
        ("receipt", "version", "2"),
        ("receipt", "intent", "'pull_push'"),
        ("receipt", "number", "2"),
        ("pipeline_fetch", "token_id", "'another'"),
        ("pipeline_fetch", "claims", "'{}'"),
        ("pipeline_fetch", "address", "'192.0.2.1'"),
        ("pipeline_fetch", "form", "1"),
        ("pipeline_fetch", "form", "3"),
        ("receipt", "outcome", "'refused'"),
        ("receipt", "reason", "'it is disabled'"),
        ("pipeline_fetch", "proof", "'{}'"),
        ("pipeline_fetch", "door", "'auth-json'"),
        ("pipeline_fetch", "id", "U"),
        ("pipeline_fetch", "pipeline_id", "U"),
        ("receipt", "credential_id", "U"),
        ("receipt", "image", "'ghcr.io/acme/api'"),
    ] {
        let value = if value == "U" { another.as_str() } else { value };
        changes.push((
            format!("UPDATE {table} SET {column} = {value} WHERE chain = P AND seq = 6"),
            6,
        ));
    }
    let fields = "at, pipeline_id, pipeline, door, token_id, claims, proof, address, form, mac";
    let of_receipt = "credential_id, credential, version, intent, image, outcome, reason";
    for (sql, at) in [
        ("DELETE FROM audit_event WHERE chain = P AND seq = 2", 2),
        ("DELETE FROM audit_event WHERE chain = P AND seq = 1", 1),
        ("DELETE FROM receipt WHERE chain = P AND seq = 6", 6),
        ("DELETE FROM pipeline_fetch WHERE chain = P AND seq = 6", 6),
        // The end is cut off: nothing is wrong but that the head says there is more.
        (
            "DELETE FROM receipt WHERE chain = P AND seq = 7; DELETE FROM pipeline_fetch WHERE chain = P AND seq = 7",
            7,
        ),
        ("UPDATE chain_head SET seq = seq - 1 WHERE chain = P", 8),
        ("DELETE FROM chain_head WHERE chain = P", 8),
        (
            "UPDATE pipeline_fetch SET seq = 13 - seq + 100 WHERE chain = P AND seq > 5; UPDATE pipeline_fetch SET seq = seq - 100 WHERE chain = P AND seq > 100",
            6,
        ),
        ("UPDATE receipt SET seq = seq + 1 WHERE chain = P AND seq = 7", 7),
        ("UPDATE pipeline_fetch SET seq = seq + 1 WHERE chain = P AND seq = 7", 7),
        (
            "UPDATE pipeline_fetch SET mac = (SELECT mac FROM pipeline_fetch AS f WHERE f.chain = P AND f.seq = 5) WHERE chain = P AND seq = 6",
            6,
        ),
        (
            &*format!(
                "INSERT INTO pipeline_fetch (id, chain, seq, {fields}) SELECT {another}, chain, 8, {fields} FROM pipeline_fetch WHERE chain = P AND seq = 7"
            ),
            8,
        ),
        (
            &*format!(
                "INSERT INTO receipt (chain, seq, number, {of_receipt}) SELECT chain, seq, 2, {of_receipt} FROM receipt WHERE chain = P AND seq = 7"
            ),
            7,
        ),
        (
            &*format!(
                "INSERT INTO receipt (chain, seq, number, {of_receipt}) SELECT chain, 2, 1, {of_receipt} FROM receipt WHERE chain = P AND seq = 7"
            ),
            2,
        ),
        // Behind the end, and before the beginning.
        (
            &*format!(
                "INSERT INTO receipt (chain, seq, number, {of_receipt}) SELECT chain, 9, 1, {of_receipt} FROM receipt WHERE chain = P AND seq = 7"
            ),
            8,
        ),
        (
            &*format!(
                "INSERT INTO pipeline_fetch (id, chain, seq, {fields}) SELECT {another}, chain, 0, {fields} FROM pipeline_fetch WHERE chain = P AND seq = 7"
            ),
            1,
        ),
        (
            &*format!(
                "INSERT INTO receipt (chain, seq, number, {of_receipt}) SELECT chain, -3, 1, {of_receipt} FROM receipt WHERE chain = P AND seq = 7"
            ),
            1,
        ),
        (&*format!("UPDATE receipt SET chain = {nil} WHERE chain = P AND seq = 7"), 7),
        (&*format!("UPDATE pipeline_fetch SET chain = {nil} WHERE chain = P AND seq = 7"), 7),
    ] {
        changes.push((sql.to_owned(), at));
    }

    let app = App::new().await;
    let whole = project_of(&app, &app.owner, "acme").await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    for (number, (sql, at)) in changes.iter().enumerate() {
        let slug = format!("p{number}");
        let owner = app.project(&slug).await;
        let id = app.credential(&owner, &slug, "ghcr", "ghcr.io", "hunter2").await;
        let (_, token) = app.pipeline(&owner, &slug, "ci", &[id], "pull").await;
        for run in ["1", "2", "3"] {
            let reply = app.docker_config(&token, "", &[("regcred-run", run)]).await;
            assert_eq!(reply.status, StatusCode::OK);
        }
        let project = project_of(&app, &owner, &slug).await;
        assert_eq!(first_break(&app, project).await, None, "before {sql}");
        let sql = sql.replace("= P", &format!("= {}", app.database.id(project)));
        let sql = sql.replace(&nil, &app.database.id(Uuid::nil()));
        let sql = sql.replace(&another, &app.database.id(Uuid::max()));
        app.raw(&sql).await;
        assert_eq!(first_break(&app, project).await, Some(*at), "{sql}");
    }
    assert_eq!(first_break(&app, whole).await, None, "another project's chain is its own");
}

#[tokio::test]
async fn a_chain_that_was_taken_away_as_a_whole_is_broken_at_its_first_link() {
    let machine = Machine::set_up().await;
    let database = &machine.instance.database;
    let project = machine.vault.store().projects().find("acme").await.unwrap().unwrap().id;
    machine.run(&["audit", "verify"]).done();
    let assert_broken = |what: &str| {
        for args in [&["audit", "verify"][..], &["audit", "verify", "--project", "acme"]] {
            let said = machine.run(args);
            let is_named = said
                .out
                .lines()
                .any(|line| line.starts_with("acme ") && line.contains("BROKEN at link 1"));
            assert!(said.code == Some(1) && is_named, "{what}: {}{}", said.out, said.err);
        }
        let said = machine.run(&["doctor"]);
        assert_eq!(said.code, Some(1), "{what}: {}", said.out);
        assert!(said.out.contains("acme at link 1"), "{what}: {}", said.out);
    };
    let of = format!("WHERE chain = {}", database.id(project));
    database.raw(&format!("DELETE FROM audit_event {of}")).await;
    let nothing = database.bytes(&[0; 32]);
    database.raw(&format!("UPDATE chain_head SET seq = 0, link = {nothing} {of}")).await;
    assert_broken("its end says that there is nothing");
    database.raw(&format!("DELETE FROM chain_head {of}")).await;
    assert_broken("its end is gone, too");

    let of = format!("WHERE chain = {}", database.id(INSTANCE));
    for table in ["audit_event", "chain_head"] {
        database.raw(&format!("DELETE FROM {table} {of}")).await;
    }
    let said = machine.run(&["audit", "verify"]);
    let broken = said.out.matches("BROKEN at link 1").count();
    assert_eq!((said.code, broken), (Some(1), 2), "{}", said.out);
    let said = machine.run(&["doctor"]);
    assert!(said.out.contains("instance at link 1"), "{}", said.out);
}

#[tokio::test]
async fn deliveries_at_once_have_one_receipt_each() {
    let app = App::new().await;
    let live = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let off = app.credential(&app.owner, "acme", "quay", "quay.io", "hunter2").await;
    let mut tokens = Vec::new();
    for number in 0..64 {
        let name = format!("pipeline {number}");
        tokens.push(app.pipeline(&app.owner, "acme", &name, &[live, off], "pull").await.1);
    }
    let off = off.to_string();
    let form = [("project", "acme"), ("id", &*off)];
    app.owner.post_form("/rpc/credentials/disable", &form).await;
    let project = project_of(&app, &app.owner, "acme").await;
    let app = Arc::new(app);
    let rounds = soak(2, 40);
    let mut delivered = 0;
    for _ in 0..rounds {
        let mut asking = JoinSet::new();
        for (number, token) in tokens.iter().cloned().enumerate() {
            let app = Arc::clone(&app);
            // Among them some who are nobody: they are no receipts.
            let token = if number % 16 == 15 { token[..76].to_owned() } else { token };
            asking.spawn(async move { app.docker_config(&token, "", &[]).await.status });
        }
        let statuses = asking.join_all().await;
        delivered += statuses.iter().filter(|status| **status == StatusCode::OK).count();
        assert!(statuses.iter().all(|s| matches!(*s, StatusCode::OK | StatusCode::UNAUTHORIZED)));
    }
    assert_eq!(delivered, rounds * 60);
    let count = async |outcome: &str| {
        let sql = format!("SELECT COUNT(*) FROM receipt WHERE outcome = '{outcome}'");
        usize::try_from(app.scalar_i64(&sql).await).unwrap()
    };
    assert_eq!(count("delivered").await, delivered);
    assert_eq!(count("refused").await, delivered, "each is told that the other is disabled");
    let each = "SELECT COUNT(*) FROM (SELECT token_id FROM pipeline_fetch GROUP BY token_id) AS t";
    assert_eq!(app.scalar_i64(each).await, 60);
    let sum = "SELECT CAST(SUM(deliveries) AS BIGINT) FROM usage";
    assert_eq!(usize::try_from(app.counted_i64(sum).await).unwrap(), delivered);
    assert_eq!(first_break(&app, project).await, None);
}
