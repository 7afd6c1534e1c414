//! A delivery with its durable receipt against the same steps without one, on the embedded database
//! and on PostgreSQL.

use super::load::{Target, compare, get, serve};
use super::postgres;
use super::seed::{CREDENTIALS, Seed};
use super::table::{Table, verdict};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::get as on_get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regcred::crypto::blob::Place;
use regcred::crypto::kek::Kek;
use regcred::crypto::keyring::Keyring;
use regcred::vault::Vault;
use std::sync::Arc;
use uuid::Uuid;

const PATH: &str = "/api/v1/docker-config";
/// What is asked for at 64 clients: at least this part of the floor.
const TARGET: f64 = 0.5;

/// Measures and prints.
pub async fn run() {
    on(None, "the embedded database").await;
    let Some(server) = postgres::server() else {
        println!("Delivery on PostgreSQL: SKIPPED, there is none (DATABASE_URL)\n");
        return;
    };
    let place = if postgres::is_durable(&server).await {
        "PostgreSQL"
    } else {
        "PostgreSQL, WHICH FLUSHES NOTHING THERE"
    };
    on(Some(server.as_str()), place).await;
}

async fn on(server: Option<&str>, place: &str) {
    let seed = Seed::on(server, CREDENTIALS).await;
    let tokens = seed.tokens(64).await;
    let requests: Vec<Vec<u8>> =
        tokens.iter().map(|token| get(PATH, &format!("authorization: Bearer {token}"))).collect();
    let delivery = Target::new(seed.serve().await, requests.clone());
    let state = Arc::new(Floor::new(seed.vault.clone()));
    let bare = Router::new().route(PATH, on_get(floor)).with_state(state);
    let floor = Target::new(serve(bare).await, requests);

    let title = format!(
        "Delivery with a durable receipt, against the same without one, on {place} (requests/s)"
    );
    let mut table = Table::new(&title, &["clients", "floor", "delivery", "ratio", "target", ""]);
    for clients in [1, 8, 64, 256] {
        let (floor, delivery) = compare(&floor, &delivery, clients).await;
        let ratio = delivery / floor;
        let (target, verdict) = match clients {
            64 => (format!(">= {TARGET:.2}"), verdict(ratio >= TARGET)),
            _ => (String::new(), ""),
        };
        table.row(&[
            &clients.to_string(),
            &format!("{floor:.0}"),
            &format!("{delivery:.0}"),
            &format!("{ratio:.2}"),
            &target,
            verdict,
        ]);
    }
    table.print();
}

/// What the floor opens: a secret of its own, since the vault gives out neither its keys nor,
/// without a receipt, a secret.
struct Floor {
    vault: Vault,
    keyring: Keyring,
    blob: Vec<u8>,
}

impl Floor {
    fn new(vault: Vault) -> Self {
        let kek = Kek::generate().unwrap();
        let keys = Keyring::generate_missing(&kek, &[]).unwrap();
        let keyring = Keyring::unlock(&kek, None, &keys).unwrap();
        let blob = keyring.seal(&PLACE, b"hunter2-hunter2-hunter2").unwrap();
        Self { vault, keyring, blob }
    }
}

const PLACE: Place<'static> = Place {
    table: "secret_version",
    column: "sealed",
    row_id: Uuid::nil(),
    project_id: Uuid::nil(),
    secret_version: 1,
    origin: "https://registry.example.com:443",
};

/// The token, what it may have with the ciphertext, the secret, and the file made of it.
async fn floor(State(floor): State<Arc<Floor>>, headers: HeaderMap) -> Result<String, String> {
    let header = headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let pipeline = floor.vault.pipeline_of(token).await.map_err(|error| error.to_string())?;
    let secrets = floor.vault.store().secrets(pipeline.project_id());
    let granted = secrets.granted_to(pipeline.id()).await.map_err(|error| error.to_string())?;
    let mut json = "{\"auths\":{".to_owned();
    for one in &granted {
        let secret = floor.keyring.open(&PLACE, &floor.blob).map_err(|error| error.to_string())?;
        let shown = &one.credential.summary;
        let pair = [shown.username.as_bytes(), b":", &secret].concat();
        let host = shown.host.docker_config_key();
        json.push_str(&format!("\"{host}\":{{\"auth\":\"{}\"}}", STANDARD.encode(pair)));
    }
    json.push_str("}}");
    Ok(json)
}
