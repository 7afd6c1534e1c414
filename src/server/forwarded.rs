//! What proxies write of where a request comes from: `X-Forwarded-For`, or `Forwarded` (RFC 7239).
//!
//! With both, `X-Forwarded-For` counts and `Forwarded` is not read: nearly every proxy writes the
//! first, and lets the second pass as its client wrote it.

use axum::http::HeaderMap;
use std::net::IpAddr;

const LIST: &str = "x-forwarded-for";
const ELEMENTS: &str = "forwarded";

/// The hops, the nearest first; `None` for one that is no address, such as `unknown`.
pub(super) fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let (name, read): (_, fn(&str) -> Option<IpAddr>) =
        if headers.contains_key(LIST) { (LIST, address) } else { (ELEMENTS, node) };
    let mut hops = Vec::new();
    for line in headers.get_all(name).iter().rev() {
        // A client may write any bytes left of what the proxy adds.
        let line = String::from_utf8_lossy(line.as_bytes());
        let elements = from_the_right(&line, ',').into_iter();
        hops.extend(elements.filter(|element| !element.trim().is_empty()).map(read));
    }
    hops
}

/// The name of a header that only proxies write, if there is one.
pub(super) fn sign_of_a_proxy(headers: &HeaderMap) -> Option<&'static str> {
    [(LIST, "X-Forwarded-For"), (ELEMENTS, "Forwarded"), ("x-real-ip", "X-Real-IP")]
        .into_iter()
        .find(|(name, _)| headers.contains_key(*name))
        .map(|(_, name)| name)
}

/// The parts, the last one first. What stands in quotes is one part. It is read from the right, so
/// that a quote which a client left open ends nothing that a proxy wrote.
fn from_the_right(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut end, mut is_quoted) = (Vec::new(), text.len(), false);
    for (at, c) in text.char_indices().rev() {
        if c == '"' {
            is_quoted = !is_quoted;
        } else if c == separator && !is_quoted {
            parts.push(&text[at + c.len_utf8()..end]);
            end = at;
        }
    }
    parts.push(&text[..end]);
    parts
}

/// The address that `for` gives in an element of `Forwarded`.
fn node(element: &str) -> Option<IpAddr> {
    let pairs = from_the_right(element, ';').into_iter().filter_map(|pair| pair.split_once('='));
    let mut given = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    let (_, value) = given.next()?;
    // Two are none: readers would differ in which one counts.
    given.next().is_none().then(|| address(value)).flatten()
}

/// The address in `203.0.113.9:4711`, `[2001:db8::1]:443`, `"[fe80::1%25eth0]"` and the like.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let text = bare.unwrap_or(text).trim();
    let (host, port) = match (text.strip_prefix('['), text.split_once(':')) {
        (Some(rest), _) => {
            let (host, rest) = rest.split_once(']')?;
            (host, (!rest.is_empty()).then(|| rest.strip_prefix(':').unwrap_or_default()))
        }
        // A second colon: it is IPv6, which has no port without brackets.
        (None, Some((host, port))) if !port.contains(':') => (host, Some(port)),
        (None, _) => (text, None),
    };
    if !port.is_none_or(is_port) {
        return None;
    }
    // The zone says by which interface it is reached, from there.
    let host = match host.split_once('%') {
        Some((host, _)) if host.contains(':') => host,
        _ => host,
    };
    host.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Whether it is a number, or a name that stands for one (RFC 7239 6.2).
