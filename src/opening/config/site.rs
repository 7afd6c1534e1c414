//! Where to listen, and the public address: what it may be, and what it is when nobody says.

use super::ConfigProblem;
use crate::outbound::plain_url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::Host;

const LISTEN: &str = "write an address and a port, such as 127.0.0.1:3000 for this machine only, or 0.0.0.0:3000 or [::]:3000 for all its addresses";

/// An address to listen on. Of names only `localhost` is taken, which means this machine.
pub(super) fn listen(given: &str) -> Result<SocketAddr, &'static str> {
    let given = given.trim();
    let port = given.strip_prefix("localhost:").and_then(|port| port.parse::<u16>().ok());
    let here = port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    here.or_else(|| given.parse().ok()).ok_or(LISTEN)
}

/// The site's origin, as browsers write it: the host in small letters and in ASCII, the usual port
/// left out.
pub(super) fn public(given: &str) -> Result<String, ConfigProblem> {
    let given = in_ascii(given.trim()).ok_or(ConfigProblem::BadUrl)?;
    let url = plain_url(&given).map_err(|_| ConfigProblem::BadUrl)?;
    if url.query().is_some() {
        return Err(ConfigProblem::BadUrl);
    }
    // Slashes at the end are a habit and lead nowhere.
    if !url.path().trim_matches('/').is_empty() {
        return Err(ConfigProblem::HasPath);
    }
    Ok(url.origin().ascii_serialization())
}

/// The address with its scheme in small letters, and a host of other letters as browsers send it.
fn in_ascii(given: &str) -> Option<String> {
    let (scheme, rest) = given.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    let (host, port) = authority.split_at(authority.rfind(':').unwrap_or(authority.len()));
    let host = if host.is_ascii() { host.to_owned() } else { Host::parse(host).ok()?.to_string() };
    Some(format!("{}://{host}{port}{behind}", scheme.to_ascii_lowercase()))
}

/// Where the server is for who sits at this machine; `None` when others reach it, too.
///
/// It is `localhost` wherever that name leads here: to browsers that is a secure context, in which
/// passkeys work, and an address is none.
pub(super) fn local(listen: IpAddr, port: u16) -> Option<String> {
    let address = listen.to_canonical();
    if !address.is_loopback() {
        return None;
    }
    let is_localhost =
        [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address);
    let host = if is_localhost {
        format!("localhost:{port}")
    } else {
        SocketAddr::new(address, port).to_string()
    };
    // Nobody writes the usual port, and browsers leave it out where they name the site.
    Some(format!("http://{}", host.strip_suffix(":80").unwrap_or(&host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_to_listen_on_has_a_port() {
        for (given, expected) in [
            ("127.0.0.1:3000", "127.0.0.1:3000"),
            (" 0.0.0.0:80\n", "0.0.0.0:80"),
            ("[::]:0", "[::]:0"),
            ("[::1]:3000", "[::1]:3000"),
            ("localhost:3000", "127.0.0.1:3000"),
        ] {
            assert_eq!(listen(given), Ok(expected.parse().unwrap()), "{given}");
        }
        for given in [
            "",
            "3000",
            ":3000",
            "127.0.0.1",
            "localhost",
            "localhost:",
            "localhost:99999",
            "::1:3000",
            "zebra.example.com:3000",
            "http://127.0.0.1:3000",
            "unix:/run/zebra.sock",
        ] {
            assert_eq!(listen(given), Err(LISTEN), "{given}");
        }
    }

    #[test]
    fn the_link_leads_to_where_it_listens() {
        for (listen, port, expected) in [
            ("127.0.0.1", 3000, Some("http://localhost:3000")),
            ("::1", 3000, Some("http://localhost:3000")),
            ("::ffff:127.0.0.1", 3000, Some("http://localhost:3000")),
            ("127.0.0.2", 3000, Some("http://127.0.0.2:3000")),
            ("127.1.2.3", 8080, Some("http://127.1.2.3:8080")),
            ("::ffff:127.0.0.2", 3000, Some("http://127.0.0.2:3000")),
            ("127.0.0.1", 80, Some("http://localhost")),
            ("127.0.0.1", 8080, Some("http://localhost:8080")),
            ("127.0.0.2", 80, Some("http://127.0.0.2")),
            ("0.0.0.0", 3000, None),
            ("::", 3000, None),
            ("192.0.2.1", 3000, None),
            ("10.0.0.1", 3000, None),
            ("fe80::1", 3000, None),
        ] {
            assert_eq!(local(listen.parse().unwrap(), port).as_deref(), expected, "{listen}");
        }
    }

    #[test]
    fn a_public_address_is_the_root_of_a_host() {
        for (given, expected) in [
            ("https://regcred.example.com", "https://regcred.example.com"),
            ("https://regcred.example.com/", "https://regcred.example.com"),
            ("https://regcred.example.com//", "https://regcred.example.com"),
            (" https://regcred.example.com ", "https://regcred.example.com"),
            ("https://Regcred.Example.com", "https://regcred.example.com"),
            ("https://regcred.example.com:443", "https://regcred.example.com"),
            ("https://regcred.example.com:8443/", "https://regcred.example.com:8443"),
            ("http://regcred.example.com:80", "http://regcred.example.com"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://192.0.2.1:3000", "http://192.0.2.1:3000"),
            ("http://[2001:db8::1]:3000", "http://[2001:db8::1]:3000"),
            ("HTTPS://REGCRED.EXAMPLE.COM:443/", "https://regcred.example.com"),
            ("https://bücher.example.com", "https://xn--bcher-kva.example.com"),
            ("https://BÜCHER.example.com:8443/", "https://xn--bcher-kva.example.com:8443"),
            ("https://xn--bcher-kva.example.com", "https://xn--bcher-kva.example.com"),
        ] {
            assert_eq!(public(given).ok().as_deref(), Some(expected), "{given}");
        }
    }

    #[test]
    fn a_path_is_refused_with_a_sentence_of_its_own() {
        for given in [
            "https://example.com/regcred",
            "https://example.com/regcred/",
            "https://example.com:8443/tools/regcred",
            "http://localhost:3000/x",
        ] {
            let problem = public(given).unwrap_err();
            assert!(matches!(problem, ConfigProblem::HasPath), "{given}: {problem}");
            assert!(problem.to_string().contains("a host name of its own"));
        }
        for given in [
            "",
            "regcred.example.com",
            "ftp://regcred.example.com",
            "https://",
            "https:///regcred",
            "https://olga@regcred.example.com",
            "https://ölga@regcred.example.com",
            "https://olga:ölga@regcred.example.com",
            "https://bücher example.com",
            "https://bücher.example.com:8o",
            "https://regcred.example.com/ü?x",
            "https://regcred.example.com?x=1",
            "https://regcred.example.com/?",
            "https://regcred.example.com/#top",
            "https://reg cred.example.com",
            "https://regcred.example.com:99999",
        ] {
            let problem = public(given).unwrap_err();
            assert!(matches!(problem, ConfigProblem::BadUrl), "{given}: {problem}");
        }
    }
}
