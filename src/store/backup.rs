//! Backups: every row that outlives a restart, the same from either database.
//!
//! # Format
//!
//! `regcred-backup`, version 2: lines of JSON in UTF-8, each ended by a line feed. The first is the
//! header (wrapped here):
//!
//! ```text
//! {"format":"regcred-backup","version":2,"schema":"m20261121_000006_create_trust_rules",
//!  "made_at":"2026-11-21T09:30:00Z","database":"sqlite","kek_ids":["b976fc652f5fdb1d"],
//!  "tables":{"project":{"columns":[["id","uuid"],["slug","text"],…]},…}}
//! ```
//!
//! `schema` is the last step of the schema that the rows are of, `database` is `sqlite` or
//! `postgres`, and `kek_ids` are the ids of the key-encryption keys that open the keyring inside. A
//! column is `uuid`, `text`, `integer` (32 bits), `bigint` (64 bits), `boolean` or `bytes`.
//!
//! Then a line a row, `["project",["0198f0c2-…","acme"]]`, its values in the order of the header's
//! columns: a UUID as text, a number, `true` or `false`, bytes as base64 (RFC 4648, padded), or
//! `null`. The last line is
//!
//! ```text
//! {"end":true,"rows":1234,"sha256":"…","hmac":"…"}
//! ```
//!
//! with the SHA-256, in hex, of every byte before that line, and the HMAC-SHA256, in base64, of
//! `u64(rows) ‖ sha256`, the one big-endian and the other in hex as it stands there. Its key is
//! HKDF-SHA256(ikm = audit key, no salt, info = `regcred/backup-mac/v1`), 32 bytes, where the audit
//! key is one of the purpose `audit` in the table `crypto_key`. So who can open the keyring inside
//! can tell whether anything was changed, and nobody else can make a change that fits.
//!
//! Version 1 is the same without `hmac`: the digest shows damage, and no intent.
//!
//! # What is left out
//!
//! Sessions, single-use slots and leases: they are over before a backup is read.
//! Jobs: a server that starts schedules them again. The outbox: its events are old news by then.
//! The numbers of credentials: the database counts those that are restored.
//! Keys are there as the database has them, wrapped; the key-encryption key never is.

mod cell;
mod dump;
mod keys;
mod load;

pub use dump::{DumpProblem, Snapshot};
pub use load::{Loading, Refusal};

use super::shape::{ColumnKind, TableShape};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The first word of every backup.
pub const FORMAT: &str = "regcred-backup";

/// The newest version of the format that this program reads, and the one it writes.
pub const VERSION: u32 = 2;

/// The first version that carries an HMAC.
const AUTHENTICATED: u32 = 2;

const LEFT_OUT: [&str; 6] = ["session", "slot", "lease", "job", "outbox", "credential_count"];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub format: String,
    pub version: u32,
    /// The last step of the schema that the rows are of.
    pub schema: String,
    /// When it was made, as RFC 3339 in UTC.
    pub made_at: String,
    /// The database it was made from: `sqlite` or `postgres`.
    pub database: String,
    /// The ids of the key-encryption keys that open its keyring.
    pub kek_ids: Vec<String>,
    pub tables: BTreeMap<String, Columns>,
}

impl Header {
    /// Whether the last line has to have an HMAC.
    pub fn is_authenticated(&self) -> bool {
        self.version >= AUTHENTICATED
    }
}

/// The columns of a table, in the order of the values in its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    pub columns: Vec<(String, ColumnKind)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Always `true`: this is the end.
    pub end: bool,
    /// Lines of rows before it.
    pub rows: u64,
    /// SHA-256 of every byte before it, in hex.
    pub sha256: String,
    /// HMAC-SHA256 of the two, in base64; older versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hmac: Option<String>,
}

/// The tables that a backup holds, in the order in which they are written.
fn tables() -> Result<Vec<TableShape>, DbErr> {
    let mut shapes = super::entity::shapes()?;
    shapes.retain(|shape| !LEFT_OUT.contains(&shape.name));
    Ok(shapes)
}
