//! The audit page: what it lists, filters, exports and verifies.

mod checkpoint;
mod daily;
mod export;
mod filters;
mod newer;
mod verify;

use crate::app::{App, Browser};
use regcred::domain::audit::{AuditQuery, AuditRow};
use regcred::domain::permission::of;
use regcred::domain::user::Role;
use uuid::Uuid;

/// A project in which two people and two pipelines did this and that.
pub struct Scene {
    pub app: App,
    pub project: Uuid,
    pub maintainer: Browser,
    /// What is delivered.
    pub live: Uuid,
    pub build: Uuid,
    pub deploy: Uuid,
}

impl Scene {
    /// With so many deliveries to the first pipeline; half as many requests of the other one deliver
    /// nothing.
    pub async fn of(deliveries: usize) -> Self {
        let app = App::new().await;
        let maintainer = app.member(Role::Maintainer, "acme").await;
        let owner = &app.owner;
        let live = app.credential(owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
        let off = app.credential(&maintainer, "acme", "quay", "quay.io", "hunter2").await;
        let (build, token) = app.pipeline(owner, "acme", "build", &[live, off], "pull").await;
        let (deploy, other) = app.pipeline(&maintainer, "acme", "deploy", &[off], "pull").await;
        let id = off.to_string();
        let form = [("project", "acme"), ("id", id.as_str())];
        maintainer.post_form("/rpc/credentials/disable", &form).await;
        for number in 0..deliveries {
            app.docker_config(&token, "", &[("regcred-run", "=1+1")]).await;
            if number.is_multiple_of(2) {
                app.docker_config(&other, "?image=quay.io/acme/api", &[]).await;
            }
        }
        let project = app.evidence(&app.owner, "acme").await.project().id;
        Self { app, project, maintainer, live, build, deploy }
    }

    /// Every row that the query takes, page after page.
    pub async fn rows(&self, query: &AuditQuery) -> Vec<AuditRow> {
        let reader = self.app.evidence(&self.app.owner, "acme").await;
        let reader = reader.can::<of::AuditRead>().unwrap();
        let (mut rows, mut next) = (Vec::new(), Some(query.clone()));
        while let Some(query) = next {
            let page = self.app.vault.audit_page(&reader, &query).await.unwrap();
            assert!(page.rows.len() <= 50, "{} rows", page.rows.len());
            rows.extend(page.rows);
            next = page.older;
        }
        rows
    }

    /// How many links the chain of the project has.
    pub async fn count(&self) -> usize {
        let of = format!("WHERE chain = {}", self.app.database.id(self.project));
        let mut count = 0;
        for table in ["audit_event", "pipeline_fetch"] {
            count += self.app.scalar_i64(&format!("SELECT COUNT(*) FROM {table} {of}")).await;
        }
        usize::try_from(count).unwrap()
    }
}

#[tokio::test]
async fn an_event_has_a_page_with_its_neighbours_and_what_it_proves() {
    let scene = Scene::of(1).await;
    let owner = &scene.app.owner;
    let first = owner.get("/p/acme/audit/1").await.text();
    for words in ["project.created", "This link holds", "regcred audit verify --since", "acme:1:"] {
        assert!(first.contains(words), "{words}: {first}");
    }
    assert!(first.contains("/p/acme/audit/2") && !first.contains("/p/acme/audit/0"), "{first}");
    let delivery = scene.rows(&AuditQuery::default()).await;
    let page = owner.get(&format!("/p/acme/audit/{}", delivery[0].seq)).await.text();
    assert!(page.contains("Fetches") && page.contains("This link holds"), "{page}");
    for path in ["/p/acme/audit/0", "/p/acme/audit/9999", "/p/acme/audit/x"] {
        assert_eq!(owner.get(path).await.status, 404, "{path}");
    }
    assert_eq!(owner.get("/p/acme/audit?noun=mac").await.status, 400);
}

#[tokio::test]
async fn another_project_sees_nothing_of_it() {
    // More than one page has: how many there are is not told either.
    let scene = Scene::of(60).await;
    let beta = scene.app.project("beta").await;
    for path in
        ["/p/acme/audit", "/p/acme/audit/1", "/p/acme/audit/verify", "/p/acme/audit/shipping"]
    {
        assert_eq!(beta.get(path).await.status, 404, "{path}");
    }
    let own = beta.get("/p/beta/audit").await;
    assert_eq!(own.status, 200);
    let filtered = beta.get(&format!("/p/beta/audit?pipeline={}", scene.build)).await;
    let (own, filtered) = (own.text(), filtered.text());
    assert!(filtered.contains("Nothing matches. Remove a filter."), "{filtered}");
    assert!(!filtered.contains("before="), "{filtered}");
    for page in [own, filtered] {
        assert!(!page.contains("ghcr") && !page.contains("quay"), "{page}");
    }
    // The chain of the instance is for its admins.
    for path in ["/admin/audit", "/admin/audit/1", "/admin/audit/verify", "/admin/audit/shipping"] {
        assert_eq!(beta.get(path).await.status, 403, "{path}");
        assert_eq!(scene.app.owner.get(path).await.status, 200, "{path}");
    }
}
