//! An image as clients name it: `registry.example.com:5000/acme/api:1.2`, `acme/api`, `nginx`.
//! Without a host it is one of Docker Hub's (the distribution project's reference grammar).

use super::registry::{HostProblem, PathProblem, RegistryHost, path_scope};
use serde::{Deserialize, Serialize};

/// Where an image lies, without its tag and digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The registry.
    pub host: RegistryHost,
    /// The repository, for example `acme/api`; on Docker Hub `library/nginx` for `nginx`.
    pub repository: String,
}

/// Why a text names no image. Never repeats it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageProblem {
    /// The registry's part.
    #[error("{0}")]
    Host(HostProblem),
    /// The repository's part.
    #[error("{0}")]
    Path(PathProblem),
    /// There is a host and nothing behind it.
    #[error("Name the whole image, for example ghcr.io/acme/api:1.2.")]
    NoRepository,
}

impl Image {
    /// Reads an image's name. A scheme, user info and white space are refused or dropped as for a
    /// registry host.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ImageProblem> {
        let text = text.trim();
        // A scheme is dropped by the host's own rules.
        let bare = text.split_once("://").map_or(text, |(_, bare)| bare);
        let (host, path) = match bare.split_once('/') {
            Some((first, path)) if bare.len() < text.len() || is_host(first) => {
                (&text[..text.len() - path.len() - 1], path)
            }
            _ => ("docker.io", bare),
        };
        let host = RegistryHost::parse(host).map_err(ImageProblem::Host)?.host;
        let path = path.split_once('@').map_or(path, |(path, _)| path);
        let last = path.rfind('/').map_or(0, |slash| slash + 1);
        let path = path[last..].find(':').map_or(path, |colon| &path[..last + colon]);
        let [repository] = path_scope(path)
            .map_err(ImageProblem::Path)?
            .try_into()
            .map_err(|_| ImageProblem::NoRepository)?;
        if repository != path {
            return Err(ImageProblem::NoRepository);
        }
        let is_official = host.is_docker_hub() && !repository.contains('/');
        let repository = if is_official { format!("library/{repository}") } else { repository };
        Ok(Self { host, repository })
    }
}

/// Whether the part before the first slash is a host and not the first part of a repository.
fn is_host(first: &str) -> bool {
    first == "localhost"
        || first.contains(['.', ':', '@', '['])
        || first.chars().any(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            let problem = Image::parse(text).unwrap_err().to_string();
            assert!(!problem.is_empty() && !problem.contains("zebra"), "{text}");
        }
    }
}
