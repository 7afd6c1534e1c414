//! Where else than to its own origin a secret may go, by registry.

use super::RegistryKind;
use crate::domain::registry::RegistryHost;

impl RegistryKind {
    /// The fixed origins, in addition to its own, to which the secret of a credential on this host may go (design section 3).
    ///
    /// Empty if the host is not of this kind. Minting calls are not here: they send a signature, never the secret.
    pub fn companions(self, host: &RegistryHost) -> Vec<&'static str> {
        match Self::recognise(host) {
            kind if kind != self => vec![],
            Self::DockerHub => {
                vec!["https://auth.docker.io:443", "https://registry-1.docker.io:443"]
            }
            Self::Ghcr => vec!["https://api.github.com:443"],
            Self::GitLab => vec!["https://gitlab.com:443"],
            _ => vec![],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn companions_belong_to_hosts_of_their_kind_only() {
        let host = |text| RegistryHost::stored(text).unwrap();
        let hub = RegistryKind::DockerHub.companions(&host("docker.io"));
        assert_eq!(hub, ["https://auth.docker.io:443", "https://registry-1.docker.io:443"]);
        assert!(RegistryKind::DockerHub.companions(&host("registry.example.com")).is_empty());
        assert!(RegistryKind::Ghcr.companions(&host("ghcr.io:8443")).is_empty());
        assert!(RegistryKind::SelfHosted.companions(&host("registry.example.com")).is_empty());
    }
}
