//! Where to listen, and the public address: what it may be, and what it is when nobody says.

use super::{ConfigProblem, SiteConfig};
use crate::outbound::plain_url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use url::{Host, Url};

const LISTEN: &str = "write an address and a port, such as 127.0.0.1:3000 for this machine only, or 0.0.0.0:3000 or [::]:3000 for all its addresses";

impl SiteConfig {
    /// The public address without a trailing slash; `port` is the one that is listened on.
    ///
    /// # Errors
    /// `NoUrl` when there is none and the address is no loopback; `HasPath` and `BadUrl` for what is
    /// not the root of a site; `PlainHttp` for one that others can listen to, unless that is allowed.
    pub fn public_url(&self, port: u16) -> Result<String, ConfigProblem> {
        let has_tls = self.tls_files()?.is_some();
        // Deployments hand out variables that nobody filled.
        let url = match self.url.as_deref().filter(|url| !url.trim().is_empty()) {
            Some(url) => public(url)?,
            None => local(self.listen.ip(), port, has_tls).ok_or(ConfigProblem::NoUrl)?,
        };
        if has_tls && url.starts_with("http://") {
            return Err(ConfigProblem::PlainUrlOfTls);
        }
        if !self.insecure_http && is_plain_in_public(&url) {
            return Err(ConfigProblem::PlainHttp);
        }
        Ok(url)
    }

    /// The files of the certificate and of its key, if the server speaks TLS itself.
    ///
    /// # Errors
    /// `HalfOfTls` for one without the other.
    pub fn tls_files(&self) -> Result<Option<(&Path, &Path)>, ConfigProblem> {
        match (&self.tls_cert, &self.tls_key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
            _ => Err(ConfigProblem::HalfOfTls),
        }
    }
}

/// Whether what goes to the address and back can be read on its way.
pub fn is_plain_in_public(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return true };
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !is_here
}

/// An address to listen on. Of names only `localhost` is taken, which means this machine.
pub(super) fn listen(given: &str) -> Result<SocketAddr, &'static str> {
    let given = given.trim();
    let port = given.strip_prefix("localhost:").and_then(|port| port.parse::<u16>().ok());
    let here = port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    here.or_else(|| given.parse().ok()).ok_or(LISTEN)
}

/// The site's origin, as browsers write it: the host in small letters and in ASCII, the usual port
/// left out.
fn public(given: &str) -> Result<String, ConfigProblem> {
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
fn local(listen: IpAddr, port: u16, has_tls: bool) -> Option<String> {
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
    let (scheme, usual) = if has_tls { ("https", ":443") } else { ("http", ":80") };
    Some(format!("{scheme}://{}", host.strip_suffix(usual).unwrap_or(&host)))
}

/// What `tests/fuzz` gives it.
#[cfg(test)]
pub(crate) fn fuzz(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = listen(&text);
    if let Ok(url) = public(&text) {
        assert!(public(&url).is_ok_and(|again| again == url), "it is read as another one");
        let _ = is_plain_in_public(&url);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

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
            let found = local(listen.parse().unwrap(), port, false);
            assert_eq!(found.as_deref(), expected, "{listen}");
        }
        let with_tls = |port| local(Ipv4Addr::LOCALHOST.into(), port, true).unwrap();
        assert_eq!(with_tls(443), "https://localhost");
        assert_eq!(with_tls(80), "https://localhost:80");
    }

    fn site(url: &str) -> SiteConfig {
        SiteConfig {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 3000)),
            url: Some(url.to_owned()),
            tls_cert: None,
            tls_key: None,
            insecure_http: false,
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_unless_allowed() {
        for url in [
            "http://localhost:3000",
            "http://regcred.localhost",
            "http://127.0.0.2:3000",
            "http://[::1]:3000",
            "http://[::ffff:127.0.0.1]",
            "https://regcred.example.com",
        ] {
            assert!(site(url).public_url(3000).is_ok(), "{url}");
        }
        for url in [
            "http://regcred.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1:3000",
            "http://0.0.0.0:3000",
            "http://[::]:3000",
            "HTTP://Regcred.Example.com",
        ] {
            let problem = site(url).public_url(3000).unwrap_err();
            assert!(matches!(problem, ConfigProblem::PlainHttp), "{url}: {problem}");
            let allowed = SiteConfig { insecure_http: true, ..site(url) };
            assert!(allowed.public_url(3000).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_certificate_has_a_key_and_an_address_with_https() {
        let cert = Some(PathBuf::from("cert.pem"));
        let half = SiteConfig { tls_cert: cert.clone(), ..site("https://regcred.example.com") };
        assert!(matches!(half.public_url(3000), Err(ConfigProblem::HalfOfTls)));
        let whole = |url| SiteConfig {
            tls_cert: cert.clone(),
            tls_key: Some("key.pem".into()),
            ..site(url)
        };
        assert!(whole("https://regcred.example.com").public_url(3000).is_ok());
        let problem = whole("http://localhost:3000").public_url(3000).unwrap_err();
        assert!(matches!(problem, ConfigProblem::PlainUrlOfTls), "{problem}");
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
