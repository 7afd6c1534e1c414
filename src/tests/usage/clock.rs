//! The clock goes back, and what was last stays last.

use super::{DAY, now, project, scene};
use crate::app::App;
use regcred::vault::told_at;

#[tokio::test]
async fn a_clock_that_goes_back_moves_no_last_use_back() {
    let app = App::new().await;
    let (_, pipelines) = scene(&app).await;
    let project = project(&app).await;
    for days in [0, -3] {
        let fetch = app.fetch(&pipelines[0].1, "/api/v1/docker-config");
        assert_eq!(told_at(now().plus_seconds(days * DAY), fetch).await.status, 200);
        app.vault.store().count_receipts(project).await.unwrap();
    }
    let newest = app.scalar_i64("SELECT MAX(at) FROM pipeline_fetch").await;
    for last in [
        "MIN(last_delivered_at) FROM secret_version",
        "MIN(last_used_at) FROM pipeline_token",
        "MIN(last_at) FROM usage",
    ] {
        assert_eq!(app.scalar_i64(&format!("SELECT {last}")).await, newest, "{last}");
    }
}
