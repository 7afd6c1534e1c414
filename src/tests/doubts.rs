//! No save is told in green that can never work: each is asked of our own rules, what is doubted is
//! said in amber with one link, and stands at the row until it is mended.

mod old;
mod pushes;
mod rules;
mod saves;
mod secrets;
mod specs;
mod tied;
mod tokens;

use crate::app::{App, PASSWORD};
use regcred::domain::moment::Day;
use uuid::Uuid;

/// A pipeline `build`, and the form of a grant or rule of it.
struct Scene {
    app: App,
    pipeline: Uuid,
}

impl Scene {
    async fn new() -> Self {
        let app = App::new().await;
        let (pipeline, _) = app.bare_pipeline("build").await;
        Self { app, pipeline }
    }

    fn path(&self) -> String {
        format!("/p/acme/pipelines/{}", self.pipeline)
    }

    fn identity(&self) -> String {
        format!("{}/identity", self.path())
    }

    /// The page after the owner's post about the pipeline.
    async fn page_after(&self, function: &str, fields: &[(&str, &str)]) -> String {
        let pipeline = self.pipeline.to_string();
        let mut form =
            vec![("project", "acme"), ("pipeline", pipeline.as_str()), ("password", PASSWORD)];
        form.extend_from_slice(fields);
        let reply = self.app.owner.post_form(function, &form).await;
        let location = reply.location();
        assert!(location.contains("said="), "{function}: {location} {}", reply.text());
        self.app.owner.follow(reply).await.text()
    }

    async fn page_after_a_grant(&self, credential: Uuid, terms: &[(&str, &str)]) -> String {
        let credential = credential.to_string();
        let mut form = vec![("form[credentials][]", credential.as_str()), ("form[intent]", "pull")];
        form.retain(|(field, _)| !terms.iter().any(|(other, _)| other == field));
        form.extend_from_slice(terms);
        self.page_after("/rpc/grants/create", &form).await
    }

    /// It was said in amber, and stands at the row on the page after that.
    async fn assert_doubted(&self, page: &str, sentence: &str, mended_at: &str) {
        assert!(page.contains("alert-warning"), "{sentence}");
        assert!(!page.contains("can now pull"), "{sentence}");
        // Grants stand on one page, and rules on another.
        let grants = self.app.owner.get(&self.path()).await.text();
        let again = grants + &self.app.owner.get(&self.identity()).await.text();
        assert!(!again.contains("alert-warning"));
        for page in [page, again.as_str()] {
            assert!(page.contains(sentence), "{sentence}: {page}");
            assert!(page.contains(mended_at), "{sentence}: {mended_at}");
        }
    }

    /// Nothing of it is doubted, and that it works is said.
    async fn assert_sure(&self, page: &str) {
        assert!(page.contains("alert-notice") && !page.contains("alert-warning"));
        assert!(!page.contains("class=\"doubt\""), "{page}");
    }
}

#[tokio::test]
async fn a_condition_on_a_branch_that_nothing_proves_is_doubted_until_a_rule_proves_it() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let page = scene.page_after_a_grant(id, &[("form[branches]", "main")]).await;
    let (sentence, link) = ("No trust rule of this pipeline proves a branch", "/trust/new");
    scene.assert_doubted(&page, sentence, link).await;
    let rule = [
        ("form[provider]", "github"),
        ("form[issuer]", "https://token.actions.githubusercontent.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][repository_id]", "1"),
        ("form[claims][repository_owner_id]", "2"),
    ];
    let dev = [&rule[..], &[("form[claims][ref]", "refs/heads/dev")]].concat();
    let page = scene.page_after("/rpc/trust-rules/create", &dev).await;
    assert!(page.contains("alert-warning"), "its runs receive nothing");
    assert!(page.contains("that the runs of this rule do not meet"), "{page}");
    let page = app.owner.get(&scene.path()).await.text();
    assert!(page.contains("accept runs of other branches only"), "{page}");
    let main = [&rule[..], &[("form[claims][ref]", "refs/heads/main")]].concat();
    let page = scene.page_after("/rpc/trust-rules/create", &main).await;
    scene.assert_sure(&page).await;
}

