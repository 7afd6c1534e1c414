//! Undeclared proxies. All clients behind one count as one, so the operator must hear of it.

use super::Vault;
use crate::domain::actor::InstanceAdmin;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How many are remembered, of one's own network and of others each: anybody can send the header of
/// a proxy, and the log is not theirs to fill.
const MOST: usize = 8;

/// The peers that sent a header which only proxies write, since the server started.
#[derive(Debug, Default)]
pub(super) struct Undeclared(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    near: BTreeSet<IpAddr>,
    far: BTreeSet<IpAddr>,
}

impl Undeclared {
    /// Remembers the peer; whether it is new.
    fn note(&self, peer: IpAddr) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let peers = if is_near(peer) { &mut seen.near } else { &mut seen.far };
        (peers.len() < MOST || peers.contains(&peer)) && peers.insert(peer)
    }

    fn list(&self) -> Vec<String> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.near.iter().chain(&seen.far).map(IpAddr::to_string).collect()
    }
}

/// Whether it is an address of a private network, where proxies mostly are.
fn is_near(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

impl Vault {
    /// Notes that this peer, which is no declared proxy, sent `header`. The log says so once.
    pub fn note_undeclared_proxy(&self, peer: IpAddr, header: &'static str) {
        if self.undeclared.note(peer) {
            tracing::warn!(
                peer = %peer,
                "a request has the header {header}, and REGCRED_TRUSTED_PROXIES does not name its sender, so the header is ignored: if the sender is your proxy, name it there; until then, all clients behind it count as one"
            );
        }
    }

    /// The addresses that such headers came from since this server started.
    pub fn undeclared_proxies(&self, _admin: &InstanceAdmin) -> Vec<String> {
        self.undeclared.list()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_new_once_and_strangers_leave_room_for_ones_own() {
        let undeclared = Undeclared::default();
        for last in 0..100 {
            assert_eq!(undeclared.note(IpAddr::from([203, 0, 113, last])), last < 8, "{last}");
        }
        assert!(!undeclared.note(IpAddr::from([203, 0, 113, 1])), "it was there");
        let own = ["10.0.0.1", "127.0.0.1", "::1", "fd00::1"];
        for own in own {
            assert!(undeclared.note(own.parse().unwrap()), "{own}");
            assert!(!undeclared.note(own.parse().unwrap()), "{own}");
        }
        let listed = undeclared.list();
        assert_eq!(listed.len(), 12);
        assert!(own.iter().all(|own| listed[..4].contains(&(*own).to_owned())), "{listed:?}");
    }
}
