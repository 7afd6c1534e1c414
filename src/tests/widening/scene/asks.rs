//! Each act as one person does it, and how what it widened is asked for.

use super::{API, Act, OIDC, OTHER, SECRET, Scene, WEB};
use crate::app::{PASSWORD, pipeline_form, token_in};
use crate::edits::{UPDATE, form};
use crate::signing::{Lines, Woodpecker, drone, drone_body, woodpecker_body};
use crate::trust::issuer::AUDIENCE;
use regcred::domain::credential::{Access, Credential};
use regcred::domain::proof::Proof;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What somebody has when the act has worked.
pub enum Widened {
    /// What a pipeline fetches with a token.
    Fetch { pipeline: Uuid, token: String, path: &'static str },
    /// What a CI server is answered for what it signed.
    Signed {
        pipeline: Uuid,
        path: &'static str,
        /// It signs each request anew: what was answered once is not answered again.
        sign: Box<dyn Fn(&str) -> Lines + Send + Sync>,
        body: String,
    },
    /// What a pipeline fetches once the credential's own guard is lower.
    Guarded { token: String, path: &'static str },
    /// What is stored of the credential then.
    Stored(fn(&Credential) -> bool),
}

impl Widened {
    /// The pipeline whose grant is to be approved; `None` when it is a change of the credential.
    pub fn waits_at(&self) -> Option<Uuid> {
        match self {
            Self::Fetch { pipeline, .. } | Self::Signed { pipeline, .. } => Some(*pipeline),
            Self::Guarded { .. } | Self::Stored(_) => None,
        }
    }
}

impl Scene {
    pub async fn is_had(&self, widened: &Widened) -> bool {
        match widened {
            Widened::Fetch { token, path, .. } | Widened::Guarded { token, path } => {
                self.app.fetch(token, path).await.text().contains(SECRET)
            }
            Widened::Signed { path, sign, body, .. } => {
                self.app.nobody().signed(path, &sign(body), body).await.text().contains(SECRET)
            }
            Widened::Stored(is_so) => is_so(&self.stored().await),
        }
    }

    pub async fn widen(&self, act: Act) -> Widened {
        let open = self.open;
        let with = |token: String| Widened::Fetch { pipeline: open, token, path: API };
        match act {
            Act::Token => with(self.new_token().await),
            Act::Oidc(number) => with(self.exchanged(number).await),
            Act::Woodpecker | Act::ReplacedKey => self.signed_by_woodpecker().await,
            Act::Drone => {
                let fields = [("form[provider]", "drone"), ("form[claims][repo.id]", "7")];
                self.signed_by_drone("/rpc/trust-rules/create", &fields).await
            }
            Act::RenewedSecret => self.signed_by_drone("/rpc/trust-rules/renew-secret", &[]).await,
            Act::Pipeline => self.own_pipeline().await,
            Act::Grant => {
                let (pipeline, token) = self.app.bare_pipeline("own").await;
                self.grant(pipeline, &[]).await;
                Widened::Fetch { pipeline, token, path: API }
            }
            Act::GrantPaths => {
                let token = self.run_of_main().await;
                self.grant_again(&[("form[branches]", "main")]).await;
                Widened::Fetch { pipeline: self.narrow, token, path: WEB }
            }
            Act::BranchDropped => {
                let token = self.app.proved(self.narrow, &Proof::default()).await;
                self.grant_again(&[("form[repositories]", "acme/api")]).await;
                Widened::Fetch { pipeline: self.narrow, token, path: API }
            }
            Act::GrantChanged => {
                let token = self.run_of_main().await;
                self.change_grant(&[("form[branches]", "main")]).await;
                Widened::Fetch { pipeline: self.narrow, token, path: WEB }
            }
            Act::RuleChanged => with(self.exchanged_by_a_changed_rule().await),
            Act::CredentialPaths => {
                self.edit(&[("paths", "")]).await;
                Widened::Guarded { token: self.token.clone(), path: OTHER }
            }
            Act::Access => {
                self.edit(&[("access", "pull_push")]).await;
                Widened::Stored(|stored| stored.summary.access == Access::PullAndPush)
            }
            Act::Unprotect => {
                self.edit(&[("is_protected", "")]).await;
                Widened::Stored(|stored| !stored.guards_its_secret())
            }
            Act::TokenService => {
                let id = self.credential.to_string();
                let form = [
                    ("project", "acme"),
                    ("id", id.as_str()),
                    ("origin", "https://auth.example.com"),
                    ("password", PASSWORD),
                ];
                self.post("/rpc/credentials/token-service", &form).await;
                Widened::Stored(|stored| stored.token_service.is_some())
            }
        }
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) {
        let reply = self.alone.post_json_accept(path, form).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    }

    /// The pipeline's page after a form about it that shows something once.
    async fn page_after(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let pipeline = self.open.to_string();
        let mut form =
            vec![("project", "acme"), ("pipeline", pipeline.as_str()), ("password", PASSWORD)];
        form.extend_from_slice(fields);
        let reply = self.alone.post_form(path, &form).await;
        self.alone.follow(reply).await.text()
    }

    async fn new_token(&self) -> String {
        let page = self.page_after("/rpc/tokens/create", &[("token_days", "30")]).await;
        token_in(&page).unwrap()
    }

    async fn own_pipeline(&self) -> Widened {
        let credential = self.credential.to_string();
        let mut form = pipeline_form("acme", "own", "pull", PASSWORD);
        form.push(("form[credentials][]", credential.as_str()));
        let reply = self.alone.post_form("/rpc/pipelines/create", &form).await;
        let path = reply.location().split('?').next().unwrap().to_owned();
        let pipeline = Uuid::parse_str(path.rsplit('/').next().unwrap()).unwrap();
        let token = token_in(&self.alone.follow(reply).await.text()).unwrap();
        Widened::Fetch { pipeline, token, path: API }
    }

    /// With a key of their own, in the place of one that was approved where there is one.
    async fn signed_by_woodpecker(&self) -> Widened {
        if self.key.is_some() {
            self.delete_rules().await;
        }
        let server = Woodpecker::new();
        let key = server.public_key();
        let fields = [
            ("form[provider]", "woodpecker"),
            ("form[claims][repo.id]", "7"),
            ("form[public_key]", key.as_str()),
        ];
        self.add_rule(&fields).await;
        let (path, body) = ("/api/v1/woodpecker/acme", woodpecker_body(7));
        let sign = Box::new(move |body: &str| server.sign(path, body));
        Widened::Signed { pipeline: self.open, path, sign, body }
    }

    async fn signed_by_drone(&self, path: &str, fields: &[(&str, &str)]) -> Widened {
        let page = self.page_after(path, fields).await;
        let mut shown = page
            .split("DRONE_REGISTRY_PLUGIN_TOKEN=")
            .skip(1)
            .map(|text| text.chars().take_while(char::is_ascii_hexdigit).collect::<String>());
        let secret = shown.find(|text| text.len() == 64).expect("a secret is shown");
        assert_ne!(Some(&secret), self.secret.as_ref());
        let body = drone_body(7);
        let sign = Box::new(move |body: &str| drone(&secret, body));
        Widened::Signed { pipeline: self.open, path: "/api/v1/drone/acme", sign, body }
    }

    async fn add_rule(&self, fields: &[(&str, &str)]) {
        let reply = self.app.ask_rule(&self.alone, self.open, fields).await;
        assert_eq!(reply.status, 200, "{fields:?}: {}", reply.text());
    }

    /// A short-lived token, for what the person's own issuer signs.
    async fn exchanged(&self, number: usize) -> String {
        let (provider, claims) = OIDC[number];
        let names: Vec<String> =
            claims.iter().map(|(name, _)| format!("form[claims][{name}]")).collect();
        let mut fields = vec![
            ("form[provider]", provider),
            ("form[issuer]", self.issuer.url.as_str()),
            ("form[audience]", AUDIENCE),
        ];
        fields.extend(names.iter().zip(claims).map(|(name, (_, value))| (name.as_str(), *value)));
        self.add_rule(&fields).await;
        self.shown(claims).await
    }

    /// A short-lived token, for a token of the issuer with these claims.
    async fn shown(&self, claims: &[(&str, &str)]) -> String {
        let said: Map<String, Value> =
            claims.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let reply = self.app.show(self.open, &self.issuer.token(&Value::Object(said))).await;
        assert_eq!(reply.status, 200, "{claims:?}: {}", reply.text());
        reply.json()["token"].as_str().unwrap().to_owned()
    }

    /// The rule of the owner is made to accept the person's own repository.
    async fn exchanged_by_a_changed_rule(&self) -> String {
        let own = [("repository_id", "75"), OIDC[0].1[1], OIDC[0].1[2]];
        let names = own.map(|(name, _)| format!("form[claims][{name}]"));
        let rule = self.page(self.open).await.rules.remove(0);
        let (of, id) = (self.open.to_string(), rule.id.to_string());
        let epoch = rule.identity_epoch.to_string();
        let mut form = vec![
            ("project", "acme"),
            ("pipeline", of.as_str()),
            ("id", id.as_str()),
            ("epoch", epoch.as_str()),
            ("form[issuer]", self.issuer.url.as_str()),
            ("form[audience]", AUDIENCE),
            ("password", PASSWORD),
        ];
        form.extend(names.iter().zip(own).map(|(name, (_, value))| (name.as_str(), value)));
        self.post("/rpc/trust-rules/update", &form).await;
        self.shown(&own).await
    }

    /// Gives the narrow grant these terms instead of its own.
    async fn change_grant(&self, terms: &[(&str, &str)]) {
        let grant = self.page(self.narrow).await.grants.remove(0);
        let (of, id) = (self.narrow.to_string(), grant.id.to_string());
        let revision = grant.revision.to_string();
        let mut form = vec![
            ("project", "acme"),
            ("pipeline", of.as_str()),
            ("id", id.as_str()),
            ("revision", revision.as_str()),
            ("form[intent]", "pull"),
            ("password", PASSWORD),
        ];
        form.extend_from_slice(terms);
        self.post("/rpc/grants/update", &form).await;
    }

    async fn delete_rules(&self) {
        let pipeline = self.open.to_string();
        for rule in self.page(self.open).await.rules {
            let id = rule.id.to_string();
            let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", id.as_str())];
            self.post("/rpc/trust-rules/delete", &form).await;
        }
    }

    async fn grant(&self, pipeline: Uuid, terms: &[(&str, &str)]) {
        let reply = self.app.ask_grant(&self.alone, pipeline, self.credential, terms).await;
        assert_eq!(reply.status, 200, "{terms:?}: {}", reply.text());
    }

    /// Revokes the narrow grant and gives it again on these terms.
    async fn grant_again(&self, terms: &[(&str, &str)]) {
        let pipeline = self.narrow.to_string();
        let id = self.page(self.narrow).await.grants[0].id.to_string();
        let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", id.as_str())];
        self.post("/rpc/grants/delete", &form).await;
        self.grant(self.narrow, terms).await;
    }

    async fn edit(&self, changed: &[(&str, &str)]) {
        let id = self.credential.to_string();
        let revision = self.stored().await.revision.to_string();
        let mut fields = vec![
            ("name", "release"),
            ("paths", "acme"),
            ("access", "pull"),
            ("is_protected", "true"),
        ];
        fields.retain(|(field, _)| !changed.iter().any(|(other, _)| other == field));
        fields.extend_from_slice(changed);
        let form = form(&id, &revision, &fields);
        let reply = self.alone.post_multipart_json_accept(UPDATE, &form, None).await;
        assert_eq!(reply.status, 200, "{changed:?}: {}", reply.text());
    }
}
