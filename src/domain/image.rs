//! An image as clients name it: `registry.example.com:5000/acme/api:1.2`, `acme/api`, `nginx`.
//! Without a host it is one of Docker Hub's (the distribution project's reference grammar).

use super::registry::{HostProblem, ParsedRegistry, RegistryHost};
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
        let has_host = text.contains("://") || text.split_once('/').is_some_and(|(first, _)| is_host(first));
        let whole = if has_host { text.to_owned() } else { format!("docker.io/{text}") };
        let ParsedRegistry { host, path, .. } =
            RegistryHost::parse(&whole).map_err(ImageProblem::Host)?;
        let repository = path.ok_or(ImageProblem::NoRepository)?;
        let is_official = host.is_docker_hub() && !repository.contains('/');
        let repository =
            if is_official { format!("library/{repository}") } else { repository };
        Ok(Self { host, repository })
    }
}

/// Whether the part before the first slash is a host and not the first part of a repository.
fn is_host(first: &str) -> bool {
    first == "localhost" || first.contains(['.', ':', '@', '[']) || first.chars().any(char::is_uppercase)
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
        ] {
            let image = Image::parse(text).unwrap();
            assert_eq!((image.host.as_str(), image.repository.as_str()), (host, repository), "{text}");
        }
    }

    #[test]
    fn what_names_no_image_is_refused() {
        for text in ["", "ghcr.io/", "a b/c", "zebra@ghcr.io/x", "ghcr.io/x\ny", "*.io/x", "Acme/api"] {
            let problem = Image::parse(text).unwrap_err().to_string();
            assert!(!problem.is_empty() && !problem.contains("zebra"), "{text}");
        }
    }
}
