//! A machine with a database, its key, and the program at the command line.

pub use crate::app::{OWNER, PASSWORD};
use crate::process::instance::Instance;
use crate::process::server::program;
use regcred::vault::Vault;
use serde_json::Value;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a command said, and how it ended.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    /// It was done; gives what it printed.
    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    /// It was not done; gives the sentence.
    pub fn refused(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        assert!(!self.err.trim().is_empty(), "it does not say why");
        self.err
    }

    /// The document that it printed.
    pub fn json(&self) -> Value {
        let read = serde_json::from_str(&self.out);
        read.unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

/// The program with these arguments on this data folder, and nothing of this environment.
pub fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(args).env_clear().env("REGCRED_DATA", data);
    command
}

/// Runs it with this on its standard input.
pub fn said(mut command: Command, input: &[u8]) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who reads nothing has closed it by now.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A database with its key, and what a server's first start makes in it.
pub struct Machine {
    pub instance: Instance,
    /// The vault over it, in this process.
    pub vault: Vault,
}

impl Machine {
    /// One that nobody was added to.
    pub async fn new() -> Self {
        let instance = Instance::new().await;
        let folder = &instance.database.folder;
        fs::set_permissions(folder, Permissions::from_mode(0o700)).unwrap();
        let migrate = with_key(&instance, &["migrate"]);
        assert!(said(migrate, b"").done().contains("up to date"));
        let vault = instance.vault().await;
        Self { instance, vault }
    }

    /// The same, with `owner@example.com` as the owner of the project `acme` and instance admin.
    pub async fn set_up() -> Self {
        let machine = Self::new().await;
        let add = ["user", "add", "--email", OWNER, "--name", "Olga Owner", "--admin"];
        machine.run_with(&add, PASSWORD.as_bytes()).done();
        machine.run(&["project", "add", "Acme", "--owner", OWNER]).done();
        machine
    }

    pub fn command(&self, args: &[&str]) -> Command {
        with_key(&self.instance, args)
    }

    pub fn run(&self, args: &[&str]) -> Said {
        self.run_with(args, b"")
    }

    /// With this on its standard input.
    pub fn run_with(&self, args: &[&str], input: &[u8]) -> Said {
        said(self.command(args), input)
    }

    /// What it prints for scripts.
    pub fn json(&self, args: &[&str]) -> Value {
        let said = self.run(&[args, &["--json"]].concat());
        assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
        said.json()
    }
}

fn with_key(instance: &Instance, args: &[&str]) -> Command {
    let folder = &instance.database.folder;
    let mut command = command(folder, args);
    command.env("REGCRED_KEK_FILE", folder.join("key"));
    if let Some(url) = instance.url() {
        command.env("DATABASE_URL", url);
    }
    command
}
