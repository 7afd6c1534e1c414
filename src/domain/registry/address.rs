//! Takes a pasted address apart: what may stand in one at all, its scheme, its host and its port.

use std::net::Ipv6Addr;

use super::host_name;
use super::host_problem::HostProblem;
use super::repository_path::{PathProblem, is_tag};
use crate::domain::typed_text::is_invisible;

/// The longest text that is read at all; longer ones are not addresses.
pub(super) const MAX_INPUT: usize = 2048;

/// What is said when a port is not stored.
pub(super) const USUAL_PORT: &str = "The port was dropped, because it is the default.";
/// Programs whose command lines are copied from the pages of registries.
const PROGRAMS: [&str; 10] = [
    "docker",
    "podman",
    "nerdctl",
    "buildah",
    "skopeo",
    "crane",
    "oras",
    "helm",
    "regctl",
    "singularity",
];
const QUOTES: [char; 8] = ['"', '\'', '`', '“', '”', '„', '‘', '’'];

/// Refuses what can stand nowhere in an address, before it is taken apart.
pub(super) fn plain_text<'a>(
    input: &'a str,
    changes: &mut Vec<String>,
) -> Result<&'a str, HostProblem> {
    if input.len() > MAX_INPUT {
        return Err(HostProblem::TooLong);
    }
    let text = input.trim();
    if text.len() < input.len() {
        changes.push("The space around the address was dropped.".into());
    }
    // Where an @ is not the start of a digest it ends a user name, whatever slashes the password has.
    let is_digest = |after: &str| after.starts_with("sha256:") || after.starts_with("sha512:");
    let has_user_info =
        text.split('@').skip(1).any(|after| !is_digest(after) || after.contains('/'));
    match text {
        "" => Err(HostProblem::Empty),
        _ if text.eq_ignore_ascii_case("docker hub") => Err(HostProblem::DockerHub),
        _ if is_command(text) => Err(HostProblem::Command),
        _ if text.contains(['<', '>', '{', '}', '$']) && !has_user_info => {
            Err(HostProblem::Placeholder)
        }
        _ if text.contains(char::is_whitespace) => Err(HostProblem::InnerSpace),
        _ if text.contains(is_invisible) => Err(HostProblem::ControlCharacter),
        _ if has_user_info => Err(HostProblem::UserInfo),
        _ if text.contains(QUOTES) => Err(HostProblem::Quotes),
        _ if text.contains('*') => Err(wildcard(text)),
        _ if text.contains(['?', '#']) => Err(HostProblem::QueryOrFragment),
        _ => Ok(text),
    }
}

/// Whether it is a line for a shell: several words, and one of them is a program for registries.
fn is_command(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.clone().count() > 1 && words.any(|word| PROGRAMS.contains(&word))
}

/// What is said of a `*`, by where it stands.
fn wildcard(text: &str) -> HostProblem {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
    if host.contains('*') { HostProblem::Wildcard } else { PathProblem::Wildcard.into() }
}

/// How the address says that the registry is spoken to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
    Unsaid,
}

pub(super) fn without_scheme<'a>(
    text: &'a str,
    changes: &mut Vec<String>,
) -> Result<(Scheme, &'a str), HostProblem> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return without_slashes(text, changes).map(|text| (Scheme::Unsaid, text));
    };
    if rest.contains("://") {
        return Err(HostProblem::Scheme);
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {
            changes.push("The scheme was dropped.".into());
            Ok((Scheme::Https, rest))
        }
        // `docker://` and `oci://` are how skopeo, podman and helm write a place on a registry.
        "docker" | "oci" => {
            changes.push("The scheme was dropped.".into());
            Ok((Scheme::Unsaid, rest))
        }
        "http" => {
            changes.push("The scheme was dropped. Plain http is used only if the credential is marked insecure.".into());
            Ok((Scheme::Http, rest))
        }
        _ => Err(HostProblem::Scheme),
    }
}

/// The text without the slashes of a scheme that was cut off before them.
fn without_slashes<'a>(text: &'a str, changes: &mut Vec<String>) -> Result<&'a str, HostProblem> {
    let is_cut = |scheme: &str| {
        let (start, rest) = text.split_at_checked(scheme.len()).unwrap_or_default();
        // A host may have this name, and then a port.
        start.eq_ignore_ascii_case(scheme) && !rest.starts_with(|c: char| c.is_ascii_digit())
    };
    if is_cut("https:") || is_cut("http:") {
        return Err(HostProblem::SchemeCut);
    }
    let bare = text.trim_start_matches('/');
    if bare.is_empty() || bare.len() == text.len() {
        return Ok(text);
    }
    changes.push("The slashes at the beginning were dropped.".into());
    Ok(bare)
}

