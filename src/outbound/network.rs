//! A range of addresses, as an operator writes it: `10.0.0.0/8`, `fd00::/8`, or one address.

use ipnet::IpNet;
use std::net::IpAddr;

/// All addresses that share their first bits with one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Reads `address/bits`, or an address alone for just that one.
    ///
    /// Bits behind the prefix are a slip (`10.0.0.1/8`) and give nothing, and so does IPv4 written as IPv6.
    pub fn parse(text: &str) -> Option<Self> {
        // Not read by `ipnet`, which takes `010.0.0.0/8`, too.
        let network = match text.split_once('/') {
            None => IpNet::from(text.parse::<IpAddr>().ok()?),
            // `parse` alone would take `+8`, too.
            Some((address, bits)) if bits.bytes().all(|b| b.is_ascii_digit()) => {
                IpNet::new(address.parse().ok()?, bits.parse().ok()?).ok()?
            }
            Some(_) => return None,
        };
        let base = network.addr();
        (network.trunc() == network && base.to_canonical() == base).then_some(Self(network))
    }

    /// Whether the address is one of them. IPv4 inside IPv6 (`::ffff:10.0.0.1`) counts as what it stands for.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_shares_its_first_bits() {
        for (network, address, expected) in [
            ("10.0.0.0/8", "10.0.0.0", true),
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "9.255.255.255", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/8", "::10.1.2.3", false),
            ("172.16.0.0/12", "172.31.255.255", true),
            ("172.16.0.0/12", "172.32.0.0", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false),
            ("192.0.2.7/32", "192.0.2.7", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fc00::1", false),
            ("::1", "::1", true),
            ("::1", "::2", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "192.0.2.1", false),
        ] {
            let network = Network::parse(network).unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn what_is_no_network_is_nothing() {
        for text in [
            "",
            "/",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "10.0.0.0/8/8",
            "10.0.0.0/99999999999",
            "10.0.0.1/8",
            "10.0.0/8",
            "010.0.0.0/8",
            " 10.0.0.0/8",
            "fd00::/129",
            "fd00::1/64",
            "[::1]",
            "::ffff:10.0.0.0/104",
            "example.com",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