fn is_port(port: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    match port.strip_prefix('_') {
        Some(name) => !name.is_empty() && name.chars().all(is_name),
        None => (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    /// The hops that these headers name, the nearest first; `-` for one that is no address.
    fn told(lines: &[(&'static str, &[u8])]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let value = HeaderValue::from_bytes(value).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        let text = |hop: Option<IpAddr>| hop.map_or("-".to_owned(), |hop| hop.to_string());
        hops(&headers).into_iter().map(text).collect()
    }

    #[test]
    fn an_address_is_read_however_a_proxy_writes_it() {
        for (written, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            ("203.0.113.9:4711", "203.0.113.9"),
            ("\"203.0.113.9:4711\"", "203.0.113.9"),
            ("[203.0.113.9]:4711", "203.0.113.9"),
            (" 203.0.113.9\t", "203.0.113.9"),
            ("203.0.113.9:_x-1", "203.0.113.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]\"", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("[2001:db8::1]:_hidden", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("[fe80::1%25eth0]:443", "fe80::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("[::ffff:203.0.113.9]:80", "203.0.113.9"),
        ] {
            assert_eq!(told(&[("x-forwarded-for", written.as_bytes())]), [expected], "{written}");
            let element = format!("for={written}");
            assert_eq!(told(&[("forwarded", element.as_bytes())]), [expected], "{element}");
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for written in [
            "unknown",
            "_hidden",
            "\"_hidden\"",
            "example.com",
            "203.0.113",
            "203.0.113.9.1",
            "203.0.113.9:",
            "203.0.113.9:http",
            "203.0.113.9:123456",
            "203.0.113.9%eth0",
            "[2001:db8::1",
            "[2001:db8::1]443",
            "2001:db8::1]",
            "\"203.0.113.9",
            "203.0.113.9/32",
            "203.0.113.9 198.51.100.1",
            "[]",
            ":",
            "\"",
        ] {
            assert_eq!(told(&[("x-forwarded-for", written.as_bytes())]), ["-"], "{written}");
        }
    }

    #[test]
    fn the_nearest_hop_is_the_last_one_of_the_last_line() {
        let lines: [(&str, &[u8]); 2] =
            [("x-forwarded-for", b"192.0.2.1, 192.0.2.2"), ("x-forwarded-for", b"192.0.2.3,,")];
        assert_eq!(told(&lines), ["192.0.2.3", "192.0.2.2", "192.0.2.1"]);
        let lines: [(&str, &[u8]); 2] = [
            ("forwarded", b"for=192.0.2.1;proto=http, for=unknown"),
            ("forwarded", b"proto=https;FOR=\"[2001:db8:cafe::17]:4711\";by=203.0.113.43"),
        ];
        assert_eq!(told(&lines), ["2001:db8:cafe::17", "-", "192.0.2.1"]);
        assert!(told(&[]).is_empty() && told(&[("x-forwarded-for", "".as_bytes())]).is_empty());
    }

    #[test]
    fn what_a_client_wrote_does_not_hide_what_the_proxy_added() {
        for before in [&b"\""[..], b"for=\"", b"\xff\xfe", b"[", b"\"a,b", b"for=\"x\\\""] {
            let list = [before, b", 203.0.113.9"].concat();
            assert_eq!(told(&[("x-forwarded-for", list.as_slice())])[0], "203.0.113.9");
            let list = [before, b", for=203.0.113.9"].concat();
            assert_eq!(told(&[("forwarded", list.as_slice())])[0], "203.0.113.9");
        }
    }

    #[test]
    fn an_element_that_names_nobody_or_two_names_none() {
        for element in ["proto=https", "for", "for=192.0.2.1;for=192.0.2.2", "x-for=192.0.2.1"] {
            assert_eq!(told(&[("forwarded", element.as_bytes())]), ["-"], "{element}");
        }
    }

    #[test]
    fn with_both_headers_the_one_that_most_proxies_write_counts() {
        let lines: [(&str, &[u8]); 2] =
            [("forwarded", b"for=192.0.2.1"), ("x-forwarded-for", b"203.0.113.9")];
        assert_eq!(told(&lines), ["203.0.113.9"]);
        // What is said there is that nobody is known, and not that the other one counts.
        let lines: [(&str, &[u8]); 2] =
            [("forwarded", b"for=192.0.2.1"), ("x-forwarded-for", b"unknown")];
        assert_eq!(told(&lines), ["-"]);
    }
}
