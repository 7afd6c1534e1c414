//! Where the token service may be, and how it is asked. This is what stands between a secret and a foreign host.

use url::Url;

use super::BearerAsk;
use super::RegistryProblem;
use super::challenge::Challenge;
use crate::domain::registry::RegistryHost;
use crate::domain::registry_kind::RegistryKind;
use crate::outbound::plain_url;

/// Who is asking, for the log of the token service.
const CLIENT_ID: &str = "regcred";

const MAX_HOST: usize = 255;

/// Where the registry itself answers. That of Docker Hub is not at the name it goes by.
pub(super) fn api_origin(host: &RegistryHost, is_insecure: bool) -> String {
    if host.is_docker_hub() {
        return "https://registry-1.docker.io:443".to_owned();
    }
    host.origin(is_insecure)
}

/// The URL of the token service with all that is asked, if its origin was accepted. Without a scope it is
/// asked for a token that lets nobody do anything but sign in.
pub(super) fn token_url(
    challenge: &Challenge,
    scope: Option<&str>,
    ask: &BearerAsk<'_>,
) -> Result<String, RegistryProblem> {
    let realm = challenge.param("realm").ok_or(RegistryProblem::Malformed)?;
    let mut url = plain_url(realm).map_err(|_| RegistryProblem::Malformed)?;
    let origin = origin_of(&url).ok_or(RegistryProblem::Malformed)?;
    if !is_accepted(&origin, ask) {
        return Err(RegistryProblem::RealmNotAccepted(origin));
    }
    // What the registry has put there stays, but it does not get to widen the question.
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !matches!(&**name, "service" | "scope" | "client_id" | "offline_token"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_query(None);
    {
        let mut query = url.query_pairs_mut();
        for (name, value) in &kept {
            query.append_pair(name, value);
        }
        if let Some(service) = challenge.param("service") {
            query.append_pair("service", service);
        }
        if let Some(scope) = scope {
            query.append_pair("scope", scope);
        }
        query.append_pair("client_id", CLIENT_ID);
    }
    Ok(url.into())
}

/// The registry's own origin, the fixed companions of its kind, and what a person accepted: nothing else.
fn is_accepted(origin: &str, ask: &BearerAsk<'_>) -> bool {
    let companions = RegistryKind::recognise(ask.host).companions(ask.host);
    let is_known = origin == ask.host.origin(ask.is_insecure)
        || companions.into_iter().any(|companion| companion == origin)
        || ask.realms.iter().any(|accepted| accepted == origin);
    is_known && (ask.is_insecure || origin.starts_with("https://"))
}

/// `scheme://host:port`, the port always written out, as a registry host writes its own.
fn origin_of(url: &Url) -> Option<String> {
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    // The origin is shown to a person, and no host has a longer name.
    (host.len() <= MAX_HOST).then(|| format!("{}://{host}:{port}", url.scheme()))
}

#[cfg(test)]
mod tests {
    use super::super::challenge;
    use super::*;
    use crate::domain::credential::Access;

    /// The token URL for a realm that a registry at `host` names.
    fn asked(
        host: &str,
        is_insecure: bool,
        realms: &[String],
        realm: &str,
    ) -> Result<String, RegistryProblem> {
        let host = RegistryHost::stored(host).unwrap();
        let header = format!("Bearer realm=\"{realm}\",service=\"acme registry\"");
        let challenge = challenge::parse(&header).unwrap().remove(0);
        let ask = BearerAsk {
            host: &host,
            is_insecure,
            repository: "acme/api",
            intent: Access::Pull,
            username: "ci",
            secret: b"hunter2",
            realms,
        };
        token_url(&challenge, Some("repository:acme/api:pull"), &ask)
    }

    #[test]
    fn the_question_is_encoded_and_is_ours_alone() {
        const QUESTION: &str =
            "service=acme+registry&scope=repository%3Aacme%2Fapi%3Apull&client_id=regcred";
        for (realm, expected) in [
            ("https://ghcr.io/token", format!("https://ghcr.io/token?{QUESTION}")),
            ("https://ghcr.io:443", format!("https://ghcr.io/?{QUESTION}")),
            ("https://ghcr.io/token?", format!("https://ghcr.io/token?{QUESTION}")),
            (
                "https://ghcr.io/token?a=b%26&scope=x&service=y&client_id=z&offline_token=true",
                format!("https://ghcr.io/token?a=b%26&{QUESTION}"),
            ),
        ] {
            assert_eq!(asked("ghcr.io", false, &[], realm), Ok(expected));
        }
    }

    #[test]
    fn a_realm_is_accepted_by_its_whole_origin() {
        let realms = ["https://auth.example.com:8443".to_owned(), "http://plain.example:80".into()];
        for (host, is_insecure, realm, expected) in [
            ("ghcr.io", false, "https://ghcr.io/token", true),
            ("ghcr.io", false, "https://GHCR.io/token", true),
            ("ghcr.io", false, "https://ghcr.io./token", false),
            ("ghcr.io", false, "https://ghcr.io:8443/token", false),
            ("ghcr.io", false, "https://ghcr.io.example.com/token", false),
            ("ghcr.io", false, "https://acme.ghcr.io/token", false),
            ("ghcr.io", false, "http://ghcr.io/token", false),
            ("ghcr.io", false, "http://ghcr.io:443/token", false),
            ("docker.io", false, "https://auth.docker.io/token", true),
            ("docker.io", false, "https://auth.docker.io:8443/token", false),
            ("registry.example.com", false, "https://auth.docker.io/token", false),
            ("registry.gitlab.com", false, "https://gitlab.com/jwt/auth", true),
            ("registry.example.com", false, "https://auth.example.com:8443/token", true),
            ("registry.example.com", false, "https://auth.example.com/token", false),
            ("registry.example.com", false, "http://plain.example/token", false),
            ("registry.example.com", true, "http://plain.example/token", true),
            ("registry.example.com", true, "http://registry.example.com/token", true),
            ("registry.example.com", true, "https://registry.example.com/token", false),
            ("registry.example.com:5000", true, "http://registry.example.com:5000/token", true),
            ("registry.example.com:5000", false, "https://registry.example.com:5000/token", true),
            ("[2001:db8::1]:5000", false, "https://[2001:DB8:0::1]:5000/token", true),
        ] {
            let answer = asked(host, is_insecure, &realms, realm);
            assert_eq!(answer.is_ok(), expected, "{host} {realm}: {answer:?}");
            if let Err(problem) = answer {
                assert!(matches!(problem, RegistryProblem::RealmNotAccepted(_)), "{problem:?}");
            }
        }
    }

    #[test]
    fn a_realm_that_can_be_read_in_two_ways_is_refused() {
        for realm in [
            "",
            "Registry Realm",
            "/token",
            "ghcr.io/token",
            "ftp://ghcr.io/token",
            "https://ghcr.io@evil.example/token",
            "https://evil.example@ghcr.io/token",
            "https://ghcr.io#@evil.example/token",
            "https://ghcr.io/token#",
            "https://ghcr.io\\\\@evil.example/token",
        ] {
            assert_eq!(asked("ghcr.io", false, &[], realm), Err(RegistryProblem::Malformed));
        }
    }
}
