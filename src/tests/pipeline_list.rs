//! The list of pipelines: in pages, searched, in two orders, with what each row says.

mod ruled;

use crate::app::App;
use regcred::domain::listing::percent;
use regcred::domain::permission::of;
use regcred::domain::pipeline::listing::{PipelineListing, PipelineQuery, PipelineSort};
use regcred::domain::trust_rule::Provider;
use regcred::domain::user::Role;
use regcred::store::{Called, Unrecorded};
use uuid::Uuid;

async fn listed(app: &App, query: &PipelineQuery) -> PipelineListing {
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    app.vault.pipelines_page(&reader, query).await.unwrap()
}

/// The names that a search finds.
async fn found(app: &App, search: &str) -> Vec<String> {
    let query = PipelineQuery { search: search.to_owned(), ..PipelineQuery::default() };
    names(&listed(app, &query).await)
}

fn names(listing: &PipelineListing) -> Vec<String> {
    listing.rows.iter().map(|row| row.summary.name.clone()).collect()
}

/// Pipelines `row-000` and on, as the product would have written them.
async fn fill(app: &App, count: i64) {
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let write = app.vault.store().write().await.unwrap();
    for number in 0..count {
        let name = format!("row-{number:03}");
        let called = Called {
            name: &name,
            name_key: name.clone(),
            description: "nightly",
            search_key: format!("{name}\nnightly"),
        };
        let pipelines = write.pipelines(project);
        pipelines.insert(Uuid::now_v7(), called, 1_000 + number, "Olga").await.unwrap();
    }
    write.commit_without_event(Unrecorded::Test).await.unwrap();
}

/// Every page of the order, the first one first.
async fn pages(app: &App, first: PipelineQuery) -> Vec<Vec<String>> {
    let (mut all, mut next) = (Vec::new(), Some(first));
    while let Some(query) = next {
        let page = listed(app, &query).await;
        all.push(names(&page));
        next = page.next;
    }
    all
}

#[tokio::test]
async fn pages_follow_one_another_in_both_orders_and_back() {
    let app = App::new().await;
    fill(&app, 120).await;
    let expected: Vec<String> = (0..120).map(|number| format!("row-{number:03}")).collect();
    let by_name = pages(&app, PipelineQuery::default()).await;
    assert_eq!(by_name.iter().map(Vec::len).collect::<Vec<_>>(), [25, 25, 25, 25, 20]);
    assert_eq!(by_name.concat(), expected);
    let newest = PipelineQuery::default().sorted(PipelineSort::Created);
    let reversed: Vec<String> = expected.iter().rev().cloned().collect();
    assert_eq!(pages(&app, newest.clone()).await.concat(), reversed);
    for first in [PipelineQuery::default(), newest] {
        let second = listed(&app, &first).await.next.unwrap();
        let third = listed(&app, &second).await;
        assert!(third.previous.is_some());
        let back = listed(&app, &third.previous.unwrap()).await;
        assert_eq!(names(&back), names(&listed(&app, &first).await));
        assert!(back.previous.is_none() && back.next.is_some());
    }
}

#[tokio::test]
async fn a_search_finds_names_and_descriptions_in_any_case_and_takes_nothing_for_a_pattern() {
    let app = App::new().await;
    fill(&app, 3).await;
    app.bare_pipeline("Straße_100%").await;
    let found = async |search: &str| found(&app, search).await;
    assert_eq!(found("STRASSE").await, ["Straße_100%"]);
    assert_eq!(found("ROW-00").await, ["row-000", "row-001", "row-002"]);
    assert_eq!(found("Nightly").await.len(), 3);
    assert_eq!(found("0%").await, ["Straße_100%"]);
    assert!(found("row_0").await.is_empty() && found("zebra").await.is_empty());
    let (id, _) = app.bare_pipeline("Zürich").await;
    let id = id.to_string();
    let called = [
        ("project", "acme"),
        ("id", id.as_str()),
        ("revision", "1"),
        ("form[name]", "Zürich"),
        ("form[description]", "ÜBER die Straße"),
    ];
    assert_eq!(app.owner.post_json_accept("/rpc/pipelines/update", &called).await.status, 200);
    for search in ["zurich", "ZÜRICH", "über", "uber die", "STRASSE", "straße"] {
        assert!(found(search).await.contains(&"Zürich".to_owned()), "{search}");
    }
    // A server of the version before knows of names only.
    app.raw("UPDATE pipeline SET search_key = ''").await;
    assert_eq!(found("zürich").await, ["Zürich"]);
    let page = app.owner.get("/p/acme/pipelines?q=zebra").await;
    assert!(page.status == 200 && page.text().contains("No pipelines match."));
    assert_eq!(app.owner.get("/p/acme/pipelines?sort=mac").await.status, 400);
}

