//! `PostgreSQL` that is killed, whose disk is full, and that comes back.

use super::disk::{ANY, Disk, EIO, ENOSPC};
use super::scene::Scene;
use crate::app::soak;
use crate::database::Database;
use crate::process::instance::Instance;
use crate::process::server::{Folder, signal};
use crate::skipped::is_on_postgres;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// By then a server has told that its database is gone, also on a busy machine.
const TOLD: Duration = Duration::from_secs(5);

/// A `PostgreSQL` of the test's own, which forgets nothing that it has promised to keep.
struct Cluster {
    folder: Folder,
    programs: PathBuf,
    port: u16,
    server: Option<Child>,
}

/// Where the newest `PostgreSQL` of this machine has its programs.
fn programs() -> PathBuf {
    let found = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut found: Vec<PathBuf> = found.map(|entry| entry.unwrap().path().join("bin")).collect();
    found.sort();
    found.pop().unwrap_or_default()
}

impl Cluster {
    fn new() -> Self {
        let folder = Folder::new();
        std::fs::set_permissions(&folder.0, PermissionsExt::from_mode(0o777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { folder, programs: programs(), port, server: None };
        let mut initdb = cluster.program("initdb");
        initdb.arg("-D").arg(cluster.data()).args(["-U", "regcred", "-A", "trust", "--no-sync"]);
        assert!(initdb.stdout(Stdio::null()).status().unwrap().success());
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.0.join("data")
    }

    /// One of its programs, as a user who is not root: it refuses to run as root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let id = Command::new("id").arg("-u").output().unwrap();
        let mut command = if id.stdout == b"0\n" {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder.0);
        command
    }

    /// Starts it, and waits until it takes connections.
    fn start(&mut self, disk: &Disk) {
        loop {
            let mut command = disk.under(self.program("postgres"), "pg_wal");
            command.arg("-D").arg(self.data()).arg("-k").arg(&self.folder.0);
            command.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
            let mut added = std::fs::File::options();
            added.create(true).append(true);
            let log = added.open(self.folder.0.join("log")).unwrap();
            let mut server = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
            // Those of a server that was killed may take a moment to end, and keep it from starting.
            while server.try_wait().unwrap().is_none() {
                if self.answers() {
                    self.server = Some(server);
                    return;
                }
            }
        }
    }

    fn answers(&self) -> bool {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-qXh", "127.0.0.1", "-U", "regcred", "-p", &self.port.to_string(), "postgres"]);
        psql.args(["-c", "SELECT 1"]).stdout(Stdio::null()).stderr(Stdio::null());
        psql.status().unwrap().success()
    }

    fn signal(&mut self, name: &str) {
        let mut server = self.server.take().unwrap();
        let id = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        signal(name, id.lines().next().unwrap().parse().unwrap());
        server.wait().unwrap();
    }

    fn url(&self) -> String {
        format!("postgres://regcred@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.signal("QUIT");
        }
    }
}

/// Lets the server of another user load it and read its orders.
fn open_to_all(path: &Path) {
    for entry in std::fs::read_dir(path).unwrap() {
        std::fs::set_permissions(entry.unwrap().path(), PermissionsExt::from_mode(0o777)).unwrap();
    }
}

#[tokio::test]
async fn a_killed_postgresql_and_its_full_disk_lose_nothing_that_was_said() {
    if !is_on_postgres("this test starts a PostgreSQL of its own") {
        return;
    }
    let (disk, mut cluster) = (Disk::new(), Cluster::new());
    open_to_all(disk.library().parent().unwrap());
    cluster.start(&disk);
    let instance = Instance::on(Database::at(cluster.url()));
    let mut scene = Scene::on(instance, disk, "nothing of its own");
    for round in 0..soak(6, 60) {
        match round % 4 {
            0 => {
                cluster.signal("KILL");
                scene.work(round);
                assert_eq!(scene.deliver(), 503, "round {round}");
                // For half a second it may still tell what it found through a connection whose
                // server had not noticed yet; then it looks again, for two seconds at most.
                let began = Instant::now();
                while scene.ready() != 503 {
                    assert!(began.elapsed() < TOLD, "round {round}");
                }
                cluster.start(&scene.disk);
            }
            1 => {
                // Its word for: end at once, as if the power had gone.
                cluster.signal("QUIT");
                scene.work(round);
                cluster.start(&scene.disk);
            }
            kind => {
                let error = if kind == 2 { ENOSPC } else { EIO };
                scene.disk.fail(ANY, error, (round % 7) as u64 + 1, 2);
                scene.work(round);
                scene.disk.mend();
            }
        }
        // It starts again by itself after it could not write its log.
        while scene.deliver() != 200 {}
        while scene.ready() != 200 {}
        assert!(scene.create(&format!("well-{round}")), "round {round}");
    }
    scene.check_after_restart().await;
}
