//! Must show 1: while a crowd of strangers sends whatever keeps a server busy, a pipeline is served as
//! before, nothing of theirs is written, memory is bounded, and the log says who they are.
#![cfg(target_os = "linux")]

mod claims;
mod heads;

use crate::app::soak;
use crate::browser::urlencoded;
use crate::process::client::{Client, deliver};
use crate::process::instance::Instance;
use crate::process::server::Server;
use crate::written;
use claims::Claims;
use regcred::crypto::token::generate_token;
use rustix::{process::setpriority_process, thread::gettid};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

/// A job's token of the right form, of an issuer that no rule names.
const UNSIGNED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIn0.AA";
/// Networks that the crowd comes from; none of them is the pipeline's.
const NETWORKS: usize = 8;
/// Bytes that the server may take more than before, however many they are.
const MORE: usize = 64 * 1024 * 1024;
/// What the log says of a network of theirs.
const NAMED: &str = " requests from 127.0.0.2 in the last minute: none had shown a valid token";
/// A delivery begins no sooner than this after the one before.
const PAUSE: Duration = Duration::from_millis(4);
/// Tables that the pipeline's own deliveries, and the server's own jobs, write.
const OWN: [&str; 14] = [
    "pipeline_fetch",
    "receipt",
    "counted",
    "usage",
    "usage_day",
    "finding",
    "chain_head",
    "job",
    "lease",
    "outbox",
    "pipeline_token",
    "crypto_key",
    "delivery_report",
    "secret_version",
];

pub fn post(port: u16, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\naccept: text/html\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

/// What the stranger with that number sends in that turn.
fn request(port: u16, number: usize, turn: usize) -> Vec<u8> {
    const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";
    match (number + turn) % 9 {
        0 => {
            let name = "x".repeat(12 * 1024);
            let form = urlencoded(&[("project", "acme"), ("typed_name", name.as_str())]);
            post(port, "/rpc/credentials/delete", FORM, &form)
        }
        1 => {
            let email = format!("guess-{number}-{turn}@example.com");
            let form = urlencoded(&[("email", email.as_str()), ("password", "wrong password")]);
            post(port, "/rpc/session/create", FORM, &form)
        }
        2 => {
            let pipeline = uuid::Uuid::now_v7();
            let body = format!("{{\"pipeline\":\"{pipeline}\",\"token\":\"{UNSIGNED}\"}}");
            post(port, "/api/v1/token", "content-type: application/json\r\n", &body)
        }
        3 => {
            let kind = "content-type: multipart/form-data; boundary=x\r\n";
            post(port, "/rpc/credentials/create", kind, &"x".repeat(1024 * 1024))
        }
        4 => {
            let token = generate_token().unwrap().text;
            let head = format!("GET /api/v1/docker-config HTTP/1.1\r\nhost: localhost:{port}");
            let end = format!("connection: close\r\nauthorization: Bearer {}", token.as_str());
            format!("{head}\r\n{end}\r\n\r\n").into_bytes()
        }
        5 => post(port, "/api/v1/woodpecker/acme", "", &"{\"\":1}".repeat(5_000)),
        6 => post(port, "/rpc/session/create", FORM, "email=x")[..120].to_vec(),
        // Half a head and half a form, each as long as is ever kept of one.
        7 => head_of(port, 60 * 1024),
        _ => {
            let mut form = post(port, "/rpc/session/create", FORM, &"x".repeat(64 * 1024));
            form.truncate(form.len() - 1024);
            form
        }
    }
}

/// The beginning of a head without an end, so many bytes of it.
fn head_of(port: u16, bytes: usize) -> Vec<u8> {
    let mut head =
        format!("GET /livez HTTP/1.1\r\nhost: localhost:{port}\r\nx-long: ").into_bytes();
    head.resize(bytes, b'x');
    head
}

/// Sends it and reads the answer to its end; whether anything came.
pub async fn send(mut stream: TcpStream, bytes: &[u8]) -> bool {
    // Who is sent away in the middle of what they send hears it at the next write.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    !answer.is_empty()
}

pub async fn connect(port: u16, number: usize) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    let last = u8::try_from(2 + number % NETWORKS).unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, last], 0)))?;
    socket.connect(SocketAddr::from(([127, 0, 0, 1], port))).await
}

/// One stranger, until the end; gives how often they were answered.
async fn stranger(port: u16, number: usize, is_over: Arc<AtomicBool>) -> usize {
    let mut answered = 0;
    for turn in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let Ok(stream) = connect(port, number).await else { continue };
        // Half a request is not waited for long.
        let bytes = request(port, number, turn);
        let sent = timeout(Duration::from_secs(2), send(stream, &bytes)).await;
        answered += usize::from(sent == Ok(true));
    }
    answered
}

