//! Whether every stored secret opens, and whose clock is wrong. A value is dropped where it was
//! opened.

mod accepted;
mod put_back;

pub use put_back::PutBack;

use super::Vault;
use super::credentials::place_of;
use crate::crypto::blob::{self, Format};
use crate::domain::actor::Operator;
use crate::domain::moment::Moment;
use crate::error::Result;
use crate::store::{SealedRow, Store, Tampered};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Secrets that are in memory at once, sealed.
const PAGE: u64 = 200;
/// Unreadable ones that are named; the others are counted.
const NAMED: usize = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Opening {
    /// Stored secrets by the version of the data key that their ciphertext names.
    #[serde(rename = "by_data_key")]
    pub by_key: BTreeMap<u32, u64>,
    pub opened: u64,
    /// Those in the older format, which is not bound to the credential and its user name.
    pub unbound: u64,
    /// Whether one in the older format is refused from now on.
    #[serde(rename = "bound")]
    pub is_bound: bool,
    /// Some of those that no server moves to the newer format: what is refused, and what waits until
    /// somebody has answered for a row.
    #[serde(rename = "not_moved")]
    pub left_behind: Vec<Unreadable>,
    pub failed: u64,
    pub unreadable: Vec<Unreadable>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unreadable {
    pub project_id: Uuid,
    pub credential_id: Uuid,
    pub credential: String,
    pub version: i64,
    /// Whether it is the one that pipelines should get.
    #[serde(rename = "current")]
    pub is_current: bool,
    /// Why not: a sentence without its full stop.
    pub why: String,
}

/// How clocks differ from this machine's, in milliseconds: above zero, they are ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// The one that the newest audit event or receipt was dated by; `None` when there is none.
    pub newest_ahead: Option<i64>,
    /// The database server's; `None` for the embedded database.
    pub database_apart: Option<i64>,
}

/// Compares the clocks.
///
/// # Errors
/// When the database does not answer.
pub async fn clocks(store: &Store) -> Result<Clocks> {
    let newest = store.newest_moment().await?;
    let database = store.clock().await?;
    let now = super::now().0;
    let ahead = |at: Moment| at.0.saturating_sub(now);
    Ok(Clocks { newest_ahead: newest.map(ahead), database_apart: database.map(ahead) })
}

impl Vault {
    /// Opens every stored secret, whatever its project, and says which do not open.
    ///
    /// # Errors
    /// When the database does not answer, or the keys cannot be read.
    pub async fn open_every_secret(&self, _operator: &Operator) -> Result<Opening> {
        let is_bound = self.keys.ring().are_secrets_bound();
        let mut opening = Opening { is_bound, ..Opening::default() };
        let mut after = Uuid::nil();
        loop {
            let rows = self.store.rewraps().all_after(after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            for row in &rows {
                if let Ok(version) = blob::key_version(&row.sealed) {
                    *opening.by_key.entry(version).or_default() += 1;
                }
                let is_waiting = !row.is_ours() && self.would_be_lost(row).await?;
                let opens = !is_waiting || self.opens(row).await?;
                opening.look_at_format(row, is_waiting, opens);
                match self.fault(row).await? {
                    None => opening.opened += 1,
                    Some(why) => opening.add(Unreadable::of(row, why)),
                }
            }
        }
        let current = self.store.credentials_without_secret(NAMED as u64).await?;
        let older = self.store.versions_without_secret(NAMED as u64).await?;
        let missing = current.into_iter().map(|one| (one, true));
        for ((project_id, credential_id, credential, version), is_current) in
            missing.chain(older.into_iter().map(|one| (one, false)))
        {
            let why = "its ciphertext is missing".to_owned();
            opening.add(Unreadable {
                project_id,
                credential_id,
                credential,
                version,
                is_current,
                why,
            });
        }
        Ok(opening)
    }

    /// The rows that decide who gets what and were changed or put there by somebody else.
    ///
    /// # Errors
    /// When the database does not answer, or has a row that cannot be read at all.
    pub async fn tampered_rows(&self, _operator: &Operator) -> Result<Tampered> {
        Ok(self.store.tampered_rows().await?)
    }

    /// Why the secret does not open; `None` when it does.
    async fn fault(&self, row: &SealedRow) -> Result<Option<String>> {
        let Some(origin) = row.origin.as_deref() else {
            return Ok(Some("its registry is not a valid host".to_owned()));
        };
        match self.open_stored(&place_of(row, origin), &row.sealed).await? {
            Ok(_) if super::keys::key_version(&row.sealed).ok() == Some(row.key_version) => {
                Ok(None)
            }
            Ok(_) if row.key_version == 0 => Ok(Some("its row names no data key".to_owned())),
            Ok(_) => Ok(Some("its row names a different data key than its ciphertext".to_owned())),
            Err(error) => {
                let changed =
                    changed(row).map(|rows| format!(", and {rows} changed outside Regcred"));
                Ok(Some(format!("{error}{}", changed.unwrap_or_default())))
            }
        }
    }
}

/// Which of its rows were changed by somebody else, as `doctor accept` takes them; `None` when none was.
fn changed(row: &SealedRow) -> Option<String> {
    let credential = format!("credential {}", row.credential_id);
    let version = format!("secret_version {}", row.id);
    match (row.is_credential_ours, row.is_version_ours) {
        (true, true) => None,
        (false, true) => Some(format!("the row {credential} was")),
        (true, false) => Some(format!("the row {version} was")),
        (false, false) => Some(format!("the rows {credential} and {version} were")),
    }
}

impl Unreadable {
    fn of(row: &SealedRow, why: String) -> Self {
        Self {
            project_id: row.project_id,
            credential_id: row.credential_id,
            credential: row.credential.clone(),
            version: row.version,
            is_current: row.is_current,
            why,
        }
    }
}

impl Opening {
    /// `is_waiting`: the move does not end before somebody has answered for a row. `opens`: it does
    /// with that row as it is.
    fn look_at_format(&mut self, row: &SealedRow, is_waiting: bool, opens: bool) {
        if blob::format(&row.sealed) != Ok(Format::Unbound) {
            return;
        }
        self.unbound += 1;
        let why = match (self.is_bound, changed(row)) {
            (true, None) => "it is in the older format".to_owned(),
            (true, Some(rows)) => {
                format!("it is in the older format, and {rows} changed outside Regcred")
            }
            (false, Some(rows)) if is_waiting && opens => format!("{rows} changed outside Regcred"),
            (false, Some(rows)) if is_waiting => format!(
                "{rows} changed outside Regcred, and the secret is lost unless what was changed is put back"
            ),
            (false, _) => return,
        };
        if self.left_behind.len() < NAMED {
            self.left_behind.push(Unreadable::of(row, why));
        }
    }

    fn add(&mut self, unreadable: Unreadable) {
        self.failed += 1;
        if self.unreadable.len() < NAMED {
            self.unreadable.push(unreadable);
        }
    }
}
