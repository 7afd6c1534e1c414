//! The repository in the address of a registry's API (distribution-spec, "Endpoints") or of its website.

use super::super::DOCKER_HUB;

/// The repository in a path below `/v2/` or `/v1/`, and whether it is known to be one whole repository; `None` for a
/// path that is not of the API.
pub(super) fn of_api<'a>(
    host: &str,
    path: &'a str,
    changes: &mut Vec<String>,
) -> Option<(&'a str, bool)> {
    let (is_v1, rest) = match below(path, "v2") {
        Some(rest) => (false, rest),
        None => (true, below(path, "v1")?),
    };
    changes.push("The version of the registry's API was dropped from the path.".into());
    // Docker Hub answers its website's questions below `/v2/` as well.
    let is_listed = is_v1 || host == DOCKER_HUB;
    let listed = rest.strip_prefix("repositories/").filter(|_| is_listed).map(before_listing);
    let found = match rest {
        // What the registry says of itself is of no repository.
        "_catalog" | "_ping" => Some(""),
        _ => listed.or_else(|| before_endpoint(rest)),
    };
    let Some(repository) = found else { return Some((rest, false)) };
    changes.push(
        "The part of the path that belongs to the registry's API was dropped: a credential is for a repository, not for one image."
            .into(),
    );
    Some((repository, !repository.is_empty()))
}

/// What stands behind the first part of the path, if that is `first`.
fn below<'a>(path: &'a str, first: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(first)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// The repository before `/tags/list`, `/manifests/…`, `/blobs/…` or `/referrers/…`. The name may have such parts
/// itself, so the last ones are the endpoint.
fn before_endpoint(path: &str) -> Option<&str> {
    let (before, _) = path.rsplit_once('/')?;
    let name = path
        .strip_suffix("/tags/list")
        .or_else(|| before.strip_suffix("/manifests"))
        .or_else(|| before.strip_suffix("/referrers"))
        .or_else(|| before.strip_suffix("/blobs"))
        .or_else(|| before.strip_suffix("/blobs/uploads"))?;
    (!name.is_empty()).then_some(name)
}

/// The repository before `/tags` or `/images`, and what may follow that.
fn before_listing(path: &str) -> &str {
    let is_end = |after: &str| after.is_empty() || after.starts_with('/');
    let end = |part: &str| {
        let mut all = path.match_indices(part).map(|(at, _)| at);
        all.find(|at| is_end(&path[at + part.len()..]))
    };
    let end = end("/tags").or_else(|| end("/images")).unwrap_or(path.len());
    &path[..end]
}

