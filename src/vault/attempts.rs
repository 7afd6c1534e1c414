//! How often something may fail, or be done, in a while. To count and to ask whether it is one too
//! many is one step, so that many at once cannot all be the first.

use super::{Vault, now};
use crate::domain::moment::Moment;
use crate::error::{Error, Result};
use crate::store::Unrecorded;
use std::net::{IpAddr, Ipv6Addr};

/// How often something may fail, or be done, in a while.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) most: i64,
    /// Seconds, from the first time on.
    pub(super) window: i64,
}

impl Vault {
    /// Counts one more under each of the keys.
    ///
    /// # Errors
    /// `TooManyAttempts` when one of them has reached its limit; then it is counted under none.
    pub(super) async fn count_attempt(&self, keys: &[(String, Limit)]) -> Result<()> {
        // A look is cheap. Who goes on beyond a limit makes the database write nothing.
        self.check_attempts(keys).await?;
        let now = now();
        let write = self.store.write().await?;
        for (key, limit) in keys {
            let (count, since) = write.attempts().add(key, limit.start(now), now.0).await?;
            if count > limit.most {
                return Err(limit.reached(since, now));
            }
        }
        Ok(write.commit_without_event(Unrecorded::Attempt).await?)
    }

    /// Whether one more may be counted, as far as can be said without counting it.
    ///
    /// # Errors
    /// `TooManyAttempts` when a key has reached its limit.
    pub(super) async fn check_attempts(&self, keys: &[(String, Limit)]) -> Result<()> {
        let now = now();
        for (key, limit) in keys {
            let (count, since) = self.store.attempts().count(key, limit.start(now)).await?;
            if count >= limit.most {
                return Err(limit.reached(since, now));
            }
        }
        Ok(())
    }
}

impl Limit {
    /// When a window that ends at `now` began, in milliseconds.
    pub(super) fn start(self, now: Moment) -> i64 {
        now.plus_seconds(-self.window).0
    }

    /// How long to wait, when the first time was at `since` (milliseconds).
    fn reached(self, since: i64, now: Moment) -> Error {
        let left = (since + self.window * 1_000 - now.0 + 59_999) / 60_000;
        Error::TooManyAttempts { minutes: u32::try_from(left.max(1)).unwrap_or(u32::MAX) }
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
    use super::*;

    #[test]
    fn who_waits_is_told_whole_minutes_and_never_none() {
        let limit = Limit { most: 1, window: 60 };
        let now = Moment(1_000_000);
        for (since, minutes) in [(0, 1), (-1, 1), (-59_999, 1), (-60_000, 1), (-70_000, 1), (1, 2)]
        {
            assert_eq!(limit.reached(now.0 + since, now), Error::TooManyAttempts { minutes });
        }
        let quarter = Limit { most: 10, window: 900 };
        assert_eq!(quarter.reached(now.0, now), Error::TooManyAttempts { minutes: 15 });
    }

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
