//! Audiences that belong to another service: a token for them is not for us, and one that was sent
//! to us would be good there.

use super::{Provider, TrustRule};

/// Hosts and words that services other than this one ask for.
const FOREIGN: [&str; 14] = [
    "sts.amazonaws.com",
    "sts.amazonaws.com.cn",
    "iam.googleapis.com",
    "sts.googleapis.com",
    "gitlab.com",
    "api.github.com",
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
/// Microsoft's, which Azure DevOps puts into every token.
const AZURE: &str = "api://azureadtokenexchange";

/// Whether tokens for this audience are meant for the issuer itself or for another known service.
pub(super) fn is_foreign(provider: Provider, issuer: &str, audience: &str) -> bool {
    let bare = |text: &str| text.trim().trim_end_matches('/').to_ascii_lowercase();
    let (issuer, audience) = (bare(issuer), bare(audience));
    if audience.is_empty() {
        return false;
    }
    if provider == Provider::AzureDevOps {
        // Its jobs cannot choose.
        return audience == issuer;
    }
    let rest = audience.split_once("//").map_or(audience.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let is_cluster = host == CLUSTER || host.starts_with("kubernetes.default.svc");
    audience == issuer
        || audience == AZURE
        || is_cluster
        || FOREIGN.iter().any(|other| audience == *other || host == *other)
}

impl TrustRule {
    /// Whether the rule takes tokens that are meant for another service: it is from before that was
    /// refused.
    pub fn has_foreign_audience(&self) -> bool {
        self.provider.is_oidc() && is_foreign(self.provider, &self.issuer, &self.audience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://issuer.example.com";

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
            "sigstore",
            "npm:registry.npmjs.org",
            "https://issuer.example.com",
            "https://issuer.example.com/",
        ] {
            assert!(is_foreign(Provider::Other, ISSUER, audience), "{audience}");
        }
    }

    #[test]
    fn an_address_of_ones_own_and_what_a_provider_fixes_are_no_other_services() {
        for audience in [
            "",
            "regcred",
            "https://regcred.example.com",
            "https://gitlab.com.example.com",
            "https://sts.amazonaws.com.example.com",
            "0184990a-4782-42b5-afc1-16715b10b8ff",
        ] {
            assert!(!is_foreign(Provider::Other, ISSUER, audience), "{audience}");
        }
        let own = "api://AzureADTokenExchange";
        assert!(!is_foreign(Provider::AzureDevOps, "https://vstoken.dev.azure.com/a", own));
    }
}
