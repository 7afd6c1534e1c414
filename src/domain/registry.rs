//! The registry host: one canonical spelling for whatever people paste.
//!
//! The rules are those of design section 3 ("Registry host"). A secret is bound to the host's origin, so two spellings
//! of one host, or one spelling of two, would be a security bug and not a cosmetic one.

mod address;
mod host_name;
mod host_problem;
mod repository_path;

use address::Scheme;
use serde::{Deserialize, Serialize};

pub use host_problem::HostProblem;
pub use repository_path::{PathProblem, covers, path_scope};

const DOCKER_HUB: &str = "docker.io";
const DOCKER_HUB_NAMES: [&str; 3] =
    ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];
const DOCKER_WEBSITES: [&str; 4] =
    ["hub.docker.com", "app.docker.com", "www.docker.com", "docker.com"];

/// Canonical `host[:port]`: lower case, A-labels, no scheme, no path, no default port.
///
/// There is no way to one that does not pass [`RegistryHost::parse`]; deserializing refuses anything not canonical.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegistryHost(String);

/// What was understood from a pasted address, and what was changed to get there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedRegistry {
    pub host: RegistryHost,
    /// The repository path that stood behind the host. It belongs in the path scope, if that is empty.
    pub path: Option<String>,
    /// `http://` was typed: the credential must be marked insecure to be what was meant.
    pub is_http: bool,
    /// `https://` or its port was typed: the credential may not be marked insecure.
    pub is_https: bool,
    /// A sentence for each thing that is stored differently from what was typed. None repeats the input.
    pub changes: Vec<String>,
}

impl RegistryHost {
    /// Reads what people paste: a host, an address from a browser, an image reference.
    pub fn parse(input: &str) -> Result<ParsedRegistry, HostProblem> {
        let mut changes = Vec::new();
        let text = address::plain_text(input, &mut changes)?;
        let (scheme, text) = address::without_scheme(text, &mut changes)?;
        let is_http = scheme == Scheme::Http;
        let (authority, rest) =
            text.split_once('/').map_or((text, None), |(host, rest)| (host, Some(rest)));
        let mut host = address::canonical_host(authority, is_http, &mut changes)?;
        if DOCKER_WEBSITES.contains(&host.as_str()) {
            return Err(HostProblem::DockerWebsite);
        }
        if DOCKER_HUB_NAMES.contains(&host.as_str()) {
            changes.push("All names of Docker Hub are stored as docker.io.".into());
            host = DOCKER_HUB.into();
        }
        let pasted = rest.map(|rest| repository_path::pasted(rest, &mut changes)).transpose()?;
        let path = pasted.and_then(|pasted| match pasted.path {
            // One image of one word on Docker Hub is an official one: `nginx:1.27` is the repository `library/nginx`.
            Some(name) if pasted.is_image && host == DOCKER_HUB && !name.contains('/') => {
                Some(format!("library/{name}"))
            }
            path => path,
        });
        // The port as it was typed: as the usual one it is not in the host any more.
        let is_https = scheme == Scheme::Https || authority.ends_with(":443");
        Ok(ParsedRegistry { host: Self(host), path, is_http, is_https, changes })
    }

    /// Accepts only what is canonical already: for rows read back.
    pub fn stored(text: &str) -> Option<Self> {
        let parsed = Self::parse(text).ok()?;
        (parsed.host.0 == text).then_some(parsed.host)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `scheme://host:port`, the port always written out: what a secret is bound to (security.md 3.3).
    pub fn origin(&self, insecure: bool) -> String {
        let (scheme, usual_port) = if insecure { ("http", ":80") } else { ("https", ":443") };
        let port = if self.has_port() { "" } else { usual_port };
        format!("{scheme}://{}{port}", self.0)
    }

    /// The key under which docker's `config.json` and credential helpers know the host (protocols.md 4.1 and 4.2).
    pub fn docker_config_key(&self) -> &str {
        if self.is_docker_hub() { "https://index.docker.io/v1/" } else { &self.0 }
    }

    /// What the form shows under the field: which images the host stands for.
    pub fn matches_examples(&self) -> String {
        match self.is_docker_hub() {
            true => "docker.io/…, index.docker.io/… and images named without a host".into(),
            false => format!("{}/…", self.0),
        }
    }

    pub fn is_docker_hub(&self) -> bool {
        self.0 == DOCKER_HUB
    }

    fn has_port(&self) -> bool {
        // Behind the bracket of an IPv6 address, if there is one.
        self.0.rsplit(']').next().is_some_and(|tail| tail.contains(':'))
    }
}

impl std::fmt::Display for RegistryHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RegistryHost {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::stored(&text).ok_or("not a canonical registry host")
    }
}

