//! The socket of a connection, which more than its reader can look at: whoever holds up a request while
//! its body is unread has to learn in another way that nobody waits for the answer any more.

use rustix::net::{Shutdown, shutdown};
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// How often it is looked whether the other side is still there.
const LOOK: Duration = Duration::from_millis(250);

pub(super) struct Socket(Arc<TcpStream>);

/// The other side of a connection, as the requests of it carry it. It keeps nothing open.
#[derive(Clone, Debug)]
pub(super) struct Peer(Weak<TcpStream>);

impl Socket {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self(Arc::new(stream))
    }

    pub(super) fn peer(&self) -> Peer {
        Peer(Arc::downgrade(&self.0))
    }
}

impl Peer {
    /// Waits until the other side has closed the connection, or will send nothing more.
    pub(super) async fn is_gone(&self) {
        while !self.has_closed().await {
            sleep(LOOK).await;
        }
    }

    async fn has_closed(&self) -> bool {
        let Some(stream) = self.0.upgrade() else { return true };
        tokio::select! {
            biased;
            ready = stream.ready(Interest::READABLE) => ready.is_ok_and(|ready| ready.is_read_closed()),
            // Nothing is known of it yet, so nothing has come.
            () = std::future::ready(()) => false,
        }
    }
}

/// Does it as soon as the socket is ready for it.
fn when_ready<T>(
    mut is_ready: impl FnMut() -> Poll<io::Result<()>>,
    mut act: impl FnMut() -> io::Result<T>,
) -> Poll<io::Result<T>> {
    loop {
        ready!(is_ready())?;
        match act() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            done => return Poll::Ready(done),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let stream = &self.0;
        let read = when_ready(
            || stream.poll_read_ready(context),
            || stream.try_read(buffer.initialize_unfilled()),
        );
        buffer.advance(ready!(read)?);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        when_ready(|| self.0.poll_write_ready(context), || self.0.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        when_ready(|| self.0.poll_write_ready(context), || self.0.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(shutdown(&*self.0, Shutdown::Write).map_err(io::Error::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::time::timeout;

    async fn pair() -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let other = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Socket::new(listener.accept().await.unwrap().0), other)
    }

    #[tokio::test]
    async fn who_leaves_is_noticed_before_what_they_sent_is_read() {
        let (mut socket, mut other) = pair().await;
        let peer = socket.peer();
        other.write_all(b"half a form").await.unwrap();
        assert!(timeout(LOOK * 2, peer.is_gone()).await.is_err(), "it is still there");
        drop(other);
        timeout(Duration::from_secs(10), peer.is_gone()).await.unwrap();
        let mut read = Vec::new();
        socket.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, b"half a form");
        drop(socket);
        timeout(Duration::from_secs(10), peer.is_gone()).await.unwrap();
    }

    #[tokio::test]
    async fn bytes_go_both_ways_however_many_and_end_when_it_is_shut() {
        let (mut socket, mut other) = pair().await;
        let sent = vec![7; 4 * 1024 * 1024];
        let (mut there, mut back) = (Vec::new(), vec![0; sent.len()]);
        let echo = async {
            other.read_exact(&mut back).await.unwrap();
            other.write_all(&back).await.unwrap();
            let mut end = [0];
            assert_eq!(other.read(&mut end).await.unwrap(), 0);
            other.shutdown().await.unwrap();
        };
        let own = async {
            socket.write_all(&sent).await.unwrap();
            socket.shutdown().await.unwrap();
            socket.read_to_end(&mut there).await.unwrap();
        };
        tokio::join!(echo, own);
        assert!(there == sent);
    }
}
