//! A figure leads to as many receipts as it says.

use super::{DAY, delete, now, scene};
use crate::app::App;
use crate::reports::{FAILED, tell};
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

#[tokio::test]
async fn a_flow_of_several_credentials_leads_to_no_list_with_another_number() {
    let app = App::new().await;
    let owner = &app.owner;
    let of = async |name: &str, host: &str, path: &str| {
        app.credential_with(owner, "acme", name, host, "s", &[("paths", path)]).await
    };
    let several = [of("api", "ghcr.io", "acme/api").await, of("web", "ghcr.io", "acme/web").await];
    let one = of("quay", "quay.io", "acme").await;
    let granted = [several[0], several[1], one];
    let (pipeline, token) = app.pipeline(owner, "acme", "build", &granted, "pull").await;
    for image in ["ghcr.io/acme/api", "ghcr.io/acme/web", "quay.io/acme/api"] {
        let path = format!("/api/v1/docker-config?image={image}");
        assert_eq!(app.fetch(&token, &path).await.status, 200);
    }
    let html = owner.get("/p/acme/usage?view=registry").await.text();
    let picture = html.split("class=\"flow\"").nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(picture.contains("aria-label=\"ghcr.io to build: 2 delivered\""), "{picture}");
    assert_eq!(picture.matches("href=").count(), 1, "{picture}");
    let start = format!("/p/acme/pipelines/{pipeline}/deliveries?credential={one}");
    assert!(crate::forms::link_in(picture, &start).is_some(), "{picture}");
}

#[tokio::test]
async fn what_failed_of_a_pair_that_was_deleted_leads_to_no_list_with_another_number() {
    let app = App::new().await;
    let (credentials, pipelines) = scene(&app).await;
    let (pipeline, token) = &pipelines[2];
    app.fetch(token, "/api/v1/docker-config").await;
    let reply = app.fetch(token, "/api/v1/docker-config").await;
    assert_eq!(tell(&app, token, reply.deliveries()[0], FAILED).await.status, 204);
    delete(&app, "/rpc/credentials/delete", credentials[2], "three").await;
    delete(&app, "/rpc/pipelines/delete", *pipeline, "nightly").await;
    let html = app.owner.get("/p/acme/usage?view=credential").await.text();
    assert!(html.contains("2 delivered: three, nightly"), "{html}");
    assert!(!html.contains("1 reported as failed: three, nightly"), "{html}");
}
