//! An image as clients name it: `registry.example.com:5000/acme/api:1.2`, `acme/api`, `nginx`.
//! Without a host it is one of Docker Hub's (the distribution project's reference grammar).

use super::registry::{HostProblem, PathProblem, RegistryHost, is_tag, path_scope};
use serde::{Deserialize, Serialize};

/// Where an image lies, without its tag and digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub host: RegistryHost,
    /// The repository, for example `acme/api`; on Docker Hub `library/nginx` for `nginx`.
    pub repository: String,
}

/// Why a text names no image. Never repeats it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageProblem {
    #[error(transparent)]
    Host(#[from] HostProblem),
    #[error(transparent)]
    Path(#[from] PathProblem),
    #[error("Enter the whole image, for example ghcr.io/acme/api:1.2.")]
    NoRepository,
    #[error(
        "That contains a space, as a command or a list does. Enter one image alone, for example ghcr.io/acme/api:1.2."
    )]
    InnerSpace,
    #[error(
        "The name of an image has no username or password before it. Remove everything up to the @."
    )]
    UserInfo,
    #[error(
        "The part after the repository is not a tag or a digest. Correct or remove it, for example ghcr.io/acme/api:1.2."
    )]
    TagOrDigest,
    /// The id that a client gives to an image on its own machine.
    #[error(
        "That is the id of an image, and it does not say which registry. Name the image, for example ghcr.io/acme/api:1.2."
    )]
    Id,
}

impl Image {
    /// Reads an image's name, or the address of one in a browser. A scheme, user info and white space are refused or
    /// dropped as for a registry host.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ImageProblem> {
        let text = text.trim();
        if text.contains(char::is_whitespace) {
            return Err(ImageProblem::InnerSpace);
        }
        let (scheme, bare) =
            text.split_once("://").map_or((None, text), |(scheme, bare)| (Some(scheme), bare));
        let is_scheme = |one: &str| scheme.is_some_and(|typed| typed.eq_ignore_ascii_case(one));
        if is_scheme("https") || is_scheme("http") {
            let parsed = RegistryHost::parse(text).map_err(of_host)?;
            return Self::at(parsed.host, &parsed.path.ok_or(ImageProblem::NoRepository)?);
        }
        // `docker://` is how skopeo and podman write any name; behind another scheme there is a host.
        let is_name = scheme.is_none() || is_scheme("docker");
        let (host, path) = match bare.split_once('/') {
            Some((first, path)) if !is_name || is_host(first) => {
                (&text[..text.len() - path.len() - 1], path)
            }
            _ if is_name => ("docker.io", bare),
            _ => (text, ""),
        };
        let host = RegistryHost::read(host).map_err(of_host)?.host;
        if is_id(bare) {
            return Err(ImageProblem::Id);
        }
        Self::at(host, without_tag_and_digest(path)?)
    }

    fn at(host: RegistryHost, path: &str) -> Result<Self, ImageProblem> {
        let [repository] = path_scope(path)?.try_into().map_err(|_| ImageProblem::NoRepository)?;
        if repository != path {
            return Err(ImageProblem::NoRepository);
        }
        let is_official = host.is_docker_hub() && !repository.contains('/');
        let repository = if is_official { format!("library/{repository}") } else { repository };
        Ok(Self { host, repository })
    }
}

/// The tag or digest of a name that [`Image::parse`] takes: the digest where it has both, `latest` where it has
/// neither.
pub fn reference(text: &str) -> &str {
    let last = text.trim().rsplit('/').next().unwrap_or_default();
    let after = |sign| last.split_once(sign).map(|(_, rest)| rest);
    after('@').or_else(|| after(':')).unwrap_or("latest")
}

/// What is said of the host where an image is asked for, and no user name.
fn of_host(problem: HostProblem) -> ImageProblem {
    match problem {
        HostProblem::UserInfo => ImageProblem::UserInfo,
        other => other.into(),
    }
}

