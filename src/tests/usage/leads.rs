//! A figure leads to as many receipts as it says.

use super::{DAY, delete, now, scene};
use crate::app::App;
use regcred::domain::permission::of;
use regcred::vault::told_at;
use uuid::Uuid;

/// The page that the first such link of the page of usage leads to.
async fn led(app: &App, usage: &str, start: &str) -> String {
    let html = app.owner.get(usage).await.text();
    let href = crate::forms::link_in(&html, start).unwrap_or_else(|| panic!("{start}: {html}"));
    let page = app.owner.get(&href.replace("&amp;", "&")).await;
    assert_eq!(page.status, 200, "{href}");
    page.text()
}

#[tokio::test]
async fn the_figure_of_whole_requests_leads_to_no_refusal_of_a_credential() {
    let app = App::new().await;
    let (credentials, pipelines) = scene(&app).await;
    let (pipeline, token) = &pipelines[2];
    // Its grant is for pulling.
    app.fetch(token, "/api/v1/credential?server=r.example.com&intent=push").await;
    delete(&app, "/rpc/credentials/delete", credentials[2], "three").await;
    app.fetch(token, "/api/v1/docker-config").await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let of = |credential| app.vault.pipeline_receipts(&reader, (*pipeline, credential), None);
    assert_eq!(of(None).await.unwrap().receipts.len(), 2);
    let whole = of(Some(Uuid::nil())).await.unwrap().receipts;
    assert_eq!((whole.len(), whole[0].credential.as_deref()), (1, None));
    let start = format!("/p/acme/pipelines/{pipeline}/deliveries?credential={}", Uuid::nil());
    let page = led(&app, "/p/acme/usage?view=pipeline", &start).await;
    assert!(page.contains("Only whole requests that were refused since "), "{page}");
    assert_eq!(page.matches("class=\"receipt\"").count(), 1, "{page}");
}

#[tokio::test]
async fn a_figure_of_a_window_leads_to_no_receipt_from_before_it() {
    let app = App::new().await;
    let (credentials, pipelines) = scene(&app).await;
    let (pipeline, token) = &pipelines[0];
    for days in [-40, -2] {
        told_at(now().plus_seconds(days * DAY), app.fetch(token, "/api/v1/docker-config")).await;
    }
    let start = format!("/p/acme/credentials/{}/deliveries?pipeline={pipeline}", credentials[0]);
    for (window, count) in [("7", 1), ("90", 2), ("all", 2)] {
        let usage = format!("/p/acme/usage?view=credential&window={window}");
        let page = led(&app, &usage, &start).await;
        assert_eq!(page.matches("class=\"receipt\"").count(), count, "{window}: {page}");
        assert_eq!(page.contains(" (UTC) are shown."), window != "all", "{window}: {page}");
    }
}
