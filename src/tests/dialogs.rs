//! What the dialogs of a credential offer, make on the way, and lead back to.

use crate::app::{App, credential_form};
use crate::edits::{UPDATE, form};
use crate::forms::{key_file, link_in, value_in};
use crate::matrix::Objects;
use regcred::domain::permission::of;

const CREATE: &str = "/rpc/credentials/create";

#[tokio::test]
async fn a_copy_for_a_host_with_other_paths_is_for_the_project() {
    let app = App::new().await;
    let key = key_file().to_string();
    let form = credential_form(
        "acme",
        "gar",
        "europe-west4-docker.pkg.dev/acme-prod/images",
        "",
        &[("method", "gcp_service_account_key"), ("key_json", &key), ("also", "gcr.io")],
    );
    let reply = app.owner.post_multipart(CREATE, &form, None).await;
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains("Its repository path is acme-prod"), "{page}");
    let copy = app.find_credential(&app.owner, "acme", "gar (gcr.io)").await;
    assert_eq!(app.stored("acme", copy).await.summary.paths, ["acme-prod"]);
}

#[tokio::test]
async fn a_copy_for_another_host_that_ties_is_told_with_the_way_to_its_twin() {
    let app = App::new().await;
    let twin = app.credential(&app.owner, "acme", "eu", "eu.gcr.io", "s").await;
    let key = key_file().to_string();
    let more = [("method", "gcp_service_account_key"), ("key_json", &*key), ("also", "eu.gcr.io")];
    let form = credential_form("acme", "gcr", "gcr.io", "", &more);
    let reply = app.owner.post_multipart(CREATE, &form, None).await;
    let page = app.owner.follow(reply).await.text();
    let said = "eu is for the same registry, repository path and access as gcr (eu.gcr.io).";
    assert!(page.contains(said) && page.contains("Show eu"), "{page}");
    assert!(page.contains(&format!("/p/acme/credentials/{twin}")));
}

#[tokio::test]
async fn a_name_that_is_offered_is_free() {
    let app = App::new().await;
    let offered = async || {
        let page = app.owner.get("/p/acme/credentials/new?preset=ghcr").await.text();
        value_in(&page, "name").unwrap_or_default()
    };
    assert_eq!(offered().await, "ghcr-pull");
    app.credential(&app.owner, "acme", "GHCR-Pull", "ghcr.io", "s").await;
    assert_eq!(offered().await, "ghcr-pull-2");
    let editor = app.evidence(&app.owner, "acme").await.can::<of::RegistryWrite>().unwrap();
    assert_eq!(app.vault.free_name(&editor, "").await, Ok(String::new()));
}

#[tokio::test]
async fn a_name_that_was_left_as_offered_follows_the_registry_and_the_access() {
    let app = App::new().await;
    for (typed, host, access, name) in [
        ("ghcr-pull", "ghcr.io", "pull_push", "ghcr-push"),
        ("ghcr-pull", "ghcr.io", "pull", "ghcr-pull"),
        ("ghcr-pull", "ghcr.io", "pull_push", "ghcr-push-2"),
        ("ghcr-pull", "quay.io", "pull", "quay-pull"),
        ("my own", "ghcr.io", "pull_push", "my own"),
    ] {
        let more = [("access", access), ("offered_name", "ghcr-pull")];
        let form = credential_form("acme", typed, host, "s", &more);
        let reply = app.owner.post_multipart(CREATE, &form, None).await;
        let page = app.owner.follow(reply).await.text();
        assert!(page.contains(&format!("{name} was created for {host}.")), "{name}: {page}");
    }
}

