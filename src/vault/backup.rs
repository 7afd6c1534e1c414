//! Backups: made while serving, read to the end before a row of one is believed, restored into an
//! empty database. No key is needed for any of it: what is sealed stays sealed. The format is that
//! of `store::Header`.

use crate::crypto::digest::Sha256;
use crate::error::Error;
use crate::store::{
    BACKUP_FORMAT, BACKUP_VERSION, DumpProblem, End, Header, Refusal, Store, knows_schema,
};
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};

/// Why there is no backup, or nothing was restored. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupProblem {
    /// The database is older or newer than this program.
    #[error(
        "The database has another schema than this version of Regcred. Run `regcred migrate`, or use the version that the server runs."
    )]
    Schema,
    /// It begins like something else.
    #[error(
        "This is not a backup of Regcred. Give the file that `regcred backup` wrote. Nothing was changed."
    )]
    NotABackup,
    /// A part is missing, or a byte is another one.
    #[error(
        "This backup is damaged: it was cut short or changed after it was made, and its checksum does not hold. Use another copy. Nothing was changed."
    )]
    Damaged,
    /// A format or a schema that this program does not know.
    #[error(
        "This backup was made by a newer Regcred. Use that version or a newer one to restore it. Nothing was changed."
    )]
    Newer,
    /// There are rows already.
    #[error(
        "A restore needs an empty database, and this one is in use. Name a new folder with REGCRED_DATA, or an empty PostgreSQL database with DATABASE_URL. Nothing was changed."
    )]
    NotEmpty,
    /// The backup cannot be read.
    #[error("The backup cannot be read: {0}. Nothing was changed.")]
    Read(io::Error),
    /// The backup cannot be written.
    #[error("The backup cannot be written: {0}.")]
    Write(io::Error),
    /// The database.
    #[error(
        "The database refused. The log says why; often the disk is full or the database does not answer. Nothing was changed."
    )]
    Database(Error),
}

impl From<DumpProblem> for BackupProblem {
    fn from(problem: DumpProblem) -> Self {
        match problem {
            DumpProblem::Schema(_) => Self::Schema,
            DumpProblem::Write(cause) => Self::Write(cause),
            DumpProblem::Database(cause) => Self::Database(cause.into()),
        }
    }
}

impl From<Refusal> for BackupProblem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotEmpty => Self::NotEmpty,
            Refusal::NewerSchema => Self::Newer,
            Refusal::Malformed => Self::Damaged,
            Refusal::Database(cause) => Self::Database(cause.into()),
        }
    }
}

/// What a backup holds.
#[derive(Clone, Debug)]
pub struct Contents {
    /// Its first line.
    pub header: Header,
    /// Rows by table; a table without rows is not there.
    pub rows: BTreeMap<String, u64>,
}

/// A backup that was read to its end and found whole.
#[derive(Clone, Debug)]
pub struct Checked {
    header: Header,
    sha256: String,
}

/// Writes a backup of the database as it is at this moment, while others go on writing.
///
/// # Errors
/// `Schema`, `Write` or `Database`. What was written until then is no backup.
pub async fn back_up(store: &Store, out: &mut impl Write) -> Result<Contents, BackupProblem> {
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
    let end = End { end: true, rows: rows.values().sum(), sha256: hash.finish() };
    let mut last = json(&end)?;
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
    while lines.next_row()?.is_some() {}
    if !knows_schema(&lines.header.schema) {
        return Err(BackupProblem::Newer);
    }
    Ok(Checked { header: lines.header, sha256: lines.sha256 })
}

/// Restores a backup that was checked, from its beginning, into an empty database: everything, or
/// nothing.
///
/// # Errors
/// `NotEmpty`, `Newer`, `Database`, or `Damaged` when it is not the file that was checked.
pub async fn restore(
    store: &Store,
    checked: &Checked,
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

/// No line of ours is as long: a file without line feeds is not read into memory.
const LINE_MAX: u64 = 16 * 1024 * 1024;

/// The lines of a backup, checked as they are read.
struct Lines<'a, R> {
    file: &'a mut R,
    header: Header,
    hash: Sha256,
    rows: u64,
    /// Of the end, once it was reached and holds.
    sha256: String,
}

impl<'a, R: BufRead> Lines<'a, R> {
    fn begin(file: &'a mut R) -> Result<Self, BackupProblem> {
        /// What every version's header has.
        #[derive(serde::Deserialize)]
        struct Start {
            format: String,
            version: u32,
        }
        let line = read_line(file)?;
        let start: Start = serde_json::from_slice(&line).map_err(|_| BackupProblem::NotABackup)?;
        if start.format != BACKUP_FORMAT {
            return Err(BackupProblem::NotABackup);
        }
        if start.version > BACKUP_VERSION {
            return Err(BackupProblem::Newer);
        }
        let header = serde_json::from_slice(&line).map_err(|_| BackupProblem::Damaged)?;
        let mut hash = Sha256::default();
        hash.update(&line);
        Ok(Self { file, header, hash, rows: 0, sha256: String::new() })
    }

    /// The next row's line; `None` once the end was reached and everything before it holds.
    fn next_row(&mut self) -> Result<Option<Vec<u8>>, BackupProblem> {
        let mut line = read_line(self.file)?;
        if line.last() != Some(&b'\n') {
            return Err(BackupProblem::Damaged);
        }
        if line.first() == Some(&b'[') {
            self.hash.update(&line);
            self.rows += 1;
            line.pop();
            return Ok(Some(line));
        }
        let end: End = serde_json::from_slice(&line).map_err(|_| BackupProblem::Damaged)?;
        let is_last = self.file.fill_buf().map_err(BackupProblem::Read)?.is_empty();
        let hash = std::mem::take(&mut self.hash).finish();
        if !end.end || end.rows != self.rows || end.sha256 != hash || !is_last {
            return Err(BackupProblem::Damaged);
        }
        self.sha256 = hash;
        Ok(None)
    }
}

fn read_line(file: &mut impl BufRead) -> Result<Vec<u8>, BackupProblem> {
    let mut line = Vec::new();
    let read = file.take(LINE_MAX).read_until(b'\n', &mut line);
    read.map_err(BackupProblem::Read)?;
    Ok(line)
}
