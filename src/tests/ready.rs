//! What `/readyz` tells load balancers (security 3.8), and that nobody waits for ever for what others
//! hold in the database.

use crate::app::{App, Browser};
use crate::clock::pass;
use crate::process::client::exchange;
use crate::process::server::{Folder, Server, command, signal};
use crate::skipped::is_on_postgres;
use crate::written;
use sea_orm::{ConnectionTrait, TransactionTrait};
use std::time::Duration;
use tokio::time::timeout;

async fn ready(browser: &Browser) -> (u16, String) {
    let reply = browser.get("/readyz").await;
    (reply.status.as_u16(), reply.text())
}

#[tokio::test]
async fn a_database_that_takes_nothing_makes_a_server_unready() {
    let app = App::new().await;
    // Reading goes on, and the one thing that the question writes does not.
    app.raw("ALTER TABLE lease RENAME TO kept").await;
    let (status, text) = ready(&app.owner).await;
    assert_eq!((status, text.as_str()), (503, "the database does not take what is written\n"));
    assert_eq!(app.owner.get("/p/acme/credentials").await.status, 200);
    app.raw("ALTER TABLE kept RENAME TO lease").await;
    // Another server has not asked yet; this one asks again after a second.
    let another = app.another_server().await;
    for _ in 0..2 {
        assert_eq!(ready(&another).await, (200, "ready\n".to_owned()));
    }
}

#[tokio::test]
async fn asked_all_the_time_it_writes_once_in_ten_seconds_while_all_is_well() {
    let app = App::new().await;
    written::watch(&app.database).await;
    let is_well = async || assert_eq!(ready(&app.owner).await.0, 200);
    is_well().await;
    for _ in 0..5 {
        pass(1).await;
        is_well().await;
    }
    assert_eq!(written::count(&app.database, &[]).await, 1);
    pass(5).await;
    is_well().await;
    assert_eq!(written::count(&app.database, &[]).await, 2);
    // Another write is due; from then on each question is one, until all is well again.
    pass(10).await;
    app.raw("ALTER TABLE lease RENAME TO kept").await;
    assert_eq!(ready(&app.owner).await.0, 503);
    app.raw("ALTER TABLE kept RENAME TO lease").await;
    pass(1).await;
    is_well().await;
    assert_eq!(written::count(&app.database, &[]).await, 3);
}

#[test]
fn asked_to_stop_it_says_so_and_serves_those_who_still_come() {
    let folder = Folder::new();
    let mut command = command(&folder.0.join("data"));
    command.env("REGCRED_DRAIN", "2");
    let server = Server::start(command, &folder.0.join("log"));
    let ask = |path| exchange(server.port, "GET", path, "", b"").unwrap();
    assert_eq!(ask("/readyz").status, 200);
    signal("TERM", server.id());
    let answer = loop {
        let answer = ask("/readyz");
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!((answer.status, &*answer.text()), (503, "the server is about to stop\n"));
    assert_eq!(ask("/livez").status, 200);
    assert!(server.stop().success());
}

#[tokio::test]
async fn who_waits_too_long_for_what_others_hold_is_told_to_come_back() {
    if !is_on_postgres("SQLite has one writer, and a patience that it is opened with") {
        return;
    }
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    let db = app.database.connect().await;
    let held = db.begin().await.unwrap();
    held.execute_unprepared("SELECT 1 FROM chain_head FOR UPDATE").await.unwrap();
    let reply = timeout(Duration::from_secs(30), app.docker_config(&token, "", &[])).await;
    let reply = reply.expect("it waits for ever");
    assert_eq!(reply.status, 503);
    assert!(!reply.text().contains("auths"));
    held.rollback().await.unwrap();
    db.close().await.unwrap();
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
}
