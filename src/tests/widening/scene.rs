//! A protected credential whose grants were approved, and one person who widens them alone.

mod asks;

use super::Act;
use crate::app::{App, Browser, PASSWORD};
use crate::signing::Woodpecker;
use crate::trust::issuer::Issuer;
use crate::trust::{drone_rule, woodpecker_rule};
pub use asks::Widened;
use regcred::domain::credential::Credential;
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;
use regcred::domain::pipeline::PipelineDetail;
use regcred::domain::proof::Proof;
use regcred::domain::user::Role;
use uuid::Uuid;

pub const SECRET: &str = "hunter2-hunter2";
pub const API: &str = "/api/v1/credential?server=ghcr.io&repository=acme%2Fapi";
/// Outside of what the grants with conditions are for.
pub const WEB: &str = "/api/v1/credential?server=ghcr.io&repository=acme%2Fweb";
/// Outside of what the credential is for.
pub const OTHER: &str = "/api/v1/credential?server=ghcr.io&repository=other%2Fapi";

/// Each provider that signs identity tokens, with what its rule asks for and its token says.
pub const OIDC: [(&str, &[(&str, &str)]); 7] = [
    ("github", &[("repository_id", "74"), ("repository_owner_id", "65"), ("ref", MAIN)]),
    ("gitlab", &[("project_id", "20"), ("ref_path", MAIN)]),
    ("kubernetes", &[("sub", "system:serviceaccount:ci:build")]),
    (
        "circleci",
        &[
            ("oidc.circleci.com/project-id", "0184990a"),
            ("oidc.circleci.com/vcs-origin", "github.com/acme/api"),
            ("oidc.circleci.com/vcs-ref", MAIN),
        ],
    ),
    (
        "buildkite",
        &[("organization_id", "0184"), ("pipeline_id", "0185"), ("build_branch", "main")],
    ),
    ("azure_devops", &[("sub", "p://acme/shop/build")]),
    ("oidc", &[("sub", "builder-of-acme")]),
];
const MAIN: &str = "refs/heads/main";

pub struct Scene {
    pub app: App,
    pub issuer: Issuer,
    pub credential: Uuid,
    /// It has the credential without conditions, and this token was approved.
    pub open: Uuid,
    pub token: String,
    /// It has the credential for one repository and from one branch.
    pub narrow: Uuid,
    /// The key of an approved rule, for who replaces it; and a secret that was shown to the owner.
    pub key: Option<Woodpecker>,
    pub secret: Option<String>,
    /// Who approves.
    approver: Browser,
    /// Who widens, alone.
    pub alone: Browser,
}

impl Scene {
    pub async fn new(act: Act) -> Self {
        let (app, issuer) = (App::reaching(&["127.0.0.0/8"]).await, Issuer::start().await);
        // What it can do is what its registry says: it is guarded although the word is Pull.
        let more = [("is_protected", "true"), ("paths", "acme"), ("access", "pull")];
        let owner = &app.owner;
        let credential =
            app.credential_with(owner, "acme", "release", "ghcr.io", SECRET, &more).await;
        let (open, token) = app.bare_pipeline("open").await;
        app.grant(open, credential, &[("form[forks]", "pull")]).await;
        let (narrow, _) = app.bare_pipeline("narrow").await;
        let conditions = [("form[repositories]", "acme/api"), ("form[branches]", "main")];
        app.grant(narrow, credential, &conditions).await;
        let (mut key, mut secret) = (None, None);
        if act == Act::ReplacedKey {
            let server = Woodpecker::new();
            woodpecker_rule(&app, open, &server, "7").await;
            key = Some(server);
        }
        if act == Act::RenewedSecret {
            secret = Some(drone_rule(&app, open, "7").await);
        }
        if act == Act::RuleChanged {
            let (provider, claims) = OIDC[0];
            app.add_rule(open, provider, &issuer.url, claims).await;
        }
        let approver = app.new_member("approver", Role::Maintainer).await;
        let alone = app.nobody();
        let scene =
            Self { app, issuer, credential, open, token, narrow, key, secret, approver, alone };
        for pipeline in [open, narrow] {
            assert_eq!(scene.approve_grant(&scene.approver, pipeline).await, 200);
        }
        scene.assert_goes_on(act).await;
        scene
    }

