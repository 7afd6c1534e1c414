//! The image that a job is about: of which registry, and which repository there.

use crate::failure::Failure;
use regcred_scan::Reference;

/// Docker Hub, under the names that clients have for it.
const HUB: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

const NO_IMAGE: &str = "REGCRED_IMAGE must be an image in lowercase, such as ghcr.io/acme/api:1.0, or several tags of one. It was ignored.";

/// An image, without its tag and digest.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    registry: String,
    pub repository: String,
}

impl Image {
    /// Reads what stands in a build file: `nginx`, `ghcr.io/acme/api:1.0`, with or without a digest,
    /// and behind the schemes that the server takes. What a CI builds is often a list of tags; they
    /// have to be of one repository, since only one can be asked for.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let names = text.split(|c: char| c == ',' || c.is_whitespace());
        let mut images = names.filter(|name| !name.is_empty()).map(Self::one);
        let first = images.next().unwrap_or_else(|| Err(Failure::here(NO_IMAGE)))?;
        if images.all(|other| other.is_ok_and(|other| other == first)) {
            Ok(first)
        } else {
            Err(Failure::here(NO_IMAGE))
        }
    }

    fn one(text: &str) -> Result<Self, Failure> {
        let (scheme, name) =
            text.split_once("://").map_or((None, text), |(scheme, name)| (Some(scheme), name));
        let scheme = scheme.map(str::to_ascii_lowercase);
        let name = name.split_once('@').map_or(name, |(name, _)| name);
        let (host, path) = match (scheme.as_deref(), name.split_once('/')) {
            (None | Some("docker" | "oci"), Some((first, rest))) if is_host(first) => (first, rest),
            // skopeo and podman write any name so; behind the other schemes there is a host.
            (None | Some("docker"), _) => (HUB[0], name),
            (Some("https" | "http"), Some((first, rest))) if is_host(first) => {
                (first, of_address(rest))
            }
            _ => return Err(Failure::here(NO_IMAGE)),
        };
        let path = path.split_once(':').map_or(path, |(path, _)| path);
        // Any other repository Regcred would refuse to be asked for.
        if Reference::parse(&format!("{}/{path}", HUB[0])).is_err() {
            return Err(Failure::here(NO_IMAGE));
        }
        Ok(Self { registry: registry(host), repository: path.to_owned() })
    }

    /// Whether the server that a client asks for is the image's registry. The usual ports count as
    /// none: no credential depends on this, only of which repository it is asked for.
    pub fn is_at(&self, server: &str) -> bool {
        registry(server) == self.registry
    }
}

/// Docker's rule: without a dot or a port it is a part of a name on Docker Hub.
fn is_host(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost"
}

/// The repository in the path of a web address, which may be one of the registry's own interface.
fn of_address(path: &str) -> &str {
    let Some(called) = path.strip_prefix("v2/") else { return path.trim_end_matches('/') };
    let ends = ["/manifests/", "/blobs/", "/referrers/", "/tags/list"];
    let end = ends.into_iter().filter_map(|end| called.rfind(end)).max();
    called[..end.unwrap_or(called.len())].trim_end_matches('/')
}