#[tokio::test]
async fn what_the_credential_lacks_is_doubted_when_it_is_granted() {
    let past = Day::parse("2020-01-31").unwrap().to_text();
    for (make, terms, sentence, link) in [
        (
            String::new(),
            &[("form[repositories]", "other/x")][..],
            "for other repositories than this grant",
            "Change the grant",
        ),
        (
            String::new(),
            &[("form[branches]", "refs/main")][..],
            "names no kind of reference",
            "Change the grant",
        ),
        (
            String::new(),
            &[("form[branches]", "refs/head/main")][..],
            "names no kind of reference",
            "Change the grant",
        ),
        (
            format!("UPDATE credential SET expires_on = '{past}'"),
            &[][..],
            "The credential expired on 2020-01-31",
            "/secret",
        ),
    ] {
        let scene = Scene::new().await;
        let app = &scene.app;
        let paths = [("paths", "acme")];
        let owner = &app.owner;
        let id = app.credential_with(owner, "acme", "ghcr", "ghcr.io", "hunter2", &paths).await;
        if !make.is_empty() {
            assert_eq!(app.raw(&make).await, 1);
        }
        let page = scene.page_after_a_grant(id, terms).await;
        scene.assert_doubted(&page, sentence, link).await;
    }
}

#[tokio::test]
async fn a_disabled_credential_that_is_granted_is_doubted_until_it_is_enabled() {
    let scene = Scene::new().await;
    let (app, owner) = (&scene.app, &scene.app.owner);
    let id = app.credential(owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str())];
    assert_eq!(owner.post_json_accept("/rpc/credentials/disable", &form).await.status, 200);
    let page = scene.page_after_a_grant(id, &[]).await;
    let link = format!("/p/acme/credentials/{id}");
    scene.assert_doubted(&page, "The credential is disabled", &link).await;
    assert_eq!(owner.post_json_accept("/rpc/credentials/enable", &form).await.status, 200);
    let page = owner.get(&scene.path()).await.text();
    assert!(!page.contains("The credential is disabled"));
}

#[tokio::test]
async fn two_that_tie_are_doubted_at_both_rows() {
    let scene = Scene::new().await;
    let (app, owner) = (&scene.app, &scene.app.owner);
    let one = app.credential(owner, "acme", "one", "ghcr.io", "hunter2").await;
    let other = app.credential(owner, "acme", "other", "ghcr.io", "hunter3").await;
    scene.assert_sure(&scene.page_after_a_grant(one, &[]).await).await;
    let page = scene.page_after_a_grant(other, &[]).await;
    scene.assert_doubted(&page, "one serves ghcr.io equally well", "Edit the credential").await;
    assert!(owner.get(&scene.path()).await.text().contains("other serves ghcr.io equally well"));
}

#[tokio::test]
async fn a_changed_grant_is_asked_again() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    scene.page_after_a_grant(id, &[]).await;
    let change = async |terms: &[(&str, &str)]| {
        let grant = app.database.scalar::<Uuid>("SELECT id FROM access_grant").await.to_string();
        let revision = app.scalar_i64("SELECT revision FROM access_grant").await.to_string();
        let mut form =
            vec![("id", grant.as_str()), ("revision", revision.as_str()), ("form[intent]", "pull")];
        form.extend_from_slice(terms);
        scene.page_after("/rpc/grants/update", &form).await
    };
    let page = change(&[("form[events]", "push")]).await;
    let sentence = "No trust rule of this pipeline proves an event";
    scene.assert_doubted(&page, sentence, "/trust/new").await;
    let page = change(&[]).await;
    assert!(page.contains("The grant of ghcr was changed."), "{page}");
    scene.assert_sure(&page).await;
}
