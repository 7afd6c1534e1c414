//! Proxies, as the environment names them: for each scheme its own, and hosts that need none. They are
//! read here and not by the HTTP crate, which takes the first that is set for every scheme, and one of
//! SOCKS, which it cannot use, for no proxy at all.

use crate::address;
use crate::environment::Variables;
use std::net::IpAddr;
use ureq::http::Uri;
use ureq::{Proxy, ProxyProtocol};

#[derive(Clone, Default)]
pub struct Proxies {
    https: Option<Proxy>,
    http: Option<Proxy>,
    /// Hosts that are reached without one, as they were typed.
    without: Vec<String>,
}

impl Proxies {
    pub fn read(variables: &Variables) -> Self {
        let first = |names: [&str; 4]| {
            names.into_iter().find_map(|name| usable(&variables.text(name).ok()??))
        };
        let without = variables.shown("no_proxy").or_else(|| variables.shown("NO_PROXY"));
        let without = without.unwrap_or_default();
        let without = without.split(|c: char| c == ',' || c.is_whitespace());
        Self {
            https: first(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            http: first(["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
            without: without.filter(|host| !host.is_empty()).map(str::to_lowercase).collect(),
        }
    }

    /// The one that the address is asked through, if there is one.
    pub fn of(&self, url: &str) -> Option<Proxy> {
        // A proxy elsewhere has no way back to this machine, and would see a plain request.
        if address::is_loopback(url) {
            return None;
        }
        let uri: Uri = url.parse().ok()?;
        let is_https = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let host = without_brackets(uri.host()?).to_ascii_lowercase();
        if self.without.iter().any(|entry| covers(entry, &host, port)) {
            return None;
        }
        if is_https { self.https.clone() } else { self.http.clone() }
    }
}

fn usable(text: &str) -> Option<Proxy> {
    let proxy = Proxy::new(text).ok()?;
    let is_usable = matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    is_usable.then_some(proxy)
}

/// Whether an entry of `NO_PROXY` is for the host, as curl and docker read it: a name is also for all
/// below it, with a dot or a star before it or without.
fn covers(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    let (name, only_at) = parts(entry);
    if only_at.is_some_and(|only_at| only_at != port) {
        return false;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return is_in(name, address);
    }
    let name = name.trim_start_matches('*').trim_matches('.');
    let before = host.trim_end_matches('.').strip_suffix(name);
    !name.is_empty() && before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The host of an entry, and the port that it is for if it names one.
fn parts(entry: &str) -> (&str, Option<u16>) {
    let split = entry.rsplit_once(':').and_then(|(name, port)| {
        // More colons are those of an IPv6 address.
        let is_name = !name.contains(':') || name.ends_with(']');
        Some((name, port.parse::<u16>().ok()?)).filter(|_| is_name)
    });
    let (name, port) = split.map_or((entry, None), |(name, port)| (name, Some(port)));
    (without_brackets(name), port)
}

fn without_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Whether the address is that of the entry, or in its range, such as `10.0.0.0/8`.
fn is_in(entry: &str, address: IpAddr) -> bool {
    let Some((network, bits)) = entry.split_once('/') else {
        return entry.parse::<IpAddr>() == Ok(address);
    };
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (network.to_bits() ^ address.to_bits()).leading_zeros() >= bits
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            (network.to_bits() ^ address.to_bits()).leading_zeros() >= bits
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "https://regcred.example.com";

    /// What is set, which address is asked, and through which proxy.
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, Option<&'a str>);

    fn host(pairs: &[(&str, &str)], url: &str) -> Option<String> {
        let proxy = Proxies::read(&Variables::of(pairs)).of(url)?;
        Some(format!("{}:{}", proxy.host(), proxy.port()))
    }

    #[test]
    fn each_scheme_has_its_own_proxy_and_the_one_for_all_comes_last() {
        let https = ("HTTPS_PROXY", "http://https.example.com:3128");
        let http = ("HTTP_PROXY", "http.example.com:3128");
        let all = ("ALL_PROXY", "http://user:hunter2@all.example.com:3128");
        let plain = "http://regcred.example.com:3000";
        let cases: [Case<'_>; 8] = [
            (&[https, http, all], SERVER, Some("https.example.com:3128")),
            (&[https, http, all], plain, Some("http.example.com:3128")),
            (&[http, all], SERVER, Some("all.example.com:3128")),
            (&[https, all], plain, Some("all.example.com:3128")),
            // That of the other scheme is none.
            (&[http], SERVER, None),
            (&[https], plain, None),
            (&[], SERVER, None),
            (
                &[https, ("https_proxy", "http://small.example.com")],
                SERVER,
                Some("small.example.com:80"),
            ),
        ];
        for (pairs, url, wanted) in cases {
            assert_eq!(host(pairs, url).as_deref(), wanted, "{pairs:?} {url}");
        }
    }

    #[test]
    fn a_proxy_that_cannot_be_used_hides_no_other() {
        let https = ("HTTPS_PROXY", "http://proxy.example.com:3128\r\n");
        for other in
            ["socks5://socks.example.com:1080", "SOCKS5h://socks.example.com", "ftp://x", "/"]
        {
            for name in ["https_proxy", "ALL_PROXY"] {
                let found = host(&[(name, other), https], SERVER);
                assert_eq!(found.as_deref(), Some("proxy.example.com:3128"), "{name} {other}");
                assert_eq!(host(&[(name, other)], SERVER), None, "{name} {other}");
            }
        }
    }

    #[test]
    fn hosts_that_need_no_proxy_are_read_as_curl_and_docker_read_them() {
        let proxy = ("ALL_PROXY", "http://proxy.example.com:3128");
        for (entry, url, is_direct) in [
            ("regcred.example.com", SERVER, true),
            ("example.com", SERVER, true),
            (".example.com", SERVER, true),
            ("*.example.com", SERVER, true),
            ("EXAMPLE.COM", SERVER, true),
            ("localhost, .example.com", SERVER, true),
            ("localhost .example.com", SERVER, true),
            ("*", SERVER, true),
            ("example.com:443", SERVER, true),
            ("example.com:8443", SERVER, false),
            ("example.com:8443", "https://regcred.example.com:8443", true),
            ("ample.com", SERVER, false),
            ("cred.example.com", SERVER, false),
            ("example.org", SERVER, false),
            ("*.", SERVER, false),
            (".", SERVER, false),
            (" , ", SERVER, false),
            ("192.0.2.7", "https://192.0.2.7:8443", true),
            ("192.0.2.7:443", "https://192.0.2.7:8443", false),
            ("192.0.2.0/24", "https://192.0.2.7", true),
            ("192.0.2.0/24", "https://192.0.3.7", false),
            ("0.0.0.0/0", "https://192.0.3.7", true),
            ("192.0.2.7/33", "https://192.0.2.7", false),
            ("2.7", "https://192.0.2.7", false),
            ("2001:db8::1", "https://[2001:db8::1]", true),
            ("[2001:DB8:0::1]:443", "https://[2001:db8::1]", true),
            ("2001:db8::/32", "https://[2001:db8:7::1]:8443", true),
            ("2001:db8::/32", "https://[2001:db9::1]", false),
            ("192.0.2.0/24", "https://[2001:db8::1]", false),
        ] {
            let found = host(&[proxy, ("NO_PROXY", entry)], url);
            assert_eq!(found.is_none(), is_direct, "{entry} {url}");
        }
    }

    #[test]
    fn this_machine_is_asked_without_a_proxy() {
        let proxy = ("ALL_PROXY", "http://proxy.example.com:3128");
        for url in ["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000", "no url"]
        {
            assert_eq!(host(&[proxy], url), None, "{url}");
        }
    }
}
