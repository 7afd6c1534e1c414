//! The real server, started as an operator starts it.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a start or a stop may take before it counts as never.
const DEADLINE: Duration = Duration::from_secs(60);

/// The program: the one in `REGCRED_BIN`, or the one that cargo built for these tests.
#[expect(clippy::disallowed_methods, reason = "the tests are told by their environment")]
pub fn program() -> PathBuf {
    let given = std::env::var_os("REGCRED_BIN").filter(|path| !path.is_empty());
    given.map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_regcred")), PathBuf::from)
}

/// `program serve` on the folder, with nothing of this environment, on any free port.
pub fn command(data: &Path) -> Command {
    with_settings(Command::new(program()), data)
}

/// The same in another program's hands, which is given the rest of its arguments here.
pub fn with_settings(mut command: Command, data: &Path) -> Command {
    command.arg("serve").env_clear();
    command.env("REGCRED_DATA", data).env("REGCRED_LISTEN", "127.0.0.1:0");
    // They ask as often as they can; `shares` says what becomes of that.
    command.env("REGCRED_PIPELINE_RATE", "0").env("REGCRED_PROJECT_RATE", "0");
    command
}

/// A folder that is removed when this is dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    /// An empty one.
    pub fn new() -> Self {
        let name = format!("regcred_process_{}", Uuid::now_v7().simple());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays is only untidy.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running server. Dropped, it is killed.
pub struct Server {
    child: Option<Child>,
    lines: Receiver<String>,
    /// What it printed, up to where it listens.
    pub greeting: Vec<String>,
    /// Where it listens.
    pub port: u16,
}

impl Server {
    /// Starts it and waits until it says where it listens; what it logs is added to the file `log`.
    pub fn start(command: Command, log: &Path) -> Self {
        Self::try_start(command, log).unwrap_or_else(|code| {
            let log = std::fs::read_to_string(log).unwrap_or_default();
            panic!("the server did not start ({code:?}): {log}")
        })
    }

    /// The same; the exit code, when it ends before it listens.
    pub fn try_start(mut command: Command, log: &Path) -> Result<Self, Option<i32>> {
        let log = OpenOptions::new().create(true).append(true).open(log).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (say, lines) = channel();
        thread::spawn(move || {
            let said = BufReader::new(stdout).lines().map_while(Result::ok);
            // Read to the end even when nobody listens: a full pipe would stop the server.
            said.for_each(|line| drop(say.send(line)));
        });
        let mut server = Self { child: Some(child), lines, greeting: Vec::new(), port: 0 };
        loop {
            match server.lines.recv_timeout(DEADLINE) {
                Ok(line) => {
                    let port = line
                        .strip_prefix("Regcred listens on ")
                        .and_then(|url| url.rsplit_once(':'))
                        .map(|(_, port)| port.parse().unwrap());
                    server.greeting.push(line);
                    if let Some(port) = port {
                        server.port = port;
                        return Ok(server);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let mut child = server.child.take().unwrap();
                    return Err(child.wait().unwrap().code());
                }
                Err(RecvTimeoutError::Timeout) => panic!("the server says nothing"),
            }
        }
    }

    /// The secret part of the set-up link: the file with it is named behind the greeting of a first
    /// start.
    pub fn setup_link(&self) -> String {
        let line = self.next_line();
        assert!(!line.contains("/setup?link="), "a link is printed into a log");
        link_in(&line)
    }

    /// The next line that it prints behind its greeting.
    pub fn next_line(&self) -> String {
        self.lines.recv_timeout(DEADLINE).unwrap()
    }

    /// Its process: the innermost, when another program started it.
    pub fn id(&self) -> u32 {
        let mut id = self.child.as_ref().unwrap().id();
        loop {
            let path = format!("/proc/{id}/task/{id}/children");
            let children = std::fs::read_to_string(path).unwrap_or_default();
            match children.split_whitespace().next() {
                Some(child) => id = child.parse().unwrap(),
                None => return id,
            }
        }
    }

    /// Asks it to stop, as an operator does, and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        signal("TERM", self.id());
        let mut child = self.child.take().unwrap();
        let id = child.id();
        let (say, ended) = channel();
        thread::spawn(move || say.send(child.wait()));
        ended.recv_timeout(DEADLINE).map(Result::unwrap).unwrap_or_else(|_| {
            signal("KILL", id);
            panic!("the server does not stop")
        })
    }

    /// Takes it away in the middle of what it does.
    pub fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A start that did not come about.
pub struct Refusal {
    /// The exit code.
    pub code: Option<i32>,
    /// From the start to the end.
    pub took: Duration,
    /// All it printed and logged.
    pub text: String,
    /// Whether anybody answered at its address meanwhile.
    pub was_open: bool,
}

/// Starts the server at an address that nobody else uses, and knocks there until it has ended.
pub fn refused(mut command: Command) -> Refusal {
    let address = address_of_its_own();
    command.env("REGCRED_LISTEN", address.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let began = Instant::now();
    let child = command.spawn().unwrap();
    let id = child.id();
    let (say, ended) = channel();
    thread::spawn(move || say.send(child.wait_with_output()));
    let mut was_open = false;
    let Output { status, stdout, stderr } = loop {
        was_open |= TcpStream::connect_timeout(&address, Duration::from_millis(50)).is_ok();
        match ended.recv_timeout(Duration::from_millis(2)) {
            Ok(output) => break output.unwrap(),
            Err(_) if began.elapsed() < DEADLINE && !was_open => {}
            Err(_) => {
                signal("KILL", id);
                break ended.recv_timeout(DEADLINE).unwrap().unwrap();
            }
        }
    };
    let text = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    Refusal { code: status.code(), took: began.elapsed(), text, was_open }
}

/// A shell has `kill` built in; the program of that name is not on every machine.
pub fn signal(name: &str, id: u32) {
    let line = format!("kill -{name} {id}");
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
}

/// An address of this machine that no other test and no other program listens on.
pub fn address_of_its_own() -> SocketAddr {
    let [.., a, b, c, d] = Uuid::now_v7().into_bytes();
    SocketAddr::from((Ipv4Addr::new(127, a | 1, b, c | 1), 20_000 + u16::from(d)))
}

/// The secret part of the link in the file that the line names.
pub fn link_in(line: &str) -> String {
    let (_, path) = line.rsplit_once("the link is in ").unwrap();
    let link = std::fs::read_to_string(path).unwrap();
    link.trim_end().rsplit_once("/setup?link=").unwrap().1.to_owned()
}
