//! The tab of fetches: its pages end between fetches, and a line says what came of one.

use super::reader;
use crate::app::App;
use crate::listing::link;
use regcred::domain::delivery::{Fetch, Receipt};
use regcred::domain::matching::Lost;
use regcred::domain::permission::of;
use std::collections::BTreeSet;
use uuid::Uuid;

fn fetches(receipts: &[Receipt]) -> BTreeSet<Uuid> {
    receipts.iter().map(|one| Fetch::new(one.id).id()).collect()
}

#[tokio::test]
async fn deliveries_are_shown_in_pages_that_end_between_fetches() {
    let app = App::new().await;
    let one = app.credential(&app.owner, "acme", "one", "ghcr.io", "s").await;
    let two = app.credential(&app.owner, "acme", "two", "quay.io", "s").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[one, two], "pull").await;
    for _ in 0..36 {
        assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
    }
    let reader = reader(&app).await;
    let (_, newest, existing) = app.vault.credential_deliveries(&reader, one, None).await.unwrap();
    assert_eq!((newest.receipts.len(), existing), (20, vec![pipeline]));
    let (_, rest, _) = app.vault.credential_deliveries(&reader, one, newest.older).await.unwrap();
    assert_eq!((rest.receipts.len(), rest.older), (16, None));
    assert!(!newest.is_cut && !rest.is_cut);
    assert!(fetches(&newest.receipts).is_disjoint(&fetches(&rest.receipts)));

    // A pipeline's page has whole fetches, each with what it got of both.
    let of_pipelines = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let mut seen = BTreeSet::new();
    let (mut before, mut pages) = (None, 0);
    loop {
        let page =
            app.vault.pipeline_receipts(&of_pipelines, (pipeline, None), before).await.unwrap();
        let own = fetches(&page.receipts);
        assert_eq!(page.receipts.len(), 2 * own.len());
        assert!(seen.is_disjoint(&own));
        seen.extend(own);
        (before, pages) = (page.older, pages + 1);
        if before.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (36, 2));

    let path = format!("/p/acme/credentials/{one}/deliveries");
    let page = app.owner.get(&path).await.text();
    assert_eq!(page.matches("class=\"receipt\"").count(), 20);
    let older = link(&page, "next").unwrap();
    let page = app.owner.get(&older).await.text();
    assert_eq!(page.matches("class=\"receipt\"").count(), 16);
    assert_eq!(link(&page, "next"), None);
    assert_eq!(app.owner.get(&format!("{path}?before=x")).await.status, 400);
}

#[tokio::test]
async fn a_fetch_that_names_many_images_is_told_whole() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let images: Vec<String> =
        (0..40).map(|number| format!("repository=ghcr.io%2Facme%2Fapi{number}")).collect();
    let path = format!("/api/v1/buildx?{}", images.join("&"));
    for _ in 0..2 {
        assert_eq!(app.fetch(&token, &path).await.status, 200);
    }
    let own = format!("/p/acme/credentials/{id}/deliveries");
    let newest = app.owner.get(&own).await.text();
    let older = app.owner.get(&link(&newest, "next").unwrap()).await.text();
    assert_eq!(link(&older, "next"), None);
    for page in [newest, older] {
        assert_eq!(page.matches("class=\"receipt\"").count(), 1);
        assert!(page.contains("40 delivered") && !page.contains("has more receipts"), "{page}");
    }
}

#[tokio::test]
async fn a_fetch_of_everything_leaves_out_and_only_one_that_names_an_image_is_refused() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (build, token) = app.bare_pipeline("build").await;
    app.grant(build, id, &[("form[branches]", "main")]).await;
    let path = format!("/p/acme/credentials/{id}/deliveries");
    app.docker_config(&token, "", &[]).await;
    let page = app.owner.get(&path).await.text();
    assert!(page.contains("Left out") && !page.contains("dot-bad"), "{page}");
    app.docker_config(&token, "?image=ghcr.io%2Facme%2Fapi", &[]).await;
    let page = app.owner.get(&path).await.text();
    assert_eq!(page.matches("dot-bad").count(), 1, "{page}");
}

#[tokio::test]
async fn the_line_of_a_fetch_that_got_nothing_says_why() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str())];
    assert_eq!(app.owner.post_json_accept("/rpc/credentials/disable", &form).await.status, 200);
    app.docker_config(&token, "", &[]).await;
    let page = app.owner.get(&format!("/p/acme/credentials/{id}/deliveries")).await.text();
    let line = page.split("class=\"receipt\"").nth(1).unwrap().split("</summary>").next().unwrap();
    assert!(line.contains("Left out") && line.contains(Lost::Disabled.label()), "{line}");
    assert!(page.contains(&format!("/p/acme/match?pipeline={pipeline}")), "{page}");
}
