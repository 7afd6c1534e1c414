//! The count of connections, by network and by wider network.

use super::Seat;
use crate::vault::network;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The part of all places that one network may have: one in so many. Those who are many behind one
/// address still fit.
const SHARE: usize = 4;
/// The part that a wider network may have, in eighths: more than one network, and not all.
const WIDE_EIGHTHS: usize = 3;
/// The parts that are kept, one in so many: from strangers, and from everybody but declared proxies
/// and this machine.
const KEPT: usize = 8;
const KEPT_FOR_DECLARED: usize = 16;
/// How long a network counts as served, and how many are remembered.
const KNOWN: Duration = Duration::from_secs(60 * 60);
const KNOWN_MOST: usize = 4096;

/// What is known of a connection when it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A declared proxy: it brings everybody's requests, so it has no share.
    Proxy,
    /// This machine: what asks whether the server is ready.
    Loopback,
    Other,
}

pub(super) struct Table {
    most: usize,
    next: u64,
    open: HashMap<u64, Open>,
    hosts: HashMap<IpAddr, usize>,
    /// Wider networks, and each address of this machine.
    wide: HashMap<IpAddr, usize>,
    /// Networks that were served something for a proof, and when.
    known: HashMap<IpAddr, Instant>,
}

struct Open {
    host: IpAddr,
    wide: IpAddr,
    kind: Kind,
    seat: Arc<Seat>,
}

impl Table {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            next: 0,
            open: HashMap::new(),
            hosts: HashMap::new(),
            wide: HashMap::new(),
            known: HashMap::new(),
        }
    }

    /// A place for the seat: its number, and the network that it counts for.
    pub(super) fn take(
        &mut self,
        from: IpAddr,
        kind: Kind,
        seat: &Arc<Seat>,
        now: Instant,
    ) -> Option<(u64, IpAddr)> {
        let host = network(from);
        // Each address of this machine is one of its own.
        let wide = if kind == Kind::Loopback { host } else { wider(from) };
        let is_proxy = kind == Kind::Proxy;
        let has =
            |counts: &HashMap<IpAddr, usize>, of: IpAddr| counts.get(&of).copied().unwrap_or(0);
        let host_is_full = !is_proxy && has(&self.hosts, host) >= self.most / SHARE;
        let wide_is_full = !is_proxy && has(&self.wide, wide) >= self.most * WIDE_EIGHTHS / 8;
        let kept = match kind {
            Kind::Proxy | Kind::Loopback => 0,
            Kind::Other if self.is_known(host, now) => self.most / KEPT_FOR_DECLARED,
            Kind::Other => self.most / KEPT,
        };
        let gone = if host_is_full || wide_is_full {
            // What it has more than enough of is its own: an idle one of it makes room, and nobody
            // else's. With its place all other limits are kept, too.
            let is_own =
                |open: &Open| if host_is_full { open.host == host } else { open.wide == wide };
            Some(self.idlest(|open| open.kind == kind && is_own(open), now)?)
        } else if self.open.len() >= self.most - kept {
            let than = if is_proxy { 0 } else { has(&self.wide, wide) + 1 };
            Some(self.greediest(kind, than, now)?)
        } else {
            None
        };
        if let Some(open) = gone.and_then(|gone| self.remove(gone)) {
            open.notify();
        }
        let id = self.next;
        self.next += 1;
        // A proxy brings others' connections: they are not its network's.
        if !is_proxy {
            *self.hosts.entry(host).or_default() += 1;
            *self.wide.entry(wide).or_default() += 1;
        }
        self.open.insert(id, Open { host, wide, kind, seat: Arc::clone(seat) });
        Some((id, host))
    }

    /// What makes room for a connection of this kind: of those that are idle one of the network that
    /// has most, and more than `than`, and there the one that has been idle for longest. Strangers
    /// take nothing from this machine, and nobody takes anything from proxies.
    fn greediest(&self, kind: Kind, than: usize, now: Instant) -> Option<u64> {
        let gives = |open: &Open| match open.kind {
            Kind::Proxy => false,
            Kind::Loopback => kind != Kind::Other,
            Kind::Other => true,
        };
        let count = |open: &Open| self.wide.get(&open.wide).copied().unwrap_or(0);
        let most = self.idle(now).filter(|(_, _, open)| gives(open) && count(open) > than);
        most.max_by_key(|(id, since, open)| (count(open), Reverse(*since), *id)).map(|(id, ..)| id)
    }

    /// Of those that may give way the one that has been idle for longest.
    fn idlest(&self, gives: impl Fn(&Open) -> bool, now: Instant) -> Option<u64> {
        let own = self.idle(now).filter(|(_, _, open)| gives(open));
        own.min_by_key(|(id, since, _)| (*since, *id)).map(|(id, ..)| id)
    }

    /// Connections that nothing is done for, and since when.
    fn idle(&self, now: Instant) -> impl Iterator<Item = (u64, Instant, &Open)> {
        let since = move |open: &Open| open.seat.idle_since(now);
        self.open.iter().filter_map(move |(id, open)| Some((*id, since(open)?, open)))
    }

    /// Gives the place back. It does nothing when it was given to somebody else.
    pub(super) fn remove(&mut self, id: u64) -> Option<Leaving> {
        let Open { host, wide, kind, seat } = self.open.remove(&id)?;
        for (counts, of) in [(&mut self.hosts, host), (&mut self.wide, wide)] {
            if kind != Kind::Proxy
                && let Entry::Occupied(mut count) = counts.entry(of)
            {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
        }
        Some(Leaving(seat))
    }

    pub(super) fn know(&mut self, host: IpAddr, now: Instant) {
        if self.known.len() >= KNOWN_MOST {
            self.known.retain(|_, since| now.saturating_duration_since(*since) < KNOWN);
        }
        if self.known.len() < KNOWN_MOST {
            self.known.insert(host, now);
        }
    }

    pub(super) fn is_known(&self, host: IpAddr, now: Instant) -> bool {
        let since = self.known.get(&host);
        since.is_some_and(|since| now.saturating_duration_since(*since) < KNOWN)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.hosts.is_empty() && self.wide.is_empty()
    }
}

/// A connection that has lost its place.
pub(super) struct Leaving(Arc<Seat>);

impl Leaving {
    fn notify(self) {
        self.0.leave.notify_one();
    }
}

/// What one provider gives to one customer, or to a few: of IPv4 256 addresses, of IPv6 65,536 of the
/// networks that a host has.
fn wider(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from_bits((v4.to_bits() >> 8) << 8).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits((v6.to_bits() >> 80) << 80).into(),
    }
}
