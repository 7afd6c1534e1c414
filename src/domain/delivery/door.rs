//! The doors: the formats in which a pipeline can be answered.

use crate::domain::matching::Lost;

crate::domain::words! {
    pub enum Door {
        DockerConfig = "docker-config", "docker config.json";
        AuthJson = "auth-json", "auth.json";
        DockerAuthConfig = "docker-auth-config", "DOCKER_AUTH_CONFIG";
        KubernetesSecret = "kubernetes-secret", "Kubernetes secret";
        Buildx = "buildx", "buildx folders";
        Credential = "credential", "credential helper";
        Kubelet = "kubelet", "kubelet";
        RegistryToken = "registry-token", "registry token";
        Token = "token", "identity token";
        Woodpecker = "woodpecker", "Woodpecker";
        Drone = "drone", "Drone";
    }
}

/// What is to be handed out, as far as a format cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Text,
    Bytes,
    /// An identity token of the registry, stored in place of a password.
    Identity,
    /// A short-lived token of the registry, made for this answer.
    Token,
}

impl Content {
    /// What the registry gives for it, or why nothing: it is asked with a user name and a password, and
    /// an identity token is none.
    pub fn exchanged(self) -> Result<Self, Lost> {
        if self == Self::Identity { Err(Lost::IdentityToken) } else { Ok(Self::Token) }
    }
}

impl Door {
    /// Whether who reads its answer can use a registry's short-lived token instead of a secret.
    pub fn carries_tokens(self) -> bool {
        matches!(self, Self::DockerConfig | Self::Buildx | Self::RegistryToken)
    }

    /// Why its format cannot hold this; nothing when it can. Deliveries and the explainer ask here.
    pub fn refuses(self, content: Content) -> Option<Lost> {
        // The others have it in base64.
        let is_plain = matches!(
            self,
            Self::KubernetesSecret
                | Self::Credential
                | Self::Kubelet
                | Self::Woodpecker
                | Self::Drone
        );
        match content {
            Content::Bytes if is_plain => Some(Lost::NotText),
            Content::Identity if !self.carries_identities() => Some(Lost::IdentityToken),
            Content::Token if !self.carries_tokens() => Some(Lost::NeedsTokenClient),
            Content::Text | Content::Bytes | Content::Identity | Content::Token => None,
        }
    }

    /// Whether its format has a place for an identity token. Where there is none it would be sent as the
    /// password of a user who does not exist.
    fn carries_identities(self) -> bool {
        matches!(self, Self::DockerConfig | Self::AuthJson | Self::Buildx | Self::Credential)
    }

    /// Its bit where several doors are kept in one number. What is stored has these bits: they never change.
    pub fn bit(self) -> i64 {
        match self {
            Self::DockerConfig => 1,
            Self::AuthJson => 1 << 1,
            Self::DockerAuthConfig => 1 << 2,
            Self::KubernetesSecret => 1 << 3,
            Self::Buildx => 1 << 4,
            Self::Credential => 1 << 5,
            Self::Kubelet => 1 << 6,
            Self::RegistryToken => 1 << 7,
            Self::Token => 1 << 8,
            Self::Woodpecker => 1 << 9,
            Self::Drone => 1 << 10,
        }
    }

    /// The doors whose bits are in the number.
    pub fn of_bits(bits: i64) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|door| bits & door.bit() != 0).collect()
    }

    /// The most bytes that the reader of its answer takes, if there is a limit.
    pub fn longest(self) -> Option<usize> {
        match self {
            // What the kubelet's plugin reads, and what a Kubernetes secret may hold.
            Self::Kubelet | Self::KubernetesSecret => Some(1024 * 1024),
            // Linux starts no program with a longer variable (execve(2)); its name counts as well.
            Self::DockerAuthConfig => Some(128 * 1024 - 32),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_of_plain_text_holds_no_bytes_and_few_hold_a_token() {
        for door in Door::ALL.iter().copied() {
            assert_eq!(door.refuses(Content::Text), None, "{door:?}");
            let lost = (!door.carries_tokens()).then_some(Lost::NeedsTokenClient);
            assert_eq!(door.refuses(Content::Token), lost, "{door:?}");
        }
        for door in [Door::DockerConfig, Door::AuthJson, Door::Buildx, Door::Credential] {
            assert_eq!(door.refuses(Content::Identity), None, "{door:?}");
        }
        for door in [Door::DockerAuthConfig, Door::KubernetesSecret, Door::Kubelet, Door::Drone] {
            assert_eq!(door.refuses(Content::Identity), Some(Lost::IdentityToken), "{door:?}");
        }
        for door in [Door::Credential, Door::Kubelet, Door::KubernetesSecret] {
            assert_eq!(door.refuses(Content::Bytes), Some(Lost::NotText), "{door:?}");
        }
        for door in [Door::Woodpecker, Door::Drone] {
            assert_eq!(door.refuses(Content::Bytes), Some(Lost::NotText), "{door:?}");
        }
        for door in [Door::DockerConfig, Door::AuthJson, Door::DockerAuthConfig, Door::Buildx] {
            assert_eq!(door.refuses(Content::Bytes), None, "{door:?}");
        }
    }

    #[test]
    fn the_registry_is_asked_for_a_token_with_passwords_only() {
        assert_eq!(Content::Identity.exchanged(), Err(Lost::IdentityToken));
        for content in [Content::Text, Content::Bytes] {
            assert_eq!(content.exchanged(), Ok(Content::Token), "{content:?}");
        }
    }

    #[test]
    fn each_door_has_a_bit_of_its_own() {
        let all = Door::ALL.iter().fold(0, |all, door| all | door.bit());
        assert_eq!(all.count_ones() as usize, Door::ALL.len());
        assert_eq!(Door::of_bits(all), Door::ALL);
        assert_eq!(Door::of_bits(Door::Drone.bit()), [Door::Drone]);
        assert!(Door::of_bits(0).is_empty());
    }
}
