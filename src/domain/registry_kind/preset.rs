//! The registries that the create dialog offers by name.

use super::RegistryKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    pub kind: RegistryKind,
    pub label: &'static str,
    /// What to put into Registry URL, or an example of what belongs there.
    pub registry_url: &'static str,
    /// Whether `registry_url` can be used as it stands.
    pub is_exact: bool,
}

/// The common registries, in the order of requirements/001.
pub const PRESETS: [Preset; 9] = [
    exact(RegistryKind::DockerHub, "Docker Hub", "docker.io"),
    exact(RegistryKind::Ghcr, "GitHub Container Registry", "ghcr.io"),
    exact(RegistryKind::GitLab, "GitLab Container Registry", "registry.gitlab.com"),
    example(RegistryKind::Google, "Google Artifact Registry, gcr.io", "europe-docker.pkg.dev"),
    example(RegistryKind::Ecr, "Amazon ECR", "123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
    example(RegistryKind::Acr, "Azure Container Registry", "acme.azurecr.io"),
    exact(RegistryKind::Quay, "Quay", "quay.io"),
    example(RegistryKind::Harbor, "Harbor", "harbor.example.com"),
    example(RegistryKind::SelfHosted, "Self-hosted registry", "registry.example.com:5000"),
];

const fn exact(kind: RegistryKind, label: &'static str, registry_url: &'static str) -> Preset {
    Preset { kind, label, registry_url, is_exact: true }
}

const fn example(kind: RegistryKind, label: &'static str, registry_url: &'static str) -> Preset {
    Preset { kind, label, registry_url, is_exact: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::registry::RegistryHost;

    #[test]
    fn presets_are_canonical_and_recognised_as_what_they_say() {
        for preset in PRESETS {
            let host = RegistryHost::stored(preset.registry_url).unwrap();
            assert_eq!(RegistryKind::recognise(&host), preset.kind, "{}", preset.label);
        }
    }
}
