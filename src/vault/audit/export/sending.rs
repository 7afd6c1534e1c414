//! How far an export has come, and why it does not go on.

use crate::domain::actor::Actor;
use crate::domain::audit::{ExportFormat, ExportLine};
use crate::error::{Error, Result};
use tokio::sync::mpsc::Sender;

/// Bytes that are sent at once.
const PIECE: usize = 64 * 1024;

/// Who asked for it, and of which project they have to be.
pub(super) struct Reader {
    pub(super) actor: Actor,
    pub(super) project: Option<String>,
}

/// How far an export has come.
pub(super) struct Sending {
    pub(super) pieces: Sender<Result<String>>,
    pub(super) by: Reader,
    buffer: String,
    pub(super) lines: u64,
    /// The last link that was looked at.
    pub(super) last: i64,
}

/// Nobody reads any more.
pub(super) struct Gone;

/// Why an export does not go on.
pub(super) enum Stopped {
    Gone,
    Failed(Error),
}

impl From<Gone> for Stopped {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Sending {
    pub(super) fn new(pieces: Sender<Result<String>>, by: Reader, last: i64) -> Self {
        Self { pieces, by, buffer: String::with_capacity(PIECE * 2), lines: 0, last }
    }

    pub(super) async fn line(
        &mut self,
        format: ExportFormat,
        line: &ExportLine,
    ) -> Result<(), Gone> {
        self.lines += 1;
        self.add(&format.line(line)).await
    }

    pub(super) async fn add(&mut self, text: &str) -> Result<(), Gone> {
        self.buffer.push_str(text);
        if self.buffer.len() >= PIECE { self.flush().await } else { Ok(()) }
    }

    pub(super) async fn flush(&mut self) -> Result<(), Gone> {
        let piece = std::mem::replace(&mut self.buffer, String::with_capacity(PIECE * 2));
        self.pieces.send(Ok(piece)).await.map_err(|_| Gone)
    }
}
