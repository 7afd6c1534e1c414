//! Pipelines are found by what their trust rules name.

use super::{found, listed};
use crate::app::{App, PASSWORD};
use crate::trust::rules::with;
use regcred::domain::pipeline::listing::PipelineQuery;
use regcred::domain::trust_rule::TrustRule;
use regcred::store::{Called, Unrecorded};
use uuid::Uuid;

/// For GitHub, whose tokens name the repository in a claim without a field of its own.
fn rule() -> Vec<(&'static str, &'static str)> {
    with(&[("form[more_claims]", "repository=acme/api")])
}

#[tokio::test]
async fn a_pipeline_is_found_by_what_its_trust_rules_name_now() {
    let app = App::new().await;
    let (nightly, _) = app.bare_pipeline("nightly").await;
    let (cluster, _) = app.bare_pipeline("cluster").await;
    app.bare_pipeline("other").await;
    let subject = [
        ("form[provider]", "kubernetes"),
        ("form[issuer]", "https://kubernetes.example.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][sub]", "system:serviceaccount:ci:deploy"),
        ("form[title]", "Büro"),
    ];
    for (pipeline, rule) in [(nightly, &rule()[..]), (cluster, &subject[..])] {
        let reply = app.ask_rule(&app.owner, pipeline, rule).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let found = async |search: &str| found(&app, search).await;
    for search in ["acme/api", "ACME/", "1296269"] {
        assert_eq!(found(search).await, ["nightly"], "{search}");
    }
    for search in ["ci:deploy", "buro"] {
        assert_eq!(found(search).await, ["cluster"], "{search}");
    }
    // The row says by what it was found, unless its own words have it.
    for (search, said) in [("acme/", Some("acme/api")), ("BURO", Some("Büro")), ("nightly", None)]
    {
        let query = PipelineQuery { search: search.to_owned(), ..PipelineQuery::default() };
        let rows = listed(&app, &query).await.rows;
        let found_by: Vec<_> = rows.iter().map(|row| row.found_by.as_deref()).collect();
        assert_eq!(found_by, [said], "{search}");
        let page = app.owner.get(&format!("/p/acme/pipelines{}", query.to_url())).await.text();
        let shown = said.map(|name| format!("Trust rule: {name}"));
        assert!(shown.is_none_or(|shown| page.contains(&shown)), "{search}: {page}");
        assert_eq!(page.contains("Trust rule: "), said.is_some(), "{search}: {page}");
    }
    // Many rules are for the same branch, and it says nothing of whose they are.
    assert!(found("refs/heads").await.is_empty());

    let of_nightly = "FROM trust_rule WHERE provider = 'github'";
    let id = app.database.scalar::<Uuid>(&format!("SELECT id {of_nightly}")).await.to_string();
    let epoch = app.scalar_i64(&format!("SELECT identity_epoch {of_nightly}")).await.to_string();
    let pipeline = nightly.to_string();
    let mut changed = rule();
    changed.retain(|(field, _)| *field != "form[more_claims]");
    changed.extend([
        ("form[more_claims]", "repository=acme/web"),
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("id", id.as_str()),
        ("epoch", epoch.as_str()),
        ("password", PASSWORD),
    ]);
    let reply = app.owner.post_json_accept("/rpc/trust-rules/update", &changed).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(found("acme/api").await.is_empty());
    assert_eq!(found("acme/web").await, ["nightly"]);
    let rule = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", id.as_str())];
    assert_eq!(app.owner.post_json_accept("/rpc/trust-rules/delete", &rule).await.status, 200);
    assert!(found("acme/web").await.is_empty());
    // Another name keeps what its rules name.
    let id = cluster.to_string();
    let called = [
        ("project", "acme"),
        ("id", id.as_str()),
        ("revision", "1"),
        ("form[name]", "deployment"),
        ("form[description]", ""),
    ];
    assert_eq!(app.owner.post_json_accept("/rpc/pipelines/update", &called).await.status, 200);
    assert_eq!(found("ci:deploy").await, ["deployment"]);
}

#[tokio::test]
async fn another_project_is_not_found_by_its_rules() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    assert_eq!(app.ask_rule(&app.owner, pipeline, &rule()).await.status, 200);
    let beta = app.project("beta").await;
    let page = beta.get("/p/beta/pipelines?q=acme%2Fapi").await.text();
    assert!(
        page.contains("No pipelines match.") && !page.contains(&pipeline.to_string()),
        "{page}"
    );
}

