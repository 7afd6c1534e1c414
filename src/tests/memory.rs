//! What is left in memory (security T11, figure F2), and who may look into it. Root looks; anybody
//! else, even as the same user, may not.
#![cfg(target_os = "linux")]

mod region;

use crate::app::soak;
use crate::canary::search::{Canary, Search};
use crate::database::setting;
use crate::process::client::Client;
use crate::process::instance::Instance;
use crate::process::server::{Folder, Server, command, program};
use crate::skipped::skip;
use region::Memory;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Who root lets the server run as, to be somebody who may not do everything.
const NOBODY: u32 = 65_534;
/// Credentials of one pipeline: the form that grants them has to stay under the limit of a body.
const AT_ONCE: usize = 500;

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// A credential on a registry of its own.
fn create(client: &mut Client, number: usize, secret: &[u8]) {
    let (name, host) = (format!("credential {number}"), format!("registry-{number}.example.com"));
    let made = client.credential(&name, &host, secret);
    assert!(made.header("location").contains("?said="), "{number}: {}", made.text());
}

/// Part of a request with these bytes in its head: the server waits for the rest and keeps them.
fn hold(server: &Server, bytes: &Canary) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let head = format!("GET /livez HTTP/1.1\r\nhost: localhost\r\nx-held: {}", bytes.as_str());
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[tokio::test]
async fn no_secret_stays_in_memory() {
    if cfg!(debug_assertions) && setting("REGCRED_BIN").is_none() {
        // Unoptimized code moves values over the stack and leaves them there.
        skip("only a release build keeps this promise: name one with REGCRED_BIN");
        return;
    }
    let count = soak(200, 4000);
    let instance = Instance::new().await;
    let server = Server::start(instance.command(), &instance.log);
    let Some(memory) = Memory::of(server.id()) else {
        skip("only root can search the memory of the server: NOTHING WAS SHOWN");
        return;
    };
    let mut client = Client::set_up(&server);
    let secrets: Vec<Canary> = (0..count).map(Canary::new).collect();
    for (number, secret) in secrets.iter().enumerate() {
        create(&mut client, number, &secret.bytes);
    }
    let ids: Vec<String> = client.credential_ids().into_iter().map(|(_, id)| id).collect();
    assert_eq!(ids.len(), count);
    let search = Search::new(&secrets);
    let mut delivered = BTreeSet::new();
    for (number, granted) in ids.chunks(AT_ONCE).enumerate() {
        let (_, token) = client.pipeline(&format!("ci {number}"), granted);
        let answer = client.deliver(&token);
        assert_eq!(answer.status, 200, "{}", answer.head);
        delivered.extend(search.who(&answer.body));
    }
    assert_eq!(delivered, (0..count).collect::<BTreeSet<_>>(), "each secret was delivered");

    // Each exchange closed its connection. What is held by an open one is found, so the search looks
    // where buffers are; once that is closed it is gone as well.
    let held = Canary::text();
    let stream = hold(&server, &held);
    let search_held = Search::new([&held]);
    sleep(Duration::from_secs(1));
    assert!(!memory.hits(&search_held).is_empty(), "the search does not see an open request");
    drop(stream);
    sleep(Duration::from_secs(1));
    let left = memory.hits(&search);
    let whose: BTreeSet<usize> = left.iter().map(|(number, ..)| *number).collect();
    assert!(left.is_empty(), "{} of {count} secrets are in memory: {left:?}", whose.len());
    let left = memory.hits(&search_held);
    assert!(left.is_empty(), "a closed request is in memory: {left:?}");
    assert!(server.stop().success());
}

/// As somebody who is not root.
fn as_nobody(mut command: Command) -> Command {
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Whether a process of the same user may see the environment of that one, which the kernel gives to
/// those who may read its memory.
fn may_look_into(id: u32) -> bool {
    let mut look = as_nobody(Command::new("cat"));
    look.arg(format!("/proc/{id}/environ")).stdout(Stdio::null()).stderr(Stdio::null());
    look.status().unwrap().success()
}

/// A process that does nothing about it. Dropped, it is killed.
struct Neighbour(Child);

impl Neighbour {
    fn new() -> Self {
        let mut command = as_nobody(Command::new("sleep"));
        Self(command.arg("60").stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_process_cannot_be_dumped() {
    let folder = Folder::new();
    let server = Server::start(command(&folder.0.join("data")), &folder.0.join("log"));
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size"));
    let core: Vec<&str> = core.unwrap().split_whitespace().collect();
    assert_eq!(core, ["0", "0", "bytes"]);
    assert!(server.stop().success());
}

#[test]
fn a_process_of_the_same_user_may_not_look_into_it() {
    let mut version = as_nobody(Command::new(program()));
    let runs = version.arg("--version").output().is_ok_and(|output| output.status.success());
    if !runs {
        skip("only root may run the program here: NOTHING WAS SHOWN");
        return;
    }
    let folder = Folder::new();
    if is_root() {
        chown(&folder.0, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let server = as_nobody(command(&folder.0.join("data")));
    let server = Server::start(server, &folder.0.join("log"));
    let neighbour = Neighbour::new();
    let began = Instant::now();
    while !may_look_into(neighbour.0.id()) {
        assert!(began.elapsed() < Duration::from_secs(5), "nobody may look into anything here");
        sleep(Duration::from_millis(20));
    }
    assert!(!may_look_into(server.id()), "the server is open to its own user");
    // What cannot be looked into belongs to root, whoever runs it.
    let owner = |id: u32| fs::metadata(format!("/proc/{id}/mem")).unwrap().uid();
    assert_eq!(owner(server.id()), 0);
    assert_ne!(owner(neighbour.0.id()), 0);
    assert!(server.stop().success());
}
