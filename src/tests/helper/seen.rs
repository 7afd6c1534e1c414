//! What others on the machine can see of it while it runs (figure F25): neither its arguments nor
//! its environment nor what it logs hold a secret that it was not given there.

use super::program;
use crate::canary::search::{Canary, Search};
use crate::process::server::Folder;
use regcred::crypto::token::generate_token;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// How long it may take to ask.
const DEADLINE: Duration = Duration::from_secs(60);

/// What a process shows to others.
struct Shown {
    arguments: Vec<u8>,
    environment: Vec<u8>,
    children: String,
}

impl Shown {
    fn of(process: u32) -> Self {
        let read = |name: &str| fs::read(format!("/proc/{process}/{name}")).unwrap();
        // Not every kernel tells of children.
        let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
        Self {
            arguments: read("cmdline"),
            environment: read("environ"),
            children: children.unwrap_or_default(),
        }
    }
}

/// The first connection that comes.
fn accepted(listener: TcpListener) -> TcpStream {
    let (say, came) = channel();
    thread::spawn(move || say.send(listener.accept()));
    came.recv_timeout(DEADLINE).expect("it asks").unwrap().0
}

/// The head of the request.
fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

fn has(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn nothing_secret_is_in_its_arguments_its_environment_or_its_log() {
    let Some(program) = program() else { return };
    for is_in_file in [true, false] {
        let (secret, token) = (Canary::text(), generate_token().unwrap());
        let search = Search::new([&secret]);
        let half = token.text.split('_').nth(2).unwrap();
        let folder = Folder::new();
        let path = folder.0.join("token");
        fs::write(&path, token.text.as_bytes()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let identity = if is_in_file {
            ("REGCRED_TOKEN_FILE", path.to_str().unwrap())
        } else {
            ("REGCRED_TOKEN", token.text.as_str())
        };
        let given = [("REGCRED_URL", url.as_str()), identity];

        let mut command = Command::new(&program);
        command.arg("get").env_clear().envs(given);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"ghcr.io\n").unwrap();
        let mut stream = accepted(listener);
        let asked = head(&mut stream);
        assert!(asked.contains(half), "it shows the token to the server");
        assert!(!asked.lines().next().unwrap().contains(half), "and not in the address");
        // It has the token, then half of the secret, and each time waits for more.
        let body = format!(
            "{{\"registry\":\"ghcr.io\",\"username\":\"acme-bot\",\"secret\":\"{}\",\"delivery\":\"0198c0de-0000-7000-8000-000000000001\"}}",
            secret.as_str()
        );
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let (first, rest) = answer.split_at(answer.len() - 70);
        let mut shown = vec![Shown::of(child.id())];
        stream.write_all(first.as_bytes()).unwrap();
        shown.push(Shown::of(child.id()));
        stream.write_all(rest.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();

        assert!(output.status.success());
        assert!(has(&output.stdout, secret.as_str()), "the client has it");
        assert!(output.stderr.is_empty());
        for Shown { arguments, environment, children } in shown {
            let expected = format!("{}\0get\0", program.display());
            assert_eq!(String::from_utf8_lossy(&arguments), expected);
            let mut found: Vec<&[u8]> = environment.split(|byte| *byte == 0).collect();
            found.retain(|variable| !variable.is_empty());
            let mut expected: Vec<String> =
                given.iter().map(|(name, value)| format!("{name}={value}")).collect();
            expected.sort();
            found.sort_unstable();
            let expected: Vec<&[u8]> = expected.iter().map(String::as_bytes).collect();
            assert_eq!(found, expected, "what it was given, and nothing else");
            assert_eq!(has(&environment, half), !is_in_file);
            search.assert_absent(
                "the arguments and the environment",
                &[arguments, environment].concat(),
            );
            assert_eq!(children.trim(), "", "it starts no other program");
        }
    }
}
