//! Where a request comes from: the peer, or what a trusted proxy says of it (security T28).

use crate::domain::delivery::Client;
use crate::outbound::Network;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Proxies whose word is taken.
#[derive(Clone, Debug)]
pub(super) struct Proxies(Arc<[Network]>);

impl Proxies {
    pub(super) fn new(trusted: &[Network]) -> Self {
        Self(trusted.into())
    }

    /// Whether the address is one of theirs.
    pub(super) fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The right-most hop that is not a trusted proxy; what stands left of it anybody can write.
    fn client(&self, peer: IpAddr, forwarded: &str) -> IpAddr {
        let mut client = peer.to_canonical();
        for hop in forwarded.rsplit(',') {
            if !self.trust(client) {
                break;
            }
            let Ok(hop) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            client = hop.to_canonical();
        }
        client
    }
}

pub(super) async fn layer(
    State(proxies): State<Proxies>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let hops: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let client = Client(peer.map(|peer| proxies.client(peer, &hops.join(",")).to_string()));
    request.extensions_mut().insert(client);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn network(text: &str) -> Network {
        Network::parse(text).unwrap()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let proxies = Proxies::new(&["10.0.0.1", "10.0.0.2"].map(network));
        assert_eq!(proxies.client(ip("192.0.2.9"), "203.0.113.5"), ip("192.0.2.9"));
        assert_eq!(proxies.client(ip("10.0.0.1"), "203.0.113.5"), ip("203.0.113.5"));
        assert_eq!(
            proxies.client(ip("10.0.0.1"), "1.1.1.1, 203.0.113.5, 10.0.0.2"),
            ip("203.0.113.5")
        );
        assert_eq!(proxies.client(ip("10.0.0.1"), "junk"), ip("10.0.0.1"));
        assert_eq!(proxies.client(ip("::ffff:10.0.0.1"), "203.0.113.5"), ip("203.0.113.5"));
    }

    #[test]
    fn every_proxy_of_a_trusted_network_is_believed() {
        let proxies = Proxies::new(&["10.0.0.0/8", "fd00::/8"].map(network));
        for peer in ["10.0.0.1", "10.255.255.255", "::ffff:10.1.2.3", "fd12::1"] {
            let client = proxies.client(ip(peer), "1.1.1.1, 203.0.113.5, 10.7.7.7, fd00::9");
            assert_eq!(client, ip("203.0.113.5"), "{peer}");
        }
        for peer in ["11.0.0.1", "192.0.2.9", "fe80::1"] {
            assert_eq!(proxies.client(ip(peer), "203.0.113.5"), ip(peer), "{peer}");
        }
    }
}
