//! Which addresses are not called unless the operator allowed them: all that are not public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use super::OutboundProblem;
use super::network::Network;

/// The ranges by name, the narrower ones first (IANA's special-purpose registries).
const RANGES: [&str; 27] = [
    "0.0.0.0/8 (this network)",
    "10.0.0.0/8 (private)",
    "100.64.0.0/10 (shared by a provider's customers)",
    "127.0.0.0/8 (loopback)",
    "169.254.0.0/16 (link-local)",
    "172.16.0.0/12 (private)",
    "192.0.0.0/24 (protocol assignments)",
    "192.0.2.0/24 (documentation)",
    "192.88.99.0/24 (6to4 relays)",
    "192.168.0.0/16 (private)",
    "198.18.0.0/15 (benchmarks)",
    "198.51.100.0/24 (documentation)",
    "203.0.113.0/24 (documentation)",
    "224.0.0.0/4 (multicast)",
    "255.255.255.255/32 (broadcast)",
    "240.0.0.0/4 (reserved)",
    "::/128 (unspecified)",
    "::1/128 (loopback)",
    "::/96 (IPv4 inside IPv6)",
    "64:ff9b:1::/48 (local translation)",
    "2001::/23 (protocol assignments)",
    "2001:db8::/32 (documentation)",
    "3fff::/20 (documentation)",
    "fc00::/7 (private)",
    "fe80::/10 (link-local)",
    "fec0::/10 (site-local)",
    "ff00::/8 (multicast)",
];

/// The same as networks.
static NETWORKS: LazyLock<Vec<(Option<Network>, &str)>> = LazyLock::new(|| {
    let network = |range: &str| range.split(' ').next().and_then(Network::parse);
    RANGES.into_iter().map(|range| (network(range), range)).collect()
});

/// Whatever else of IPv6 nobody has been given yet.
const NOT_GLOBAL: &str = "outside 2000::/3 (not public)";

/// Lets pass what is public or in a network that the operator allowed.
pub(super) fn permitted(address: IpAddr, allowed: &[Network]) -> Result<(), OutboundProblem> {
    if allowed.iter().any(|network| network.contains(address)) {
        return Ok(());
    }
    refused(address).map_or(Ok(()), |range| Err(OutboundProblem::Forbidden(range)))
}

/// The range for which an address is refused; nothing for a public one.
fn refused(address: IpAddr) -> Option<&'static str> {
    let address = address.to_canonical();
    let IpAddr::V6(v6) = address else {
        return listed(address);
    };
    let carried = translated(v6).or_else(|| tunnelled(v6));
    if let Some(range) = carried.and_then(|v4| listed(IpAddr::V4(v4))) {
        return Some(range);
    }
    let is_global = (v6.segments()[0] & 0xe000) == 0x2000 || translated(v6).is_some();
    listed(address).or((!is_global).then_some(NOT_GLOBAL))
}

fn listed(address: IpAddr) -> Option<&'static str> {
    // A range that cannot be read must not become a hole.
    let holds = |network: Option<Network>| network.is_none_or(|network| network.contains(address));
    NETWORKS.iter().find(|(network, _)| holds(*network)).map(|(_, range)| *range)
}

/// The IPv4 address that a NAT64 gateway would call (`64:ff9b::/96`).
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(joined(high, low)),
        _ => None,
    }
}

/// The IPv4 address of the router behind a 6to4 address (`2002::/16`).
fn tunnelled(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0x2002, high, low, ..] => Some(joined(high, low)),
        _ => None,
    }
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_reads_and_holds_its_first_address() {
        for range in RANGES {
            let network = range.split(' ').next().unwrap();
            assert!(Network::parse(network).is_some(), "{range}");
            let first: IpAddr = network.split('/').next().unwrap().parse().unwrap();
            assert!(refused(first).is_some(), "{range}");
        }
    }

    #[test]
    fn what_is_not_public_is_refused_by_name() {
        for (address, word) in [
            ("0.0.0.0", "this network"),
            ("0.1.2.3", "this network"),
            ("10.1.2.3", "private"),
            ("100.64.0.1", "customers"),
            ("100.127.255.255", "customers"),
            ("127.0.0.1", "loopback"),
            ("127.255.255.254", "loopback"),
            ("169.254.169.254", "link-local"),
            ("172.31.255.255", "private"),
            ("192.0.0.8", "assignments"),
            ("192.0.2.1", "documentation"),
            ("192.168.0.1", "private"),
            ("198.19.255.255", "benchmarks"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.255", "broadcast"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::127.0.0.1", "inside"),
            ("::8.8.8.8", "inside"),
            ("::ffff:127.0.0.1", "loopback"),
            ("::ffff:10.0.0.1", "private"),
            ("::ffff:0:127.0.0.1", "not public"),
            ("64:ff9b::169.254.169.254", "link-local"),
            ("64:ff9b::a00:1", "private"),
            ("64:ff9b:1::808:808", "translation"),
            ("2002:7f00:1::1", "loopback"),
            ("2002:a9fe:a9fe::", "link-local"),
            ("2001:0:808:808::1", "assignments"),
            ("2001:db8::1", "documentation"),
            ("3fff::1", "documentation"),
            ("100::1", "not public"),
            ("5f00::1", "not public"),
            ("fd00::1", "private"),
            ("fe80::1", "link-local"),
            ("febf::1", "link-local"),
            ("fec0::1", "site-local"),
            ("ff02::1", "multicast"),
        ] {
            let range = refused(address.parse().unwrap());
            assert!(range.is_some_and(|range| range.contains(word)), "{address}: {range:?}");
        }
    }

    #[test]
    fn what_is_public_is_called() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
        ] {
            assert_eq!(permitted(address.parse().unwrap(), &[]), Ok(()), "{address}");
        }
    }

    #[test]
    fn what_the_operator_allowed_is_called_and_nothing_beside_it() {
        let allowed = [Network::parse("10.1.0.0/16").unwrap(), Network::parse("::1").unwrap()];
        for (address, expected) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("10.2.0.1", false),
            ("::1", true),
            ("127.0.0.1", false),
            ("64:ff9b::a01:203", false),
        ] {
            let is_permitted = permitted(address.parse().unwrap(), &allowed).is_ok();
            assert_eq!(is_permitted, expected, "{address}");
        }
    }
}
