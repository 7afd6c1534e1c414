//! The load generator: clients with a connection each, kept alive, that ask again as soon as they
//! are answered.

use axum::Router;
use axum::serve::ListenerExt;
use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Before the counting begins.
const WARM_UP: Duration = Duration::from_millis(500);
/// One stretch of counting; each side has two.
const STRETCH: Duration = Duration::from_millis(1500);

/// Something that answers requests.
#[derive(Clone)]
pub struct Target {
    address: SocketAddr,
    /// Client `n` sends number `n`, counted round.
    requests: Arc<[Vec<u8>]>,
    /// Whether answers other than 200 are left out of the count. They end the benchmark otherwise.
    may_refuse: bool,
}

impl Target {
    /// What listens at the address, asked with these requests.
    pub fn new(address: SocketAddr, requests: Vec<Vec<u8>>) -> Self {
        Self { address, requests: requests.into(), may_refuse: false }
    }

    /// The same of a program that gives up what it cannot do in time: only what it did is counted.
    pub fn that_may_refuse(self) -> Self {
        Self { may_refuse: true, ..self }
    }
}

/// A `GET` with one header more.
pub fn get(path: &str, header: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\n{header}\r\n\r\n")
        .into()
}

/// Serves the router on a port of its own, as the program does.
pub async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// Requests a second of both at that many clients, by turns.
pub async fn compare(floor: &Target, subject: &Target, clients: usize) -> (f64, f64) {
    let rates = rates(&[floor, subject], clients).await;
    (rates[0], rates[1])
}

/// The same of any number of them.
pub async fn rates(targets: &[&Target], clients: usize) -> Vec<f64> {
    for target in targets {
        stretch(target, clients, WARM_UP).await;
    }
    let mut rates = vec![0.0; targets.len()];
    for _ in 0..2 {
        for (rate, target) in rates.iter_mut().zip(targets) {
            *rate += stretch(target, clients, STRETCH).await / 2.0;
        }
    }
    rates
}

/// Requests a second during that time.
pub async fn stretch(target: &Target, clients: usize, time: Duration) -> f64 {
    let began = Instant::now();
    let answered = drive(target, clients, move || began.elapsed() < time).await;
    answered as f64 / began.elapsed().as_secs_f64()
}

/// Sends that many requests in all; gives the time they took.
pub async fn send(target: &Target, clients: usize, requests: u64) -> Duration {
    let began = Instant::now();
    let left = AtomicU64::new(0);
    let more = move || left.fetch_add(1, Ordering::Relaxed) < requests;
    assert_eq!(drive(target, clients, more).await, requests);
    began.elapsed()
}

/// Sends the requests with these numbers, counted round, each once and in their order as far as that many
/// clients keep it.
pub async fn send_each(target: &Target, clients: usize, numbers: Range<usize>) {
    let next = Arc::new(AtomicUsize::new(numbers.start));
    let mut running = JoinSet::new();
    for _ in 0..clients.min(numbers.len()) {
        let (target, next, end) = (target.clone(), Arc::clone(&next), numbers.end);
        running.spawn(async move {
            let mut connection = Connection::open(target.address).await.unwrap();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= end {
                    return;
                }
                let request = &target.requests[number % target.requests.len()];
                let head = connection.ask(request).await.unwrap();
                assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            }
        });
    }
    running.join_all().await;
}

/// Each client asks as long as there is more to ask; gives how many answers there were in all.
async fn drive(
    target: &Target,
    clients: usize,
    more: impl Fn() -> bool + Send + Sync + 'static,
) -> u64 {
    let more = Arc::new(more);
    let mut running = JoinSet::new();
    for number in 0..clients {
        let (target, more) = (target.clone(), Arc::clone(&more));
        running.spawn(async move {
            let mut connection = Connection::open(target.address).await.unwrap();
            let request = &target.requests[number % target.requests.len()];
            let mut answered = 0_u64;
            while more() {
                let head = connection.ask(request).await.unwrap();
                let is_done = head.starts_with("HTTP/1.1 200");
                assert!(is_done || target.may_refuse, "{head}");
                answered += u64::from(is_done);
            }
            answered
        });
    }
    running.join_all().await.into_iter().sum()
}

/// One connection.
pub struct Connection {
    stream: TcpStream,
    /// What has arrived and was not read yet.
    buffer: Vec<u8>,
}

impl Connection {
    /// A new one.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends the request, reads the whole answer, and gives its head.
    pub async fn ask(&mut self, request: &[u8]) -> io::Result<String> {
        Ok(self.exchange(request, None).await?.0)
    }

    /// The same; the length of the body, too.
    pub async fn ask_length(&mut self, request: &[u8]) -> io::Result<(String, usize)> {
        self.exchange(request, None).await
    }

    /// The same with the body.
    pub async fn ask_whole(&mut self, request: &[u8]) -> io::Result<(String, Vec<u8>)> {
        let mut body = Vec::new();
        let (head, _) = self.exchange(request, Some(&mut body)).await?;
        Ok((head, body))
    }

    async fn exchange(
        &mut self,
        request: &[u8],
        mut body: Option<&mut Vec<u8>>,
    ) -> io::Result<(String, usize)> {
        self.stream.write_all(request).await?;
        let mut length = 0;
        let head = self.read_to(b"\r\n\r\n").await?;
        let head = String::from_utf8_lossy(&head).into_owned();
        let value = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
        };
        if value("transfer-encoding") == Some("chunked") {
            loop {
                let line = self.read_to(b"\r\n").await?;
                let size = std::str::from_utf8(&line).ok();
                let size = size.and_then(|text| usize::from_str_radix(text, 16).ok());
                let size = size.ok_or(io::ErrorKind::InvalidData)?;
                self.pass(size, body.as_deref_mut()).await?;
                self.pass(2, None).await?;
                length += size;
                if size == 0 {
                    break;
                }
            }
        } else {
            let told = value("content-length").and_then(|length| length.parse().ok());
            length = told.unwrap_or(0);
            self.pass(length, body).await?;
        }
        Ok((head, length))
    }

    async fn read_to(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = self.buffer.windows(end.len()).position(|window| window == end) {
                let read = self.buffer[..at].to_vec();
                self.buffer.drain(..at + end.len());
                return Ok(read);
            }
            self.fill().await?;
        }
    }

    /// So many bytes, into `kept` or nowhere.
    async fn pass(&mut self, mut bytes: usize, mut kept: Option<&mut Vec<u8>>) -> io::Result<()> {
        loop {
            let now = bytes.min(self.buffer.len());
            if let Some(kept) = kept.as_deref_mut() {
                kept.extend_from_slice(&self.buffer[..now]);
            }
            self.buffer.drain(..now);
            bytes -= now;
            if bytes == 0 {
                return Ok(());
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}
