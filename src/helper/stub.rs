//! For the tests: a server that gives the answers it was told to, and folders of one's own.

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

/// A server on this machine. Each answer is used once, in order; then it is gone. An empty one
/// closes the connection, as if the answer was lost on its way.
pub struct Stub {
    address: SocketAddr,
    seen: JoinHandle<Vec<String>>,
}

impl Stub {
    pub fn answering(answers: &[String]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers = answers.to_vec();
        let seen = thread::spawn(move || {
            let mut seen = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let request = request(&mut stream);
                if request.is_empty() {
                    break;
                }
                seen.push(request);
                stream.write_all(answer.as_bytes()).unwrap();
            }
            seen
        });
        Self { address, seen }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it. The requests that came, whole.
    pub fn seen(self) -> Vec<String> {
        // An empty connection tells it that there is nothing more to wait for.
        drop(TcpStream::connect(self.address));
        self.seen.join().unwrap()
    }
}

fn request(stream: &mut TcpStream) -> String {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap() == 0 {
            return String::new();
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).unwrap();
    head + std::str::from_utf8(&body).unwrap()
}

/// An answer with a status and a JSON body.
pub fn json(status: u16, body: &str) -> String {
    answer(status, "Content-Type: application/json\r\n", body)
}

/// An answer with a status, further header lines and a body.
pub fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
}

/// An answer of Regcred's that says no.
pub fn problem(status: u16, code: &str, message: &str) -> String {
    json(status, &format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#))
}

/// A folder that is gone with its owner.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let (process, number) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("regcred-helper-{process}-{number}"));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file into it, with this mode.
    pub fn file(&self, name: &str, content: &str, mode: u32) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    /// Makes a program of a line of shell in it. Another process writes it: one that is written to
    /// by this one could not be started.
    pub fn program(&self, name: &str, line: &str) -> PathBuf {
        let path = self.0.join(name);
        let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod 755 "$0""#;
        let made = Command::new("/bin/sh").args(["-c", write]).arg(&path).arg(line).status();
        assert!(made.unwrap().success());
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind is no reason for a test to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}