/// One spelling for what clients spell in several ways.
fn registry(server: &str) -> String {
    let server = server.trim().to_lowercase();
    let bare = ["https://", "http://"].iter().find_map(|scheme| server.strip_prefix(*scheme));
    let bare = bare.unwrap_or(&server);
    let host = bare.split_once('/').map_or(bare, |(host, _)| host);
    let host = [":443", ":80"].iter().find_map(|port| host.strip_suffix(*port)).unwrap_or(host);
    let host = host.strip_suffix('.').unwrap_or(host);
    if HUB.contains(&host) { HUB[0].to_owned() } else { host.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_read_as_docker_reads_it() {
        for (text, server, repository) in [
            ("nginx", "https://index.docker.io/v1/", "nginx"),
            ("nginx:1.27", "docker.io", "nginx"),
            ("acme/api", "index.docker.io", "acme/api"),
            ("docker.io/acme/api:1", "registry-1.docker.io", "acme/api"),
            ("ghcr.io/acme/api:1.0", "ghcr.io", "acme/api"),
            (" GHCR.io/acme/api ", "https://ghcr.io", "acme/api"),
            ("localhost/api", "localhost", "api"),
            ("localhost:5000/acme/api@sha256:00", "localhost:5000", "acme/api"),
            ("registry.example.com:5000/a/b/c:1@sha256:00", "registry.example.com:5000", "a/b/c"),
            ("[::1]:5000/api", "[::1]:5000", "api"),
            // As skopeo, podman and helm write them, and addresses that were copied from a browser.
            ("docker://ghcr.io/acme/api:1", "ghcr.io", "acme/api"),
            ("docker://nginx", "docker.io", "nginx"),
            ("Docker://acme/api@sha256:00", "docker.io", "acme/api"),
            ("docker://registry:5000/api", "registry:5000", "api"),
            ("oci://ghcr.io/acme/chart", "ghcr.io", "acme/chart"),
            ("https://ghcr.io/acme/api:1.2", "ghcr.io", "acme/api"),
            ("https://ghcr.io/v2/acme/api/manifests/latest", "ghcr.io", "acme/api"),
            ("https://ghcr.io/v2/acme/api/blobs/sha256:00", "ghcr.io", "acme/api"),
            ("https://ghcr.io/v2/acme/manifests/tags/list", "ghcr.io", "acme/manifests"),
            ("http://harbor.example.com:80/acme/api", "harbor.example.com", "acme/api"),
        ] {
            let image = Image::parse(text).unwrap();
            assert!(image.is_at(server), "{text}");
            assert_eq!(image.repository, repository, "{text}");
            assert!(!image.is_at("registry.example.org"), "{text}");
        }
    }

    #[test]
    fn the_usual_port_is_no_other_registry_and_any_other_port_is() {
        for (text, server, is_same) in [
            ("registry.example.com/x/y", "registry.example.com:443", true),
            ("registry.example.com:443/x/y", "registry.example.com", true),
            ("harbor.example.com:80/x/y", "harbor.example.com", true),
            ("ghcr.io/x/y", "GHCR.IO.", true),
            ("nginx", "https://docker.io.:443/", true),
            ("harbor.example.com/x/y", "http://harbor.example.com:80/", true),
            ("registry.example.com/x/y", "registry.example.com:5000", false),
            ("registry.example.com:8080/x/y", "registry.example.com", false),
            ("ghcr.io/x/y", "ghcr.io.evil.example.com", false),
        ] {
            assert_eq!(Image::parse(text).unwrap().is_at(server), is_same, "{text} {server}");
        }
    }

    #[test]
    fn several_tags_are_one_image_and_several_repositories_are_none() {
        for text in [
            "ghcr.io/acme/api:1.0\nghcr.io/acme/api:latest\n",
            "ghcr.io/acme/api:1.0,ghcr.io/acme/api:latest",
            "ghcr.io/acme/api:1.0, GHCR.IO/acme/api@sha256:00",
        ] {
            let image = Image::parse(text).unwrap();
            assert!(image.is_at("ghcr.io") && image.repository == "acme/api", "{text}");
        }
        for text in [
            "ghcr.io/acme/api:1.0,ghcr.io/acme/web:1.0",
            "ghcr.io/acme/api:1.0\nacme/api:1.0",
            "ghcr.io/acme/api:1.0 \nghcr.io/acme//",
        ] {
            assert!(Image::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_invalid_image_is_refused_and_not_repeated() {
        for text in [
            "",
            " ",
            "/",
            "ghcr.io/",
            "hunter2//x",
            "hunter2 x",
            "hunter2/",
            ":1",
            "@sha256:00",
            "docker://",
            "oci://hunter2",
            "oci://hunter2/api",
            "https://ghcr.io",
            "https://ghcr.io/v2/",
            "ftp://hunter2.example.com/api",
            "docker-daemon://hunter2/api",
            // As a variable of the CI may have it, or has it not filled in.
            "ghcr.io/Hunter2/Api:1",
            "Hunter2/api",
            "ghcr.io/$HUNTER2",
            "ghcr.io/h\u{fffd}nter2/api",
            "ghcr.io/hunter2-/api",
        ] {
            let said = Image::parse(text).unwrap_err().to_string();
            assert!(said.starts_with("regcred: REGCRED_IMAGE must be "), "{said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