#[tokio::test]
async fn a_form_that_comes_back_is_still_that_of_its_preset() {
    let app = App::new().await;
    for (preset, kept) in [("google", "?preset=google&back="), ("x", "?back="), ("", "?back=")] {
        let form = credential_form("acme", "gar", "", "s", &[("preset", preset)]);
        let reply = app.owner.post_multipart(CREATE, &form, None).await;
        let dialog = format!("/p/acme/credentials/new{kept}");
        assert!(reply.location().starts_with(&dialog), "{}", reply.location());
        let page = app.owner.follow(reply).await.text();
        let again = value_in(&page, "preset").unwrap_or_default();
        assert_eq!(again, if preset == "google" { preset } else { "" }, "{page}");
    }
}

#[tokio::test]
async fn replacing_a_secret_says_how_many_pipelines_receive_it() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let dialog = async || app.owner.get(&format!("/p/acme/credentials/{id}/secret")).await.text();
    assert!(!dialog().await.contains("next fetch"));
    app.pipeline(&app.owner, "acme", "one", &[id], "pull").await;
    assert!(dialog().await.contains("1 pipeline has a grant for this credential."));
    app.pipeline(&app.owner, "acme", "two", &[id], "pull").await;
    assert!(dialog().await.contains("2 pipelines have a grant for this credential."));
    let id = id.to_string();
    app.owner.post_form("/rpc/credentials/disable", &[("project", "acme"), ("id", &*id)]).await;
    assert!(!dialog().await.contains("next fetch"), "of a disabled one nobody receives anything");
}

#[tokio::test]
async fn a_dialog_leads_back_to_the_page_it_was_opened_on() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let (text, own) = (id.to_string(), format!("/p/acme/credentials/{id}"));
    let page = app.owner.get(&format!("{own}/edit?from=page")).await.text();
    assert_eq!(value_in(&page, "from").as_deref(), Some("page"));
    assert!(page.contains(&format!("{own}/secret?from=page")));
    for (from, target) in [("page", format!("{own}?said=")), ("x", "/p/acme/credentials?".into())] {
        let revision = app.stored("acme", id).await.revision.to_string();
        let typed = form(&text, &revision, &[("from", from), ("password", revision.as_str())]);
        let reply = app.owner.post_multipart(UPDATE, &typed, None).await;
        assert!(reply.location().starts_with(&target), "{}", reply.location());
    }
    let refused = form(&text, "1", &[("from", "page"), ("name", "")]);
    let reply = app.owner.post_multipart(UPDATE, &refused, None).await;
    assert!(reply.location().starts_with(&format!("{own}/edit?from=page&back=")));
}

#[tokio::test]
async fn a_dialog_that_deletes_leads_back_to_the_page_it_was_opened_on() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    for (own, action, id) in [
        (format!("/p/acme/credentials/{id}"), "/rpc/credentials/delete", id.to_string()),
        (format!("/p/acme/pipelines/{pipeline}"), "/rpc/pipelines/delete", pipeline.to_string()),
    ] {
        let (dialog, link) = (format!("{own}/delete"), format!("href=\"{own}\""));
        let from_page = format!("{dialog}?from=page");
        let page = app.owner.get(&own).await.text();
        assert!(page.contains(&format!("href=\"{from_page}\"")), "{page}");
        let of_list = app.owner.get(&dialog).await.text();
        let of_page = app.owner.get(&from_page).await.text();
        // The cross, the link beside the button, and the one that discards what was typed.
        let links = |page: &str| page.matches(&link).count();
        assert_eq!(links(&of_page), links(&of_list) + 3, "{of_page}");
        assert_eq!(value_in(&of_list, "from"), None);
        assert_eq!(value_in(&of_page, "from").as_deref(), Some("page"));
        let form = [("project", "acme"), ("id", id.as_str()), ("from", "page"), ("password", "")];
        let reply = app.owner.post_form(action, &form).await;
        let back = format!("{from_page}&back=");
        assert!(reply.location().starts_with(&back), "{}", reply.location());
    }
}

