//! Reading a backup line by line, and finding whether all of it is there.

use super::BackupProblem;
use crate::crypto::digest::Sha256;
use crate::store::{BACKUP_FORMAT, BACKUP_VERSION, End, Header};
use std::io::{BufRead, Read};

/// No line of ours is as long: a file without line feeds is not read into memory.
const LINE_MAX: u64 = 16 * 1024 * 1024;

/// The lines of a backup, checked as they are read.
pub(super) struct Lines<'a, R> {
    file: &'a mut R,
    pub(super) header: Header,
    hash: Sha256,
    pub(super) rows: u64,
    /// Of the end, once it was reached and holds.
    pub(super) sha256: String,
    /// Of the end, as it stands there.
    pub(super) hmac: Option<String>,
}

impl<'a, R: BufRead> Lines<'a, R> {
    pub(super) fn begin(file: &'a mut R) -> Result<Self, BackupProblem> {
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
        Ok(Self { file, header, hash, rows: 0, sha256: String::new(), hmac: None })
    }

    /// The next row's line; `None` once the end was reached and everything before it holds.
    pub(super) fn next_row(&mut self) -> Result<Option<Vec<u8>>, BackupProblem> {
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
        (self.sha256, self.hmac) = (hash, end.hmac);
        Ok(None)
    }
}

fn read_line(file: &mut impl BufRead) -> Result<Vec<u8>, BackupProblem> {
    let mut line = Vec::new();
    let read = file.take(LINE_MAX).read_until(b'\n', &mut line);
    read.map_err(BackupProblem::Read)?;
    Ok(line)
}
