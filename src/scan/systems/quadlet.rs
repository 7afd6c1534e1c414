//! Units of podman's Quadlet: `.container`, `.image`, `.build`, `.volume`, `.artifact` and `.kube`.

#[cfg(test)]
mod tests;
mod unit;

use super::kubernetes;
use crate::found::{Findings, Kind};
use crate::scripts;
use crate::source::Source;
use crate::variables::{HOLE, Lookup, Syntax, hole, substitute};
use crate::yaml::Script;
use unit::{Unit, Value};

const SHORT: &str = "Podman asks registries.conf for the registry of a short name.";
const NEVER: &str = "It is not pulled: podman has to have the image.";

/// Endings of what Image= can name instead of an image.
const UNITS: [&str; 2] = [".image", ".build"];

/// Names of what is no registry.
const TRANSPORTS: [&str; 6] =
    ["containers-storage:", "dir:", "docker-archive:", "docker-daemon:", "oci-archive:", "oci:"];

/// Whether a file of that name and text is a unit of Quadlet.
pub(crate) fn is_one(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    // Parts of a unit are in a folder that is named after it.
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    let owner = if name.ends_with(".conf") {
        folder.strip_suffix(".d").unwrap_or_default()
    } else {
        name.as_str()
    };
    let has_section = |section: &str| text.lines().any(|line| line.trim_end() == section);
    match owner.rsplit_once('.').map(|(_, ending)| ending) {
        Some("container") => has_section("[Container]"),
        Some("image") => has_section("[Image]"),
        Some("build") => has_section("[Build]"),
        Some("volume") => has_section("[Volume]"),
        Some("artifact") => has_section("[Artifact]"),
        Some("kube") => has_section("[Kube]"),
        _ => false,
    }
}

/// Whether a file of that name may be one.
pub(crate) fn may_be_one(path: &str) -> bool {
    let endings = [".container", ".image", ".build", ".volume", ".artifact", ".kube"];
    let is_part =
        path.ends_with(".conf") && endings.iter().any(|end| path.contains(&format!("{end}.d/")));
    is_part || endings.iter().any(|end| path.ends_with(end))
}

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let source: &Source<'_> = source;
    let unit = Unit::of(&source.text);
    let reader = Reader { source, unit: &unit };
    reader.containers(found);
    reader.images(found);
    reader.builds(found);
    reader.commands(found);
    if let Some(yaml) = unit.last("Kube", "Yaml").filter(|yaml| !yaml.text.contains("://")) {
        match source.beside(&yaml.text) {
            Ok(mut other) => kubernetes::read(&mut other, found),
            Err(reason) => found.note(&source.name, yaml.line, reason),
        }
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    if variable.len() == 1 {
        "the name or the host of the unit"
    } else {
        "the environment of the unit"
    }
}

struct Reader<'a, 't> {
    source: &'a Source<'t>,
    unit: &'a Unit,
}

impl Reader<'_, '_> {
    fn containers(&self, found: &mut Findings) {
        let pull = self.unit.last("Container", "Pull");
        let is_never = pull.is_some_and(|pull| pull.text.eq_ignore_ascii_case("never"));
        let notes: &[&str] = if is_never { &[NEVER] } else { &[] };
        if let Some(image) = self.unit.last("Container", "Image") {
            self.image(Kind::Pulls, "Container.Image", image, &image.text, notes, found);
        }
        for mount in self.unit.all("Container", "Mount") {
            let fields: Vec<&str> = mount.text.split(',').collect();
            let field = |keys: &[&str]| {
                fields.iter().find_map(|field| {
                    let (key, value) = field.split_once('=')?;
                    keys.contains(&key.trim()).then_some(value)
                })
            };
            if field(&["type"]) == Some("image")
                && let Some(name) = field(&["source", "src"])
            {
                self.image(Kind::Pulls, "Container.Mount", mount, name, &[], found);
            }
        }
    }

    fn images(&self, found: &mut Findings) {
        let is_image = |driver: &Value| driver.text == "image";
        if let Some(image) = self.unit.last("Volume", "Image")
            && self.unit.last("Volume", "Driver").is_some_and(is_image)
        {
            self.image(Kind::Pulls, "Volume.Image", image, &image.text, &[], found);
        }
        for (section, key) in [("Image", "Image"), ("Artifact", "Artifact")] {
            let Some(image) = self.unit.last(section, key) else { continue };
            self.image(Kind::Pulls, &format!("{section}.{key}"), image, &image.text, &[], found);
            if let Some(creds) = self.unit.last(section, "Creds") {
                let place = self.source.at(creds.line).path(format!("{section}.Creds"));
                let host = self.filled(&image.text);
                let host = host.split_once('/').map_or("", |(host, _)| host);
                // A short name has a host that is not in the file.
                if crate::reference::is_host(host) || host.contains(HOLE) {
                    found.registry(Kind::LogsIn, host, place.clone());
                }
                let (_, password) = creds.text.split_once(':').unwrap_or_default();
                found.password("Creds", password, place);
            }
        }
    }

    fn builds(&self, found: &mut Findings) {
        for tag in self.unit.all("Build", "ImageTag") {
            self.image(Kind::Builds, "Build.ImageTag", tag, &tag.text, &[], found);
        }
    }

    /// What the service runs before and after the container.
    fn commands(&self, found: &mut Findings) {
        for key in ["ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"] {
            for command in self.unit.all("Service", key) {
                // Signs before a command say how it is run.
                let text = command.text.trim_start_matches(['-', '+', '!', '@', ':', '|']);
                let text = self.filled(text);
                let script = Script { text: &text, line: command.line, keeps_lines: false };
                let place = self.source.at(command.line).path(format!("Service.{key}"));
                let place = place.job(self.source.file_name());
                scripts::commands(script, &|_| Lookup::Unknown, &place, found);
            }
        }
    }

    /// An image, unless it is another unit or no image of a registry.
    fn image(
        &self,
        kind: Kind,
        path: &str,
        value: &Value,
        name: &str,
        notes: &[&str],
        found: &mut Findings,
    ) {
        let name = self.filled(name.trim());
        let name = name.strip_prefix("docker://").unwrap_or(&name);
        let is_unit = !name.contains('/') && UNITS.iter().any(|ending| name.ends_with(ending));
        if is_unit || TRANSPORTS.iter().any(|transport| name.starts_with(transport)) {
            return;
        }
        let first = name.split_once('/').map_or("", |(first, _)| first);
        let is_short =
            !crate::reference::is_host(first) && !first.contains(HOLE) && kind == Kind::Pulls;
        let mut notes = notes.to_vec();
        if is_short {
            notes.push(SHORT);
        }
        let place = self.source.at(value.line).path(path).job(self.source.file_name());
        found.image_with(kind, name, place, &notes);
    }

    /// The text with specifiers and variables of systemd put in, as far as they are known.
    fn filled(&self, text: &str) -> String {
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            match chars.next() {
                Some('%') | None => out.push('%'),
                Some(specifier) => out.push_str(&hole(&specifier.to_string())),
            }
        }
        let values = self.unit.environment();
        substitute(&out, Syntax::COMPOSE, &|name| {
            let value = values.iter().rev().find(|(known, _)| known == name);
            value.map_or(Lookup::Unknown, |(_, value)| Lookup::Is(value.clone()))
        })
    }
}
