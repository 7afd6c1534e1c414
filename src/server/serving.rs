//! Taking connections: how long each may be silent, and how many there may be (security T29).
//!
//! The framework's own way of serving has no limit to how long the head of a request may take.

use super::client::Proxies;
use super::gate::Connection;
use super::heads;
use super::places::{Busy, Held, Places};
use super::socket::Socket;
use super::stand_back::Threads;
use super::tls::Stream;
use crate::domain::delivery::Proved;
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// How long the head of a request may take, counted from when the connection waits for it: so long
/// a connection is kept between two requests, too, with what was read from it in memory.
const SILENCE: Duration = Duration::from_secs(10);
/// The same for a trusted proxy, which reads a head itself before it sends it on. It is longer than
/// proxies keep a connection (mostly 60 s): the side that sends must be the one that closes it, or
/// requests get lost.
const PROXY_SILENCE: Duration = Duration::from_secs(75);
/// Bytes of a head, which are kept until the whole of it is there. Browsers and proxies send 8 KiB at
/// most.
const HEAD_MAX: usize = 16 * 1024;
/// Connections at once, if as many files may be open.
const CONNECTIONS: usize = 4096;
const CONNECTIONS_MIN: usize = 16;
/// How long a connection may take to send anything, from a network that was served nothing for a proof
/// lately. Until then it has no buffers.
const FIRST: Duration = Duration::from_secs(5);
/// Of such connections, how many are looked at for the first time, at once. It takes a part of a millisecond,
/// and when a thousand come together the others of them wait, and nobody from another network does.
const LOOKS: usize = 2;
/// Files other than connections: the database, its readers, what is asked of issuers and registries.
const OTHER_FILES: u64 = 256;
/// Milliseconds that sent bytes may stay unread: who asks and does not read is let go.
#[cfg(target_os = "linux")]
const UNREAD: u32 = 30_000;
/// Bytes of an answer that are sent at once, so that nobody has to look until when it is.
const SENT_AT_ONCE: u64 = 64 * 1024;
/// What is said to whom there is no place for.
const NO_PLACE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nx-content-type-options: nosniff\r\ncache-control: no-store\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 59\r\n\r\nToo many connections are open. Try again in a few seconds.\n";
/// After an error that is not of one connection, such as too many open files.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves until `stop`, and then until the requests under way are answered.
pub(super) async fn serve(
    listener: TcpListener,
    app: Router,
    proxies: Proxies,
    tls: Option<TlsAcceptor>,
    stop: impl Future<Output = ()>,
) {
    let (stop_waiting, stopping) = watch::channel(());
    let common = Arc::new(Common {
        // Once, and not for each request.
        app: app.with_state(()),
        direct: http(SILENCE),
        proxied: http(PROXY_SILENCE),
        tls,
        looks: Semaphore::new(LOOKS),
        stopping,
    });
    let (places, strangers) = (Places::new(most()), Threads::start());
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, from) = tokio::select! {
            biased;
            () = &mut stop => break,
            taken = next(&listener) => taken,
        };
        let is_proxy = proxies.trust(from.ip());
        let Some(held) = places.take(from.ip(), is_proxy, Instant::now()) else {
            // What is in clear means nothing to who speaks TLS.
            if common.tls.is_none() {
                refuse(stream);
            }
            continue;
        };
        // Whatever else it needs is done in its own task: the next one is taken at once.
        let (common, watcher) = (Arc::clone(&common), open.watcher());
        let is_known = is_proxy || held.is_of_known();
        strangers.spawn_unless(is_known, async move {
            let held = Arc::new(held);
            tokio::select! {
                ended = common.attend((stream, from), &held, is_proxy, watcher) => {
                    if let Err(error) = ended {
                        tracing::debug!(error = %error, "a connection ended early");
                    }
                }
                () = held.is_needed() => tracing::debug!(%from, "a connection gave up its place"),
            }
        });
    }
    // Nobody is taken any more; who comes now is refused by the system.
    drop(listener);
    stop_waiting.send_replace(());
    open.shutdown().await;
}

/// What all connections have in common.
struct Common {
    app: Router,
    direct: http1::Builder,
    proxied: http1::Builder,
    tls: Option<TlsAcceptor>,
    looks: Semaphore,
    /// Changes when nobody is waited for any more.
    stopping: watch::Receiver<()>,
}

