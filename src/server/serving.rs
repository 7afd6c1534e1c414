//! Taking connections: how long each may be silent, and how many there may be (security T29).
//!
//! The framework's own way of serving has no limit to how long the head of a request may take.

use super::client::Proxies;
use super::tls::Stream;
use crate::vault::network;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// How long the head of a request may take, counted from when the connection waits for it: so long
/// a connection is kept between two requests, too, with what was read from it in memory.
const SILENCE: Duration = Duration::from_secs(10);
/// The same for a trusted proxy, which reads a head itself before it sends it on. It is longer than
/// proxies keep a connection (mostly 60 s): the side that sends must be the one that closes it, or
/// requests get lost.
const PROXY_SILENCE: Duration = Duration::from_secs(75);
const HEAD_MAX: usize = 64 * 1024;
/// Connections at once, if as many files may be open; who comes then waits until one ends.
const CONNECTIONS: usize = 4096;
const CONNECTIONS_MIN: usize = 16;
/// Files other than connections: the database, its readers, what is asked of issuers and registries.
const OTHER_FILES: u64 = 256;
/// The part of all connections that one network may have, unless it is a trusted proxy: one in so
/// many. Those who are many behind one address still fit.
const SHARE: usize = 4;
/// Milliseconds that sent bytes may stay unread: who asks and does not read is let go.
#[cfg(target_os = "linux")]
const UNREAD: u32 = 30_000;
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
    // Once, and not for each request.
    let app: Router = app.with_state(());
    let (direct, proxied) = (http(SILENCE), http(PROXY_SILENCE));
    let places = places();
    let room = Arc::new(Semaphore::new(places));
    let networks = Networks::new(places / SHARE);
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, from, place) = tokio::select! {
            biased;
            () = &mut stop => break,
            taken = next(&listener, &room) => taken,
        };
        let is_proxy = proxies.trust(from.ip());
        let share = networks.share(from.ip());
        if share.is_none() && !is_proxy {
            tracing::debug!(from = %from.ip(), "a network has its share of the connections");
            continue;
        }
        prepare(&stream);
        let app = app.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(from));
            app.clone().oneshot(request)
        });
        let http = if is_proxy { &proxied } else { &direct };
        let connection = open
            .watch(http.serve_connection(TokioIo::new(Stream::of(stream, tls.as_ref())), service));
        tokio::spawn(async move {
            let held = (place, share);
            if let Err(error) = connection.await {
                tracing::debug!(error = %error, "a connection ended early");
            }
            drop(held);
        });
    }
    // Nobody is taken any more; who comes now is refused by the system.
    drop(listener);
    open.shutdown().await;
}

fn http(silence: Duration) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(silence).max_buf_size(HEAD_MAX);
    http
}

/// The next connection, once there is a place for it: who waits is held by the system, and not in
/// memory.
async fn next(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    loop {
        // It is never closed; if it were, nobody could be served.
        let Ok(place) = Arc::clone(room).acquire_owned().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        match listener.accept().await {
            Ok((stream, from)) => return (stream, from, place),
            Err(error) if is_of_one_connection(error.kind()) => {}
            Err(error) => {
                tracing::error!(error = %error, "no connection can be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
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
fn places() -> usize {
    let files = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: files.maximum, maximum: files.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(error = %error, "the limit of open files stays as it was");
    }
    let Some(files) = getrlimit(Resource::Nofile).current else { return CONNECTIONS };
    let left = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(CONNECTIONS);
    left.clamp(CONNECTIONS_MIN, CONNECTIONS)
}

struct Networks {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
}

/// One connection of a network, until it is dropped.
struct Share {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    network: IpAddr,
}

impl Networks {
    fn new(most: usize) -> Self {
        Self { open: Arc::default(), most }
    }

    /// One connection more of the address's network; `None` when it has its share.
    fn share(&self, address: IpAddr) -> Option<Share> {
        let network = network(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(network).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share { open: Arc::clone(&self.open), network })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = open.entry(self.network) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_share_and_what_it_gives_back_is_free() {
        let networks = Networks::new(2);
        let share = |address: &str| networks.share(address.parse().unwrap());
        let held = [share("2001:db8::1"), share("2001:db8::2")];
        assert!(held.iter().all(Option::is_some));
        assert!(share("2001:db8::3").is_none(), "it is one network");
        assert!(share("2001:db8:0:1::1").is_some() && share("192.0.2.1").is_some());
        drop(held);
        assert!(networks.open.lock().unwrap().is_empty(), "what is over is forgotten");
        assert!(share("2001:db8::3").is_some());
    }
}
