//! Who signs under an issuer, and what is usual for the issuer and the audience of each provider.

use super::form::{LOCAL, VALUE_MAX};
use super::{Provider, TrustForm};
use crate::domain::authority::{authority, is_port, port};
use crate::domain::credential::Access;
use crate::domain::typed_text::is_invisible;
use serde_json::{Map, Value};

/// What Microsoft's tokens are for unless something else is asked for, which in Azure DevOps is not
/// possible.
pub(super) const AZURE_AUDIENCE: &str = "api://AzureADTokenExchange";
/// What stands before the id of an organization in its issuer.
const CIRCLECI_ORGANIZATION: &str = "/org/";
/// Where GitHub's own server has its issuer, and below it those of enterprises.
const GITHUB_SERVER: &str = "/_services/token/";
/// Who signs the older tokens of Entra; a slash is the end of its issuers.
const ENTRA_OLDER: &str = "sts.windows.net";

impl Provider {
    /// The issuer, where there is one for everybody.
    pub fn usual_issuer(self) -> &'static str {
        match self {
            Self::GitHub => "https://token.actions.githubusercontent.com",
            Self::GitLab => "https://gitlab.com",
            Self::Buildkite => "https://agent.buildkite.com",
            _ => "",
        }
    }

    /// The audience that a job's token has by default; `None` where the job names it, and the
    /// address of this service is the best one to name.
    pub fn usual_audience(self) -> Option<&'static str> {
        match self {
            Self::AzureDevOps => Some(AZURE_AUDIENCE),
            // The id of the organization, which is in its issuer.
            Self::CircleCi => Some(""),
            _ => None,
        }
    }

    /// Who signs under this issuer, where that is known: no other form asks for what theirs does.
    pub fn of_issuer(issuer: &str) -> Option<Self> {
        let (host, path) = host_and_path(issuer)?;
        let path = path.trim_end_matches('/');
        let is_below = |domain: &str| {
            host.strip_suffix(domain).is_some_and(|front| front.ends_with('.') && front.len() > 1)
        };
        let label = host.split(['.', ':']).next().unwrap_or_default();
        // A server of one's own is called so by all who follow its manual.
        let is_gitlab =
            label == "gitlab" || label.starts_with("gitlab-") || label.ends_with("-gitlab");
        let is_cluster = ["/id/", "/v1/projects/"].iter().any(|start| path.starts_with(start));
        match host.as_str() {
            "token.actions.githubusercontent.com" => Some(Self::GitHub),
            _ if is_below("ghe.com") && host.starts_with("token.actions.") => Some(Self::GitHub),
            _ if format!("{path}/").contains(GITHUB_SERVER) => Some(Self::GitHub),
            "gitlab.com" => Some(Self::GitLab),
            _ if is_below("gitlab-dedicated.com") || is_below("gitlab-dedicated.us") => {
                Some(Self::GitLab)
            }
            _ if (is_gitlab && path.is_empty()) || path == "/gitlab" => Some(Self::GitLab),
            "oidc.circleci.com" => Some(Self::CircleCi),
            _ if label.starts_with("agent") && is_below("buildkite.com") => Some(Self::Buildkite),
            "vstoken.dev.azure.com"
            | ENTRA_OLDER
            | "login.microsoftonline.com"
            | "login.microsoftonline.us"
            | "login.partner.microsoftonline.cn" => Some(Self::AzureDevOps),
            "container.googleapis.com" if is_cluster => Some(Self::Kubernetes),
            _ if ["oidc.eks.", "oidc-eks."].iter().any(|start| host.starts_with(start))
                && is_cluster =>
            {
                Some(Self::Kubernetes)
            }
            _ if is_below("oic.prod-aks.azure.com") => Some(Self::Kubernetes),
            "kubernetes.default" | "kubernetes.default.svc" => Some(Self::Kubernetes),
            _ if host.starts_with("kubernetes.default.svc.") => Some(Self::Kubernetes),
            _ => None,
        }
    }

    /// Whether whoever signs under this issuer has one audience only, which no job can choose.
    pub(super) fn fixes_audience(issuer: &str) -> bool {
        host_and_path(issuer).is_some_and(|(host, _)| host == "vstoken.dev.azure.com")
    }

    /// Who publishes keys at such an address, for an issuer whose own address says nothing.
    pub fn of_keys(address: &str) -> Option<Self> {
        let (_, path) = host_and_path(address)?;
        match path.as_str() {
            _ if path.ends_with("/oauth/discovery/keys") => Some(Self::GitLab),
            _ if path.contains(GITHUB_SERVER) && path.ends_with("/.well-known/jwks") => {
                Some(Self::GitHub)
            }
            _ if path.contains(CIRCLECI_ORGANIZATION)
                && path.ends_with("/.well-known/jwks-pub.json") =>
            {
                Some(Self::CircleCi)
            }
            "/openid/v1/jwks" => Some(Self::Kubernetes),
            _ => None,
        }
    }

    /// Whose shape the claims have, for an issuer whose address says nothing.
    pub fn of_claims(claims: &Map<String, Value>) -> Option<Self> {
        let has = |names: [&str; 2]| names.iter().all(|name| claims.contains_key(*name));
        match () {
            () if has(["repository_id", "event_name"]) => Some(Self::GitHub),
            () if has(["project_id", "pipeline_source"]) => Some(Self::GitLab),
            () if claims.keys().any(|name| name.starts_with("oidc.circleci.com/")) => {
                Some(Self::CircleCi)
            }
            () if has(["pipeline_slug", "build_branch"]) => Some(Self::Buildkite),
            () if has(["rpo_ref", "run_id"]) => Some(Self::AzureDevOps),
            () => None,
        }
    }

    /// That the provider's own form is the one for its issuer.
    pub fn says_its_form(self) -> String {
        let name = self.label();
        format!(
            "This is the issuer of {name}. Choose {name} above. Its form asks for ids that nobody can take over."
        )
    }

    pub fn issuer_hint(self) -> &'static str {
        match self {
            Self::GitHub => {
                "For an enterprise with its own path: https://token.actions.githubusercontent.com/ENTERPRISE. For GHE.com: https://token.actions.SUBDOMAIN.ghe.com. For your own server: https://HOST/_services/token."
            }
            Self::GitLab => "The address of the GitLab server.",
            Self::Kubernetes => {
                "What kubectl get --raw /.well-known/openid-configuration prints as issuer. Regcred must be able to reach it."
            }
            Self::CircleCi => "https://oidc.circleci.com/org/ORGANIZATION-ID",
            Self::AzureDevOps => {
                "https://vstoken.dev.azure.com/ORGANIZATION-ID, or https://login.microsoftonline.com/TENANT-ID/v2.0 for newer service connections. Their page shows it."
            }
            Self::Buildkite | Self::Other => {
                "The iss claim of its tokens. Regcred finds the issuer's keys from this address."
            }
            Self::Woodpecker | Self::Drone => "",
        }
    }

    pub fn audience_hint(self) -> &'static str {
        match self {
            Self::AzureDevOps => {
                "Who the token is for. In Azure DevOps it is always api://AzureADTokenExchange."
            }
            Self::CircleCi => {
                "Who the token is for. For CIRCLE_OIDC_TOKEN_V2 it is the organization's id, which is used when you leave this blank."
            }
            _ => {
                "Who the token is for. It must equal the audience that the job requests. Regcred's address is a good choice."
            }
        }
    }
}

