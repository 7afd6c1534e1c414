//! The registry host: one canonical spelling for whatever people paste.
//!
//! The rules are those of design section 3 ("Registry host"). A secret is bound to the host's origin, so two spellings
//! of one host, or one spelling of two, would be a security bug and not a cosmetic one.

mod address;
mod host_name;
mod host_problem;
mod repository_path;
#[cfg(test)]
mod tests;
mod website;

use address::Scheme;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

pub use host_problem::HostProblem;
pub(in crate::domain) use repository_path::is_tag;
pub use repository_path::{PathProblem, covers, path_scope};
pub use website::Website;

const DOCKER_HUB: &str = "docker.io";
const DOCKER_HUB_NAMES: [&str; 3] =
    ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/// Canonical `host[:port]`: lower case, A-labels, no scheme, no path, no default port.
///
/// There is no way to one that does not pass [`RegistryHost::parse`]; deserializing refuses anything not canonical.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegistryHost {
    text: String,
    /// `:443` was typed and dropped. Two hosts that differ in this alone are equal: it only tells that a registry of
    /// plain http, which is another origin, was not asked for.
    has_named_443: bool,
    /// What was typed, where it is another spelling that clients keep. Hosts that differ in this alone are equal, too.
    written: Option<String>,
}

/// What was understood from a pasted address, and what was changed to get there.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        website::page(input).map_or_else(|| Self::read(input), Err)
    }

    /// The same for any server, though it may be the website of a registry: token services are often there, and an
    /// image's name is no address of a page.
    pub fn read(input: &str) -> Result<ParsedRegistry, HostProblem> {
        let mut changes = Vec::new();
        let text = address::plain_text(input, &mut changes)?;
        let (scheme, text) = address::without_scheme(text, &mut changes)?;
        let is_http = scheme == Scheme::Http;
        let (authority, rest) =
            text.split_once('/').map_or((text, None), |(host, rest)| (host, Some(rest)));
        let mut text = address::canonical_host(authority, is_http, &mut changes)?;
        if website::is_docker_website(&text) {
            return Err(HostProblem::DockerWebsite);
        }
        if DOCKER_HUB_NAMES.contains(&text.as_str()) {
            changes.push("All names of Docker Hub are stored as docker.io.".into());
            text = DOCKER_HUB.into();
        }
        let pasted =
            rest.map(|rest| repository_path::pasted(&text, rest, &mut changes)).transpose()?;
        let path = pasted.and_then(|pasted| match pasted.path {
            // One image of one word on Docker Hub is an official one: `nginx:1.27` is the repository `library/nginx`.
            Some(name) if pasted.is_image && text == DOCKER_HUB && !name.contains('/') => {
                Some(format!("library/{name}"))
            }
            path => path,
        });
        // The port as it was typed: as the usual one it is not in the host any more.
        let has_named_443 = authority.ends_with(":443");
        let is_https = scheme == Scheme::Https || has_named_443;
        let written = kept_by_clients(authority, &text).then(|| authority.to_owned());
        let host = Self { text, has_named_443, written };
        Ok(ParsedRegistry { host, path, is_http, is_https, changes })
    }

    /// Accepts only what is canonical already: for rows read back.
    pub fn stored(text: &str) -> Option<Self> {
        let parsed = Self::read(text).ok()?;
        (parsed.host.text == text).then_some(parsed.host)
    }

    /// The host as a credential stores it that is marked insecure, or is not: one origin is one host, so that port 80
    /// is dropped where the registry speaks plain http. Port 443 was dropped when the host was read.
    pub fn canonical(self, is_insecure: bool) -> Self {
        let text = self.without_usual_port(is_insecure).to_owned();
        Self { text, ..self }
    }

    /// Whether a credential for this host, marked insecure or not, is for the origin that was asked for, with the
    /// usual port or without it.
    pub fn serves(&self, is_insecure: bool, asked: &Self) -> bool {
        !(is_insecure && asked.has_named_443)
            && self.without_usual_port(is_insecure) == asked.without_usual_port(is_insecure)
    }

    /// Every spelling of the host that a reader may look for which compares text: without the usual port, and with it.
    pub fn spellings(&self, is_insecure: bool) -> Vec<String> {
        let text = self.without_usual_port(is_insecure);
        let mut all = vec![text.to_owned()];
        if text != DOCKER_HUB && !has_port(text) {
            all.push(format!("{text}{}", usual_port(is_insecure)));
        }
        all
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The spelling that was typed, where it is another one and a client that compares text looks for it: capital
    /// letters, the usual port, the long form of an IPv6 address, a name of Docker Hub. It is nothing to go by.
    pub fn written(&self) -> Option<&str> {
        self.written.as_deref()
    }

    /// `scheme://host:port`, the port always written out: what a secret is bound to (security.md 3.3).
    pub fn origin(&self, insecure: bool) -> String {
        let scheme = if insecure { "http" } else { "https" };
        let port = if has_port(&self.text) { "" } else { usual_port(insecure) };
        format!("{scheme}://{}{port}", self.text)
    }

    /// The key under which docker's `config.json` and credential helpers know the host (protocols.md 4.1 and 4.2).
    pub fn docker_config_key(&self) -> &str {
        if self.is_docker_hub() { "https://index.docker.io/v1/" } else { &self.text }
    }

    /// What the form shows under the field: which images the host stands for.
    pub fn matches_examples(&self, is_insecure: bool) -> String {
        if self.is_docker_hub() {
            return "docker.io/…, index.docker.io/… and images named without a host".into();
        }
        let all = self.spellings(is_insecure);
        all.iter().map(|host| format!("{host}/…")).collect::<Vec<_>>().join(" and ")
    }

    pub fn is_docker_hub(&self) -> bool {
        self.text == DOCKER_HUB
    }

    /// Refuses paths of this registry that begin with it, as in `ghcr.io/acme`: below its own name it has nothing, and
    /// such a path would serve no image, or another credential would serve it.
    pub fn named_in(&self, paths: &[String]) -> Result<(), PathProblem> {
        let first = |path: &String| Self::read(path.split('/').next().unwrap_or_default());
        let is_named = |path| first(path).is_ok_and(|named| named.host == *self);
        if paths.iter().any(is_named) { Err(PathProblem::WithRegistry) } else { Ok(()) }
    }

    fn without_usual_port(&self, is_insecure: bool) -> &str {
        let bare = self.text.strip_suffix(":80").filter(|_| is_insecure);
        match bare {
            Some(name) if DOCKER_HUB_NAMES.contains(&name) => DOCKER_HUB,
            // Without its port a bare word would be no host any more, and a website is none.
            Some(name) if !host_name::is_bare_word(name) && !website::is_docker_website(name) => {
                name
            }
            _ => &self.text,
        }
    }
}

/// Whether clients look for a host in this spelling, which is not the canonical one. They read `index.docker.io` as
/// `docker.io` themselves, and no name with other letters than those of ASCII.
fn kept_by_clients(authority: &str, canonical: &str) -> bool {
    authority != canonical && authority != "index.docker.io" && authority.is_ascii()
}

/// The port that the scheme means when none is written.
fn usual_port(is_insecure: bool) -> &'static str {
    if is_insecure { ":80" } else { ":443" }
}

fn has_port(text: &str) -> bool {
    // Behind the bracket of an IPv6 address, if there is one.
    text.rsplit(']').next().is_some_and(|tail| tail.contains(':'))
}

impl ParsedRegistry {
    /// What a credential stores of it that is marked insecure, or is not.
    pub fn marked(mut self, is_insecure: bool) -> Self {
        let host = self.host.clone().canonical(is_insecure);
        if host != self.host {
            self.changes.push(address::USUAL_PORT.into());
            self.host = host;
        }
        self
    }
}

impl PartialEq for RegistryHost {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RegistryHost {}

impl PartialOrd for RegistryHost {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RegistryHost {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for RegistryHost {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl std::fmt::Display for RegistryHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
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
        host.text
    }
}