#[tokio::test]
async fn rules_that_an_older_server_has_saved_are_found_after_the_next_sweep() {
    let app = App::new().await;
    let (nightly, _) = app.bare_pipeline("nightly").await;
    app.bare_pipeline("other").await;
    let reply = app.ask_rule(&app.owner, nightly, &rule()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(app.tamper("UPDATE pipeline SET rules_key = ''").await, 2);
    assert!(found(&app, "acme/api").await.is_empty());
    app.vault.sweep().await.unwrap();
    assert_eq!(found(&app, "acme/api").await, ["nightly"]);
    // What was saved since stays as it was saved, and of what nobody saved nothing is made.
    assert_eq!(app.tamper("UPDATE pipeline SET rules_key = 'kept' WHERE rules_key <> ''").await, 1);
    app.vault.sweep().await.unwrap();
    assert_eq!(found(&app, "kept").await, ["nightly"]);
    app.tamper("UPDATE pipeline SET rules_key = ''").await;
    app.tamper("UPDATE trust_rule SET claims = '{\"repository\":\"beta/web\"}'").await;
    app.vault.sweep().await.unwrap();
    assert!(found(&app, "beta/web").await.is_empty() && found(&app, "acme/api").await.is_empty());
}

#[tokio::test]
async fn pipelines_whose_rules_cannot_be_read_keep_no_other_from_being_found() {
    let app = App::new().await;
    let (nightly, _) = app.bare_pipeline("nightly").await;
    assert_eq!(app.ask_rule(&app.owner, nightly, &rule()).await.status, 200);
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let write = app.vault.store().write().await.unwrap();
    let rule = write.trust_rules(project).of_pipeline(nightly).await.unwrap().remove(0);
    // More than are completed at once, and all of them before it.
    for number in 1..=250 {
        let (id, name) = (Uuid::from_u128(number), format!("row-{number}"));
        let (name_key, search_key) = (name.clone(), name.clone());
        let called = Called { name: &name, name_key, description: "", search_key };
        write.pipelines(project).insert(id, called, 0, "").await.unwrap();
        let rule = TrustRule { id: Uuid::now_v7(), ..rule.clone() };
        write.trust_rules(project).insert(id, rule, None).await.unwrap();
    }
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let id = app.database.id(nightly);
    let sql = format!("UPDATE trust_rule SET claims = '' WHERE pipeline_id <> {id}");
    assert_eq!(app.raw(&sql).await, 250);
    app.tamper("UPDATE pipeline SET rules_key = ''").await;
    app.vault.sweep().await.unwrap();
    assert_eq!(found(&app, "acme/api").await, ["nightly"]);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM pipeline WHERE rules_key <> ''").await, 1);
}

#[tokio::test]
async fn names_that_cannot_be_noted_keep_nothing_else_from_the_sweep() {
    let app = App::new().await;
    let (nightly, _) = app.bare_pipeline("nightly").await;
    assert_eq!(app.ask_rule(&app.owner, nightly, &rule()).await.status, 200);
    let write = app.vault.store().write().await.unwrap();
    assert!(write.assertions().take(&[1; 32], 1).await.unwrap());
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    app.tamper("ALTER TABLE pipeline RENAME COLUMN rules_key TO other_key").await;
    app.vault.sweep().await.unwrap();
    app.tamper("ALTER TABLE pipeline RENAME COLUMN other_key TO rules_key").await;
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM used_assertion").await, 0);
}

#[tokio::test]
async fn a_rule_that_is_changed_while_the_sweep_waits_is_found_by_what_it_says_then() {
    let app = App::new().await;
    let (nightly, _) = app.bare_pipeline("nightly").await;
    assert_eq!(app.ask_rule(&app.owner, nightly, &rule()).await.status, 200);
    app.tamper("UPDATE pipeline SET rules_key = ''").await;
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let write = app.vault.store().write().await.unwrap();
    // As a server of the version before, which notes nothing for the search.
    let rule = write.trust_rules(project).of_pipeline(nightly).await.unwrap().remove(0);
    write.pipelines(project).raise_epoch(nightly, 1).await.unwrap();
    assert!(write.trust_rules(project).rename(rule.id, "later".to_owned()).await.unwrap());
    let vault = app.vault.clone();
    let sweep = tokio::spawn(async move { vault.sweep().await });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    sweep.await.unwrap().unwrap();
    assert_eq!(found(&app, "later").await, ["nightly"]);
}
