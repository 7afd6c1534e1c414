//! What the pages list.

use crate::app::{App, PASSWORD, credential_form};
use crate::listing::create;
use crate::matrix::Objects;
use crate::pipelines::page;
use regcred::domain::actor::Granter;
use regcred::domain::job::JobKind;
use regcred::domain::pipeline::{GrantForm, PipelineForm};
use regcred::domain::project::Project;
use regcred::domain::trust_rule::TrustForm;
use regcred::domain::user::Role;
use regcred::store::Unrecorded;
use std::collections::BTreeMap;
use uuid::Uuid;

/// When the jobs are due that stay on the page.
const FAR: i64 = 4_000_000_000_000;

/// An instance with one at least of everything that a page lists.
pub(super) struct Scene {
    pub(super) app: App,
    pub(super) at: Objects,
    /// One on the list.
    pub(super) issuer: Uuid,
    granter: Granter,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let app = App::new().await;
        let mut at = Objects::of(&app, &app.owner, "acme").await;
        let member = app.evidence(&app.owner, "acme").await;
        let granter = app.vault.reauthenticate(&member, PASSWORD).await.unwrap();
        // Another member's grant that waits, so that the page to approve it says all that it can.
        let maintainer = app.new_member("maintainer", Role::Maintainer).await;
        let more = [("is_protected", "true")];
        let guarded = app.credential_with(&app.owner, "acme", "guarded", "quay.io", "s", &more);
        let guarded = guarded.await;
        let reply = app.ask_grant(&maintainer, at.pipeline, guarded, &[]).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let grants = page(&app, at.pipeline).await.unwrap().pipeline.grants;
        at.grant = grants.iter().find(|grant| grant.credential_id == guarded).unwrap().id;
        app.trust_issuer("https://ci.example.com").await;
        let issuer = app.vault.store().issuers().list(1).await.unwrap()[0].id;
        let scene = Self { app, at, issuer, granter };
        scene.add(0).await;
        scene
    }

    /// One more of everything.
    pub(super) async fn add(&self, number: usize) {
        let name = format!("more-{number}");
        self.add_to_pipelines(&name).await;
        // Beyond sixty new secrets an hour they are not compared, and then a page asks less.
        if number.is_multiple_of(2) {
            self.add_version(&name).await;
        }
        self.add_to_instance(&name).await;
    }

    /// A credential that the pipeline is granted, a token of it, a rule of it with an issuer that is
    /// put on the list, another pipeline that is granted the credential, and what both of them receive.
    async fn add_to_pipelines(&self, name: &str) {
        let (app, at, granter) = (&self.app, &self.at, &self.granter);
        create(app, name, |form| form.is_protected = true).await;
        let id = app.find_credential(&app.owner, "acme", name).await;
        let (credentials, intent) = (vec![id.to_string()], "pull".to_owned());
        let form = GrantForm { credentials, intent, ..GrantForm::default() };
        app.vault.create_grants(granter, at.pipeline, &form).await.unwrap();
        let form = PipelineForm {
            name: name.to_owned(),
            token_days: "30".to_owned(),
            credentials: vec![at.credential.to_string()],
            intent: "pull".to_owned(),
            ..PipelineForm::default()
        };
        let (_, others) = app.vault.create_pipeline(granter, &form).await.unwrap();
        let own = app.vault.create_token(granter, at.pipeline, "", "30").await.unwrap();
        for token in [others.as_str(), own.as_str()] {
            let reply = app.docker_config(token, "", &[]).await;
            assert!(reply.status.as_u16() < 500, "{}", reply.text());
        }
        let (pipeline, file) = (at.pipeline.to_string(), format!("{name}/Dockerfile"));
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("name", file.as_str()),
            ("text", "FROM ghcr.io/acme/api\n"),
        ];
        let reply = app.owner.post_multipart("/rpc/definitions/create", &form, None).await;
        assert!(reply.location().contains("said="), "{}", reply.location());
        let issuer = format!("https://{name}.example.com");
        app.trust_issuer(&issuer).await;
        let claims = [("project_id", "20"), ("ref_path", "refs/heads/main")];
        let claims = claims.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let form = TrustForm {
            provider: "gitlab".to_owned(),
            issuer,
            audience: "https://regcred.example.com".to_owned(),
            claims: BTreeMap::from(claims),
            ..TrustForm::default()
        };
        app.vault.create_rule(granter, at.pipeline, &form).await.unwrap();
    }

    /// A version of the credential's secret, with the event that says so.
    async fn add_version(&self, secret: &str) {
        let (app, id) = (&self.app, self.at.credential);
        let revision = app.stored("acme", id).await.revision.to_string();
        let id = id.to_string();
        let more = [("id", id.as_str()), ("revision", revision.as_str())];
        let form = credential_form("acme", "hidden-credential", "ghcr.io", secret, &more);
        let reply = app.owner.post_multipart("/rpc/credentials/update", &form, None).await;
        assert!(reply.location().contains("said="), "{} {}", reply.location(), reply.text());
    }

    /// A member, a project that the owner belongs to, and a job.
    async fn add_to_instance(&self, name: &str) {
        let app = &self.app;
        let owner = app.owner.person.unwrap();
        let acme = app.evidence(&app.owner, "acme").await.project().id;
        let member = app.new_person(name).await.id;
        let other = Project { id: Uuid::now_v7(), slug: name.to_owned(), name: name.to_owned() };
        let write = app.vault.store().write().await.unwrap();
        write.projects().admit(acme, member, Role::Maintainer, 0).await.unwrap();
        write.projects().insert(&other, 0).await.unwrap();
        write.projects().admit(other.id, owner, Role::Owner, 0).await.unwrap();
        write.jobs().enqueue(JobKind::Sweep, name, FAR).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
    }
}
