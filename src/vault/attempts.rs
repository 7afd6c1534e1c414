//! How often something may fail, or be done, in a while. It is counted in memory, for each server by
//! itself: what strangers do writes nothing, and waits for no writer.
//!
//! To count and to ask whether it is one too many is one step, so that many at once cannot all be the
//! first.

use super::Vault;
use crate::crypto::digest::sha256;
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Counters that are kept: some 10 MiB, whatever strangers think of.
const MOST: usize = 1 << 16;
/// Of those, what goes at once when there is no room: to look for them takes a while.
const AT_ONCE: usize = MOST / 8;

/// How often something may fail, or be done, in a while.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) most: u32,
    /// Seconds, from the first time on.
    pub(super) window: u64,
}

impl Limit {
    fn length(self) -> Duration {
        Duration::from_secs(self.window)
    }
}

/// What was counted, by the hash of what it is counted under: that has one size, however long a name
/// a stranger types.
#[derive(Default)]
pub(super) struct Attempts(Mutex<HashMap<[u8; 32], Counter>>);

#[derive(Clone, Copy)]
struct Counter {
    count: u32,
    since: Instant,
    until: Instant,
    /// Whether it has reached its limit, and so holds somebody up.
    is_full: bool,
}

impl Attempts {
    /// Counts one more under each of the keys.
    ///
    /// # Errors
    /// `TooManyAttempts` when one of them has reached its limit; then it is counted under none.
    pub(super) fn take(&self, keys: &[(String, Limit)]) -> Result<()> {
        let mut counters = self.counters();
        check(&counters, keys)?;
        for (key, limit) in keys {
            add(&mut counters, key, *limit);
        }
        Ok(())
    }

    /// Whether one more may be counted.
    ///
    /// # Errors
    /// `TooManyAttempts` when a key has reached its limit.
    pub(super) fn check(&self, keys: &[(String, Limit)]) -> Result<()> {
        check(&self.counters(), keys)
    }

    /// Counts one more, and gives how many there are now.
    pub(super) fn add(&self, key: &str, limit: Limit) -> u32 {
        add(&mut self.counters(), key, limit)
    }

    /// How many there are in the window.
    pub(super) fn count(&self, key: &str) -> u32 {
        let now = Instant::now();
        living(&self.counters(), key, now).map_or(0, |counter| counter.count)
    }

    /// One less.
    pub(super) fn take_back(&self, key: &str) {
        if let Some(counter) = self.counters().get_mut(&sha256(key.as_bytes())) {
            counter.count = counter.count.saturating_sub(1);
        }
    }

    pub(super) fn forget(&self, key: &str) {
        self.counters().remove(&sha256(key.as_bytes()));
    }

    fn counters(&self) -> MutexGuard<'_, HashMap<[u8; 32], Counter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempts(..)")
    }
}

fn living(counters: &HashMap<[u8; 32], Counter>, key: &str, now: Instant) -> Option<Counter> {
    counters.get(&sha256(key.as_bytes())).filter(|counter| now < counter.until).copied()
}

fn check(counters: &HashMap<[u8; 32], Counter>, keys: &[(String, Limit)]) -> Result<()> {
    let now = Instant::now();
    for (key, limit) in keys {
        if let Some(counter) = living(counters, key, now)
            && counter.count >= limit.most
        {
            return Err(reached(counter.until.saturating_duration_since(now)));
        }
    }
    Ok(())
}

fn add(counters: &mut HashMap<[u8; 32], Counter>, key: &str, limit: Limit) -> u32 {
    let (now, hash) = (Instant::now(), sha256(key.as_bytes()));
    let before = living(counters, key, now);
    if before.is_none() {
        make_room(counters, now);
    }
    let (count, since) = before.map_or((0, now), |counter| (counter.count, counter.since));
    let count = count.saturating_add(1);
    let (until, is_full) = (since + limit.length(), count >= limit.most);
    counters.insert(hash, Counter { count, since, until, is_full });
    count
}

/// What is over goes, then the oldest; of those that hold somebody up only when there are no others.
fn make_room(counters: &mut HashMap<[u8; 32], Counter>, now: Instant) {
    if counters.len() < MOST {
        return;
    }
    counters.retain(|_, counter| now < counter.until);
    if counters.len() < MOST {
        return;
    }
    let mut all: Vec<(bool, Instant, [u8; 32])> =
        counters.iter().map(|(key, counter)| (counter.is_full, counter.since, *key)).collect();
    all.sort_unstable();
    for (.., key) in &all[..AT_ONCE.min(all.len())] {
        counters.remove(key);
    }
}

/// Who waits is told whole minutes.
fn reached(left: Duration) -> Error {
    let minutes = left.as_secs_f64() / 60.0;
    Error::TooManyAttempts { minutes: minutes.ceil().max(1.0) as u32 }
}

impl Vault {
    /// Counts one more under each of the keys.
    ///
    /// # Errors
    /// `TooManyAttempts` when one of them has reached its limit; then it is counted under none.
    pub(super) fn count_attempt(&self, keys: &[(String, Limit)]) -> Result<()> {
        self.attempts.take(keys)
    }
}

/// What one host has: of IPv4 an address, of IPv6 the network of 2^64 of them that it is given.
pub fn network(address: IpAddr) -> IpAddr {
    first_of(address, 32, 64)
}

/// What one customer of a provider may have: 256 addresses of IPv4, 65 536 networks of IPv6.
fn wider_network(address: IpAddr) -> String {
    let length = if address.to_canonical().is_ipv4() { 24 } else { 48 };
    format!("{}/{length}", first_of(address, 24, 48))
}

/// The first address of the network with as many leading bits.
fn first_of(address: IpAddr, v4_bits: u32, v6_bits: u32) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << (32 - v4_bits))).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << (128 - v6_bits))).into(),
    }
}

/// The network of who asks, as attempts are counted under it.
pub(super) fn network_of(address: Option<&str>) -> String {
    networks_of(address).0
}

/// The same, and the wider network that it is in.
pub(super) fn networks_of(address: Option<&str>) -> (String, String) {
    match address.and_then(|text| text.parse::<IpAddr>().ok()) {
        Some(address) => (network(address).to_string(), wider_network(address)),
        None => {
            let text = address.unwrap_or("unknown");
            (text.to_owned(), format!("{text}/"))
        }
    }
}

#[cfg(test)]
mod tests;
