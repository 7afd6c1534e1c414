//! `docker-credential-regcred`, as it is shipped, against the real doors: `REGCRED_HELPER_BIN`
//! names it. Without it these tests are skipped, and say so.

mod empty_root;
mod published;
mod refusals;
mod seen;
mod verbs;

use crate::app::App;
use crate::database::setting;
use crate::skipped::skip;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::process::Command;
use uuid::Uuid;

/// The program; `None`, and a line that says so, when it was not given.
pub fn program() -> Option<PathBuf> {
    let given = setting("REGCRED_HELPER_BIN");
    if given.is_none() {
        skip("there is no docker-credential-regcred (REGCRED_HELPER_BIN)");
    }
    given.map(|path| PathBuf::from(path).canonicalize().expect("REGCRED_HELPER_BIN names a file"))
}

/// The words at which clients go on without a credential.
pub const NOT_FOUND: &str = "credentials not found in native keychain\n";

/// What a program did.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// What docker sees of a verb that went well.
    pub fn well(out: impl Into<String>) -> Self {
        Self { code: Some(0), out: out.into(), err: String::new() }
    }

    /// What docker sees of one that did not: the sentence on stdout, and nothing on stderr.
    pub fn failed(out: impl Into<String>) -> Self {
        Self { code: Some(1), out: out.into(), err: String::new() }
    }

    /// Asserts that clients go on without a credential, and that people read why.
    pub fn assert_refused(&self, why: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (Some(1), NOT_FOUND), "{self:?}");
        assert!(self.err.starts_with("regcred: ") && self.err.ends_with('\n'), "{self:?}");
        assert!(why.iter().all(|part| self.err.contains(part)), "{self:?}");
        assert!(!self.err.contains("hunter2"), "{self:?}");
    }
}

/// Runs the command to its end with this on stdin. It has nothing of this environment.
pub async fn run(mut command: Command, variables: &[(&str, &str)], input: &[u8]) -> Ran {
    command.env_clear().envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Some verbs end without reading what they are sent.
    let _ = stdin.write_all(input).await;
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// An instance that listens, with credentials for one pipeline that may pull.
pub struct Scene {
    pub app: App,
    pub program: PathBuf,
    pub address: SocketAddr,
    pub pipeline: Uuid,
    pub token: String,
}

/// Every character that some encoding has its own way with.
pub const ODD: &str = "p:a\"s\\s <&> w\u{f6}rd/+=";

impl Scene {
    /// With a credential of Docker Hub, whose secret is [`ODD`], one of
    /// `registry.example.com:5000`, one of `acme` on `ghcr.io`, and two of `quay.io` that tie;
    /// `None` without the program.
    pub async fn new() -> Option<Self> {
        Self::called(None).await
    }

    /// The same with a server whose public address has that name, at the port where it listens.
    pub async fn called(name: Option<&str>) -> Option<Self> {
        let program = program()?;
        let app = App::new().await;
        let by = &app.owner;
        let own = "registry.example.com:5000";
        let only = [("access", "pull"), ("paths", "acme")];
        let all = [
            app.credential(by, "acme", "hub", "docker.io", ODD).await,
            app.credential(by, "acme", "own", own, "own-secret").await,
            app.credential_with(by, "acme", "reader", "ghcr.io", "reader-secret", &only).await,
            app.credential(by, "acme", "twin-one", "quay.io", "hunter2-one").await,
            app.credential(by, "acme", "twin-two", "quay.io", "hunter2-two").await,
        ];
        let (pipeline, token) = app.pipeline(by, "acme", "build", &all, "pull").await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = match name {
            Some(name) => app.server_at(&format!("http://{name}:{}", address.port())).await,
            None => app.router.clone(),
        };
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Some(Self { app, program, address, pipeline, token })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Runs a verb as the pipeline, with more variables.
    pub async fn with(&self, verb: &str, input: &str, more: &[(&str, &str)]) -> Ran {
        let url = self.url();
        let mut variables =
            vec![("REGCRED_URL", url.as_str()), ("REGCRED_TOKEN", self.token.as_str())];
        variables.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        variables.extend_from_slice(more);
        let mut command = Command::new(&self.program);
        command.arg(verb);
        run(command, &variables, input.as_bytes()).await
    }

    /// Runs a verb as the pipeline.
    pub async fn run(&self, verb: &str, input: &str) -> Ran {
        self.with(verb, input, &[]).await
    }

    /// A file of the test's own, in a folder that goes with the database.
    pub fn file(&self, name: &str) -> PathBuf {
        self.app.database.folder.join(name)
    }
}
