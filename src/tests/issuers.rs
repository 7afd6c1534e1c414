//! The list of trusted issuers: a rule can name only an issuer that an instance admin added, and one
//! that was removed proves nothing any more.

mod removal;

use crate::app::{App, Browser, PASSWORD, Reply};
use crate::rooms::sources;
use crate::trust::issuer::{AUDIENCE, Issuer};
use regcred::domain::issuer::NOT_LISTED;
use regcred::domain::user::Role;
use uuid::Uuid;

const PAGE: &str = "/admin/issuers";
const CREATE: &str = "/rpc/issuers/create";
const DELETE: &str = "/rpc/issuers/delete";
/// Where the tests' own issuers are.
const HERE: &[&str] = &["127.0.0.0/8"];
const KNOWN: &str = "https://gitlab.example.com";

async fn listed(app: &App) -> Vec<(String, Uuid)> {
    let all = app.vault.store().issuers().list(10).await.unwrap();
    all.into_iter().map(|issuer| (issuer.url, issuer.id)).collect()
}

/// Posts a rule for GitLab's project 20, whatever is on the list.
async fn post_rule(by: &Browser, pipeline: Uuid, issuer: &str) -> Reply {
    let pipeline = pipeline.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("form[provider]", "gitlab"),
        ("form[issuer]", issuer),
        ("form[audience]", AUDIENCE),
        ("form[claims][project_id]", "20"),
        ("form[claims][ref_path]", "refs/heads/main"),
        ("password", PASSWORD),
    ];
    by.post_form("/rpc/trust-rules/create", &form).await
}

#[tokio::test]
async fn an_issuer_that_no_admin_added_makes_no_rule_is_not_asked_and_what_was_typed_stays() {
    let (app, issuer) = (App::reaching(HERE).await, Issuer::start().await);
    let (pipeline, _) = app.bare_pipeline("build").await;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let help = "regcred issuer add";
    let link = format!("href=\"{PAGE}\"");
    for (by, is_admin) in [(&maintainer, false), (&app.owner, true)] {
        let reply = post_rule(by, pipeline, &issuer.url).await;
        let page = by.follow(reply).await;
        let text = page.text();
        assert!(text.contains(NOT_LISTED), "{text}");
        assert!(text.contains(&issuer.url) && text.contains("refs/heads/main"), "{text}");
        assert!(!text.contains(PASSWORD));
        assert_eq!(text.contains(help), !is_admin, "{text}");
        assert_eq!(text.contains("Open the list of trusted issuers"), is_admin, "{text}");
        assert_eq!(text.contains(&link), is_admin, "{text}");
    }
    assert_eq!(issuer.asked(), 0, "nobody calls an issuer that no admin added");
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM trust_rule").await, 0);

    app.trust_issuer(&issuer.url).await;
    let reply = post_rule(&maintainer, pipeline, &issuer.url).await;
    assert!(reply.location().contains("?said="), "{} {}", reply.location(), reply.text());
}

#[tokio::test]
async fn an_admin_adds_an_issuer_with_a_password_and_that_is_on_record() {
    let app = App::new().await;
    for (url, password, field) in [
        ("", PASSWORD, "url"),
        ("gitlab.example.com", PASSWORD, "url"),
        ("http://gitlab.example.com", PASSWORD, "url"),
        ("https://gitlab.com", PASSWORD, "url"),
        (KNOWN, "wrong password", "password"),
        (KNOWN, "", "password"),
    ] {
        let form = [("url", url), ("password", password)];
        let reply = app.owner.post_json_accept(CREATE, &form).await;
        assert_eq!(reply.status, 422, "{url}: {}", reply.text());
        assert!(reply.at(field).is_some(), "{url}: {}", reply.text());
    }
    let form = [("url", "gitlab.example.com"), ("password", "")];
    let reply = app.owner.post_json_accept(CREATE, &form).await;
    assert!(reply.at("url").is_some() && reply.at("password").is_some(), "{}", reply.text());
    let form = [("url", "gitlab.example.com"), ("password", PASSWORD)];
    let reply = app.owner.post_form(CREATE, &form).await;
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains("value=\"gitlab.example.com\""), "what was typed stays: {page}");
    assert!(listed(&app).await.is_empty());

    let form = [("url", "https://GitLab.example.com/"), ("password", PASSWORD)];
    let reply = app.owner.post_form(CREATE, &form).await;
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains("The issuer was added.") && page.contains(KNOWN), "{page}");
    assert!(page.contains("by Olga Owner"), "{page}");
    let reply = app.owner.post_json_accept(CREATE, &[("url", KNOWN), ("password", PASSWORD)]).await;
    assert_eq!(reply.status, 422);
    let events = "SELECT COUNT(*) FROM audit_event WHERE action = 'issuer.added'";
    assert_eq!(app.scalar_i64(events).await, 1);
    assert!(app.owner.get("/p/acme/credentials").await.text().contains(PAGE), "the menu has it");
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn who_is_no_instance_admin_sees_no_list_and_changes_nothing() {
    let app = App::new().await;
    app.trust_issuer(KNOWN).await;
    let before = listed(&app).await;
    let id = before[0].1.to_string();
    let member = app.member(Role::Owner, "acme").await;
    for path in [PAGE.to_owned(), format!("{PAGE}/{id}/remove")] {
        assert_eq!(member.get(&path).await.status, 403, "{path}");
        assert!(!member.get(&path).await.text().contains(KNOWN), "{path}");
        assert!(!app.nobody().get(&path).await.text().contains(KNOWN), "{path}");
    }
    let add = [("url", "https://ci.example.com"), ("password", PASSWORD)];
    let remove = [("id", id.as_str()), ("password", PASSWORD)];
    for (path, form) in [(CREATE, add), (DELETE, remove)] {
        assert_eq!(member.post_json_accept(path, &form).await.status, 403, "{path}");
        assert_eq!(app.nobody().post_json_accept(path, &form).await.status, 401, "{path}");
    }
    assert_eq!(listed(&app).await, before);
}

#[test]
fn whatever_makes_confirms_or_exchanges_for_a_rule_asks_the_list() {
    let mut seen = 0;
    for source in sources().into_iter().filter(|source| source.path.starts_with("src/vault/")) {
        let code: String = source.code.split_whitespace().collect();
        let code = code.split("#[cfg(test)]mod").next().unwrap();
        for function in code.split("asyncfn").skip(1) {
            let head = function.split('(').next().unwrap();
            let makes = [".trust_rules(project).insert(", ".trust_rules(project).confirm("];
            // A short-lived token is given for what an issuer signed, and for nothing else.
            let acts = makes.iter().any(|words| function.contains(words))
                || function.contains("short_until:Some(");
            if acts {
                seen += 1;
                let asks = ["needs_listed(&write", "holds_issuer(&write"];
                let does = asks.iter().any(|words| function.contains(words));
                assert!(does, "{}: {head} does not ask the list in its transaction", source.path);
            }
            if function.contains("issuers.verify(") {
                seen += 1;
                assert!(function.contains("accepts_issuer("), "{}: {head}", source.path);
            }
        }
    }
    assert_eq!(seen, 4, "the wall guards something else");
}
