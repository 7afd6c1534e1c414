//! The names of the server beside the one in its public address.

use super::{Config, ConfigProblem};
use url::Url;

impl Config {
    /// The names that pipelines may use: each a host in small letters and in ASCII, with a port
    /// unless it is a usual one. One without a port is a name at every port.
    ///
    /// # Errors
    /// `BadHosts` for what is more than a host and a port.
    pub fn pipeline_hosts(&self) -> Result<Vec<String>, ConfigProblem> {
        hosts(&self.hosts).ok_or(ConfigProblem::BadHosts)
    }
}

fn hosts(given: &[String]) -> Option<Vec<String>> {
    let given = given.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
    given.map(host).collect()
}

fn host(given: &str) -> Option<String> {
    // What a URL reads as another part of itself, or as nothing.
    let is_other = |c: char| c.is_whitespace() || c.is_control() || "/\\?#@*%".contains(c);
    if given.contains(is_other) || given.ends_with(':') {
        return None;
    }
    let url = Url::parse(&format!("http://{given}")).ok()?;
    let name = url.host_str()?.trim_end_matches('.');
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    Some(match url.port() {
        Some(443) | None => name.to_owned(),
        Some(port) => format!("{name}:{port}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_host_with_a_port_or_without_and_nothing_more() {
        for (given, expected) in [
            ("regcred.svc:3000", "regcred.svc:3000"),
            ("Regcred.SVC.", "regcred.svc"),
            ("regcred.svc:80", "regcred.svc"),
            ("regcred.svc:443", "regcred.svc"),
            ("regcred_app", "regcred_app"),
            ("bücher.example.com:3000", "xn--bcher-kva.example.com:3000"),
            ("10.0.0.7:3000", "10.0.0.7:3000"),
            ("[FD00::1]:3000", "[fd00::1]:3000"),
        ] {
            assert_eq!(host(given).as_deref(), Some(expected), "{given}");
        }
        for given in [
            "http://regcred.svc:3000",
            "regcred.svc/",
            "regcred.svc:",
            "regcred.svc:0x50",
            "regcred.svc:99999",
            "olga@regcred.svc",
            "*.svc",
            "*",
            "a b",
            "a\tb",
            "%61",
            ".",
            "::1",
        ] {
            assert_eq!(host(given), None, "{given}");
        }
    }

    #[test]
    fn a_variable_that_nobody_filled_is_no_name() {
        let of =
            |given: &[&str]| hosts(&given.iter().copied().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(of(&["", " "]), Some(Vec::new()));
        assert_eq!(of(&["a:1", "", "b"]), Some(vec!["a:1".to_owned(), "b".to_owned()]));
        assert_eq!(of(&["a", "b/"]), None);
    }
}
