//! Where requests may go: HTTPS, or plain HTTP to this machine.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::net::{Ipv4Addr, Ipv6Addr};
use ureq::http::Uri;

/// Whether a secret may be sent there: an HTTPS address, or an HTTP one of this machine (any HTTP
/// address when `may_be_plain`), without user info.
pub fn is_safe(url: &str, may_be_plain: bool) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    let scheme_fits = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => may_be_plain || is_loopback(url),
        _ => false,
    };
    has_host && !has_user && scheme_fits
}

/// Whether the address is of this machine, by its words: no name is looked up.
pub fn is_loopback(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || v6.and_then(|ip| ip.parse::<Ipv6Addr>().ok()).is_some_and(|ip| ip.is_loopback())
}

/// `https://host[:port]` of an address that has nothing else, which is what other paths are put
/// behind: the host in small letters, the usual port left out, as Regcred writes its own.
pub fn origin(url: &str) -> Option<String> {
    // The parser drops a fragment without a word.
    let uri = (!url.contains('#')).then(|| url.trim_end_matches('/').parse::<Uri>().ok())??;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    let authority = authority.as_str().to_ascii_lowercase();
    let usual = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(usual).unwrap_or(&authority);
    is_bare.then(|| format!("{scheme}://{authority}"))
}

/// What is escaped in an address: all but the unreserved characters (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The text as one value in a query or one part of a path.
pub fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_https_or_stay_on_this_machine() {
        for (url, safe) in [
            ("https://regcred.example.com", true),
            ("https://regcred.example.com:8443", true),
            ("http://127.0.0.1:3000", true),
            ("http://127.9.9.9", true),
            ("http://localhost:3000", true),
            ("http://[::1]:3000", true),
            ("http://regcred.example.com", false),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("https://user:word@regcred.example.com", false),
            ("http://localhost@regcred.example.com", false),
            ("ftp://regcred.example.com", false),
            ("regcred.example.com", false),
            ("/path", false),
            ("", false),
        ] {
            assert_eq!(is_safe(url, false), safe, "{url}");
        }
        assert!(is_safe("http://regcred.example.com", true));
        assert!(!is_safe("http://user@regcred.example.com", true));
    }

    #[test]
    fn an_origin_has_neither_path_nor_query() {
        for (url, wanted) in [
            ("https://regcred.example.com/", Some("https://regcred.example.com")),
            ("https://regcred.example.com:8443", Some("https://regcred.example.com:8443")),
            ("http://[::1]:3000//", Some("http://[::1]:3000")),
            ("HTTPS://Regcred.Example.com", Some("https://regcred.example.com")),
            ("https://regcred.example.com:443/", Some("https://regcred.example.com")),
            ("http://127.0.0.1:80", Some("http://127.0.0.1")),
            ("http://[::1]:80", Some("http://[::1]")),
            ("https://regcred.example.com:80", Some("https://regcred.example.com:80")),
            ("https://regcred.example.com/team", None),
            ("https://regcred.example.com?x=1", None),
            ("https://regcred.example.com/#x", None),
            ("https://regcred example.com", None),
            ("regcred", None),
        ] {
            assert_eq!(origin(url).as_deref(), wanted, "{url}");
        }
    }

    #[test]
    fn everything_but_the_unreserved_is_percent_encoded() {
        assert_eq!(percent_encoded("aZ9-._~"), "aZ9-._~");
        assert_eq!(
            percent_encoded("https://index.docker.io/v1/"),
            "https%3A%2F%2Findex.docker.io%2Fv1%2F"
        );
        assert_eq!(percent_encoded("a&b=c d+%ü"), "a%26b%3Dc%20d%2B%25%C3%BC");
    }
}