/// What the process has in memory, in bytes.
pub fn resident(id: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// Delivers one after the other while `goes_on`; gives how long each took, and what was refused.
fn deliveries(port: u16, token: &str, goes_on: impl Fn() -> bool) -> (Vec<Duration>, Vec<String>) {
    let (mut times, mut refused) = (Vec::new(), Vec::new());
    while goes_on() {
        let began = Instant::now();
        let answer = deliver(port, token, "crowd");
        times.push(began.elapsed());
        match answer {
            Ok(answer) if answer.status == 200 => {}
            Ok(answer) => refused.push(answer.head),
            Err(error) => refused.push(error.to_string()),
        }
        // Each has a connection of its own, and this address has 28,000 ports for a minute.
        std::thread::sleep(PAUSE.saturating_sub(began.elapsed()));
    }
    times.sort_unstable();
    (times, refused)
}

fn lasting(seconds: u64) -> impl Fn() -> bool {
    let end = Instant::now() + Duration::from_secs(seconds);
    move || Instant::now() < end
}

fn p99(times: &[Duration]) -> Duration {
    times[times.len() * 99 / 100]
}

/// The most that the process has in memory until the end.
pub async fn most_resident(id: u32, is_over: Arc<AtomicBool>) -> usize {
    let mut most = 0;
    while !is_over.load(Ordering::Relaxed) {
        most = most.max(resident(id));
        sleep(Duration::from_millis(50)).await;
    }
    most
}

/// Where strangers run: what they do has cost other machines. Here it stands back behind the server and
/// who measures it.
pub fn elsewhere() -> Runtime {
    let mut threads = Builder::new_multi_thread();
    threads.worker_threads(2).enable_all();
    threads.on_thread_start(|| {
        setpriority_process(Some(gettid()), 19).unwrap();
    });
    threads.build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_strangers_keeps_no_pipeline_from_its_credentials() {
    let (crowd, seconds) = (soak(64, 1_024), soak(2, 60) as u64);
    let instance = Instance::new().await;
    let server = Server::start(instance.command(), &instance.log);
    let (port, id) = (server.port, server.id());
    let mut client = Client::set_up(&server);
    client.credential("ghcr", "ghcr.io", b"hunter2-hunter2");
    let ids: Vec<String> = client.credential_ids().into_iter().map(|(_, id)| id).collect();
    let (_, token) = client.pipeline("build", &ids);
    // As long as with the crowd: what happens now and then belongs to both.
    let (idle, refused) = deliveries(port, &token, lasting(seconds));
    assert!(refused.is_empty(), "before the crowd: {}", refused[0]);
    let base = resident(id);
    written::watch(&instance.database).await;

    let is_over = Arc::new(AtomicBool::new(false));
    let elsewhere = elsewhere();
    let mut strangers = JoinSet::new();
    for number in 0..crowd {
        strangers.spawn_on(stranger(port, number, Arc::clone(&is_over)), elsewhere.handle());
    }
    let measured = tokio::spawn(most_resident(id, Arc::clone(&is_over)));
    let serving = spawn_blocking(move || deliveries(port, &token, lasting(seconds)));
    let (times, refused) = serving.await.unwrap();
    is_over.store(true, Ordering::Relaxed);
    let answered: usize = strangers.join_all().await.into_iter().sum();
    elsewhere.shutdown_background();
    let more = measured.await.unwrap().saturating_sub(base);
    let (count, slow, before, kib) = (times.len(), p99(&times), p99(&idle), more / 1024);
    let rows = written::count(&instance.database, &OWN).await;
    eprintln!(
        "{crowd} strangers, {answered} answers in {seconds} s; {count} deliveries, {} refused, p99 {slow:?}, {before:?} before; {rows} rows by strangers; {kib} KiB more",
        refused.len()
    );
    let is_named = soak(0, 1) == 0 || names_the_crowd(&instance.log).await;
    eprintln!("the log says who: {is_named}");
    let mut claims = Claims::default();
    claims.hold(answered > 0, || "nobody was answered".to_owned());
    claims.hold(refused.is_empty(), || {
        format!("{} of {count} were refused: {:?}", refused.len(), refused.first())
    });
    claims.hold(rows == 0, || format!("{rows} rows by strangers"));
    claims.hold(more < MORE, || format!("{more} bytes more"));
    claims.hold(soak(0, 1) == 0 || slow < Duration::from_secs(5), || {
        format!("a delivery took {slow:?}, {before:?} before")
    });
    claims.hold(is_named, || "the log does not say who".to_owned());
    claims.end();
    assert!(server.stop().success());
}

/// Whether the log says who it was, in a little more than a minute.
async fn names_the_crowd(log: &Path) -> bool {
    let said = async {
        while !fs::read_to_string(log).unwrap().contains(NAMED) {
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(Duration::from_secs(70), said).await.is_ok()
}
