//! Where each guide stands: its file, and the address it is read at.

/// A guide's shelf, its word in the address, and what is written in it.
pub type File = (Shelf, &'static str, &'static str);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    Topics,
    Registries,
    Clients,
    Ci,
}

macro_rules! files {
    ($shelf:ident, $folder:literal: $($word:literal)+) => {
        &[$((Shelf::$shelf, $word, include_str!(concat!($folder, $word, ".md")))),+]
    };
}

impl Shelf {
    pub const ALL: [Self; 4] = [Self::Topics, Self::Registries, Self::Clients, Self::Ci];

    /// What stands above its guides.
    pub fn label(self) -> &'static str {
        match self {
            Self::Topics => "Guides",
            Self::Registries => "Registries",
            Self::Clients => "Clients",
            Self::Ci => "CI",
        }
    }

    /// What stands before the word in the address of a guide.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Topics => "",
            Self::Registries => "registries/",
            Self::Clients => "clients/",
            Self::Ci => "ci/",
        }
    }

    /// Its guides, in the order in which they are read.
    pub(super) fn files(self) -> &'static [File] {
        match self {
            Self::Topics => {
                files!(Topics, "":
                    "getting-started" "concepts" "credentials" "pipelines" "trust-rules" "receipts"
                    "roles" "registries" "clients" "ci" "practice" "troubleshooting" "errors"
                    "questions" "operating")
            }
            Self::Registries => {
                files!(Registries, "registries/":
                    "docker-hub" "docker-hardened" "ghcr" "gitlab" "google" "ecr" "ecr-public" "acr"
                    "quay" "harbor" "nvidia" "ibm" "heroku" "scaleway" "digitalocean" "oracle"
                    "self-hosted")
            }
            Self::Clients => {
                files!(Clients, "clients/":
                    "docker" "credential-helper" "podman" "skopeo" "buildx" "docker-auth-config"
                    "kubernetes" "kubelet")
            }
            Self::Ci => {
                files!(Ci, "ci/":
                    "github-actions" "gitlab-ci" "circleci" "buildkite" "azure-pipelines"
                    "woodpecker" "drone" "jenkins" "tekton")
            }
        }
    }
}
