//! A key from a program that prints it.

use super::file::{MAX, parse};
use super::problem::KekFault;
use crate::crypto::kek::Kek;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use zeroize::Zeroizing;

pub const TIMEOUT: Duration = Duration::from_secs(10);

/// Runs the program and takes what it prints for a key. The line is split at spaces and no shell
/// sees it, so no character in it means anything; what needs one is a script.
pub(super) async fn run(line: &str) -> Result<Kek, KekFault> {
    let mut words = line.split_whitespace();
    let program = words.next().ok_or(KekFault::NoCommand)?;
    let name = || program.to_owned();
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    // A group of its own, so that a script is stopped with all that it has started.
    let mut child = command
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|cause| KekFault::NotStarted { program: name(), cause })?;
    let heard = timeout(TIMEOUT, listen(&mut child)).await;
    let (status, printed) = match heard {
        Ok(Ok(heard)) => heard,
        Ok(Err(cause)) => {
            stop(&child);
            return Err(KekFault::Unheard { program: name(), cause });
        }
        Err(_) => {
            stop(&child);
            return Err(KekFault::TooSlow { program: name() });
        }
    };
    match status {
        Some(status) if !status.success() => Err(KekFault::Failed { program: name(), status }),
        _ => parse(&printed, || format!("The output of the key command {program}")),
    }
}

/// All it printed, and how it ended; one that prints too much is stopped and has no end of its own.
async fn listen(child: &mut Child) -> io::Result<(Option<ExitStatus>, Zeroizing<Vec<u8>>)> {
    // Room enough from the start: a buffer that grows leaves its old bytes behind.
    let mut printed = Zeroizing::new(Vec::<u8>::with_capacity(2 * MAX));
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX as u64 + 1).read_to_end(&mut printed).await?;
    }
    if printed.len() > MAX {
        stop(child);
        return Ok((None, printed));
    }
    Ok((Some(child.wait().await?), printed))
}

/// Ends its whole group. Its number is no other's yet: it has not been waited for.
fn stop(child: &Child) {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id
        && let Err(error) = kill_process_group(id, Signal::KILL)
    {
        tracing::warn!(error = %error, "the key command could not be stopped");
    }
}