impl TrustForm {
    pub fn read_issuer(&self, provider: Provider) -> String {
        let typed = self.issuer.trim();
        // Of others the slash may be part of the name.
        if matches!(provider, Provider::Kubernetes | Provider::Other) {
            return typed.to_owned();
        }
        let typed = typed.trim_end_matches('/');
        let Some((scheme, rest)) = typed.split_once("://") else { return typed.to_owned() };
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
        let host = if scheme == "https" { host.trim_end_matches(":443") } else { host.as_str() };
        let end = if host == ENTRA_OLDER { "/" } else { "" };
        format!("{scheme}://{host}{path}{end}")
    }

    /// The most that the rule's requests may ask for: Drone only pulls, and tokens say their intent
    /// when they are used.
    pub fn read_intent(&self, provider: Provider) -> Access {
        let chosen = Access::from_word(&self.intent).filter(|_| provider == Provider::Woodpecker);
        chosen.unwrap_or(Access::Pull)
    }

    /// The audience, which is the provider's usual one when none was typed and there is one.
    pub fn read_audience(&self, provider: Provider) -> String {
        let typed = self.audience.trim();
        let usual = match provider {
            _ if !typed.is_empty() => typed,
            Provider::CircleCi => {
                let organization = self.issuer.trim().split_once(CIRCLECI_ORGANIZATION);
                organization.map_or("", |(_, id)| id.trim_end_matches('/'))
            }
            _ => provider.usual_audience().unwrap_or_default(),
        };
        usual.to_owned()
    }
}

/// What is wrong with an issuer that was typed, if anything. It has to be `https://host[/path]`,
/// exactly as the issuer writes it; plain http only on the machine itself.
pub fn issuer_problem(issuer: &str) -> Option<String> {
    let issuer = issuer.trim();
    let rest = issuer.strip_prefix("https://").or_else(|| {
        let rest = issuer.strip_prefix("http://")?;
        let is_local = LOCAL.iter().any(|host| {
            rest.strip_prefix(host).is_some_and(|end| end.is_empty() || end.starts_with([':', '/']))
        });
        is_local.then_some(rest)
    });
    match rest {
        _ if issuer.is_empty() => Some("Enter the issuer.".to_owned()),
        None => Some("The issuer must be an https:// address.".to_owned()),
        Some(rest)
            if rest.is_empty()
                || rest.starts_with('/')
                || rest.contains(['?', '#', '@', '\\'])
                || rest.contains(|c: char| c.is_whitespace() || is_invisible(c))
                || authority(issuer).contains(['*', ','])
                || issuer.len() > VALUE_MAX =>
        {
            Some("The issuer must be an address with a host and at most a path.".to_owned())
        }
        Some(_) if port(authority(issuer)).is_some_and(|port| !is_port(port)) => {
            Some("The port of the issuer is not a number from 1 to 65535.".to_owned())
        }
        Some(rest) if rest.contains("/.well-known/") => Some(
            "Enter the issuer alone, without /.well-known/ and what follows it.".to_owned(),
        ),
        // Of two hosts that look alike an admin trusts the one they know.
        Some(_) if !issuer.is_ascii() => Some(
            "Use only ASCII characters. Enter a host with other letters in its form that begins with xn--."
                .to_owned(),
        ),
        Some(_) => None,
    }
}

/// The host of an address, in small letters and without a usual port, and its path.
pub(super) fn host_and_path(address: &str) -> Option<(String, String)> {
    let address = address.trim().to_ascii_lowercase();
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.strip_suffix(":443").unwrap_or(host).trim_end_matches('.');
    Some((host.to_owned(), path.to_owned()))
}
