//! The count of connections, by network and by wider network.

use super::Seat;
use crate::vault::network;
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
/// How long a connection is left alone that nothing was asked on.
const NEW: Duration = Duration::from_millis(500);
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
    wide: HashMap<IpAddr, usize>,
    /// Networks that were served something for a proof, and when.
    known: HashMap<IpAddr, Instant>,
}

struct Open {
    host: IpAddr,
    wide: IpAddr,
    /// Declared proxies and this machine give up nothing for others.
    is_kept: bool,
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
        let (host, wide) = (network(from), wider(from));
        let is_proxy = kind == Kind::Proxy;
        let has =
            |counts: &HashMap<IpAddr, usize>, of: IpAddr| counts.get(&of).copied().unwrap_or(0);
        let is_at_its_share = has(&self.hosts, host) >= self.most / SHARE
            || has(&self.wide, wide) >= self.most * WIDE_EIGHTHS / 8;
        if is_at_its_share && !is_proxy {
            return None;
        }
        let kept = match kind {
            Kind::Proxy | Kind::Loopback => 0,
            Kind::Other if self.is_known(host, now) => self.most / KEPT_FOR_DECLARED,
            Kind::Other => self.most / KEPT,
        };
        if self.open.len() >= self.most - kept {
            let than = if is_proxy { 0 } else { has(&self.wide, wide) + 1 };
            let gone = self.greediest(than, now)?;
            if let Some(open) = self.remove(gone) {
                open.notify();
            }
        }
        let id = self.next;
        self.next += 1;
        *self.hosts.entry(host).or_default() += 1;
        *self.wide.entry(wide).or_default() += 1;
        let is_kept = kind != Kind::Other;
        self.open.insert(id, Open { host, wide, is_kept, seat: Arc::clone(seat) });
        Some((id, host))
    }

    /// The connection that has been idle for longest, of the wider network that has most and more
    /// than `than`.
    fn greediest(&self, than: usize, now: Instant) -> Option<u64> {
        let mut counts: HashMap<IpAddr, usize> = HashMap::new();
        let others = || self.open.iter().filter(|(_, open)| !open.is_kept);
        for (_, open) in others() {
            *counts.entry(open.wide).or_default() += 1;
        }
        let (wide, _) = counts
            .into_iter()
            .filter(|(_, count)| *count > than)
            .max_by_key(|(_, count)| *count)?;
        others()
            .filter(|(_, open)| open.wide == wide)
            .filter_map(|(id, open)| Some((open.seat.idle_since()?, *id)))
            .filter(|(since, _)| now.saturating_duration_since(*since) >= NEW)
            .min()
            .map(|(_, id)| id)
    }

    /// Gives the place back. It does nothing when it was given to somebody else.
    pub(super) fn remove(&mut self, id: u64) -> Option<Leaving> {
        let Open { host, wide, seat, .. } = self.open.remove(&id)?;
        for (counts, of) in [(&mut self.hosts, host), (&mut self.wide, wide)] {
            if let Entry::Occupied(mut count) = counts.entry(of) {
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

    fn is_known(&self, host: IpAddr, now: Instant) -> bool {
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
