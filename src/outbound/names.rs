//! Looks names up, and gives back none of the addresses unless each of them may be called.
//!
//! The check stands between the look-up and the connection, which goes to the very addresses that were checked. A
//! look-up of our own before the request would check one answer and connect to the next: the owner of the name can
//! change it in between (DNS rebinding).

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::OutboundProblem;
use super::network::Network;
use super::range::permitted;

pub(super) type LookingUp = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// How a name becomes addresses: the system's way, or that of a test.
pub(super) type Lookup = Arc<dyn Fn(String) -> LookingUp + Send + Sync>;

pub(super) fn system() -> Lookup {
    Arc::new(|name: String| -> LookingUp { Box::pin(asked_of_the_system(name)) })
}

async fn asked_of_the_system(name: String) -> io::Result<Vec<SocketAddr>> {
    // Port 0 stands for the one in the URL.
    let found = tokio::net::lookup_host((name, 0)).await?;
    Ok(found.collect())
}

pub(super) struct CheckedNames {
    lookup: Lookup,
    allowed: Arc<[Network]>,
}

impl CheckedNames {
    /// Asks `lookup`, and checks what it says.
    pub(super) fn new(lookup: Lookup, allowed: Arc<[Network]>) -> Self {
        Self { lookup, allowed }
    }
}

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let looking_up = (self.lookup)(name.as_str().to_owned());
        Box::pin(checked_for_http(looking_up, Arc::clone(&self.allowed)))
    }
}

async fn checked_for_http(
    looking_up: LookingUp,
    allowed: Arc<[Network]>,
) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
    let found: Addrs = Box::new(checked(looking_up, &allowed).await?.into_iter());
    Ok(found)
}

/// All or none: a name that stands for a public address and a private one is up to something.
pub(super) async fn checked(
    looking_up: LookingUp,
    allowed: &[Network],
) -> Result<Vec<SocketAddr>, OutboundProblem> {
    let found = looking_up.await.map_err(|_| OutboundProblem::Unresolved)?;
    if found.is_empty() {
        return Err(OutboundProblem::Unresolved);
    }
    for address in &found {
        permitted(address.ip(), allowed)?;
    }
    Ok(found)
}