#[tokio::test]
async fn what_ends_a_grant_or_a_rule_is_asked_over_the_page_that_it_stands_on() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let own = format!("/p/acme/pipelines/{}", at.pipeline);
    for (question, dialog, section) in [
        (format!("{own}/grants/{}/delete", at.grant), "revoke-grant", "grants"),
        (format!("{own}/trust/{}/delete", at.rule), "delete-rule", "trust-rules"),
    ] {
        let page = app.owner.get(&question).await.text();
        let (behind, before) = page.split_once("<dialog").unwrap_or_else(|| panic!("{page}"));
        assert!(before.contains(&format!("id=\"{dialog}\"")), "{page}");
        assert!(behind.contains(&format!("id=\"{section}\"")), "{page}");
        // Without scripts, too, nothing of the page can be reached.
        assert!(!behind.contains("Skip to content") && behind.contains(" inert"), "{page}");
        // One that is gone meanwhile is told in a dialog, which leads back.
        let gone = question.replace(&at.grant.to_string(), &at.credential.to_string());
        let gone = gone.replace(&at.rule.to_string(), &at.credential.to_string());
        let gone = app.owner.get(&gone).await;
        assert_eq!(gone.status, 404);
        assert!(gone.text().contains("id=\"dialog-problem\""), "{}", gone.text());
    }
}

#[tokio::test]
async fn a_dialog_of_a_pipeline_leads_back_to_its_place_in_the_list() {
    let app = App::new().await;
    let (id, _) = app.bare_pipeline("build").await;
    let (list, asked, text) = ("/p/acme/pipelines", "?q=bui&sort=created", id.to_string());
    let listed = app.owner.get(&format!("{list}{asked}")).await.text();
    let link = format!("href=\"{list}{}\"", asked.replace('&', "&amp;"));
    let links = |page: &str| page.matches(&link).count();
    for (part, action) in [
        ("new", "/rpc/pipelines/create"),
        (&*format!("{id}/edit"), "/rpc/pipelines/update"),
        (&*format!("{id}/delete"), "/rpc/pipelines/delete"),
    ] {
        let dialog = format!("{list}/{part}{asked}");
        assert_eq!(link_in(&listed, &format!("{list}/{part}")).as_ref(), Some(&dialog));
        let page = app.owner.get(&dialog).await.text();
        assert!(links(&page) > links(&listed), "{page}");
        assert_eq!(value_in(&page, "list").as_deref(), Some(asked), "{page}");
        let form = [
            ("project", "acme"),
            ("id", &*text),
            ("list", asked),
            ("revision", "1"),
            ("form[name]", ""),
            ("form[description]", ""),
            ("form[token_days]", ""),
        ];
        let reply = app.owner.post_form(action, &form).await;
        let back = format!("{dialog}&back=");
        assert!(reply.location().starts_with(&back), "{}", reply.location());
    }
    for (revision, more, page) in [
        ("1", ("list", asked), format!("{list}{asked}&said=")),
        ("2", ("from", "page"), format!("{list}/{id}?said=")),
    ] {
        let form = [
            ("project", "acme"),
            ("id", &*text),
            ("revision", revision),
            ("form[name]", "built"),
            ("form[description]", ""),
            more,
        ];
        let reply = app.owner.post_form("/rpc/pipelines/update", &form).await;
        assert!(reply.location().starts_with(&page), "{}", reply.location());
    }
}

#[tokio::test]
async fn grants_that_are_moved_leave_the_delete_dialog_where_it_was_opened() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await.to_string();
    let dialog = format!("/p/acme/credentials/{id}/delete");
    for (more, opened) in [
        (("list", "?q=gh"), format!("{dialog}?q=gh")),
        (("from", "page"), format!("{dialog}?from=page")),
    ] {
        let form = [("project", "acme"), ("id", &*id), ("target", ""), ("password", ""), more];
        let reply = app.owner.post_form("/rpc/grants/repoint", &form).await;
        let back = format!("{opened}&back=");
        assert!(reply.location().starts_with(&back), "{}", reply.location());
    }
}
