//! The plugins that build, push and log in, by the names of their images.

mod family;
mod registry;

use super::settings::{Field, Settings};
use super::{Step, scripts_in};
use crate::buildx;
use crate::found::{Findings, Kind};
use crate::scripts;
use crate::variables::{Lookup, hole};
use crate::yaml::Node;
use family::{Family, last_part};

pub(super) use registry::REGISTRY;

/// What manifests put in for each platform.
pub(super) const OS: &str = "OS";
pub(super) const ARCH: &str = "ARCH";
pub(super) const VARIANT: &str = "VARIANT";

/// What is done with the images that a setting names as caches.
const CACHES: [(&str, &[Kind]); 3] = [
    ("cache_from", &[Kind::Pulls]),
    ("cache_to", &[Kind::Pushes]),
    // These are read and written.
    ("cache_images", &[Kind::Pulls, Kind::Pushes]),
];

/// Settings that hold a secret in every plugin that has them.
const PASSWORDS: [&str; 2] = ["password", "docker_password"];

/// Settings that hold a secret of a registry.
const KEYS: [&str; 7] = [
    "secret_key",
    "aws_secret_access_key",
    "json_key",
    "client_secret",
    "base_image_password",
    "access_token",
    "registry_password",
];

/// Adds what the plugin of a step does.
pub(super) fn read(
    step: &Step<'_>,
    image: &str,
    environment: &[(String, String)],
    found: &mut Findings,
) {
    let settings = Settings::of(step, environment);
    passwords(&settings, &PASSWORDS, found);
    if last_part(image).contains("ssh") {
        let script = scripts_in(settings.get("script"));
        let place = settings.at("script", step.place.line);
        scripts::commands_of(&script, &|_| Lookup::Unknown, &place, found);
    }
    let family = Family::of(image).or_else(|| Family::of_settings(image, &settings));
    let Some(family) = family else { return };
    passwords(&settings, &KEYS, found);
    let plugin = Plugin { family, is_official: family::is_official(image), settings };
    plugin.logins(found);
    if family == Family::Manifest {
        return plugin.manifest(found);
    }
    plugin.pushes(found);
    plugin.caches(found);
    plugin.build_options(found);
}

fn passwords(settings: &Settings<'_>, keys: &[&str], found: &mut Findings) {
    for key in keys {
        if let Some(field) = settings.first(key) {
            found.password(&field.name, &field.text, field.place);
        }
    }
}

/// A plugin that has to do with registries, and what it is told.
struct Plugin<'a> {
    family: Family,
    /// Of Drone's own plugins, which are not in all as those that copy them.
    is_official: bool,
    settings: Settings<'a>,
}

impl Plugin<'_> {
    fn pushes(&self, found: &mut Findings) {
        let is_dry = ["dry_run", "no_push"].iter().any(|key| self.settings.is_on(key));
        let kind = if is_dry { Kind::Builds } else { Kind::Pushes };
        if self.family == Family::Heroku {
            if let Some(app) = self.settings.first("app") {
                let process = self.settings.first("process_type").map(|field| field.text);
                let process = process.unwrap_or_else(|| "web".to_owned());
                let name = format!("registry.heroku.com/{}/{process}", app.text);
                found.image(kind, &name, app.place);
            }
            return;
        }
        for Field { text, place, .. } in self.settings.all("repo") {
            found.image(kind, &self.whole(&text), place);
        }
    }

    fn caches(&self, found: &mut Findings) {
        for (key, kinds) in CACHES {
            for field in self.settings.all(key) {
                for name in buildx::cache(&field.text) {
                    for kind in kinds {
                        found.image(*kind, &name, field.place.clone());
                    }
                }
            }
        }
        for Field { text, place, .. } in self.settings.all("cache_repo") {
            found.image(Kind::Pushes, &self.whole(&text), place);
        }
    }

    fn build_options(&self, found: &mut Findings) {
        for key in ["mirror", "mirrors", "registry_mirror", "registry_mirrors"] {
            for Field { text, place, .. } in self.settings.all(key) {
                found.registry(Kind::Pulls, &text, place);
            }
        }
        for key in ["output", "outputs"] {
            for Field { text, place, .. } in self.settings.all(key) {
                for (kind, name) in buildx::output(&text) {
                    found.image(kind, &name, place.clone());
                }
            }
        }
        for key in ["named_context", "named_contexts", "build_contexts", "additional_contexts"] {
            for Field { text, place, .. } in self.settings.all(key) {
                buildx::add_context(&text, place, found);
            }
        }
        for Field { text, place, .. } in self.settings.all("buildkit_driveropt") {
            let options = text.split(',').map(str::trim);
            for image in options.filter_map(|option| option.strip_prefix("image=")) {
                found.image(Kind::Pulls, image, place.clone());
            }
        }
    }

    /// A list of images under one name, made of those that were pushed for each platform.
    fn manifest(&self, found: &mut Findings) {
        for Field { text, place, .. } in self.settings.all("target") {
            found.image(Kind::Pushes, &text, place);
        }
        let platforms = self.settings.all("platforms");
        for Field { text, place, .. } in self.settings.all("template") {
            let fill = |os: &str, arch: &str, variant: &str| {
                let marked = text.replace(OS, "\u{1}").replace(ARCH, "\u{2}");
                let marked = marked.replace(VARIANT, "\u{3}");
                marked.replace('\u{1}', os).replace('\u{2}', arch).replace('\u{3}', variant)
            };
            if platforms.is_empty() {
                let name = fill(&hole(OS), &hole(ARCH), &hole(VARIANT));
                found.image(Kind::Pulls, &name, place);
                continue;
            }
            for platform in &platforms {
                let mut parts = platform.text.splitn(3, '/');
                let mut next = || parts.next().unwrap_or_default();
                let (os, arch, variant) = (next(), next(), next());
                found.image(Kind::Pulls, &fill(os, arch, variant), place.clone());
            }
        }
    }
}

/// The items of a setting that is a list of mappings.
fn mappings<'a>(settings: &Settings<'a>, key: &str) -> Vec<&'a Node> {
    let node = settings.get(key);
    node.map(Node::items).unwrap_or_default().iter().filter(|item| item.is_map()).collect()
}
