//! A row that was changed is found although nobody asks for it.

use crate::app::App;
use regcred::domain::audit::{Action, Detail};
use regcred::vault::INSTANCE;

/// Runs the job; gives how many events there are of it.
async fn look(app: &App) -> i64 {
    app.vault.find_changed_rows().await.unwrap();
    let sql = "SELECT COUNT(*) FROM audit_event WHERE action = 'rows.found_changed'";
    app.scalar_i64(sql).await
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