    pub async fn joined_by_a_new_member(self, role: Role) -> Self {
        let alone = self.app.new_member("alone", role).await;
        Self { alone, ..self }
    }

    pub async fn joined_by_a_raised_member(self) -> Self {
        let alone = self.app.new_member("alone", Role::Viewer).await;
        let person = self.app.database.id(alone.person.unwrap());
        let raise = format!("UPDATE membership SET role = 'owner' WHERE person_id = {person}");
        assert_eq!(self.app.raw(&raise).await, 1);
        Self { alone, ..self }
    }

    /// A run of the branch that the narrow grant is for, as it was before the approval.
    pub async fn run_of_main(&self) -> String {
        let proof = Proof { reference: Some(MAIN.to_owned()), ..Proof::default() };
        self.app.proved(self.narrow, &proof).await
    }

    pub async fn stored(&self) -> Credential {
        self.app.stored("acme", self.credential).await
    }

    pub async fn page(&self, pipeline: Uuid) -> PipelineDetail {
        let owner = &self.app.owner;
        let reader = self.app.evidence(owner, "acme").await.can::<of::PipelineRead>().unwrap();
        self.app.vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline
    }

    /// What was approved is delivered still, unless the act itself ended it.
    pub async fn assert_goes_on(&self, act: Act) {
        let reply = self.app.fetch(&self.token, API).await;
        assert!(reply.text().contains(SECRET), "{act:?}: {}", reply.text());
        if !matches!(act, Act::GrantPaths | Act::BranchDropped | Act::GrantChanged) {
            let reply = self.app.fetch(&self.run_of_main().await, API).await;
            assert!(reply.text().contains(SECRET), "{act:?}: {}", reply.text());
        }
    }

    /// How an approval of the pipeline's grant is answered, as it stands on the page now.
    async fn approve_grant(&self, by: &Browser, pipeline: Uuid) -> u16 {
        let page = self.page(pipeline).await;
        let grant = page.grants.iter().find(|grant| grant.credential_id == self.credential);
        let grant = grant.unwrap();
        let (id, of) = (grant.id.to_string(), pipeline.to_string());
        let (epoch, revision) = (page.epoch.to_string(), grant.revision.to_string());
        let form = [
            ("project", "acme"),
            ("pipeline", of.as_str()),
            ("id", id.as_str()),
            ("epoch", epoch.as_str()),
            ("revision", revision.as_str()),
            ("days", "30"),
            ("password", PASSWORD),
        ];
        by.post_json_accept("/rpc/grants/approve", &form).await.status.as_u16()
    }

    async fn approve_change(&self, by: &Browser) -> u16 {
        let page = self.app.credential_page("acme", self.credential).await;
        let change = page.guard_change.expect("a change that waits");
        assert!(change.proposed_at > Moment(0) && !change.is_own);
        let (id, of) = (change.id.to_string(), self.credential.to_string());
        let revision = page.credential.revision.to_string();
        let form = [
            ("project", "acme"),
            ("credential", of.as_str()),
            ("id", id.as_str()),
            ("revision", revision.as_str()),
            ("password", PASSWORD),
        ];
        by.post_json_accept("/rpc/guard-changes/approve", &form).await.status.as_u16()
    }

    async fn approved_by(&self, by: &Browser, widened: &Widened) -> u16 {
        match widened.waits_at() {
            Some(pipeline) => self.approve_grant(by, pipeline).await,
            None => self.approve_change(by).await,
        }
    }

    /// Who widened it tries to approve it themselves.
    pub async fn approve_alone(&self, widened: &Widened) {
        assert_eq!(self.approved_by(&self.alone, widened).await, 409);
    }

    pub async fn approve(&self, widened: &Widened) {
        assert_eq!(self.approved_by(&self.approver, widened).await, 200);
    }
}
