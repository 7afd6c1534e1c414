//! The floor of a delivery and of the list, written by hand: SQL, AES-GCM, JSON. It shares no code
//! with the product and serves a copy of the data that the product made.
//!
//! A delivery is the least that keeps the promises: the token's hash, the grants with their current
//! ciphertexts, each of them opened, and a durable row for each before the answer leaves. Who waits
//! at the same time shares one transaction. It has no rules, no audit chain and no counts.

mod postgres;
mod sqlite;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// What one of the floor's own secrets is. Those of the product are under keys it gives to nobody.
const SECRET: &[u8] = b"hunter2-hunter2-0000000";
/// Deliveries that may share a transaction.
const GROUP: usize = 256;

/// A granted credential with its ciphertext: nonce, text, tag.
struct Granted {
    credential: Uuid,
    host: String,
    username: String,
    version: Uuid,
    sealed: Vec<u8>,
}

/// What is written of one.
struct Receipt {
    id: Uuid,
    at: i64,
    pipeline: Uuid,
    credential: Uuid,
    said: String,
}

/// A row of the list.
#[derive(serde::Serialize)]
struct Row {
    id: Uuid,
    name: String,
    description: String,
    host: String,
    username: String,
    access: String,
    expires_on: Option<String>,
    updated_at: i64,
}

/// The same as it is read.
type Columns = (Uuid, String, String, String, String, String, Option<String>, i64);

impl From<Columns> for Row {
    fn from(row: Columns) -> Self {
        let (id, name, description, host, username, access, expires_on, updated_at) = row;
        Self { id, name, description, host, username, access, expires_on, updated_at }
    }
}

/// What the list shows.
#[derive(serde::Serialize)]
struct List {
    rows: Vec<Row>,
    count: i64,
}

enum Database {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

type Waiting = (Vec<Receipt>, oneshot::Sender<()>);

struct Floor {
    database: Arc<Database>,
    key: LessSafeKey,
    queue: mpsc::Sender<Waiting>,
}

/// Serves until it is killed.
pub async fn serve(address: &str) {
    let database = if address.starts_with("postgres") {
        Database::Postgres(postgres::Database::open(address).await)
    } else {
        Database::Sqlite(sqlite::Database::open(address).await)
    };
    let database = Arc::new(database);
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap());
    for version in database.granted_versions().await {
        database.put(version, sealed(&key, version)).await;
    }
    let (queue, waiting) = mpsc::channel(1_024);
    tokio::spawn(write_groups(Arc::clone(&database), waiting));
    let floor = Arc::new(Floor { database, key, queue });
    let router = Router::new()
        .route("/api/v1/docker-config", get(deliver))
        .route("/p/bench/credentials", get(list))
        .with_state(floor);
    let address = super::load::serve(router).await;
    println!("Regcred listens on http://{address}");
    std::future::pending::<()>().await;
}

async fn deliver(
    State(floor): State<Arc<Floor>>,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer rgc_"));
    let mut parts = token.ok_or(StatusCode::UNAUTHORIZED)?.split('_');
    let (id, secret) = parts.next().zip(parts.next()).ok_or(StatusCode::UNAUTHORIZED)?;
    let (hash, pipeline) = floor.database.token(id).await.ok_or(StatusCode::UNAUTHORIZED)?;
    if digest(&SHA256, secret.as_bytes()).as_ref() != hash {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let mut receipts = Vec::new();
    let mut body = "{\"auths\":{".to_owned();
    for (number, mut one) in floor.database.granted(pipeline).await.into_iter().enumerate() {
        let (nonce, text) = one.sealed.split_at_mut(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
        let aad = Aad::from(one.version.into_bytes());
        let secret = floor.key.open_in_place(nonce, aad, text).unwrap();
        let pair = [one.username.as_bytes(), b":", &*secret].concat();
        let comma = if number == 0 { "" } else { "," };
        let auth = STANDARD.encode(pair);
        body.push_str(&format!("{comma}\"{}\":{{\"auth\":\"{auth}\"}}", one.host));
        receipts.push(Receipt {
            id: Uuid::now_v7(),
            at,
            pipeline,
            credential: one.credential,
            said: "{\"door\":\"docker-config\",\"intent\":\"pull\",\"outcome\":\"delivered\"}"
                .to_owned(),
        });
    }
    body.push_str("}}");
    let (say, durable) = oneshot::channel();
    let is_queued = floor.queue.send((receipts, say)).await.is_ok();
    if !is_queued || durable.await.is_err() {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// The session that was asked for, the project, its members' rows and how many there are.
async fn list(State(floor): State<Arc<Floor>>, headers: HeaderMap) -> Response {
    let cookie = headers.get(header::COOKIE).map(|value| value.as_bytes().to_vec());
    let hash = digest(&SHA256, &cookie.unwrap_or_default());
    let list = floor.database.list(hash.as_ref()).await;
    let body = serde_json::to_string(&list).unwrap();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// All that wait when the last group is durable are the next group.
async fn write_groups(database: Arc<Database>, mut waiting: mpsc::Receiver<Waiting>) {
    let mut group = Vec::with_capacity(GROUP);
    while waiting.recv_many(&mut group, GROUP).await > 0 {
        let rows: Vec<&Receipt> = group.iter().flat_map(|(rows, _)| rows).collect();
        database.write(&rows).await;
        for (_, say) in group.drain(..) {
            // Who asked may be gone.
            let _ = say.send(());
        }
    }
}

fn sealed(key: &LessSafeKey, version: Uuid) -> Vec<u8> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).unwrap();
    let mut text = SECRET.to_vec();
    let aad = Aad::from(version.into_bytes());
    let unique = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(unique, aad, &mut text).unwrap();
    [&nonce[..], &text].concat()
}

/// Both databases are asked the same.
macro_rules! either {
    ($self:ident, $database:ident => $asked:expr) => {
        match $self {
            Self::Sqlite($database) => $asked,
            Self::Postgres($database) => $asked,
        }
    };
}

impl Database {
    async fn granted_versions(&self) -> Vec<Uuid> {
        either!(self, database => database.granted_versions().await)
    }

    async fn put(&self, version: Uuid, sealed: Vec<u8>) {
        either!(self, database => database.put(version, sealed).await)
    }

    async fn token(&self, id: &str) -> Option<(Vec<u8>, Uuid)> {
        either!(self, database => database.token(id).await)
    }

    async fn granted(&self, pipeline: Uuid) -> Vec<Granted> {
        either!(self, database => database.granted(pipeline).await)
    }

    async fn write(&self, rows: &[&Receipt]) {
        either!(self, database => database.write(rows).await)
    }

    async fn list(&self, session: &[u8]) -> List {
        either!(self, database => database.list(session).await)
    }
}
