//! An instance that was filled through its own pages, and copies of it for each program to serve.

use super::load::{Target, get};
use super::person::Person;
use super::postgres::{Fresh, number};
use super::server::{Folder, Server, link_in, with_settings};
use regcred::crypto::kek::Kek;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How many credentials the pipelines may have.
pub const GRANTS: [usize; 3] = [1, 5, 50];
/// Pipelines for each of these.
const PIPELINES: usize = 64;
/// People who create credentials at once.
const TYPISTS: usize = 8;

/// How long it may take until a program has moved what an older one has sealed.
const SETTLING: Duration = Duration::from_secs(900);

/// An instance, at rest.
pub struct Filled {
    /// Credentials of its project, each with a secret.
    pub credentials: usize,
    /// Whose session is in it.
    pub cookie: String,
    /// The tokens of the pipelines, as they stand in [`GRANTS`].
    tokens: Vec<Vec<String>>,
    at: Place,
    kek: PathBuf,
}

/// Where an instance is.
pub struct Place {
    folder: Folder,
    /// When it is not the embedded database.
    fresh: Option<Fresh>,
}

impl Filled {
    /// One that `program` made, on the embedded database or on a server of PostgreSQL.
    pub async fn new(server: Option<&str>, credentials: usize, program: &Path) -> Self {
        let fresh = match server {
            Some(server) => Some(Fresh::new(server).await),
            None => None,
        };
        let at = Place { folder: Folder::new(), fresh };
        let kek = at.folder.0.join("key");
        std::fs::write(&kek, Kek::generate().unwrap().to_text().as_bytes()).unwrap();
        std::fs::set_permissions(&kek, std::fs::Permissions::from_mode(0o600)).unwrap();
        let began = Instant::now();
        let server = start(program, &at, &kek);
        let owner = Person::set_up(server.port, &setup_link(&server)).await;
        create(&owner, credentials).await;
        // The connection that was idle meanwhile may be closed by now.
        let mut owner = owner.another().await;
        let most = GRANTS.into_iter().max().unwrap_or_default();
        let ids = owner.first_credentials(most).await;
        let mut tokens = Vec::new();
        for grants in GRANTS {
            let mut of = Vec::new();
            for number in 0..PIPELINES {
                of.push(owner.pipeline(&format!("ci {grants} {number}"), &ids[..grants]).await);
            }
            tokens.push(of);
        }
        server.stop();
        let place = if at.fresh.is_some() { "PostgreSQL" } else { "the embedded database" };
        println!(
            "{credentials} credentials and {} pipelines were made through the pages on {place} in {:.0} s",
            GRANTS.len() * PIPELINES,
            began.elapsed().as_secs_f64()
        );
        Self { credentials, cookie: owner.cookie, tokens, at, kek }
    }

    /// A copy of it, for one program.
    pub async fn copy(&self) -> Place {
        let folder = Folder::new();
        for entry in std::fs::read_dir(&self.at.folder.0).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_owned();
            if name.to_string_lossy().starts_with("regcred.db") {
                std::fs::copy(&path, folder.0.join(name)).unwrap();
            }
        }
        let fresh = match &self.at.fresh {
            Some(fresh) => Some(fresh.copy().await),
            None => None,
        };
        Place { folder, fresh }
    }

    /// Serves a copy with the program.
    pub fn serve(&self, program: &Path, copy: &Place) -> Server {
        start(program, copy, &self.kek)
    }

    /// The same, once nothing is sealed any more as an older program did: while that is moved, a
    /// server has more to do than to answer.
    pub async fn serve_settled(&self, program: &Path, copy: &Place) -> Server {
        let server = self.serve(program, copy);
        let url = copy.url();
        let is_old = match &copy.fresh {
            Some(_) => "get_byte(sealed, 3) = 1",
            None => "substr(sealed, 4, 1) = x'01'",
        };
        let left = format!("SELECT COUNT(*) FROM secret_version WHERE {is_old}");
        let began = Instant::now();
        while number(&url, &left).await > 0 {
            assert!(began.elapsed() < SETTLING, "what was sealed before is not moved");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        server
    }

    /// The same with other settings.
    pub fn serve_with(&self, program: &Path, copy: &Place, settings: &[(&str, &str)]) -> Server {
        start_with(program, copy, &self.kek, settings)
    }

    /// A delivery to each of the pipelines that have the fewest credentials.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        let header = |token: &String| format!("authorization: Bearer {token}");
        let tokens = self.tokens.iter().take(1).flatten();
        tokens.map(|token| get("/api/v1/docker-config", &header(token))).collect()
    }

    /// Serves a copy with the floor: this very program, told to be it.
    pub fn serve_floor(&self, copy: &Place) -> Server {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["floor", &copy.address()]);
        Server::start(command, &copy.folder.0.join("log"))
    }

    /// Deliveries to the pipelines at this place of [`GRANTS`].
    pub fn deliveries(&self, server: &Server, at: usize) -> Target {
        let header = |token: &String| format!("authorization: Bearer {token}");
        let requests = self.tokens[at].iter();
        let requests = requests.map(|token| get("/api/v1/docker-config", &header(token)));
        Target::new(address(server), requests.collect())
    }

    /// The list page, for the owner.
    pub fn list(&self, server: &Server) -> Target {
        self.list_for(server, &self.cookie)
    }

    /// The same with another session of theirs.
    pub fn list_for(&self, server: &Server, cookie: &str) -> Target {
        let cookie = format!("cookie: {cookie}");
        Target::new(address(server), vec![get("/p/bench/credentials", &cookie)])
    }
}

impl Place {
    /// Where an instance is that was made in another way.
    pub fn new(folder: Folder, fresh: Option<Fresh>) -> Self {
        Self { folder, fresh }
    }

    /// Where its database is asked by SQL.
    pub fn url(&self) -> String {
        match &self.fresh {
            Some(fresh) => fresh.url.clone(),
            None => format!("sqlite://{}?mode=rw", self.address()),
        }
    }

    /// The file, or the URL.
    fn address(&self) -> String {
        let file = || self.folder.0.join("regcred.db").display().to_string();
        self.fresh.as_ref().map_or_else(file, |fresh| fresh.url.clone())
    }
}

/// The secret part of the set-up link. Older programs print it.
fn setup_link(server: &Server) -> String {
    let line = server.next_line();
    line.rsplit_once("/setup?link=").map_or_else(|| link_in(&line), |(_, link)| link.to_owned())
}

/// Where a server listens.
pub fn address(server: &Server) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], server.port))
}

/// Serves what is there with the program.
pub fn start(program: &Path, at: &Place, kek: &Path) -> Server {
    start_with(program, at, kek, &[])
}

fn start_with(program: &Path, at: &Place, kek: &Path, settings: &[(&str, &str)]) -> Server {
    let mut command = with_settings(Command::new(program), &at.folder.0);
    command.env("REGCRED_KEK_FILE", kek).envs(settings.iter().copied());
    if let Some(fresh) = &at.fresh {
        command.env("DATABASE_URL", &fresh.url);
    }
    Server::start(command, &at.folder.0.join("log"))
}

/// Creates them, some at once.
async fn create(owner: &Person, credentials: usize) {
    let next = Arc::new(AtomicUsize::new(0));
    let mut typing = JoinSet::new();
    for _ in 0..TYPISTS {
        let (mut typist, next) = (owner.another().await, Arc::clone(&next));
        typing.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= credentials {
                    return;
                }
                typist.credential(number).await;
            }
        });
    }
    typing.join_all().await;
}