impl Common {
    /// Serves a connection until its end.
    async fn attend(
        &self,
        (stream, from): (TcpStream, SocketAddr),
        held: &Arc<Held>,
        is_proxy: bool,
        watcher: Watcher,
    ) -> hyper::Result<()> {
        let mut look = None;
        if !is_proxy && !held.is_of_known() {
            if !self.has_sent(&stream).await {
                return Ok(());
            }
            // They are never closed.
            look = self.looks.acquire().await.ok();
        }
        prepare(&stream);
        let stream = Socket::new(stream);
        let by = Connection::new(stream.peer(), held.standing_back());
        let (app, of_connection) = (self.app.clone(), Arc::clone(held));
        let service = service_fn(move |request: Request<Incoming>| {
            // At once, before more is read: then there is one buffer to read into, and not two.
            let request = heads::own(request);
            answer(app.clone(), request, (from, by.clone()), Arc::clone(&of_connection))
        });
        let http = if is_proxy { &self.proxied } else { &self.direct };
        let stream = TokioIo::new(Stream::of(stream, self.tls.as_ref()));
        let mut connection = pin!(watcher.watch(http.serve_connection(stream, service)));
        let looked = poll_fn(|context| Poll::Ready(connection.as_mut().poll(context))).await;
        drop(look);
        match looked {
            Poll::Ready(ended) => ended,
            Poll::Pending => connection.await,
        }
    }

    /// Whether the other side sends something, or closes, in time.
    async fn has_sent(&self, stream: &TcpStream) -> bool {
        let mut stopping = self.stopping.clone();
        tokio::select! {
            biased;
            came = timeout(FIRST, stream.readable()) => came.is_ok(),
            _ = stopping.changed() => false,
        }
    }
}

fn http(silence: Duration) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(silence).max_buf_size(HEAD_MAX);
    http
}

/// One request and its answer.
async fn answer(
    app: Router,
    mut request: Request<Incoming>,
    (from, by): (SocketAddr, Connection),
    held: Arc<Held>,
) -> Result<Response, Infallible> {
    let (busy, proved) = (held.begin(), Proved::default());
    request.extensions_mut().insert(ConnectInfo(from));
    request.extensions_mut().insert(by);
    request.extensions_mut().insert(proved.clone());
    let response = app.oneshot(request).await?;
    if proved.is_noted() {
        held.remember_proof(Instant::now());
    }
    if response.body().size_hint().exact().is_some_and(|bytes| bytes <= SENT_AT_ONCE) {
        return Ok(response);
    }
    Ok(response.map(|body| Body::new(Sending { body, _busy: busy })))
}

/// A body that keeps its connection busy until it is sent.
struct Sending {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The next connection. It is taken at once, whether there is a place for it or not: who waits to be
/// taken waits behind those who are not served.
async fn next(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(taken) => return taken,
            Err(error) if is_of_one_connection(error.kind()) => {}
            Err(error) => {
                tracing::error!(error = %error, "no connection can be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Says that there is no place, as far as that can be said without waiting.
fn refuse(stream: TcpStream) {
    let said = stream.into_std().and_then(|mut stream| stream.write(NO_PLACE));
    if let Err(error) = said {
        tracing::debug!(error = %error, "a connection was closed without a word");
    }
}

fn is_of_one_connection(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

fn prepare(stream: &TcpStream) {
    // Without it every page costs a delayed acknowledgement: 43 ms.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = %error, "TCP_NODELAY was not set");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, UNREAD) {
        tracing::debug!(error = %error, "TCP_USER_TIMEOUT was not set");
    }
}

/// As many connections as the open files allow, after as many were asked for as may be had.
fn most() -> usize {
    let files = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: files.maximum, maximum: files.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(error = %error, "the limit of open files stays as it was");
    }
    let Some(files) = getrlimit(Resource::Nofile).current else { return CONNECTIONS };
    let left = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(CONNECTIONS);
    left.clamp(CONNECTIONS_MIN, CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_without_a_place_gets_a_whole_answer() {
        let said = std::str::from_utf8(NO_PLACE).unwrap();
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())));
        assert!(head.lines().all(|line| !line.is_empty()) && body.ends_with('\n'));
    }
}
