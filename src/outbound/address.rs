//! Which URLs are called at all. Hosts that are addresses are checked here, since nobody looks those up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use url::{Host, Url};

use super::OutboundProblem;
use super::network::Network;
use super::range::permitted;

/// Reads an `http` or `https` URL that means the same to everybody, whether or not it may be called.
///
/// Parsers forgive backslashes, line breaks, a user name before the host and what is behind a `#`, each in its own
/// way; an address with one of them is refused.
pub fn plain_url(text: &str) -> Result<Url, OutboundProblem> {
    let (scheme, rest) = text.split_once("://").ok_or(OutboundProblem::BadUrl)?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let is_plain = matches!(scheme, "http" | "https")
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#')
        && !authority.is_empty()
        && !authority.contains('@');
    let url = Url::parse(text).ok().filter(|_| is_plain).ok_or(OutboundProblem::BadUrl)?;
    // What is connected to is read by this other parser.
    match Uri::try_from(url.as_str()) {
        Ok(uri) if uri.host() == url.host_str() => Ok(url),
        _ => Err(OutboundProblem::BadUrl),
    }
}

/// The URL, if it may be called as far as can be said before its name is looked up.
pub(super) fn checked(text: &str, allowed: &[Network]) -> Result<Url, OutboundProblem> {
    let url = plain_url(text)?;
    match url.host().ok_or(OutboundProblem::BadUrl)? {
        // The parser has made addresses of `2130706433` and `0x7f.1` by now.
        Host::Ipv4(address) => permitted(address.into(), allowed)?,
        Host::Ipv6(address) => permitted(address.into(), allowed)?,
        Host::Domain(name) if is_loopback(name) => permitted(LOOPBACK, allowed)
            .or_else(|problem| permitted(LOOPBACK_V6, allowed).map_err(|_| problem))?,
        Host::Domain(_) => {}
    }
    Ok(url)
}

/// The address that is the host, if it is one.
pub(super) fn ip(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const LOOPBACK_V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// The names that are this machine whatever a look-up says (RFC 6761).
fn is_loopback(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_parsers_may_read_in_two_ways_is_refused() {
        for text in [
            "",
            "example.com",
            "//example.com/",
            "https:example.com",
            "https://",
            "https:///example.com/",
            "https://?example.com",
            "HTTPS://example.com/",
            "ftp://example.com/",
            "file:///etc/hostname",
            "data://example.com/",
            "https://user@example.com/",
            "https://user:word@example.com/",
            "https://@example.com/",
            "https://example.com@127.0.0.1/",
            "https://example.com#@127.0.0.1/",
            "https://example.com/#top",
            "https://example.com\\@127.0.0.1/",
            "https:\\\\example.com/",
            "https://example.com/\r\nX-Acme: 1",
            "https://exam\tple.com/",
            "https://exam ple.com/",
            " https://example.com/",
            "https://example.com/\0",
            "https://ex\u{e4}mple.com/",
            "https://example.com:99999/",
            "https://example.com:port/",
            "https://[::1/",
            "https://1.2.3.4.5/",
            "https://256.0.0.1/",
            "https://exa%20mple.com/",
        ] {
            assert_eq!(checked(text, &[]), Err(OutboundProblem::BadUrl), "{text:?}");
        }
    }

    #[test]
    fn an_address_that_is_not_public_is_refused_however_it_is_written() {
        for host in [
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0x7f000001",
            "0177.0.0.1",
            "%31%32%37.0.0.1",
            "0.0.0.0",
            "0",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "localhost",
            "localhost.",
            "LOCALHOST",
            "acme.localhost",
            "169.254.169.254",
            "[fe80::1]",
            "[fd00::1]",
            "10.0.0.1",
            "100.64.0.1",
        ] {
            let answer = checked(&format!("https://{host}:5000/v2/"), &[]);
            assert!(matches!(answer, Err(OutboundProblem::Forbidden(_))), "{host}: {answer:?}");
        }
    }

    #[test]
    fn names_public_addresses_and_what_is_allowed_pass() {
        let allowed = [Network::parse("127.0.0.0/8").unwrap()];
        for text in [
            "https://registry.example.com/v2/",
            "https://registry.example.com./v2/?service=a@b",
            "http://registry:5000",
            "https://1.1.1.1/",
            "https://[2606:4700::1111]:5000/",
            "http://127.0.0.1:5000/",
            "http://0x7f.1/",
            "http://localhost:5000/",
        ] {
            assert!(checked(text, &allowed).is_ok(), "{text}");
        }
        assert!(checked("http://[::1]/", &allowed).is_err());
    }
}
