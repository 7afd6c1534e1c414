//! Backups: made while serving, read to the end and proved before a row of one is believed, and
//! restored into an empty database. What is sealed stays sealed: the keys are for the proof that
//! nobody changed it. The format is that of `store::Header`.

mod lines;
mod problem;
mod proof;
mod restored;

pub use problem::BackupProblem;
pub use restored::BroughtBack;

use super::{KeySource, Keys};
use crate::crypto::digest::Sha256;
use crate::crypto::keyring::WrappedKey;
use crate::store::{DumpProblem, End, Header, Store, knows_schema};
use lines::Lines;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write};

/// Keys that a proof is tried with. No installation has as many: those in a file that somebody made
/// are not all read into memory.
const KEYS_MAX: usize = 1_000;

#[derive(Clone, Debug)]
pub struct Contents {
    pub header: Header,
    /// Rows by table; a table without rows is not there.
    pub rows: BTreeMap<String, u64>,
}

/// A backup that was read to its end and found whole. It is not authenticated yet.
#[derive(Clone, Debug)]
pub struct Checked {
    header: Header,
    rows: u64,
    sha256: String,
    hmac: Option<String>,
    /// Those inside that a proof may have been made with.
    keys: Vec<WrappedKey>,
}

/// A backup that may be restored: it was authenticated, or the operator answers for it.
#[derive(Clone, Debug)]
pub struct Restorable(Checked);

impl Checked {
    /// The ids of the key-encryption keys that open what it was proved with: never none.
    ///
    /// # Errors
    /// `Unauthenticated` for a version that had no proof, `Forged` where one is missing.
    pub fn kek_ids(&self) -> Result<BTreeSet<String>, BackupProblem> {
        if !self.header.is_authenticated() {
            return Err(BackupProblem::Unauthenticated);
        }
        if self.hmac.is_none() || self.keys.is_empty() {
            return Err(BackupProblem::Forged);
        }
        Ok(self.keys.iter().map(|key| key.kek_id.to_string()).collect())
    }

    /// Proves that its writer could open the keyring inside.
    ///
    /// # Errors
    /// As [`Checked::kek_ids`]; `NoKey` or `WrongKey` when the keys given open nothing of it, and
    /// `Forged` when they do and the proof is another.
    pub fn authenticate(self, source: &KeySource) -> Result<Restorable, BackupProblem> {
        let expected = self.kek_ids()?;
        let given = source.current.iter().chain(&source.previous);
        let given: BTreeSet<String> = given.map(|kek| kek.id().to_string()).collect();
        if expected.is_disjoint(&given) {
            let list = |ids: BTreeSet<String>| ids.into_iter().collect::<Vec<_>>().join(", ");
            let expected = list(expected);
            return Err(if given.is_empty() {
                BackupProblem::NoKey { expected }
            } else {
                BackupProblem::WrongKey { expected, given: list(given) }
            });
        }
        let hmac = self.hmac.as_deref().unwrap_or_default();
        if proof::holds(&self.keys, source, self.rows, &self.sha256, hmac) {
            Ok(Restorable(self))
        } else {
            Err(BackupProblem::Forged)
        }
    }

    /// The ids of the key-encryption keys that it says its secrets need.
    pub fn named_keys(&self) -> BTreeSet<String> {
        self.header.kek_ids.iter().cloned().collect()
    }

    /// Takes it as it is, on the operator's word, if it is of a version that had no proof;
    /// `None` for one that can be proved.
    pub fn unproved(&self) -> Option<Restorable> {
        (!self.header.is_authenticated()).then(|| Restorable(self.clone()))
    }
}

/// Writes a backup of the database as it is at this moment, while others go on writing. The keys
/// are those of the same database.
///
/// # Errors
/// `Schema`, `Write`, `Proof` or `Database`. What was written until then is no backup.
pub async fn back_up(
    store: &Store,
    keys: &Keys,
    out: &mut impl Write,
) -> Result<Contents, BackupProblem> {
    let snapshot = store.snapshot().await.map_err(DumpProblem::from)?;
    let header = snapshot.header(super::now()).await?;
    let mut hash = Sha256::default();
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    let mut put = |line: &[u8]| {
        hash.update(line);
        hash.update(b"\n");
        out.write_all(line)?;
        out.write_all(b"\n")
    };
    put(&json(&header)?).map_err(BackupProblem::Write)?;
    let mut line = |table: &'static str, line: &[u8]| {
        *rows.entry(table.to_owned()).or_insert(0) += 1;
        put(line)
    };
    snapshot.rows(&mut line).await?;
    let total: u64 = rows.values().sum();
    let sha256 = hash.finish();
    let hmac = proof::make(&keys.ring(), total, &sha256);
    let hmac = Some(hmac.map_err(|cause| BackupProblem::Proof(cause.into()))?);
    let mut last = json(&End { end: true, rows: total, sha256, hmac })?;
    last.push(b'\n');
    out.write_all(&last).and_then(|()| out.flush()).map_err(BackupProblem::Write)?;
    Ok(Contents { header, rows })
}

/// Reads a backup to its end.
///
/// # Errors
/// `NotABackup`, `Newer`, `Damaged`, or `Read`.
pub fn check_backup(file: &mut impl BufRead) -> Result<Checked, BackupProblem> {
    let mut lines = Lines::begin(file)?;
    let mut keys = Vec::new();
    while let Some(line) = lines.next_row()? {
        if keys.len() < KEYS_MAX {
            keys.extend(lines.header.key_row(&line).and_then(proof::key));
        }
    }
    if !knows_schema(&lines.header.schema) {
        return Err(BackupProblem::Newer);
    }
    let Lines { header, rows, sha256, hmac, .. } = lines;
    Ok(Checked { header, rows, sha256, hmac, keys })
}

/// Restores a backup from its beginning into an empty database: everything, or nothing.
///
/// # Errors
/// `NotEmpty`, `Newer`, `Database`, or `Damaged` when it is not the file that was checked.
pub async fn restore(
    store: &Store,
    Restorable(checked): &Restorable,
    file: &mut impl BufRead,
) -> Result<Contents, BackupProblem> {
    let mut lines = Lines::begin(file)?;
    let mut loading = store.load(&checked.header).await?;
    while let Some(line) = lines.next_row()? {
        loading.row(&line).await?;
    }
    if lines.sha256 != checked.sha256 {
        return Err(BackupProblem::Damaged);
    }
    let rows = loading.finish().await?;
    Ok(Contents { header: lines.header, rows })
}

fn json(line: &impl serde::Serialize) -> Result<Vec<u8>, BackupProblem> {
    serde_json::to_vec(line).map_err(|cause| BackupProblem::Write(cause.into()))
}
