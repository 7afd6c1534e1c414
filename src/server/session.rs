//! The sessions' store for tower-sessions, over our own rows: the key is the hash of the id, a save
//! only updates, and a session ends for good after its absolute life (security T25).

use crate::crypto::digest::sha256;
use crate::crypto::password::mark;
use crate::error;
use crate::functions::{PASSWORD, PERSON, cookie};
use crate::store::{Rank, SessionRow, Store, Unrecorded, Write};
use async_trait::async_trait;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Request, header};
use axum::middleware::Next;
use axum::response::Response;
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

/// Minutes without a request after which a session is over.
const IDLE: i64 = 30;
/// Hours after which it is over however busy.
const ABSOLUTE: i64 = 12;

#[derive(Clone, Debug)]
pub struct Sessions(Store);

/// The layer that reads the cookie. `is_https`: the cookie is bound to this host and to TLS.
pub fn layer(store: Store, is_https: bool) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions(store))
        .with_name(name(is_https))
        .with_secure(is_https)
        .with_http_only(true)
        .with_path("/")
        // Lax: Strict cookies are not sent on arrival from a mail or an identity provider.
        .with_same_site(tower_sessions::cookie::SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(time::Duration::minutes(IDLE)))
}

fn name(is_https: bool) -> &'static str {
    if is_https { "__Host-sid" } else { "sid" }
}

/// Removes the cookie as it was set. The framework leaves `Secure` out, and without it browsers take no
/// line for a cookie of this name (RFC 6265bis): a dead id would stay.
pub async fn whole_removal(
    State(is_https): State<bool>,
    request: Request<Body>,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let lines = response.headers().get_all(header::SET_COOKIE).iter();
    let removal = format!("{}=;", name(is_https));
    let is_removal = |line: &HeaderValue| line.as_bytes().starts_with(removal.as_bytes());
    let lines: Vec<HeaderValue> = lines.cloned().collect();
    if lines.iter().any(is_removal) {
        response.headers_mut().remove(header::SET_COOKIE);
        for line in lines {
            let whole = cookie(name(is_https), "", 0, is_https).filter(|_| is_removal(&line));
            response.headers_mut().append(header::SET_COOKIE, whole.unwrap_or(line));
        }
    }
    response
}

impl Sessions {
    async fn prolong(&self, id_hash: &[u8], data: String, until: i64) -> error::Result<()> {
        let write = self.0.write().await?;
        write.sessions().update(id_hash, data, until).await?;
        Ok(write.commit_without_event(Unrecorded::Session).await?)
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits: a clash is refused by the primary key and never overwrites.
        let now = OffsetDateTime::now_utc();
        let row = SessionRow {
            id_hash: hash(&record.id),
            data: encode(record)?,
            person_id: person(record),
            expires_at: millis(record.expiry_date),
            ends_at: millis(now + time::Duration::hours(ABSOLUTE)),
            // Made as the row is written.
            mac: None,
        };
        let write = self.0.write_as(Rank::SignIn).await.map_err(refused)?;
        if !is_of_now(&write, record).await.map_err(refused)? {
            tracing::info!("a sign-in began no session: the password was changed meanwhile");
            return Ok(());
        }
        write.sessions().insert(row).await.map_err(refused)?;
        write.commit_without_event(Unrecorded::Session).await.map_err(refused)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let (data, expires_at) = (encode(record)?, millis(record.expiry_date));
        // It says only that the session was used: a sign-in makes a new one. When that cannot
        // be written the session ends sooner, and what was asked for is shown all the same.
        if let Err(error) = self.prolong(&hash(&record.id), data, expires_at).await {
            tracing::debug!(error = %error, "a session was not prolonged");
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = OffsetDateTime::now_utc();
        let row = self.0.sessions().find(&hash(id), millis(now)).await.map_err(refused)?;
        row.map(|row| {
            let data = serde_json::from_str(&row.data).map_err(|e| Error::Decode(e.to_string()))?;
            let until = row.expires_at.min(row.ends_at);
            let expiry_date =
                OffsetDateTime::from_unix_timestamp_nanos(i128::from(until) * 1_000_000)
                    .unwrap_or(now);
            Ok(Record { id: *id, data, expiry_date })
        })
        .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let write = self.0.write().await.map_err(refused)?;
        write.sessions().delete(&hash(id)).await.map_err(refused)?;
        write.commit_without_event(Unrecorded::Session).await.map_err(refused)
    }
}

/// Whose session it is, so that all of a person's can be found.
fn person(record: &Record) -> Option<uuid::Uuid> {
    serde_json::from_value(record.data.get(PERSON)?.clone()).ok()
}

/// Whether the password that the session begins with is still the person's. Who changes it is waited for,
/// or waits and ends the session.
async fn is_of_now(write: &Write, record: &Record) -> error::Result<bool> {
    let password = record.data.get(PASSWORD).and_then(|password| password.as_str());
    let (Some(person), Some(password)) = (person(record), password) else { return Ok(true) };
    let row = write.people().hold(person).await?;
    Ok(row.is_some_and(|row| mark(&row.password_hash) == password))
}

fn hash(id: &Id) -> Vec<u8> {
    sha256(&id.0.to_be_bytes()).to_vec()
}

fn encode(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// The cause is logged where it is converted, and once for all requests that meet it.
fn refused(error: impl Into<error::Error>) -> Error {
    let error: error::Error = error.into();
    Error::Backend(error.to_string())
}
