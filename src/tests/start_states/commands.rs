//! Commands that print no key.

use super::install::{Install, Setting};
use crate::app::soak;
use crate::skipped::skip;
use regcred::opening::kek::TIMEOUT;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

fn line(line: impl Into<OsString>) -> [Setting; 1] {
    [("REGCRED_KEK_COMMAND", line.into())]
}

/// What runs these lines of shell.
fn script(install: &Install, lines: &str) -> [Setting; 1] {
    let path = install.private("script", lines.as_bytes());
    line(format!("/bin/sh {}", path.display()))
}

#[test]
fn a_command_without_a_key_is_refused() {
    let install = Install::new();
    let right = install.right.id().to_string();
    let key = install.path("right");
    let key = key.display();
    install.refuses("empty", &line("  "), &["REGCRED_KEK_COMMAND is empty", &right]);
    let nowhere = ["/nowhere/vault", "cannot be started", &right];
    install.refuses("not there", &line("/nowhere/vault read --token=t0ken"), &nowhere);
    // It fails with the key in hand: what it printed counts for nothing.
    let failing = script(&install, &format!("cat {key}\necho 'no such lease' >&2\nexit 3\n"));
    let says = ["no such lease", "failed: exit status: 3", "/bin/sh", &right];
    install.refuses("fails", &failing, &says);
    install.refuses("killed", &script(&install, "kill -9 $$\n"), &["signal: 9", &right]);
    let not_a_key = ["does not contain a key", &right];
    install.refuses("prints nothing", &line("/bin/true"), &not_a_key);
    install.refuses("prints words", &line("/bin/echo permission denied"), &not_a_key);
    install.refuses("prints two lines", &line(format!("/bin/cat {key} {key}")), &not_a_key);
    // Nothing is special to it that is to a shell.
    let quoted = line(format!("/bin/echo `cat {key}` > /dev/null"));
    install.refuses("written for a shell", &quoted, &not_a_key);
    let endless = script(&install, "while true; do echo again and again and again; done\n");
    install.refuses("does not end printing", &endless, &["more than 4096 bytes", &right]);
}

#[test]
fn a_command_that_hangs_is_stopped_with_all_it_started() {
    if soak(0, 1) == 0 {
        skip("a key command that hangs takes 10 seconds: only with REGCRED_SOAK=1");
        return;
    }
    let install = Install::new();
    let right = install.right.id().to_string();
    let note = install.path("child");
    let hanging = format!("sleep 600 &\necho $! > {}\nwait\n", note.display());
    let says = ["/bin/sh", "did not end within 10 seconds", &right];
    let took = install.refuses_slowly("hangs", &script(&install, &hanging), &says);
    assert!(took >= TIMEOUT && took < TIMEOUT + Duration::from_secs(2), "{took:?}");
    let child = fs::read_to_string(note).unwrap();
    let child = format!("/proc/{}/cmdline", child.trim());
    // Until somebody waits for it, it is there as a name only.
    let is_gone = || fs::read(Path::new(&child)).map_or(true, |line| line.is_empty());
    for _ in 0..50 {
        if is_gone() {
            return;
        }
        sleep(Duration::from_millis(20));
    }
    panic!("its child goes on");
}
