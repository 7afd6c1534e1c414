//! Programs of a CI that print a secret: found on the PATH, with an end to their time and output.

use crate::bounded;
use crate::environment::Variables;
use crate::secret::Secret;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

const LIMIT: u64 = 64 * 1024;

/// How often is looked whether a program has ended after its last word.
const POLL: Duration = Duration::from_millis(5);

/// Where the program is, if it is on the PATH.
pub fn find(name: &str, variables: &Variables) -> Option<PathBuf> {
    let path = variables.path("PATH")?;
    // Clients start this program in a folder that may be anybody's.
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(name)).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.mode() & 0o111 != 0)
}

/// What the program prints on stdout, if it ends well within the time and prints no more than a
/// token. It is killed when it does not.
pub fn printed(program: &Path, arguments: &[&str], time: Duration) -> Option<Secret> {
    let until = Instant::now() + time;
    let mut command = Command::new(program);
    // What it says on stderr may hold the token: some programs print what they ask and are answered.
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let said = child.stdout.take().and_then(|mut out| {
        let (say, said) = channel();
        thread::spawn(move || say.send(bounded::read(&mut out, LIMIT)));
        said.recv_timeout(time).ok()?.ok()?
    });
    let until = if said.is_some() { until } else { Instant::now() };
    let has_ended_well = has_ended_well(&mut child, until);
    let bytes = said.filter(|_| has_ended_well)?;
    std::str::from_utf8(&bytes).ok().map(|text| Secret::from(text.to_owned()))
}

fn has_ended_well(child: &mut Child, until: Instant) -> bool {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if Instant::now() < until => thread::sleep(POLL),
            _ => {
                // It may have ended by itself by now.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stub::Folder;

    const LONG: Duration = Duration::from_secs(60);

    fn shell(script: &str, time: Duration) -> Option<String> {
        let said = printed(Path::new("/bin/sh"), &["-c", script], time);
        said.map(|said| said.expose().to_owned())
    }

    #[test]
    fn what_a_program_prints_is_taken_if_it_ends_well() {
        assert_eq!(shell("echo a.b.c; echo hunter2 >&2", LONG).as_deref(), Some("a.b.c\n"));
        assert_eq!(shell("echo a.b.c; exit 1", LONG), None);
        assert_eq!(shell("printf '\\377'", LONG), None);
        assert_eq!(printed(Path::new("/nowhere/circleci"), &[], LONG).map(|_| ()), None);
    }

    #[test]
    fn neither_its_time_nor_its_output_is_without_end() {
        let began = Instant::now();
        assert_eq!(shell("exec sleep 600", Duration::from_millis(50)), None);
        assert_eq!(shell("exec >&-; exec sleep 600", Duration::from_millis(50)), None);
        assert_eq!(shell("exec yes", LONG), None);
        assert!(began.elapsed() < LONG);
    }

    #[test]
    fn a_program_is_looked_for_in_whole_paths_only() {
        let folder = Folder::new();
        let file = folder.file("circleci", "", 0o755);
        folder.file("plain", "", 0o644);
        let path = format!(".:/nowhere:{}", folder.path().display());
        let variables = Variables::of(&[("PATH", path.as_str())]);
        assert_eq!(find("circleci", &variables), Some(file));
        assert_eq!(find("plain", &variables), None);
        assert_eq!(find("buildkite-agent", &variables), None);
        // A folder of the repository could hold one.
        assert_eq!(find("main.rs", &Variables::of(&[("PATH", ".:src/helper")])), None);
        assert_eq!(find("circleci", &Variables::of(&[])), None);
    }
}