#[tokio::test]
async fn a_mark_without_its_letter_finds_nothing() {
    let app = App::new().await;
    app.bare_pipeline("build").await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    for marks in ["\u{301}", "\u{300}\u{36f}"] {
        assert!(found(&app, marks).await.is_empty(), "{marks:?}");
        let asked = percent(marks);
        let page = app.owner.get(&format!("/p/acme/pipelines?q={asked}")).await.text();
        assert!(page.contains("No pipelines match."), "{page}");
        let page = app.owner.get(&format!("/p/acme/credentials?q={asked}")).await.text();
        assert!(page.contains("No credentials match.") && !page.contains("Edit ghcr"), "{page}");
        assert!(crate::listing::names(&app, &[("q", marks)]).await.is_empty(), "{marks:?}");
    }
}

#[tokio::test]
async fn a_row_says_how_it_signs_in_and_how_often_it_was_refused_lately() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let pipeline = pipeline.to_string();
    let rule = crate::matrix::rule("acme", &pipeline).to_vec();
    let reply = app.owner.post_json_accept("/rpc/trust-rules/create", &rule).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let (_, idle) = app.bare_pipeline("idle").await;
    for _ in 0..2 {
        // Nothing to push with: what is granted only pulls.
        app.docker_config(&token, "?intent=push&image=ghcr.io%2Facme%2Fapi", &[]).await;
    }
    app.docker_config(&token, "", &[]).await;
    let rows = listed(&app, &PipelineQuery::default()).await.rows;
    let said: Vec<_> = rows
        .iter()
        .map(|row| (row.summary.name.as_str(), row.providers.clone(), row.refused))
        .collect();
    assert_eq!(said, [("build", vec![Provider::GitHub], 2), ("idle", Vec::new(), 0)]);
    assert_eq!(rows[0].summary.grants, 1);
    let page = app.owner.get("/p/acme/pipelines").await.text();
    assert!(page.contains("GitHub Actions, 1 token"), "{page}");
    assert!(page.contains("Of its last 20 requests, 2 received nothing."), "{page}");
    assert!(!page.contains(&idle));
}

#[tokio::test]
async fn a_dialog_that_does_not_offer_every_pipeline_says_so() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let dialog = format!("/p/acme/credentials/{id}/grant");
    fill(&app, 3).await;
    let cut = "Search for the others.";
    assert!(!app.owner.get(&dialog).await.text().contains(cut));
    app.raw("DELETE FROM pipeline").await;
    fill(&app, 51).await;
    assert!(app.owner.get(&dialog).await.text().contains(cut));
}

#[tokio::test]
async fn a_list_says_how_many_pipelines_there_are_as_far_as_a_page_tells() {
    let app = App::new().await;
    fill(&app, 27).await;
    let said = async |path: &str| {
        let page = app.owner.get(path).await.text();
        let (_, said) = page.split_once("id=\"said\"").unwrap();
        let said = said.split_once('>').unwrap().1.split('<').next().unwrap();
        (said.to_owned(), crate::listing::link(&page, "next"))
    };
    let (first, next) = said("/p/acme/pipelines").await;
    assert_eq!(first, "More than 25 pipelines");
    assert_eq!(said(&next.unwrap()).await.0, "2 pipelines on this page");
    assert_eq!(said("/p/acme/pipelines?q=row-01").await.0, "10 pipelines");
    assert_eq!(said("/p/acme/pipelines?q=row-011").await.0, "1 pipeline");
}

#[tokio::test]
async fn a_list_without_rows_says_why_it_has_none() {
    let app = App::new().await;
    let shown =
        async |query: &str| app.owner.get(&format!("/p/acme/pipelines{query}")).await.text();
    assert!(shown("?sort=created").await.contains("No pipelines yet"));
    // Who may add none is told who may, here and where one is chosen.
    let viewer = app.member(Role::Viewer, "acme").await;
    for path in ["/p/acme/pipelines", "/p/acme/match"] {
        let page = viewer.get(path).await.text();
        assert!(page.contains("An owner or a maintainer of the project can add"), "{page}");
        assert!(!app.owner.get(path).await.text().contains("An owner or a maintainer"), "{path}");
    }
    fill(&app, 30).await;
    let next = |page: &str| crate::listing::link(page, "next").unwrap();
    let second = next(&shown("?q=row").await);
    app.raw("DELETE FROM pipeline WHERE name > 'row-010'").await;
    let page = app.owner.get(&second).await.text();
    assert!(page.contains("This page no longer exists."), "{page}");
    assert!(shown("?q=zebra").await.contains("No pipelines match."));
}