/// The canonical `host[:port]` of what stands before the first slash.
pub(super) fn canonical_host(
    authority: &str,
    is_http: bool,
    changes: &mut Vec<String>,
) -> Result<String, HostProblem> {
    if authority.contains('@') {
        return Err(HostProblem::UserInfo);
    }
    let (name, port) = split_port(authority)?;
    let name = host_name::canonical(name, changes)?;
    let usual_port = if is_http { 80 } else { 443 };
    match port {
        Some(443) if is_http => Err(HostProblem::HttpOnHttpsPort),
        // Without its port a bare word would be no host any more: clients would read `registry/acme` as a Docker Hub image.
        Some(port) if port == usual_port && !host_name::is_bare_word(&name) => {
            changes.push(USUAL_PORT.into());
            Ok(name)
        }
        Some(port) => Ok(format!("{name}:{port}")),
        None if host_name::is_bare_word(&name) => Err(HostProblem::BareWord),
        None => Ok(name),
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), HostProblem> {
    let end = match authority.starts_with('[') {
        true => authority.find(']').ok_or(HostProblem::Ipv6)? + 1,
        false if is_bare_ipv6(authority) => return Err(HostProblem::Ipv6),
        false => authority.find(':').unwrap_or(authority.len()),
    };
    let (name, rest) = authority.split_at(end);
    if rest.is_empty() {
        return Ok((name, None));
    }
    let digits = rest.strip_prefix(':').ok_or(HostProblem::Label)?;
    let is_plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    let Some(port) = digits.parse().ok().filter(|_| is_plain) else {
        let is_number = digits.bytes().all(|b| b.is_ascii_digit());
        // An image of Docker Hub with its tag, such as `nginx:1.27`.
        let is_image = !is_number && host_name::is_bare_word(name) && is_tag(digits);
        return Err(if is_image { HostProblem::BareWord } else { HostProblem::Port });
    };
    Ok((name, Some(port)))
}

/// Whether it is an IPv6 address of which the brackets, or one of them, are missing.
fn is_bare_ipv6(authority: &str) -> bool {
    let address = authority.split(['%', ']']).next().unwrap_or_default();
    address.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::RegistryHost;
    use super::*;

    #[test]
    fn an_invalid_host_is_refused_with_the_reason_and_never_repeated() {
        for (typed, problem) in [
            (" \n", HostProblem::Empty),
            ("https:///acme", HostProblem::Empty),
            ("zebra:zebra@ghcr.io", HostProblem::UserInfo),
            ("https://zebra:zeb/ra@ghcr.io", HostProblem::UserInfo),
            ("zebra@sha256:5000/acme", HostProblem::UserInfo),
            ("ghcr.io zebra", HostProblem::InnerSpace),
            ("docker hub", HostProblem::DockerHub),
            ("Docker Hub", HostProblem::DockerHub),
            ("docker login -u zebra -p zebra ghcr.io", HostProblem::Command),
            ("docker login -u zebra@example.com ghcr.io", HostProblem::Command),
            ("sudo podman pull ghcr.io/zebra/api:1.2", HostProblem::Command),
            ("\"ghcr.io/zebra\"", HostProblem::Quotes),
            ("'https://zebra.example.com'", HostProblem::Quotes),
            ("ghcr.io\0zebra", HostProblem::ControlCharacter),
            ("gh\u{200B}cr.io", HostProblem::ControlCharacter),
            ("gh\u{3164}cr.io", HostProblem::ControlCharacter),
            ("ghcr.io/zebra?tab=1", HostProblem::QueryOrFragment),
            ("ghcr.io#zebra", HostProblem::QueryOrFragment),
            ("*.zebra.example.com", HostProblem::Wildcard),
            ("https://*/zebra", HostProblem::Wildcard),
            ("ghcr.io/zebra/*", HostProblem::Path(PathProblem::Wildcard)),
            ("<zebra>.azurecr.io", HostProblem::Placeholder),
            ("{{ .Values.zebra }}", HostProblem::Placeholder),
            ("https://hub.docker.com/r/zebra/api", HostProblem::DockerWebsite),
            ("zebra", HostProblem::BareWord),
            ("zebra/api:1.2", HostProblem::BareWord),
            ("zebra:1.27", HostProblem::BareWord),
            ("zebra:latest", HostProblem::BareWord),
            ("https:zebra.example.com", HostProblem::SchemeCut),
            ("HTTP:/zebra.example.com", HostProblem::SchemeCut),
            ("ftp://zebra.example.com", HostProblem::Scheme),
            ("https://https://zebra.example.com", HostProblem::Scheme),
            ("zebra.example.com:0", HostProblem::Port),
            ("zebra.example.com:65536", HostProblem::Port),
            ("zebra.example.com:", HostProblem::Port),
            ("zebra.example.com:+80", HostProblem::Port),
            ("zebra.example.com:080", HostProblem::Port),
            ("http://zebra.example.com:443", HostProblem::HttpOnHttpsPort),
            ("2130706433:5000", HostProblem::NumberAddress),
            ("2001:db8::1", HostProblem::Ipv6),
            ("[::1", HostProblem::Ipv6),
            ("[[::1]", HostProblem::Ipv6),
            ("fe80::1%zebra", HostProblem::Ipv6),
            ("2001:db8::1]:5000", HostProblem::Ipv6),
            ("ghcr.io\\zebra", HostProblem::Label),
            ("ghcr.io/Zebra", HostProblem::Path(PathProblem::Capitals)),
            ("ghcr.io/:1.2", HostProblem::Path(PathProblem::Malformed)),
            ("a".repeat(3000).as_str(), HostProblem::TooLong),
        ] {
            assert!(!problem.to_string().to_lowercase().contains("zebra"));
            assert_eq!(RegistryHost::parse(typed), Err(problem), "{typed}");
        }
    }
}
