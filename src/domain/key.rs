//! Data keys: what seals the secrets, makes their fingerprints, protects the audit log and signs its
//! checkpoints, and how far a change of them has come. The keys themselves are never here.

use super::counted::counted;
use super::moment::Moment;
use super::witness::Witnessed;
use serde::{Deserialize, Serialize};

super::words! {
    /// Where a data key is in its life. It only ever moves down this list.
    pub enum KeyState {
        /// Made, and waiting until every server has read it.
        Pending = "pending", "Pending";
        /// What is sealed now is sealed under it.
        Active = "active", "Active";
        /// Opens what was sealed under it, and seals nothing.
        Archived = "archived", "Archived";
        /// Opens nothing. It can still be brought back from the database by its operator. One for the audit
        /// log has no row any more, and still verifies audit events and receipts.
        Retired = "retired", "Retired";
        Destroyed = "destroyed", "Destroyed";
    }
}

super::words! {
    /// What a data key is for that is rotated.
    pub enum KeyPurpose {
        /// Encrypts the secrets.
        Secret = "secret", "Secrets";
        /// Makes the fingerprints by which equal secrets of a project are told.
        Fingerprint = "fingerprint", "Fingerprints";
        /// Protects the audit events, the receipts and the rows that decide who receives a secret.
        Audit = "audit", "Audit log";
        /// Signs checkpoints, by which others check the audit log.
        Checkpoint = "checkpoint", "Checkpoints";
    }
}

impl KeyPurpose {
    /// Which of the data keys it is: "2", "2 for fingerprints", "2 for the audit log" or "2 for checkpoints".
    pub fn number(self, version: u32) -> String {
        match self {
            Self::Secret => version.to_string(),
            Self::Fingerprint => format!("{version} for fingerprints"),
            Self::Audit => format!("{version} for the audit log"),
            Self::Checkpoint => format!("{version} for checkpoints"),
        }
    }

    /// Whether secrets have to do with such a key.
    pub fn is_of_secrets(self) -> bool {
        matches!(self, Self::Secret | Self::Fingerprint)
    }
}

impl KeyState {
    /// Whether servers hold the key, whatever it is for. They hold a retired one for the audit log, too.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Pending | Self::Active | Self::Archived)
    }
}

/// A data key, as pages and commands show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataKey {
    /// `secret`, `audit`, `fingerprint` or `checkpoint`.
    pub purpose: String,
    /// Counts from 1 for each purpose.
    pub version: u32,
    pub state: KeyState,
    /// The id of the key-encryption key it is wrapped under.
    pub kek_id: String,
    pub created_at: Moment,
    /// Since when it is in this state.
    pub since: Moment,
    /// Secrets sealed under it, or whose fingerprints it made; 0 for keys of another purpose.
    pub rows: u64,
}

/// How far sealing everything under the active key has come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewrapProgress {
    /// Secrets that are still encrypted with an older key.
    pub left: u64,
    /// Secrets a second, since it began.
    pub per_second: f64,
    /// Seconds until it is done at that rate; `None` before a rate is known.
    pub seconds_left: Option<u64>,
}

/// Every data key, and what is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyReport {
    /// Every key there ever was, by purpose and version.
    pub keys: Vec<DataKey>,
    /// What is under way; `None` when every secret is under the active key.
    pub rewrap: Option<RewrapProgress>,
    /// Secrets that do not open, so that they stay under their key: they need a new secret.
    pub unreadable: u64,
    /// Secrets of an older version of the program that stay as they are until somebody has answered for
    /// a row that was changed outside: only then it is known whether they open.
    pub waiting: u64,
    /// Secrets whose fingerprints were made with an older key than the active one.
    pub fingerprints_left: u64,
    /// Whether rows may still be under an older key for the audit log than the active one.
    pub are_rows_moving: bool,
    /// The public keys that verify checkpoints of the instance's audit log, the newest first; none where the
    /// public address is not known.
    pub checkpoint_keys: Vec<String>,
    /// What witnesses have said of the last checkpoint of that log.
    pub witnesses: Vec<Witnessed>,
    /// Whether the key-encryption key is the generated file beside the data.
    pub has_local_key: bool,
    /// Who said that it is backed up; `None` when nobody has since it is in use.
    pub backup: Option<KeyBackup>,
}

impl KeyReport {
    /// What is said of secrets that stay as an older version left them, if there are any.
    pub fn said_of_waiting(&self) -> Option<String> {
        let were =
            ["from an older version of Regcred was", "from an older version of Regcred were"];
        let secrets = counted(self.waiting, "stored secret", were);
        (self.waiting > 0).then(|| {
            format!("{secrets} not encrypted again, because rows were changed outside Regcred.")
        })
    }

    /// What is said of rows that may be under an older key for the audit log.
    pub fn said_of_rows(&self) -> Option<&'static str> {
        self.are_rows_moving
            .then_some("Rows are being moved to the new data key for the audit log.")
    }

    /// What is said of fingerprints that were made with an older key, if there are any.
    pub fn said_of_fingerprints(&self) -> Option<String> {
        let secrets = counted(self.fingerprints_left, "secret", ["still has", "still have"]);
        (self.fingerprints_left > 0)
            .then(|| format!("{secrets} a fingerprint from an older data key."))
    }
}

/// Who has a backup of the key-encryption key, and since when they say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyBackup {
    /// By the name they had.
    pub by: String,
    pub at: Moment,
}
