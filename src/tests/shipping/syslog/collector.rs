//! A receiver of syslog over TLS on this machine: it can be killed and come back, be slow, break a
//! connection off, and forget what it has read.

use super::certificates::Certificates;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, yield_now};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is read to its end, and ended as TLS asks for.
    Read,
    /// It is read to its end, and closed without a word.
    Rude,
    /// It is read a few bytes at a time.
    Slow,
    /// It is read to its end and ended well, and what was read is lost.
    Forget,
    /// It is broken off after a few bytes.
    Break,
}

/// Bytes that are read before a connection is broken off, or at a time.
const FEW: usize = 64;

#[derive(Default)]
struct State {
    messages: Vec<String>,
    /// What becomes of the next connections; they are read when there is nothing.
    ways: Vec<Way>,
}

pub struct Collector {
    pub address: SocketAddr,
    pub certificates: Certificates,
    state: Arc<Mutex<State>>,
    task: Option<JoinHandle<()>>,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let certificates = Certificates::of(address.ip());
        let mut collector = Self { address, certificates, state: Arc::default(), task: None };
        collector.serve(listener);
        collector
    }

    fn serve(&mut self, listener: TcpListener) {
        let (acceptor, state) = (self.acceptor(), Arc::clone(&self.state));
        self.task = Some(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Who does not trust it goes away.
                if let Ok(stream) = acceptor.accept(stream).await {
                    take(stream, &state).await;
                }
            }
        }));
    }

    fn acceptor(&self) -> TlsAcceptor {
        let certificate = CertificateDer::from_pem_file(self.certificates.path("cert.pem"));
        let key = PrivateKeyDer::from_pem_file(self.certificates.path("cert.key"));
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.unwrap()], key.unwrap())
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    /// Nobody listens from now on.
    pub async fn kill(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            assert!(task.await.is_err());
        }
    }

    pub async fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.serve(listener);
    }

    /// What becomes of the next connections, in this order.
    pub fn next(&self, ways: &[Way]) {
        self.state.lock().unwrap().ways = ways.to_vec();
    }

    /// All that it has, each message in the order in which it came.
    pub fn messages(&self) -> Vec<String> {
        self.state.lock().unwrap().messages.clone()
    }
}

/// Takes one connection; what was read of it is kept when it has ended.
async fn take(mut stream: TlsStream<TcpStream>, state: &Mutex<State>) {
    let way = {
        let mut state = state.lock().unwrap();
        if state.ways.is_empty() { Way::Read } else { state.ways.remove(0) }
    };
    let mut bytes = Vec::new();
    let mut part = vec![0; if way == Way::Slow { FEW } else { 16 * 1024 }];
    if way == Way::Break {
        // The system there says that it takes nothing more, as it does when a program ends with bytes unread.
        let _ = stream.read(&mut part[..FEW]).await;
        stream.get_ref().0.set_zero_linger().unwrap();
        return;
    }
    loop {
        match stream.read(&mut part).await {
            Ok(0) => break,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
            // Whose connection broke sends it again.
            Err(_) => return,
        }
        yield_now().await;
    }
    if way != Way::Forget {
        state.lock().unwrap().messages.extend(messages(&bytes));
    }
    if way != Way::Rude {
        // Who went away does not want it.
        let _ = stream.shutdown().await;
    }
}

/// The messages of a connection, each of which has its length before it.
fn messages(mut bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|byte| *byte == b' ').expect("there is a length");
        let length: usize = std::str::from_utf8(&bytes[..space]).unwrap().parse().unwrap();
        let (message, rest) = bytes[space + 1..].split_at(length);
        found.push(String::from_utf8(message.to_vec()).unwrap());
        bytes = rest;
    }
    found
}