impl From<RegistryHost> for String {
    fn from(host: RegistryHost) -> Self {
        host.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_has_one_spelling_and_may_leave_a_path() {
        for (typed, host, path) in [
            ("https://ghcr.io/", "ghcr.io", ""),
            ("ghcr.io/acme", "ghcr.io", "acme"),
            (" GHCR.IO.\n", "ghcr.io", ""),
            ("registry.example.com:5000/v2/", "registry.example.com:5000", ""),
            ("https://index.docker.io/v1/", "docker.io", ""),
            ("registry-1.docker.io:443", "docker.io", ""),
            ("registry.hub.docker.com", "docker.io", ""),
            ("docker.io/acme/api:1.2", "docker.io", "acme/api"),
            ("docker.io/nginx:1.27", "docker.io", "library/nginx"),
            ("docker.io/acme", "docker.io", "acme"),
            ("oci://ghcr.io/acme/charts", "ghcr.io", "acme/charts"),
            ("ghcr.io/acme/api:1.2@sha256:0a1b", "ghcr.io", "acme/api"),
            ("ghcr.io/v2/acme", "ghcr.io", "acme"),
            ("http://registry.example.com:80/", "registry.example.com", ""),
            ("registry.example.com:80", "registry.example.com:80", ""),
            ("localhost", "localhost", ""),
            ("localhost:5000", "localhost:5000", ""),
            ("registry:5000", "registry:5000", ""),
            ("https://registry:443", "registry:443", ""),
            ("192.0.2.10:5000", "192.0.2.10:5000", ""),
            ("[2001:DB8::0010]:5000/acme", "[2001:db8::10]:5000", "acme"),
            ("https://[::1]:443", "[::1]", ""),
            ("bücher.example", "xn--bcher-kva.example", ""),
        ] {
            let parsed = RegistryHost::parse(typed).unwrap();
            assert_eq!(
                (parsed.host.as_str(), parsed.path.as_deref().unwrap_or("")),
                (host, path),
                "{typed}"
            );
            assert_eq!(parsed.is_http, typed.starts_with("http://"));
            let says_https = typed.starts_with("https://") || typed.ends_with(":443");
            assert_eq!(parsed.is_https, says_https, "{typed}");
            assert_eq!(parsed.changes.is_empty(), typed == host, "{typed}: {:?}", parsed.changes);
            assert_eq!(RegistryHost::stored(host), Some(parsed.host), "{host} is canonical");
            assert_eq!(RegistryHost::stored(typed).is_some(), typed == host, "{typed}");
        }
    }

    #[test]
    fn origins_always_name_scheme_and_port() {
        for (host, https, http) in [
            ("docker.io", "https://docker.io:443", "http://docker.io:80"),
            (
                "registry.example.com:5000",
                "https://registry.example.com:5000",
                "http://registry.example.com:5000",
            ),
            ("[::1]", "https://[::1]:443", "http://[::1]:80"),
            ("[::1]:5000", "https://[::1]:5000", "http://[::1]:5000"),
        ] {
            let host = RegistryHost::stored(host).unwrap();
            assert_eq!((host.origin(false).as_str(), host.origin(true).as_str()), (https, http));
        }
    }

    #[test]
    fn docker_hub_has_its_own_key_and_a_page_cannot_send_a_spelling_of_its_own() {
        let read = |json| serde_json::from_str::<RegistryHost>(json);
        let hub = read("\"docker.io\"").unwrap();
        assert_eq!(hub.docker_config_key(), "https://index.docker.io/v1/");
        assert!(hub.matches_examples().contains("without a host"));
        assert_eq!(read("\"ghcr.io\"").unwrap().docker_config_key(), "ghcr.io");
        assert!(!read("\"GHCR.io/zebra\"").unwrap_err().to_string().contains("zebra"));
        assert_eq!(serde_json::to_string(&hub).unwrap(), "\"docker.io\"");
    }
}
