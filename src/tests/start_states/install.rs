//! An installation under a key in a file, and what starting it in other ways comes to.

use crate::process::client::{Client, exchange};
use crate::process::instance::key_file;
use crate::process::server::{Folder, Refusal, Server, command, refused};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regcred::crypto::kek::Kek;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The variable of the previous key.
pub const PREVIOUS: &str = "REGCRED_KEK_PREVIOUS_FILE";

/// A variable of the program's environment.
pub type Setting = (&'static str, OsString);

/// The key in that file.
pub fn file(path: &Path) -> Setting {
    ("REGCRED_KEK_FILE", path.as_os_str().to_owned())
}

/// The key itself.
pub fn bytes_of(kek: &Kek) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(kek.to_text().as_bytes()).unwrap()
}

/// An installation that was set up and has stopped. Its key is in the file `right`; that in the file
/// `wrong` opens nothing.
pub struct Install {
    folder: Folder,
    /// Its key.
    pub right: Kek,
    /// Another one.
    pub wrong: Kek,
    /// The file of the database as it was left.
    before: Vec<u8>,
}

impl Install {
    pub fn new() -> Self {
        let folder = Folder::new();
        let (right, wrong) = (Kek::generate().unwrap(), Kek::generate().unwrap());
        key_file(&folder.0.join("right"), &right, 0o600);
        key_file(&folder.0.join("wrong"), &wrong, 0o600);
        let install = Self { folder, right, wrong, before: Vec::new() };
        let command = install.command(&[file(&install.path("right"))]);
        let server = Server::start(command, &install.path("log"));
        drop(Client::set_up(&server));
        assert!(server.stop().success());
        // A key that is given is the only one: none is made beside it.
        assert!(!install.data().join("kek").exists());
        install.again()
    }

    /// The same, the database as it is now being what no refusal may change.
    pub fn again(mut self) -> Self {
        self.before = self.database();
        self
    }

    /// A file beside the data folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.0.join(name)
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file that only its owner may read.
    pub fn private(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// What was logged by the starts that came about.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    fn database(&self) -> Vec<u8> {
        fs::read(self.data().join("regcred.db")).unwrap()
    }

    fn command(&self, settings: &[Setting]) -> Command {
        let mut command = command(&self.data());
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// It serves and is ready, and its log holds no key.
    pub fn starts(&self, case: &str, settings: &[Setting]) {
        let log = self.path("log");
        let server = Server::try_start(self.command(settings), &log)
            .unwrap_or_else(|code| panic!("{case}: {code:?} {}", self.log()));
        let ready = exchange(server.port, "GET", "/readyz", "", b"").unwrap();
        assert_eq!(ready.status, 200, "{case}");
        self.assert_no_key(case, &self.log());
        assert!(server.stop().success(), "{case}");
    }

    /// It ends with 78 within two seconds, never listens, leaves the database as it is, and says
    /// these words and no key.
    pub fn refuses(&self, case: &str, settings: &[Setting], says: &[&str]) {
        let took = self.refuses_slowly(case, settings, says);
        assert!(took < Duration::from_secs(2), "{case}: {took:?}");
    }

    /// The same, however long it takes; gives the time.
    pub fn refuses_slowly(&self, case: &str, settings: &[Setting], says: &[&str]) -> Duration {
        let Refusal { code, took, text, was_open } = refused(self.command(settings));
        assert_eq!(code, Some(78), "{case}: {text}");
        assert!(!was_open && !text.contains("listens on"), "{case}: it listened: {text}");
        assert!(self.database() == self.before, "{case}: the database was changed");
        for part in says {
            assert!(text.contains(part), "{case} does not say {part}: {text}");
        }
        self.assert_no_key(case, &text);
        took
    }

    fn assert_no_key(&self, case: &str, text: &str) {
        for kek in [&self.right, &self.wrong] {
            let hex: String = bytes_of(kek).iter().map(|byte| format!("{byte:02x}")).collect();
            let base64 = kek.to_text();
            let words = [&base64[..20], &base64[20..40], &hex[..20], &hex[40..]];
            assert!(!words.iter().any(|word| text.contains(word)), "{case} prints a key");
        }
    }
}