/// Whether the name says which registry the image is on, and does not leave that to who reads it.
pub fn names_a_host(text: &str) -> bool {
    text.contains("://") || text.split_once('/').is_some_and(|(first, _)| is_host(first))
}

/// Whether the part before the first slash is a host and not the first part of a repository.
fn is_host(first: &str) -> bool {
    first == "localhost"
        || first.contains(['.', ':', '@', '['])
        || first.chars().any(char::is_uppercase)
}

/// Clients take 64 hexadecimal digits for an image that they have, and never for a name.
fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The repository before `:tag`, `@digest` or both.
fn without_tag_and_digest(text: &str) -> Result<&str, ImageProblem> {
    let (name, digest) =
        text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let (path, tag) = match name[last..].find(':') {
        Some(colon) => (&name[..last + colon], Some(&name[last + colon + 1..])),
        None => (name, None),
    };
    let is_right = digest.is_none_or(is_digest) && tag.is_none_or(is_tag);
    if is_right { Ok(path) } else { Err(ImageProblem::TagOrDigest) }
}

/// `algorithm:hexadecimal digits`. Short ones pass: what is asked for is the repository.
fn is_digest(text: &str) -> bool {
    let is_algorithm = |b: u8| b.is_ascii_alphanumeric() || b"+._-".contains(&b);
    text.split_once(':').is_some_and(|(algorithm, digits)| {
        algorithm.starts_with(|c: char| c.is_ascii_alphabetic())
            && algorithm.bytes().all(is_algorithm)
            && !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_the_digest_or_the_tag_or_latest() {
        for (text, expected) in [
            ("nginx", "latest"),
            ("registry:5000/api", "latest"),
            ("registry:5000/api:1.2", "1.2"),
            ("ghcr.io/acme/api:1.2@sha256:0a", "sha256:0a"),
            ("ghcr.io/acme/api@sha256:0a", "sha256:0a"),
        ] {
            assert!(Image::parse(text).is_ok(), "{text}");
            assert_eq!(reference(text), expected, "{text}");
        }
    }

    #[test]
    fn an_image_without_a_host_is_docker_hubs() {
        for (text, host, repository) in [
            ("nginx", "docker.io", "library/nginx"),
            ("nginx:1.27", "docker.io", "library/nginx"),
            ("acme/api:1", "docker.io", "acme/api"),
            ("index.docker.io/acme/api", "docker.io", "acme/api"),
            ("docker.io/nginx", "docker.io", "library/nginx"),
            ("localhost/acme", "localhost", "acme"),
            ("localhost:5000/acme/api@sha256:0a", "localhost:5000", "acme/api"),
            ("ghcr.io/acme/api:1.2", "ghcr.io", "acme/api"),
            ("registry:5000/api", "registry:5000", "api"),
            ("docker://ghcr.io/acme/api:1.2", "ghcr.io", "acme/api"),
            // A path of a registry's own interface is no part of an image's name.
            ("ghcr.io/v2/acme", "ghcr.io", "v2/acme"),
            ("ghcr.io/acme/manifests/latest", "ghcr.io", "acme/manifests/latest"),
            // But it is of an address that was copied from a browser.
            ("https://ghcr.io/v2/acme/api/manifests/latest", "ghcr.io", "acme/api"),
            ("https://ghcr.io/acme/api", "ghcr.io", "acme/api"),
            ("http://harbor.example.com:80/acme/api", "harbor.example.com", "acme/api"),
            (
                "https://registry-1.docker.io/v2/library/nginx/tags/list",
                "docker.io",
                "library/nginx",
            ),
            // The usual port of TLS is no part of the host, that of plain http may be.
            ("registry.example.com:443/acme/api", "registry.example.com", "acme/api"),
            ("registry.example.com:443/acme/api:443", "registry.example.com", "acme/api"),
            ("registry.example.com:80/acme/api:80", "registry.example.com:80", "acme/api"),
            ("registry.example.com:443/api:1@sha256:0a", "registry.example.com", "api"),
            ("registry.example.com:80/api@sha512:0a", "registry.example.com:80", "api"),
            ("docker.io:443/nginx", "docker.io", "library/nginx"),
            ("registry-1.docker.io/library/nginx", "docker.io", "library/nginx"),
            ("library/nginx:1.27@sha256:0a", "docker.io", "library/nginx"),
            ("docker.io/library/nginx", "docker.io", "library/nginx"),
            ("registry:443/api", "registry:443", "api"),
            ("registry:80/api", "registry:80", "api"),
            ("localhost:80/api", "localhost:80", "api"),
            ("localhost:443/api", "localhost", "api"),
            ("[2001:DB8::0001]:443/acme/api:1", "[2001:db8::1]", "acme/api"),
            ("[2001:db8::1]:80/acme/api", "[2001:db8::1]:80", "acme/api"),
            ("[::1]/acme/api@sha256:0a", "[::1]", "acme/api"),
            ("192.0.2.10:5000/api:Release-1_x.2", "192.0.2.10:5000", "api"),
            ("GHCR.io/acme/api", "ghcr.io", "acme/api"),
            // Without a slash it is a name and a tag, whatever it looks like.
            ("localhost:5000", "docker.io", "library/localhost"),
            ("docker://nginx", "docker.io", "library/nginx"),
            ("docker://acme/api:1", "docker.io", "acme/api"),
            ("docker://registry:5000/api", "registry:5000", "api"),
            ("oci://ghcr.io/acme/chart", "ghcr.io", "acme/chart"),
        ] {
            let image = Image::parse(text).unwrap();
            assert_eq!(
                (image.host.as_str(), image.repository.as_str()),
                (host, repository),
                "{text}"
            );
        }
    }

    #[test]
    fn what_stands_round_an_image_is_told_as_that() {
        for (text, problem) in [
            ("docker pull ghcr.io/zebra/api", ImageProblem::InnerSpace),
            ("docker pull zebra", ImageProblem::InnerSpace),
            ("ghcr.io/zebra/api ghcr.io/zebra/web", ImageProblem::InnerSpace),
            ("zebra@ghcr.io/x", ImageProblem::UserInfo),
            ("https://zebra:zebra@ghcr.io/x", ImageProblem::UserInfo),
            ("'ghcr.io/zebra'", ImageProblem::Host(HostProblem::Quotes)),
        ] {
            assert_eq!(Image::parse(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn what_names_no_image_is_refused() {
        for text in [
            "",
            "ghcr.io/",
            "a b/c",
            "zebra@ghcr.io/x",
            "ghcr.io/x\ny",
            "*.io/x",
            "Acme/api",
            "ghcr.io/a,b",
            "ghcr.io//a",
            "ghcr.io/a/",
            "ghcr.io/a:",
            "ghcr.io/a@",
            "ghcr.io/a@zebra",
            "ghcr.io/a@sha256:",
            "ghcr.io/a@sha256:zebra",
            "ghcr.io/a:zebra zebra",
            "ghcr.io/a:-zebra",
            "ghcr.io/a:1:2",
            "ghcr.io/a:1/zebra",
            "ghcr.io/Zebra/api",
            "zebra.example.com:0/a",
            "[2001:db8::zebra]/a",
            "2001:db8::1/a",
            "http://zebra.example.com:443/a",
            "https://ghcr.io",
            "https://ghcr.io/v2/",
            "https://github.com/zebra/api",
            "ftp://zebra.example.com/a",
            "oci://zebra",
            format!("ghcr.io/a:{}", "1".repeat(129)).as_str(),
            "0a".repeat(32).as_str(),
        ] {
            let problem = Image::parse(text).unwrap_err().to_string();
            assert!(!problem.is_empty() && !problem.contains("zebra"), "{text}");
        }
    }
}