/// The repository, or the prefix, that a page of Quay is about: its website and its registry are at the same host.
pub(super) fn of_website<'a>(host: &str, path: &'a str) -> Option<&'a str> {
    if host != "quay.io" {
        return None;
    }
    let (kind, rest) = path.split_once('/')?;
    let parts = match kind {
        "repository" => 2,
        "organization" | "user" => 1,
        _ => return None,
    };
    let end = rest.match_indices('/').nth(parts - 1).map_or(rest.len(), |(at, _)| at);
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::super::super::{HostProblem, PathProblem, RegistryHost};

    const DIGEST: &str = "sha256:0a1b2c3d4e5f60718293a4b5c6d7e8f900112233445566778899aabbccddeeff";

    fn path(typed: &str) -> Option<String> {
        let parsed = RegistryHost::parse(typed).unwrap();
        assert!(!parsed.changes.is_empty() || parsed.path.is_some(), "{typed}");
        assert!(parsed.changes.iter().all(|change| !change.contains("acme")), "{typed}");
        parsed.path
    }

    #[test]
    fn an_address_of_the_api_is_of_the_repository_before_its_endpoint() {
        for (behind, expected) in [
            ("v2", None),
            ("v2/", None),
            ("v2/_catalog", None),
            ("v1/_ping", None),
            ("v2/acme/api/manifests/latest", Some("acme/api")),
            ("v2/acme/api/manifests/Release-1.2_x", Some("acme/api")),
            (format!("v2/acme/api/manifests/{DIGEST}").as_str(), Some("acme/api")),
            (format!("v2/acme/api/blobs/{DIGEST}").as_str(), Some("acme/api")),
            (format!("v2/acme/api/referrers/{DIGEST}").as_str(), Some("acme/api")),
            ("v2/acme/api/blobs/uploads", Some("acme/api")),
            ("v2/acme/api/blobs/uploads/", Some("acme/api")),
            ("v2/acme/api/blobs/uploads/0190c0de-0000", Some("acme/api")),
            ("v2/acme/api/tags/list", Some("acme/api")),
            ("v2/acme/api/tags/list/", Some("acme/api")),
            ("v2/api/tags/list", Some("api")),
            ("v2/acme/team/api/worker/manifests/1", Some("acme/team/api/worker")),
            // Names may have such parts themselves.
            ("v2/acme/manifests/manifests/latest", Some("acme/manifests")),
            ("v2/acme/blobs/uploads/tags/list", Some("acme/blobs/uploads")),
            ("v1/repositories/acme/api/tags", Some("acme/api")),
            ("v1/repositories/acme/api/tags/latest", Some("acme/api")),
            ("v1/repositories/acme/api/images", Some("acme/api")),
            ("v1/repositories/acme/tagsoup/tags", Some("acme/tagsoup")),
            // What is no endpoint is a path, and so is everything outside the API.
            ("v2/acme", Some("acme")),
            ("v2/acme/tags", Some("acme/tags")),
            ("v2/acme/api:1.2", Some("acme/api")),
            ("acme/manifests/latest", Some("acme/manifests/latest")),
            ("acme/api/tags/list", Some("acme/api/tags/list")),
            ("v2x/acme/tags/list", Some("v2x/acme/tags/list")),
        ] {
            for scheme in ["", "https://", "http://"] {
                for host in ["ghcr.io", "registry.example.com:5000", "[2001:db8::1]"] {
                    let typed = format!("{scheme}{host}/{behind}");
                    assert_eq!(path(&typed).as_deref(), expected, "{typed}");
                }
            }
        }
    }

    #[test]
    fn an_endpoint_is_of_one_repository_so_that_one_word_is_an_official_image() {
        for (typed, expected) in [
            ("https://registry-1.docker.io/v2/library/nginx/manifests/1.27", "library/nginx"),
            ("https://registry-1.docker.io/v2/nginx/tags/list", "library/nginx"),
            ("https://index.docker.io/v1/repositories/acme/api/images", "acme/api"),
            ("https://index.docker.io/v1/repositories/nginx/tags", "library/nginx"),
            ("https://registry.hub.docker.com/v2/repositories/acme/api/tags/1.2", "acme/api"),
            ("https://registry.hub.docker.com/v2/repositories/acme/api", "acme/api"),
        ] {
            assert_eq!(path(typed).as_deref(), Some(expected), "{typed}");
        }
    }

    #[test]
    fn a_page_of_quay_is_of_its_repository() {
        for (typed, expected) in [
            ("https://quay.io/repository/acme/api", "acme/api"),
            ("https://quay.io/repository/acme/api/", "acme/api"),
            (format!("https://quay.io/repository/acme/api/manifest/{DIGEST}").as_str(), "acme/api"),
            ("https://quay.io/organization/acme", "acme"),
            ("https://quay.io/user/acme", "acme"),
            ("https://quay.io/acme/api", "acme/api"),
            ("https://quay.io/acme/repository/api", "acme/repository/api"),
            ("https://nexus.example.com/repository/acme/api", "repository/acme/api"),
        ] {
            assert_eq!(path(typed).as_deref(), Some(expected), "{typed}");
        }
        // As everywhere: what follows a ? is for the person to leave out.
        let typed = "https://quay.io/repository/acme/api?tab=tags";
        assert_eq!(RegistryHost::parse(typed), Err(HostProblem::QueryOrFragment));
    }

    #[test]
    fn what_stands_before_an_endpoint_has_to_be_a_repository() {
        for (typed, problem) in [
            ("https://ghcr.io/v2/Zebra/api/manifests/latest", PathProblem::Capitals),
            ("https://ghcr.io/v2/zebra%2Fapi/tags/list", PathProblem::Malformed),
            ("https://ghcr.io/v2//manifests/latest", PathProblem::Malformed),
        ] {
            assert_eq!(RegistryHost::parse(typed), Err(HostProblem::Path(problem)), "{typed}");
        }
    }
}
