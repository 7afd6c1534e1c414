//! Which addresses may be an issuer's, and which the place of its keys.

use std::net::IpAddr;

use crate::outbound::plain_url;

/// Whether tokens of this issuer can be verified: `https`, or `http` on this machine, with neither
/// query nor fragment nor user name.
pub(super) fn is_issuer(address: &str) -> bool {
    !address.contains('?') && way(address).is_some()
}

/// Whether the issuer's keys may be fetched there: over `https`, from any host, since the guard of
/// outgoing calls looks at where it is. Without encryption only if the issuer is on this machine, too.
pub(super) fn may_hold_keys(address: &str, issuer: &str) -> bool {
    match way(address) {
        Some(Way::Encrypted) => true,
        Some(Way::WithinThisMachine) => matches!(way(issuer), Some(Way::WithinThisMachine)),
        None => false,
    }
}

/// Where the well-known metadata of an issuer are.
pub(super) fn metadata(issuer: &str) -> String {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    format!("{issuer}/.well-known/openid-configuration")
}

enum Way {
    Encrypted,
    WithinThisMachine,
}

fn way(address: &str) -> Option<Way> {
    let url = plain_url(address).ok()?;
    match url.scheme() {
        "https" => Some(Way::Encrypted),
        "http" if is_this_machine(url.host_str()?) => Some(Way::WithinThisMachine),
        _ => None,
    }
}

fn is_this_machine(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || literal.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_encrypted_or_on_this_machine() {
        for address in [
            "https://token.actions.example.com",
            "https://gitlab.example.com:8443/",
            "https://issuer.example.com/org/acme",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/acme",
            "http://localhost/acme",
        ] {
            assert!(is_issuer(address), "{address}");
        }
        for address in [
            "",
            "issuer.example.com",
            "http://issuer.example.com",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://[::ffff:127.0.0.1]",
            "ftp://issuer.example.com",
            "file:///etc/issuer",
            "https://",
            "https:issuer.example.com",
            "https://issuer.example.com?acme",
            "https://issuer.example.com/?",
            "https://issuer.example.com/#acme",
            "https://acme@issuer.example.com",
            "https://acme:acme@issuer.example.com",
            "https://issuer.example.com\\@example.com",
            "https://issuer.example.com/a b",
            " https://issuer.example.com",
            "https://issuer.example.com\n",
        ] {
            assert!(!is_issuer(address), "{address:?}");
        }
    }

    #[test]
    fn keys_come_over_an_encrypted_way() {
        let (far, near) = ("https://issuer.example.com", "http://127.0.0.1:8080");
        for issuer in [far, near] {
            assert!(may_hold_keys("https://keys.example.com/jwks?v=1", issuer));
            assert!(!may_hold_keys("http://keys.example.com/jwks", issuer));
            assert!(!may_hold_keys("file:///etc/keys", issuer));
            assert!(!may_hold_keys("/jwks", issuer));
        }
        assert!(may_hold_keys("http://127.0.0.1:8080/jwks", near));
        assert!(!may_hold_keys("http://127.0.0.1:8080/jwks", far));
    }

    #[test]
    fn the_metadata_lie_below_the_issuer_with_one_slash_between() {
        let place = "https://example.com/acme/.well-known/openid-configuration";
        assert_eq!(metadata("https://example.com/acme"), place);
        assert_eq!(metadata("https://example.com/acme/"), place);
    }
}
