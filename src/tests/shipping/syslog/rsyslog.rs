//! A receiver that is not ours: Debian's `rsyslogd` with its driver for TLS. Where it is not installed this
//! test is skipped, and says so.

use super::certificates::Certificates;
use super::{add, counted, events, trusting};
use crate::app::soak;
use crate::jobs::Runner;
use crate::process::server::{Folder, address_of_its_own, signal};
use crate::shipping::{DEADLINE, Scene, deliver};
use crate::skipped::skip;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::timeout;

const PROGRAM: &str = "/usr/sbin/rsyslogd";
/// Where its drivers are, below the folder of the kind of machine.
const DRIVER: &str = "rsyslog/lmnsd_gtls.so";

/// The receiver, and where it writes what it gets.
struct Rsyslog {
    folder: Folder,
    address: SocketAddr,
    certificates: Certificates,
    child: Option<Child>,
}

impl Rsyslog {
    /// One that does not run yet; `None`, and a line that says so, when there is none here.
    fn find() -> Option<Self> {
        let has_driver = fs::read_dir("/usr/lib")
            .is_ok_and(|kinds| kinds.flatten().any(|kind| kind.path().join(DRIVER).exists()));
        if !has_driver || !Path::new(PROGRAM).exists() {
            skip("there is no rsyslogd with TLS (Debian: rsyslog and rsyslog-gnutls)");
            return None;
        }
        let address = address_of_its_own();
        let certificates = Certificates::of(address.ip());
        let found = Self { folder: Folder::new(), address, certificates, child: None };
        // Under its own name some systems let it read and write nothing but its usual files.
        // Another process copies it: what this one has open for writing cannot be started.
        let copied = Command::new("cp").arg(PROGRAM).arg(found.path("receiver")).status();
        assert!(copied.unwrap().success());
        fs::write(found.path("settings"), found.settings()).unwrap();
        Some(found)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.0.join(name)
    }

    fn settings(&self) -> String {
        let of = |name: &str| self.certificates.path(name).display().to_string();
        let (ca, cert, key) = (of("ca.pem"), of("cert.pem"), of("cert.key"));
        let (folder, got) = (self.folder.0.display(), self.path("got").display().to_string());
        let (ip, port) = (self.address.ip(), self.address.port());
        format!(
            r#"global(
  workDirectory="{folder}"
  defaultNetstreamDriverCAFile="{ca}"
  defaultNetstreamDriverCertFile="{cert}"
  defaultNetstreamDriverKeyFile="{key}"
)
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
template(name="whole" type="string" string="%rawmsg%\n")
ruleset(name="kept") {{
  action(type="omfile" file="{got}" template="whole")
}}
input(type="imtcp" address="{ip}" port="{port}" ruleset="kept")
"#
        )
    }

    /// Starts it, and waits until it listens.
    async fn start(&mut self) {
        let log = File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = Command::new(self.path("receiver"));
        command.arg("-n").arg("-f").arg(self.path("settings")).arg("-i").arg(self.path("pid"));
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.child = Some(command.spawn().unwrap());
        let listens = async {
            while TcpStream::connect(self.address).await.is_err() {
                yield_now().await;
            }
        };
        let log = || fs::read_to_string(self.path("log")).unwrap_or_default();
        timeout(DEADLINE, listens).await.unwrap_or_else(|_| panic!("it does not start: {}", log()));
    }

    /// Takes it away in the middle of what it does.
    fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        // The next one takes it for itself otherwise.
        let _ = fs::remove_file(self.path("pid"));
    }

    /// Lets it end by itself; gives the messages that it has written.
    fn stop(&mut self) -> Vec<String> {
        let mut child = self.child.take().unwrap();
        signal("TERM", child.id());
        child.wait().unwrap();
        let got = fs::read_to_string(self.path("got")).unwrap();
        // Who is killed may have written a part of a line, which the next one goes on with.
        let last = |line: &str| line[line.rfind("<1").unwrap_or(0)..].to_owned();
        got.lines().map(last).collect()
    }
}

impl Drop for Rsyslog {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It ends with the test, however that ends.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[tokio::test]
async fn debians_rsyslog_misses_nothing_although_it_is_killed() {
    let Some(mut receiver) = Rsyslog::find() else { return };
    receiver.start().await;
    let app = trusting(&receiver.certificates).await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    add(&app, receiver.address, "json").await;
    let mut scene = Scene { app, receiver };
    let runner = Runner::start(&scene.app);
    let times = soak(40, 400);
    deliver(&scene.app, &token, times).await;
    scene.until_all_is_there().await;
    deliver(&scene.app, &token, times).await;
    scene.receiver.kill();
    deliver(&scene.app, &token, times).await;
    scene.until_it_fails().await;
    scene.receiver.start().await;
    assert_eq!(scene.act("/rpc/destinations/test", &[]).await, 200);
    scene.until_all_is_there().await;
    runner.stop().await;

    let messages = scene.receiver.stop();
    let (links, again) = counted(events(messages.iter().map(String::as_str)));
    let expected: Vec<i64> = (1..=scene.length().await).collect();
    let missing: Vec<&i64> = expected.iter().filter(|link| !links.contains(link)).collect();
    eprintln!("rsyslog: {} links, {} missing, {again} events twice", links.len(), missing.len());
    assert!(missing.is_empty(), "missing: {missing:?}");
    assert!(again > 0, "what was sent before the break came again");
    let messages = messages.concat();
    assert!(
        messages.contains("regcred - delivery.delivered [meta ") && !messages.contains("hunter2")
    );
}
