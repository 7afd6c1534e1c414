//! Where a request comes from: the peer, or what a trusted proxy says of it (security T28).

use super::forwarded;
use crate::domain::delivery::Client;
use crate::outbound::Network;
use crate::vault::Vault;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(super) struct Proxies(Arc<[Network]>);

impl Proxies {
    pub(super) fn new(trusted: &[Network]) -> Self {
        Self(trusted.into())
    }

    pub(super) fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The nearest hop that is not a trusted proxy: what stands further away anybody can write. A
    /// hop that is no address ends it, too.
    fn client(&self, peer: IpAddr, hops: &[Option<IpAddr>]) -> IpAddr {
        let mut client = peer.to_canonical();
        for hop in hops {
            let (true, Some(hop)) = (self.trust(client), hop) else { break };
            client = *hop;
        }
        client
    }
}

/// The request, which says who sent it. There is nothing to wait for, so no future is made of it.
pub(super) fn told(
    (proxies, vault): &(Proxies, Vault),
    mut request: Request<Body>,
) -> Request<Body> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let client = peer.map(|peer| {
        if proxies.trust(peer) {
            return proxies.client(peer, &forwarded::hops(request.headers()));
        }
        if let Some(header) = forwarded::sign_of_a_proxy(request.headers()) {
            vault.note_undeclared_proxy(peer.to_canonical(), header);
        }
        peer.to_canonical()
    });
    request.extensions_mut().insert(Client(client.map(|client| client.to_string())));
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Who asks, when this stands in `X-Forwarded-For`.
    fn client(proxies: &[&str], peer: &str, forwarded: &str) -> String {
        let networks: Vec<Network> =
            proxies.iter().map(|text| Network::parse(text).unwrap()).collect();
        let mut request = Request::new(());
        request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
        let hops = forwarded::hops(request.headers());
        Proxies::new(&networks).client(ip(peer), &hops).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        for (peer, forwarded, expected) in [
            ("192.0.2.9", "203.0.113.5", "192.0.2.9"),
            ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
            ("10.0.0.1", "1.1.1.1, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
            ("10.0.0.1", "203.0.113.5, 10.0.0.2:4711", "203.0.113.5"),
            ("10.0.0.1", "junk", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.5, junk", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.5, unknown, 10.0.0.2", "10.0.0.2"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"),
            ("10.0.0.1", "::ffff:203.0.113.5", "203.0.113.5"),
        ] {
            let told = client(&["10.0.0.1", "10.0.0.2"], peer, forwarded);
            assert_eq!(told, expected, "{peer} {forwarded}");
        }
    }

    #[test]
    fn every_proxy_of_a_trusted_network_is_believed() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        let forwarded = "1.1.1.1, 203.0.113.5, 10.7.7.7, [fd00::9]:443";
        for peer in ["10.0.0.1", "10.255.255.255", "::ffff:10.1.2.3", "fd12::1"] {
            assert_eq!(client(&proxies, peer, forwarded), "203.0.113.5", "{peer}");
        }
        for peer in ["11.0.0.1", "192.0.2.9", "fe80::1"] {
            assert_eq!(client(&proxies, peer, "203.0.113.5"), peer);
        }
    }
}
