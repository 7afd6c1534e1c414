//! What machines ask at the doors, and what they are given to ask with: grants on terms, trust
//! rules, and tokens of runs of which something was proved.

use crate::app::{App, Browser, PASSWORD, Reply};
use axum::body::Body;
use axum::http::{Method, Request};
use regcred::crypto::token::generate_token;
use regcred::domain::delivery::Receipt;
use regcred::domain::moment::Moment;
use regcred::domain::proof::Proof;
use regcred::domain::user::Maker;
use regcred::store::{TokenRow, Unrecorded};
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// Every door that a pipeline's token opens and that hands out secrets, asked for what it has of
/// `ghcr.io`, or of everything.
pub const DOORS: [&str; 11] = [
    "/api/v1/docker-config",
    "/api/v1/docker-config?image=ghcr.io%2Facme%2Fapi%3A1",
    "/api/v1/auth-json",
    "/api/v1/docker-auth-config",
    "/api/v1/kubernetes-secret?name=regcred&namespace=build",
    "/api/v1/buildx?repository=ghcr.io%2Facme%2Fapi",
    "/api/v1/credential?server=ghcr.io",
    "/api/v1/credential?image=ghcr.io%2Facme%2Fapi%3A1",
    "/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi%3A1&cache=image",
    "/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi%3A1&cache=registry",
    "/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi%3A1&cache=global",
];

impl Browser {
    /// Fetches from a door as a pipeline does; an empty token sends none.
    pub async fn fetch(&self, token: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.request(Method::GET, path, "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Posts JSON to a door; an empty token sends none.
    pub async fn tell(&self, token: &str, path: &str, body: &str) -> Reply {
        self.tell_with(token, path, &[], body).await
    }

    /// The same with further headers.
    pub async fn tell_with(
        &self,
        token: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let mut request = self.request(Method::POST, path, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = request.header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Posts what a CI server signed.
    pub async fn signed(&self, path: &str, headers: &[(&str, String)], body: &str) -> Reply {
        let mut request = Request::builder().method(Method::POST).uri(path);
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            request = request.header("host", self.host());
        }
        for (name, value) in headers {
            request = request.header(*name, value.as_str());
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()))
    }

    /// The word of an error for machines; empty when it is none.
    pub fn code(&self) -> String {
        let json: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        json["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Every line of a header.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let values = self.headers.get_all(name).iter();
        values.map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    /// The receipts of what was delivered.
    pub fn deliveries(&self) -> Vec<Uuid> {
        let lines = self.lines("regcred-delivery");
        lines.iter().map(|line| Uuid::parse_str(line.split(';').next().unwrap()).unwrap()).collect()
    }

    /// Every byte of the answer.
    pub fn everything(&self) -> Vec<u8> {
        let mut all = self.body.clone();
        for (name, value) in &self.headers {
            all.extend_from_slice(name.as_str().as_bytes());
            all.extend_from_slice(value.as_bytes());
        }
        all
    }
}

impl App {
    /// Fetches from a door as a pipeline does.
    pub async fn fetch(&self, token: &str, path: &str) -> Reply {
        self.nobody().fetch(token, path, &[]).await
    }

    /// Makes a pipeline of `acme` that may have nothing; gives its id and its token.
    pub async fn bare_pipeline(&self, name: &str) -> (Uuid, String) {
        self.pipeline(&self.owner, "acme", name, &[], "pull").await
    }

    /// Asks for a grant as a script does: to pull and on no terms, unless the fields say otherwise.
    pub async fn ask_grant(
        &self,
        by: &Browser,
        pipeline: Uuid,
        credential: Uuid,
        terms: &[(&str, &str)],
    ) -> Reply {
        let (pipeline, credential) = (pipeline.to_string(), credential.to_string());
        let mut form = vec![
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("form[credentials][]", credential.as_str()),
            ("form[intent]", "pull"),
            ("password", PASSWORD),
        ];
        form.retain(|(field, _)| !terms.iter().any(|(other, _)| other == field));
        form.extend_from_slice(terms);
        by.post_json_accept("/rpc/grants/create", &form).await
    }

    /// The same by the owner, and it is granted.
    pub async fn grant(&self, pipeline: Uuid, credential: Uuid, terms: &[(&str, &str)]) {
        let reply = self.ask_grant(&self.owner, pipeline, credential, terms).await;
        assert_eq!(reply.status, 200, "{terms:?}: {}", reply.text());
    }

    /// Asks for a trust rule of a pipeline of `acme` as a script does, once its issuer is on the
    /// list.
    pub async fn ask_rule(&self, by: &Browser, pipeline: Uuid, fields: &[(&str, &str)]) -> Reply {
        if let Some((_, issuer)) = fields.iter().find(|(name, _)| *name == "form[issuer]") {
            self.trust_issuer(issuer).await;
        }
        let pipeline = pipeline.to_string();
        let mut form =
            vec![("project", "acme"), ("pipeline", pipeline.as_str()), ("password", PASSWORD)];
        form.retain(|(field, _)| !fields.iter().any(|(other, _)| other == field));
        form.extend_from_slice(fields);
        by.post_json_accept("/rpc/trust-rules/create", &form).await
    }

    /// A short-lived token of the pipeline of `acme`, as one is given to a run that proved this.
    /// How a proof is had is tested elsewhere, with real providers.
    pub async fn proved(&self, pipeline: Uuid, proof: &Proof) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let now = Moment(i64::try_from(now).unwrap());
        let until = now.plus_seconds(900);
        let new = generate_token().unwrap();
        let row = TokenRow {
            id: new.id.clone(),
            name: String::new(),
            pipeline_id: pipeline,
            hash: new.hash,
            created_at: now.0,
            created_by: Maker::nobody("GitHub Actions"),
            expires_on: until.day(),
            short_until: Some(until.0),
            proof: Some(serde_json::to_string(proof).unwrap()),
            identity_epoch: 0,
        };
        let project = self.evidence(&self.owner, "acme").await.project().id;
        let write = self.vault.store().write().await.unwrap();
        write.tokens().insert(project, row).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
        new.text.as_str().to_owned()
    }

    /// All receipts of a pipeline of `acme`, newest first.
    pub async fn receipts_of(&self, pipeline: Uuid) -> Vec<Receipt> {
        let project = self.evidence(&self.owner, "acme").await.project().id;
        self.vault.store().receipts(project).of_pipeline(pipeline, 10_000).await.unwrap()
    }

    /// How many receipts there are, of whatever pipeline and outcome.
    pub async fn count_receipts(&self) -> i64 {
        self.scalar_i64("SELECT COUNT(*) FROM receipt").await
    }

    /// Whether every link of the project's chain holds.
    pub async fn assert_chain_holds(&self) {
        let project = self.evidence(&self.owner, "acme").await.project().id;
        assert_eq!(self.vault.first_break(project).await.unwrap(), None);
    }
}
