//! The list of issuers whose tokens this instance accepts. An instance admin keeps it.

use super::moment::Moment;
use super::user::Maker;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most issuers that can be on the list.
pub const ISSUERS_MAX: usize = 200;

/// What the form of a trust rule says at the field of an issuer that is not on the list.
pub const NOT_LISTED: &str = "This issuer is not on the list of trusted issuers. An instance admin must add it first. Then send the form again.";

/// Clouds whose issuer is the same for everybody, so that nobody can make one of their own there.
/// Below these two others can publish, so only the address itself is the issuer.
const WHOLE: [&str; 2] = ["https://gitlab.com", "https://agent.buildkite.com"];
/// Hosts that do nothing but issue: GitHub has a path for an enterprise, the others have one for an
/// organization.
const BELOW: [&str; 3] = [
    "https://token.actions.githubusercontent.com",
    "https://oidc.circleci.com",
    "https://vstoken.dev.azure.com",
];

/// An issuer on the list. The known clouds need no such entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedIssuer {
    pub id: Uuid,
    /// As [`list_key`] spells it.
    pub url: String,
    pub added_at: Moment,
    pub added_by: Maker,
    /// The upgrade to the version with this list added it, because a trust rule used it.
    pub is_from_upgrade: bool,
}

/// A trust rule that works only while its issuer is on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsingRule {
    pub project: Uuid,
    /// The project's part of the URL.
    pub slug: String,
    pub pipeline: Uuid,
    pub pipeline_name: String,
}

/// How the list spells an issuer: without a slash at its end, and with its host in small letters.
pub fn list_key(issuer: &str) -> String {
    let typed = issuer.trim().trim_end_matches('/');
    let Some((scheme, rest)) = typed.split_once("://") else { return typed.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{}://{}{path}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase())
}

/// Whether the issuer is a known cloud's, which is accepted without an entry.
pub fn is_built_in(issuer: &str) -> bool {
    let key = list_key(issuer);
    let is_below = |base: &&str| {
        let rest = key.strip_prefix(*base);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    WHOLE.contains(&key.as_str()) || BELOW.iter().any(is_below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_cloud_needs_no_entry_and_nobody_else_is_taken_for_one() {
        for issuer in [
            "https://token.actions.githubusercontent.com",
            "https://TOKEN.actions.githubusercontent.com/",
            "https://token.actions.githubusercontent.com/acme-enterprise",
            "https://gitlab.com",
            "https://oidc.circleci.com/org/0184990a",
            "https://agent.buildkite.com",
            "https://vstoken.dev.azure.com/0ca3ddd9",
        ] {
            assert!(is_built_in(issuer), "{issuer}");
        }
        for issuer in [
            "",
            "http://gitlab.com",
            "https://gitlab.com:8443",
            // Everybody publishes files there.
            "https://gitlab.com/acme/api/-/raw/main",
            "https://gitlab.com.example.com",
            "https://gitlab.com@example.com",
            "https://gitlab.example.com",
            "https://example.com/https://gitlab.com",
            "https://token.actions.githubusercontent.com.example.com",
            "https://token.actions.acme.ghe.com",
            "https://github.example.com/_services/token",
            // A tenant or a cluster is somebody's own.
            "https://login.microsoftonline.com/271ef6f7/v2.0",
            "https://oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF",
            "https://kubernetes.default.svc",
        ] {
            assert!(!is_built_in(issuer), "{issuer}");
        }
    }

    #[test]
    fn one_issuer_has_one_entry_however_it_is_typed() {
        for (typed, key) in [
            (" https://GitLab.example.com/ ", "https://gitlab.example.com"),
            ("HTTPS://git.example.com:8443", "https://git.example.com:8443"),
            ("https://sso.example.com/realms/Acme/", "https://sso.example.com/realms/Acme"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("gitlab", "gitlab"),
        ] {
            assert_eq!(list_key(typed), key);
        }
    }
}
