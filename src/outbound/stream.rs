//! Bytes for hosts that answer nothing, over TLS.
//!
//! TCP does not say whether the other program has what was sent. What can be known is this: the other side
//! ended the connection after ours had ended, and its system did not refuse a byte of it. Then the program
//! there has read everything, or was ended in the middle of reading.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Host;

use super::names::checked;
use super::{Outbound, OutboundProblem, address};

/// A host that may be called as far as can be said before its name is looked up.
pub(super) struct Target {
    host: Host<String>,
    pub(super) port: u16,
}

impl Outbound {
    /// Whether `host` or `host:port` may be sent to, as far as can be said before its name is looked up.
    ///
    /// # Errors
    /// Why it may not.
    pub fn may_send(&self, host: &str) -> Result<(), OutboundProblem> {
        self.target(host, 0).map(drop)
    }

    /// Connects to `host` or `host:port` with TLS, sends the bytes, ends the connection, and waits until
    /// the other side has ended it, too, and has refused nothing.
    ///
    /// # Errors
    /// When it is not known that everything was read: then some of it may have been.
    pub async fn send(
        &self,
        host: &str,
        usual_port: u16,
        bytes: &[u8],
    ) -> Result<(), OutboundProblem> {
        let target = self.target(host, usual_port)?;
        let mut stream = within(self.patience.connect, self.connected(&target)).await?;
        within(self.patience.end, stream.write_all(bytes)).await?;
        within(self.patience.end, ended(&mut stream)).await?;
        // Who had stopped reading has ended the connection as well. That bytes came too late is told by
        // its system, a moment later.
        sleep(self.patience.grace).await;
        match stream.get_ref().0.take_error() {
            Ok(None) => Ok(()),
            Ok(Some(_)) | Err(_) => Err(OutboundProblem::Unreachable),
        }
    }

    pub(super) fn target(&self, host: &str, usual_port: u16) -> Result<Target, OutboundProblem> {
        if host.contains(['/', '?']) {
            return Err(OutboundProblem::BadUrl);
        }
        let url = address::checked(&format!("https://{host}/"), &self.allowed)?;
        // Of a URL the port is not told when it is the usual one of its scheme.
        let typed = host.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        let port = url.port().or(typed).unwrap_or(usual_port);
        let host = url.host().ok_or(OutboundProblem::BadUrl)?.to_owned();
        Ok(Target { host, port })
    }

    async fn connected(&self, target: &Target) -> Result<TlsStream<TcpStream>, OutboundProblem> {
        let (name, addresses): (ServerName<'static>, Vec<SocketAddr>) = match &target.host {
            Host::Domain(name) => {
                let looking_up = (self.lookup)(name.clone());
                let found = checked(looking_up, &self.allowed).await?;
                let at = |found: SocketAddr| SocketAddr::new(found.ip(), target.port);
                let name = name.trim_end_matches('.').to_owned();
                let name = ServerName::try_from(name).map_err(|_| OutboundProblem::BadUrl)?;
                (name, found.into_iter().map(at).collect())
            }
            Host::Ipv4(address) => numbered((*address).into(), target.port),
            Host::Ipv6(address) => numbered((*address).into(), target.port),
        };
        let stream = TcpStream::connect(addresses.as_slice()).await?;
        stream.set_nodelay(true)?;
        Ok(TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await?)
    }
}

fn numbered(address: IpAddr, port: u16) -> (ServerName<'static>, Vec<SocketAddr>) {
    (ServerName::from(address), vec![SocketAddr::new(address, port)])
}

async fn within<T, E>(
    time: Duration,
    done: impl Future<Output = Result<T, E>>,
) -> Result<T, OutboundProblem>
where
    OutboundProblem: From<E>,
{
    let done = timeout(time, done).await.map_err(|_| OutboundProblem::TimedOut)?;
    Ok(done?)
}

/// Says that nothing more comes, and reads until the other side has said it as well. Not everybody does
/// so in the words of TLS.
async fn ended(stream: &mut TlsStream<TcpStream>) -> io::Result<()> {
    stream.shutdown().await?;
    let mut unasked = [0; 1024];
    loop {
        let read = stream.read(&mut unasked).await;
        match read {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

impl From<io::Error> for OutboundProblem {
    fn from(error: io::Error) -> Self {
        let is_tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
        if is_tls { Self::Tls } else { Self::Unreachable }
    }
}
