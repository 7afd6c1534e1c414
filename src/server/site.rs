//! Which site this is, and whether what a request says is about it: its `Host`, and where a browser
//! says that it comes from.

use axum::http::uri::Authority;
use std::net::IpAddr;
use url::Url;

#[derive(Clone, Debug)]
pub(super) struct Site {
    is_https: bool,
    host: String,
    port: u16,
    /// The host, and the port unless it is the usual one.
    authority: String,
    is_loopback: bool,
    /// Other names of the server, for pipelines alone.
    pipeline_hosts: Vec<Authority>,
}

impl Site {
    /// The site with that public address. Without one it is for who sits at this machine.
    pub(super) fn of(address: &str) -> Self {
        let url = Url::parse(address).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or("localhost");
        let host = host.to_ascii_lowercase();
        let port = url.as_ref().and_then(Url::port_or_known_default).unwrap_or(80);
        let authority = match url.as_ref().and_then(Url::port) {
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        };
        let is_https = url.is_some_and(|url| url.scheme() == "https");
        let is_loopback = is_loopback(&host);
        Self { is_https, host, port, authority, is_loopback, pipeline_hosts: Vec::new() }
    }

    /// The same site, to which pipelines may give these names, too.
    pub(super) fn with_pipeline_hosts(self, names: &[String]) -> Self {
        let pipeline_hosts = names.iter().filter_map(|name| name.parse().ok()).collect();
        Self { pipeline_hosts, ..self }
    }

    pub(super) fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// Whether a request for this host and port is for this site. At this machine it is by any name
    /// of the machine for itself. The port may be missing: many proxies pass on the name alone.
    pub(super) fn answers(&self, authority: &str) -> bool {
        self.is_named(authority, true)
    }

    /// Whether it is a name of this server that pipelines use. No page is shown under it, and it is
    /// the origin of none. Its port may be missing, too; a name that was given without one is a name
    /// at every port.
    pub(super) fn answers_pipelines(&self, authority: &str) -> bool {
        let Some(asked) = plain(authority) else { return false };
        self.pipeline_hosts.iter().any(|name| {
            let is_port = match (name.port_u16(), asked.port_u16()) {
                (Some(own), Some(port)) => own == port,
                _ => true,
            };
            is_port && bare(&asked).eq_ignore_ascii_case(name.host())
        })
    }

    fn is_named(&self, authority: &str, is_port_optional: bool) -> bool {
        let Some(authority) = plain(authority) else { return false };
        let host = bare(&authority);
        if self.is_loopback {
            return is_loopback(host);
        }
        let usual = match (is_port_optional, self.is_https) {
            (true, _) => self.port,
            (false, true) => 443,
            (false, false) => 80,
        };
        host.eq_ignore_ascii_case(&self.host) && authority.port_u16().unwrap_or(usual) == self.port
    }

    /// Whether it is the origin of our pages, scheme, port and all: another port of our host is
    /// another site. At this machine it has to be that of the request's own `Host`.
    pub(super) fn is_origin(&self, origin: &str, host: Option<&str>) -> bool {
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        let is_ours = authority == self.authority
            || host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
                && self.is_named(authority, false);
        (scheme == "https") == self.is_https && matches!(scheme, "http" | "https") && is_ours
    }

    /// Whether the page at that address is one of ours.
    pub(super) fn has_page(&self, address: &str, host: Option<&str>) -> bool {
        let origin = Url::parse(address).map(|url| url.origin().ascii_serialization());
        origin.is_ok_and(|origin| self.is_origin(&origin, host))
    }
}

/// A host and a port, with nothing before them.
fn plain(authority: &str) -> Option<Authority> {
    authority.parse().ok().filter(|authority: &Authority| !authority.as_str().contains('@'))
}

fn bare(authority: &Authority) -> &str {
    let host = authority.host();
    host.strip_suffix('.').unwrap_or(host)
}

fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let address = bare.parse::<IpAddr>();
    bare.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_answers_to_its_own_name_and_port_only() {
        let site = Site::of("https://regcred.example.com");
        for own in ["regcred.example.com", "REGCRED.example.com:443", "regcred.example.com."] {
            assert!(site.answers(own), "{own}");
        }
        for other in [
            "evil.example.com",
            "regcred.example.com:80",
            "regcred.example.com.evil.example.com",
            "user@regcred.example.com",
            "localhost",
            "127.0.0.1",
            "",
            "a b",
        ] {
            assert!(!site.answers(other), "{other}");
        }
        let site = Site::of("https://regcred.example.com:8443");
        assert!(site.answers("regcred.example.com:8443"));
        for other in ["regcred.example.com:443", "regcred.example.com:80", "evil.example.com"] {
            assert!(!site.answers(other), "{other}");
        }
    }

    #[test]
    fn a_proxy_may_leave_out_the_port_and_that_makes_no_other_port_our_origin() {
        for address in ["https://regcred.example.com:8443", "http://regcred.example.com:8080"] {
            let site = Site::of(address);
            let (scheme, host) = (address.split("//").next().unwrap(), "regcred.example.com");
            assert!(site.answers(host) && site.answers("regcred.example.com."), "{address}");
            assert!(site.is_origin(address, Some(host)), "{address}");
            // A page at the usual port of the same host is of another site.
            assert!(!site.is_origin(&format!("{scheme}//{host}"), Some(host)), "{address}");
            assert!(!site.has_page(&format!("{scheme}//{host}/x"), Some(host)), "{address}");
        }
    }

    #[test]
    fn at_this_machine_every_name_of_it_is_ours() {
        for address in ["http://localhost:3000", "http://127.0.0.2:3000", "http://[::1]", ""] {
            let site = Site::of(address);
            for own in ["localhost", "LOCALHOST:3000", "127.0.0.1:4000", "[::1]:3000", "127.9.9.9"]
            {
                assert!(site.answers(own), "{address} {own}");
            }
            for other in ["evil.example.com", "192.0.2.1", "localhost.evil.example.com"] {
                assert!(!site.answers(other), "{address} {other}");
            }
        }
    }

    #[test]
    fn a_name_for_pipelines_is_no_name_of_the_site_and_no_origin() {
        let names = ["regcred.svc:3000".to_owned(), "regcred.internal".to_owned()];
        for address in ["https://regcred.example.com", "http://localhost:3000"] {
            let site = Site::of(address).with_pipeline_hosts(&names);
            for own in [
                "regcred.svc:3000",
                "REGCRED.svc.:3000",
                "regcred.svc",
                "regcred.internal",
                "regcred.internal:443",
                "regcred.internal:3000",
            ] {
                assert!(site.answers_pipelines(own), "{own}");
                assert!(!site.answers(own), "{own}");
                assert!(!site.is_origin(&format!("https://{own}"), Some(own)), "{own}");
                assert!(!site.is_origin(&format!("http://{own}"), Some(own)), "{own}");
            }
            for other in [
                "regcred.svc:3001",
                "x.regcred.internal:3000",
                "x.regcred.svc:3000",
                "x@regcred.svc:3000",
                "svc:3000",
                "",
            ] {
                assert!(!site.answers_pipelines(other), "{other}");
            }
        }
    }

    #[test]
    fn an_origin_is_compared_with_its_scheme_and_its_port() {
        let site = Site::of("https://regcred.example.com");
        let host = Some("regcred.example.com");
        assert!(site.is_origin("https://regcred.example.com", host));
        assert!(site.is_origin("https://regcred.example.com", None));
        for other in
            ["http://regcred.example.com", "https://regcred.example.com:8443", "null", "", "ws://x"]
        {
            assert!(!site.is_origin(other, host), "{other}");
        }
        let site = Site::of("http://localhost:3000");
        assert!(site.is_origin("http://127.0.0.1:3000", Some("127.0.0.1:3000")));
        assert!(site.is_origin("http://localhost:3000", Some("127.0.0.1:3000")));
        for other in ["http://localhost:9999", "https://localhost:3000", "http://evil.localhost"] {
            assert!(!site.is_origin(other, Some("localhost:3000")), "{other}");
        }
    }

    #[test]
    fn only_a_page_of_ours_is_one() {
        let site = Site::of("https://regcred.example.com");
        assert!(site.has_page("https://regcred.example.com/p/acme?x=1", None));
        for other in [
            "https://evil.example.com/x",
            "http://regcred.example.com/",
            "javascript:alert(1)",
            "data:text/html,x",
            "/p/acme",
            "https://regcred.example.com@evil.example.com/",
        ] {
            assert!(!site.has_page(other, Some("regcred.example.com")), "{other}");
        }
    }
}
