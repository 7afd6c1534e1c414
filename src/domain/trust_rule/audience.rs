//! Audiences that belong to another service: a token for them is not for us, and one that was sent
//! to us would be good there.

use super::form::LOCAL;
use super::{Provider, TrustRule};
use serde::{Deserialize, Serialize};

/// Hosts and words that services other than this one ask for.
const FOREIGN: [&str; 16] = [
    "sts.amazonaws.com",
    "sts.amazonaws.com.cn",
    "iam.googleapis.com",
    "sts.googleapis.com",
    "gitlab.com",
    // GitHub's own audience is the address of whoever owns the repository there.
    "github.com",
    "api.github.com",
    // Buildkite's own, in the same way.
    "buildkite.com",
    "management.azure.com",
    "management.core.windows.net",
    "sigstore",
    "pypi",
    "testpypi",
    "npm:registry.npmjs.org",
    "rubygems.org",
    "crates.io",
];
/// A cluster's own server, with whatever domain it has.
const CLUSTER: &str = "kubernetes.default";
/// How Microsoft's applications are called, whichever cloud they are in.
const AZURE: &str = "api://";
/// What is below it belongs to Google's interfaces.
const GOOGLE: &str = ".googleapis.com";

/// The hosts under which this service is asked. None where it has no address but one of the machine
/// itself: how jobs will name it is not known there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnHosts(Vec<String>);

impl OwnHosts {
    /// Those of its public address and of its other names.
    pub fn of(address: &str, others: &[String]) -> Self {
        let address = address.to_ascii_lowercase();
        let host = host_of(&address);
        if host.is_empty() || LOCAL.contains(&host) || host.starts_with("127.") {
            return Self::default();
        }
        let others = others.iter().map(|name| name.to_ascii_lowercase());
        let all = std::iter::once(address).chain(others);
        Self(all.map(|name| host_of(&name).to_owned()).collect())
    }

    fn has(&self, host: &str) -> bool {
        self.0.iter().any(|own| own == host)
    }

    /// Whether the audience is an address, or the name of a host, and not one of these. A word of
    /// one's own is neither.
    fn excludes(&self, audience: &str) -> bool {
        let is_address = audience.contains("//") || audience.contains('.');
        is_address && !self.0.is_empty() && !self.has(host_of(audience))
    }
}

/// The host of an address with or without a scheme, which is in small letters; blank where a user is
/// named before it.
fn host_of(address: &str) -> &str {
    let rest = address.split_once("//").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return "";
    }
    let end = match authority.starts_with('[') {
        true => authority.find(']').map(|at| at + 1),
        false => authority.find(':'),
    };
    &authority[..end.unwrap_or(authority.len())]
}

/// Whether tokens for this audience are meant for the issuer itself or for another service.
pub(super) fn is_foreign(provider: Provider, issuer: &str, audience: &str, own: &OwnHosts) -> bool {
    let bare = |text: &str| text.trim().trim_end_matches('/').to_ascii_lowercase();
    let (issuer, audience) = (bare(issuer), bare(audience));
    if audience.is_empty() {
        return false;
    }
    if provider == Provider::AzureDevOps {
        // Its jobs cannot choose.
        return audience == issuer;
    }
    let host = host_of(&audience);
    let is_cluster = host == CLUSTER || host.starts_with("kubernetes.default.svc");
    audience == issuer
        || audience.starts_with(AZURE)
        || host.ends_with(GOOGLE)
        || is_cluster
        || FOREIGN.iter().any(|other| audience == *other || host == *other)
        || own.excludes(&audience)
}

impl TrustRule {
    /// Whether the rule takes tokens that are meant for another service: it is from before that was
    /// refused, or from before this service had its address.
    pub fn has_foreign_audience(&self, own: &OwnHosts) -> bool {
        self.provider.is_oidc() && is_foreign(self.provider, &self.issuer, &self.audience, own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://issuer.example.com";

    fn own() -> OwnHosts {
        OwnHosts::of("https://Regcred.example.com:8443/", &["regcred.svc:3000".to_owned()])
    }

    #[test]
    fn what_belongs_to_another_service_is_known_however_it_is_written() {
        for audience in [
            "sts.amazonaws.com",
            "STS.amazonaws.com",
            "https://sts.amazonaws.com/",
            "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b",
            "https://iam.googleapis.com/projects/1",
            "https://gitlab.com",
            "https://gitlab.com/",
            "https://kubernetes.default.svc",
            "https://kubernetes.default.svc.cluster.local:443",
            "https://kubernetes.default",
            "kubernetes.default.svc",
            "api://AzureADTokenExchange",
            "api://AzureADTokenExchangeUSGov",
            "api://AzureADTokenExchangeChina",
            "https://oauth2.googleapis.com",
            "https://oauth2.googleapis.com/token",
            "https://github.com/acme",
            "https://buildkite.com/acme-inc",
            "sigstore",
            "npm:registry.npmjs.org",
            "https://issuer.example.com",
            "https://issuer.example.com/",
        ] {
            for own in [own(), OwnHosts::default()] {
                assert!(is_foreign(Provider::Other, ISSUER, audience, &own), "{audience}");
            }
        }
    }

    #[test]
    fn an_address_or_a_host_that_is_not_ours_belongs_to_another_service() {
        for audience in [
            "https://vault.example.com",
            "http://vault.example.com:8200",
            "vault.example.com",
            "https://example.com/regcred.example.com",
            "https://regcred.example.com.example.org",
            "https://regcred.example.com@vault.example.com",
            "https://regcred.example.com:x@vault.example.com",
            "https://vault/regcred",
            "spiffe://acme/regcred",
            "https://gitlab.com.example.com",
            "https://sts.amazonaws.com.example.com",
        ] {
            assert!(is_foreign(Provider::Other, ISSUER, audience, &own()), "{audience}");
        }
        // Where only this machine knows the server, the address that it will have may be named.
        for address in ["", "http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"] {
            let own = OwnHosts::of(address, &[]);
            let audience = "https://regcred.example.com";
            assert!(!is_foreign(Provider::Other, ISSUER, audience, &own), "{address}");
        }
    }

    #[test]
    fn an_address_of_ones_own_and_what_a_provider_fixes_are_no_other_services() {
        for audience in [
            "",
            "regcred",
            "https://regcred.example.com",
            "https://REGCRED.example.com/",
            "https://regcred.example.com:8443/acme",
            "regcred.example.com",
            "http://regcred.svc:3000",
            "0184990a-4782-42b5-afc1-16715b10b8ff",
        ] {
            for own in [own(), OwnHosts::default()] {
                assert!(!is_foreign(Provider::Other, ISSUER, audience, &own), "{audience}");
            }
        }
        let (issuer, audience) = ("https://vstoken.dev.azure.com/a", "api://AzureADTokenExchange");
        assert!(!is_foreign(Provider::AzureDevOps, issuer, audience, &own()));
    }
}
