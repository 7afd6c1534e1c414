//! The host and the port in an address that the server is to call.

/// What stands between the scheme and the path. An address without a scheme has no path, either: the first
/// `://` is taken for the end of one.
pub(super) fn authority(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// What stands behind the first colon of the host, if there is one.
pub(super) fn port(authority: &str) -> Option<&str> {
    // Behind a user, and behind the bracket of an IPv6 address.
    let tail = authority.rsplit(['@', ']']).next().unwrap_or_default();
    tail.split_once(':').map(|(_, port)| port)
}

/// Whether it is the number of a port that can be called.
pub(super) fn is_port(digits: &str) -> bool {
    // A sign would be read, too.
    digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_found_behind_its_host_and_nowhere_else() {
        for (address, found) in [
            ("https://siem.example.com", None),
            ("https://siem.example.com:8443/in?a=b:c", Some("8443")),
            ("siem.example.com:6514", Some("6514")),
            ("https://acme:hunter2@siem.example.com:1/", Some("1")),
            ("https://acme:hunter2@siem.example.com/", None),
            ("[2001:db8::1]:5000", Some("5000")),
            ("[2001:db8::1]", None),
            ("2001:db8::1", Some("db8::1")),
        ] {
            assert_eq!(port(authority(address)), found, "{address}");
        }
    }

    #[test]
    fn a_port_is_a_number_that_can_be_called() {
        for (digits, is_one) in [
            ("1", true),
            ("65535", true),
            ("0", false),
            ("65536", false),
            ("+443", false),
            ("x", false),
            ("", false),
        ] {
            assert_eq!(is_port(digits), is_one, "{digits}");
        }
    }
}
