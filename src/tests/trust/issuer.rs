//! An issuer on this machine that publishes its keys, or says something else, and signs what a test
//! wants; and an instance that may ask it.

use crate::app::{App, Browser, PASSWORD, Reply};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regcred::issuers::Issuers;
use regcred::outbound::{Network, Outbound, OutboundSettings};
use regcred::receivers::Receivers;
use regcred::registries::Registries;
use regcred::vault::Reach;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

/// For whom tokens are.
pub const AUDIENCE: &str = "https://regcred.example.com";

pub struct Issuer {
    pub url: String,
    pair: EcdsaKeyPair,
    status: watch::Sender<String>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    /// One whose keys are at `/keys`.
    pub async fn start() -> Self {
        Self::with_keys_at("/keys").await
    }

    /// One whose keys are at this path.
    pub async fn with_keys_at(path: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let key = json!({
            "kty": "EC", "use": "sig", "alg": "ES256", "kid": "first", "crv": "P-256",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        });
        let keys = json!({ "keys": [key] }).to_string();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let metadata = json!({"issuer": url, "jwks_uri": format!("{url}{path}")}).to_string();
        let (status, mut says) = watch::channel("200 OK".to_owned());
        let asked = Arc::new(AtomicUsize::new(0));
        let (counts, path) = (Arc::clone(&asked), path.to_owned());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let is_keys = request.split(' ').nth(1) == Some(path.as_str());
                counts.fetch_add(usize::from(!is_keys), Ordering::SeqCst);
                let body = if is_keys { &keys } else { &metadata };
                let said = says.wait_for(|status| !status.is_empty()).await;
                let Ok(status) = said.map(|status| (*status).clone()) else { return };
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                // Whoever went away does not want it.
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, pair, status, asked }
    }

    /// Answers with this status from now on; with none it keeps everybody waiting until it has one.
    pub fn says(&self, status: &str) {
        self.status.send_replace(status.to_owned());
    }

    /// How often its metadata were asked for.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// A token of a job that says this, with an id of its own; the claims win.
    pub fn token(&self, claims: &Value) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut said = json!({
            "iss": self.url, "aud": AUDIENCE, "iat": now, "exp": now + 300,
            "jti": Uuid::now_v7().to_string(),
        });
        said.as_object_mut().unwrap().extend(claims.as_object().cloned().unwrap());
        let header = r#"{"alg":"ES256","kid":"first","typ":"JWT"}"#;
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encode(header), encode(&said.to_string()));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

impl App {
    /// An instance that was set up, and whose vault may ask hosts of these networks.
    pub async fn reaching(networks: &[&str]) -> Self {
        Self::new().await.knowing_no_keys(networks)
    }

    /// The instance as if it had just started: it may ask hosts of these networks, and remembers no
    /// issuer's keys.
    pub fn knowing_no_keys(self, networks: &[&str]) -> Self {
        let allowed = networks.iter().map(|text| Network::parse(text).unwrap()).collect();
        self.calling(OutboundSettings { allowed, ..OutboundSettings::default() })
    }

    /// The same, with all that an operator says about calls to other hosts.
    pub fn calling(self, settings: OutboundSettings) -> Self {
        let mut app = self;
        let outbound = Outbound::new(settings).unwrap();
        let issuers = Issuers::new(outbound.clone());
        let receivers = Receivers::new(outbound.clone());
        let reach = Reach { issuers, receivers, registries: Registries::new(outbound) };
        app.vault = app.vault.clone().reaching(reach);
        app.router = regcred::server::router(&app.vault, &[]);
        let mut owner = Browser::new(&app.router);
        (owner.cookie, owner.person) = (app.owner.cookie.clone(), app.owner.person);
        app.owner = owner;
        app
    }

    /// Puts the issuer on the list of the instance, as its admin. What is there already, needs no
    /// entry or is no issuer stays as it is.
    pub async fn trust_issuer(&self, issuer: &str) {
        let person = self.vault.person(self.owner.person.unwrap()).await.unwrap();
        let admin = person.instance_admin().unwrap();
        match self.vault.add_issuer(&admin, issuer).await {
            Ok(_) | Err(regcred::Error::Invalid(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }

    /// Adds a trust rule as a browser does, and reads the page that follows. The issuer is on the
    /// list by then.
    pub async fn add_rule(
        &self,
        pipeline: Uuid,
        provider: &str,
        issuer: &str,
        claims: &[(&str, &str)],
    ) -> String {
        self.trust_issuer(issuer).await;
        let id = pipeline.to_string();
        let names: Vec<String> =
            claims.iter().map(|(name, _)| format!("form[claims][{name}]")).collect();
        let mut form = vec![
            ("project", "acme"),
            ("pipeline", id.as_str()),
            ("form[provider]", provider),
            ("form[issuer]", issuer),
            ("form[audience]", AUDIENCE),
            ("password", PASSWORD),
        ];
        form.extend(names.iter().zip(claims).map(|(name, (_, value))| (name.as_str(), *value)));
        let reply = self.owner.post_form("/rpc/trust-rules/create", &form).await;
        assert!(reply.location().contains("?said="), "{} {}", reply.location(), reply.text());
        self.owner.follow(reply).await.text()
    }

    /// Shows a token of a job to the door that gives one of ours for it.
    pub async fn show(&self, pipeline: Uuid, token: &str) -> Reply {
        let body = json!({ "pipeline": pipeline, "token": token }).to_string();
        self.nobody().tell("", "/api/v1/token", &body).await
    }
}
