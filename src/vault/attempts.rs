//! How often something may be attempted. To count an attempt and to ask whether it is one too many
//! is one step, so that many at once cannot all be the first.

use super::{Vault, now};
use crate::domain::moment::Moment;
use crate::error::{Error, Result};
use std::net::{IpAddr, Ipv6Addr};

/// How often something may be attempted in a while.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    /// Attempts, but those that succeed.
    pub(super) most: i64,
    /// Seconds, from the first attempt on.
    pub(super) window: i64,
}

impl Vault {
    /// Counts an attempt under each of the keys. Who counts before it is made takes it back when it
    /// succeeds.
    ///
    /// # Errors
    /// `TooManyAttempts` when one of them has reached its limit; then it is counted under none.
    pub(super) async fn count_attempt(&self, keys: &[(String, Limit)]) -> Result<()> {
        let now = now();
        let write = self.store.write().await?;
        for (key, limit) in keys {
            let from = now.plus_seconds(-limit.window).0;
            let (count, since) = write.attempts().add(key, from, now.0).await?;
            if count > limit.most {
                return Err(limit.reached(since, now));
            }
        }
        Ok(write.commit().await?)
    }

    /// Whether one more may be made, as far as can be said without counting it.
    ///
    /// # Errors
    /// `TooManyAttempts` when a key has reached its limit.
    pub(super) async fn check_attempts(&self, keys: &[(String, Limit)]) -> Result<()> {
        let now = now();
        for (key, limit) in keys {
            let from = now.plus_seconds(-limit.window).0;
            let (count, since) = self.store.attempts().count(key, from).await?;
            if count >= limit.most {
                return Err(limit.reached(since, now));
            }
        }
        Ok(())
    }
}

impl Limit {
    /// How long to wait, when the first attempt was made at `since` (milliseconds).
    fn reached(self, since: i64, now: Moment) -> Error {
        let left = (since + self.window * 1_000 - now.0).max(0) / 60_000 + 1;
        Error::TooManyAttempts { minutes: u32::try_from(left).unwrap_or(u32::MAX) }
    }
}

/// What one host has: of IPv4 an address, of IPv6 the network of 2^64 of them that it is given.
pub fn network(address: IpAddr) -> IpAddr {
    const HOST: u32 = 64;
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits((v6.to_bits() >> HOST) << HOST).into(),
        v4 => v4,
    }
}

/// The network of who asks, as attempts are counted under it.
pub(super) fn network_of(address: Option<&str>) -> String {
    match address.and_then(|text| text.parse::<IpAddr>().ok()) {
        Some(address) => network(address).to_string(),
        None => address.unwrap_or("unknown").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::network_of;

    #[test]
    fn a_host_is_counted_once_whatever_its_address() {
        for (address, expected) in [
            (Some("192.0.2.7"), "192.0.2.7"),
            (Some("::ffff:192.0.2.7"), "192.0.2.7"),
            (Some("2001:db8:1:2::1"), "2001:db8:1:2::"),
            (Some("2001:db8:1:2:ffff:ffff:ffff:ffff"), "2001:db8:1:2::"),
            (Some("2001:db8:1:3::1"), "2001:db8:1:3::"),
            (None, "unknown"),
        ] {
            assert_eq!(network_of(address), expected, "{address:?}");
        }
    }
}
