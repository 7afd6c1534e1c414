//! Which plugin an image is. Most are copies of a few, under other names and in other registries.

use super::Settings;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Those that take the repository as it is.
    Docker,
    /// Those that put the registry before it.
    Kaniko,
    Ecr,
    Gcr,
    Gar,
    Acr,
    Heroku,
    Manifest,
}

/// What stands before the name of a plugin, in the last part of an image's name.
const BEFORE: [&str; 7] =
    ["drone-plugin-", "drone-", "woodpecker-plugin-", "woodpecker-", "plugin-", "plugins-", "wp-"];

/// Settings that a plugin with a `repo` has only if it is the repository of an image.
const OF_IMAGES: [&str; 7] = [
    "registry",
    "dockerfile",
    "build_args",
    "build_args_from_env",
    "cache_from",
    "cache_repo",
    "auto_tag",
];

impl Family {
    /// By the name of the image. The official `docker` image is no plugin.
    pub(super) fn of(image: &str) -> Option<Self> {
        let last = last_part(image);
        let bare = BEFORE.iter().find_map(|before| last.strip_prefix(before));
        if bare.is_none() && !is_in_plugins(image) {
            return None;
        }
        let bare = bare.unwrap_or(last);
        let of_cloud = |cloud: &str| bare == cloud || bare.ends_with(&format!("-{cloud}"));
        for (cloud, family) in [
            ("ecr", Self::Ecr),
            ("gcr", Self::Gcr),
            ("gar", Self::Gar),
            ("acr", Self::Acr),
            ("heroku", Self::Heroku),
            ("manifest", Self::Manifest),
        ] {
            if of_cloud(cloud) {
                return Some(family);
            }
        }
        match bare {
            "docker" | "docker-buildx" | "buildx" | "buildah" | "buildah-docker" | "podman"
            | "depot" => Some(Self::Docker),
            "kaniko" | "kaniko-docker" | "docker-kaniko" => Some(Self::Kaniko),
            _ => None,
        }
    }

    /// By what the plugin is told, for those that nobody knows.
    pub(super) fn of_settings(image: &str, settings: &Settings<'_>) -> Option<Self> {
        // Those of charts have the same settings.
        let is_other = ["helm", "chart"].iter().any(|word| last_part(image).contains(word));
        let is_it = settings.get("repo").is_some()
            && OF_IMAGES.iter().any(|key| settings.get(key).is_some());
        (is_it && !is_other).then_some(Self::Docker)
    }
}

/// The last part of an image's name, without its tag and digest.
pub(super) fn last_part(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    let last = name.rsplit('/').next().unwrap_or(name);
    last.split(':').next().unwrap_or(last)
}

fn parent(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    name.rsplit('/').nth(1).unwrap_or_default()
}

fn is_in_plugins(image: &str) -> bool {
    parent(image).ends_with("plugins")
}

/// Whether it is one of the plugins that Drone's authors publish.
pub(super) fn is_official(image: &str) -> bool {
    parent(image) == "plugins"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_known_in_each_of_its_copies() {
        for (image, family) in [
            ("plugins/docker", Some(Family::Docker)),
            ("plugins/docker:linux-amd64", Some(Family::Docker)),
            ("registry.example.com:5000/plugins/docker:20", Some(Family::Docker)),
            ("plugins/drone-docker", Some(Family::Docker)),
            ("woodpeckerci/plugin-docker-buildx:5", Some(Family::Docker)),
            ("codeberg.org/woodpecker-plugins/docker-buildx", Some(Family::Docker)),
            ("quay.io/thegeeklab/wp-docker-buildx@sha256:0", Some(Family::Docker)),
            ("banzaicloud/drone-kaniko", Some(Family::Kaniko)),
            ("plugins/kaniko-ecr", Some(Family::Ecr)),
            ("plugins/buildx-gar", Some(Family::Gar)),
            ("plugins/gcr", Some(Family::Gcr)),
            ("plugins/acr", Some(Family::Acr)),
            ("plugins/heroku", Some(Family::Heroku)),
            ("plugins/manifest", Some(Family::Manifest)),
            ("docker", None),
            ("docker:27-dind", None),
            ("library/docker", None),
            ("acme/kaniko", None),
            ("plugins/git", None),
            ("", None),
        ] {
            assert_eq!(Family::of(image), family, "{image}");
        }
    }
}
