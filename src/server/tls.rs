//! TLS of the server's own, for those who have no proxy: rustls on ring, and HTTP/1.1.
//!
//! A handshake is made by the task of its connection, so nobody waits for another's. The files are
//! read again when they change and when SIGHUP comes; connections go on with what they began with.

use super::certificate::{CertificateProblem, Files, Pair, Reminder, Stamp};
use super::socket::Socket;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::signal::unix::Signal;
use tokio::time::{Sleep, sleep};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How often it is looked whether the files have changed.
const LOOK: Duration = Duration::from_secs(2);

/// The certificate that is shown to who comes now.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// The server's side of TLS, with the files that it came from.
pub(super) struct Tls {
    acceptor: TlsAcceptor,
    current: Arc<Current>,
    files: Files,
    /// The files as they were when they were read.
    read: Stamp,
    /// The last second of the certificate that is shown.
    until: OffsetDateTime,
    host: String,
}

impl Tls {
    /// Reads the files. `host` is the one of the public address.
    pub(super) fn open(files: Files, host: &str) -> Result<Self, CertificateProblem> {
        let read = files.stamp();
        let pair = files.read(OffsetDateTime::now_utc())?;
        told(&files, &pair, host);
        let until = pair.until;
        let current = Arc::new(Current(RwLock::new(Arc::new(pair.key))));
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|_| CertificateProblem::BadKey)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Current>::clone(&current));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // The server's order of ciphers, strongest first, whatever a client would rather have.
        config.ignore_client_order = true;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { acceptor, current, files, read, until, host: host.to_owned() })
    }

    /// What takes connections.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }

    /// Reads the files again whenever they have changed, or when it is asked for. What is in use stays
    /// in use until there is something better. Of one that expires soon it is warned once a day.
    pub(super) async fn keep_current(mut self, mut asked: Signal) {
        let mut every = tokio::time::interval(LOOK);
        let (mut seen, mut is_new) = (self.read, false);
        let mut reminder = Reminder::default();
        loop {
            let is_asked = tokio::select! {
                Some(()) = asked.recv() => true,
                _ = every.tick() => false,
            };
            let now = self.files.stamp();
            let is_still = now == seen;
            is_new |= !is_still;
            seen = now;
            // Of two files one may not be there yet: what changes is left alone until it is still.
            if is_asked || (is_new && is_still) {
                is_new = false;
                self.read_again();
            }
            if let Some(sentence) = reminder.due(self.until, OffsetDateTime::now_utc()) {
                tracing::warn!("{sentence}");
            }
        }
    }

    fn read_again(&mut self) {
        match self.files.read(OffsetDateTime::now_utc()) {
            Ok(pair) => {
                told(&self.files, &pair, &self.host);
                self.until = pair.until;
                let mut current = self.current.0.write().unwrap_or_else(PoisonError::into_inner);
                *current = Arc::new(pair.key);
            }
            Err(problem) => {
                tracing::error!("{problem} The certificate that was read before stays in use.");
            }
        }
    }
}

fn told(files: &Files, pair: &Pair, host: &str) {
    tracing::info!(until = %pair.last_day(), "the TLS certificate was read");
    if let Some(warning) = files.warning() {
        tracing::warn!("{warning}");
    }
    if !pair.is_for(host) {
        tracing::warn!(
            "The certificate of REGCRED_TLS_CERT does not name {host}, the host of REGCRED_URL. Clients that check it will not connect."
        );
    }
}

/// A connection, with TLS or without.
pub(super) enum Stream {
    Plain(Socket),
    /// In the handshake, until then.
    Opening(Box<Accept<Socket>>, Pin<Box<Sleep>>),
    Tls(Box<TlsStream<Socket>>),
    /// The handshake failed.
    Failed,
}

impl Stream {
    /// Takes the connection; the handshake begins when it is first read.
    pub(super) fn of(stream: Socket, tls: Option<&TlsAcceptor>) -> Self {
        match tls {
            None => Self::Plain(stream),
            Some(tls) => Self::Opening(Box::new(tls.accept(stream)), Box::pin(sleep(HANDSHAKE))),
        }
    }

    fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self::Opening(accept, until) = self else { return Poll::Ready(Ok(())) };
        let opened = match Pin::new(accept.as_mut()).poll(context) {
            Poll::Ready(opened) => opened,
            Poll::Pending => {
                ready!(until.as_mut().poll(context));
                Err(ErrorKind::TimedOut.into())
            }
        };
        // After an error it must not be asked again.
        let (next, done) = match opened {
            Ok(stream) => (Self::Tls(Box::new(stream)), Ok(())),
            Err(error) => (Self::Failed, Err(error)),
        };
        *self = next;
        Poll::Ready(done)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        ready!(stream.poll_open(context))?;
        match stream {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
            Self::Opening(..) | Self::Failed => Poll::Ready(closed()),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        ready!(stream.poll_open(context))?;
        match stream {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(context, bytes),
            Self::Opening(..) | Self::Failed => Poll::Ready(closed()),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        ready!(stream.poll_open(context))?;
        match stream {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(context, slices),
            Self::Opening(..) | Self::Failed => Poll::Ready(closed()),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(context),
            Self::Opening(..) | Self::Failed => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
            // Dropped, it is closed.
            Self::Opening(..) | Self::Failed => Poll::Ready(Ok(())),
        }
    }
}

fn closed<T>() -> io::Result<T> {
    Err(ErrorKind::NotConnected.into())
}
