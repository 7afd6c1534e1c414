//! A row that was changed is found although nobody asks for it.

use crate::app::App;
use crate::process::instance::Instance;
use crate::process::server::Server;
use regcred::domain::audit::{Action, Detail};
use regcred::vault::INSTANCE;
use std::fs;
use std::time::{Duration, Instant};

const FOUND: &str = "rows.found_changed";

/// Runs the job; gives how many events there are of it.
async fn look(app: &App) -> i64 {
    app.vault.find_changed_rows().await.unwrap();
    let sql = format!("SELECT COUNT(*) FROM audit_event WHERE action = '{FOUND}'");
    app.scalar_i64(&sql).await
}

#[tokio::test]
async fn changed_rows_are_on_record_once_a_day() {
    let app = App::new().await;
    assert_eq!(look(&app).await, 0);
    assert_eq!(app.tamper("UPDATE person SET name = 'Mallory'").await, 1);
    for _ in 0..3 {
        assert_eq!(look(&app).await, 1);
    }
    let events = app.vault.store().chain().newest(INSTANCE, 1).await.unwrap();
    assert_eq!((events[0].action, &events[0].detail), (Action::RowsFound, &Detail::Rows(1)));
    let yesterday = "UPDATE audit_event SET at = at - 86400000 WHERE action = 'rows.found_changed'";
    app.tamper(yesterday).await;
    assert_eq!(look(&app).await, 2);
}

#[tokio::test]
async fn an_event_that_somebody_put_there_does_not_hide_changed_rows() {
    for change in ["seq = 9000000000000000000", "at = at + 9000000000000"] {
        let app = App::new().await;
        assert_eq!(app.tamper("UPDATE person SET name = 'Mallory'").await, 1);
        assert_eq!(look(&app).await, 1);
        let planted = format!("UPDATE audit_event SET {change} WHERE action = '{FOUND}'");
        assert_eq!(app.tamper(&planted).await, 1);
        assert_eq!(look(&app).await, 2, "{change}");
    }
}

#[tokio::test]
async fn each_start_says_in_the_log_that_there_are_changed_rows() {
    let instance = Instance::new().await;
    assert!(Server::start(instance.command(), &instance.log).stop().success());
    assert_eq!(instance.database.raw("UPDATE chain_head SET end_mac = NULL").await, 1);
    let server = Server::start(instance.command(), &instance.log);
    let is_said = || fs::read_to_string(&instance.log).unwrap().contains("changed outside Regcred");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_said() {
        assert!(Instant::now() < deadline, "it is not said");
    }
    assert!(server.stop().success());
}
