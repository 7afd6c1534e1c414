//! What each format would hold for one registry: by the same choice as a delivery, and by what the
//! format can hold.

use super::{Row, Stored};
use crate::domain::delivery::{Content, Door};
use crate::domain::image::Image;
use crate::domain::matching::{FormatVerdict, Note, Outcome, Shape, Won};
use crate::domain::registry::RegistryHost;

pub(super) struct Format {
    name: &'static str,
    pub(super) door: Door,
    pub(super) shape: Shape,
    pub(super) is_known: bool,
}

impl Format {
    /// Whether it is told the registry. Another one holds every registry that is granted.
    pub(super) fn names_host(&self) -> bool {
        self.is_known || self.shape == Shape::One || self.door == Door::Kubelet
    }
}

const fn format(name: &'static str, door: Door, shape: Shape, is_known: bool) -> Format {
    Format { name, door, shape, is_known }
}

pub(super) const FORMATS: [Format; 14] = [
    format("docker config.json", Door::DockerConfig, Shape::Hosts, false),
    format("docker config.json with image=", Door::DockerConfig, Shape::Hosts, true),
    format("auth.json", Door::AuthJson, Shape::Paths, false),
    format("auth.json with image=", Door::AuthJson, Shape::Paths, true),
    format("Kubernetes secret", Door::KubernetesSecret, Shape::Paths, false),
    format("Kubernetes secret with image=", Door::KubernetesSecret, Shape::Paths, true),
    format("DOCKER_AUTH_CONFIG", Door::DockerAuthConfig, Shape::Hosts, false),
    format("docker-credential-regcred", Door::Credential, Shape::One, false),
    format("docker-credential-regcred with REGCRED_IMAGE", Door::Credential, Shape::One, true),
    format("kubelet", Door::Kubelet, Shape::One, true),
    format("kubelet with REGCRED_KUBELET_CACHE=Registry", Door::Kubelet, Shape::Paths, false),
    format("buildx folder of the repository", Door::Buildx, Shape::One, true),
    format("buildx folder of the registry", Door::Buildx, Shape::Hosts, false),
    format("Woodpecker, Drone", Door::Woodpecker, Shape::Hosts, false),
];

/// What the format would hold for the registry of the image.
pub(super) fn verdict(
    format: &Format,
    rows: &[Row],
    outcome: &Outcome,
    stored: &Stored,
    image: &Image,
) -> FormatVerdict {
    let mut parts = Vec::new();
    let mut note = None;
    for won in &outcome.won {
        let shown = &rows[won.index].0.summary;
        let content = match stored.get(&shown.id) {
            Some(Ok(content)) => *content,
            _ => Content::Text,
        };
        let content = if won.is_narrow { content.exchanged() } else { Ok(content) };
        if let Some(lost) = content.map_or_else(Some, |content| format.door.refuses(content)) {
            parts.push(format!("nothing of {}: {}", shown.name, lost.label()));
            continue;
        }
        let what = if won.is_narrow { "a short-lived token" } else { shown.name.as_str() };
        parts.push(format!("{}: {what}", keys(format, &shown.host, won, image)));
        if !format.is_known {
            note = note.or(Note::of(format.shape, &won.paths));
        }
    }
    for tie in &outcome.ties {
        let names: Vec<&str> =
            tie.of.iter().map(|index| rows[*index].0.summary.name.as_str()).collect();
        parts.push(format!("left out: {}", tie.reason(&names)));
    }
    let holds = match (parts.is_empty(), outcome.refusal()) {
        (false, _) => format!("{}.", parts.join("; ")),
        (true, Some((_, lost))) => format!("Nothing: {}.", lost.label()),
        (true, None) => "Nothing.".to_owned(),
    };
    FormatVerdict { format: format.name.to_owned(), holds: with_capital(&holds), note }
}

/// The keys of one credential, with the host as it is stored.
fn keys(format: &Format, host: &RegistryHost, won: &Won, image: &Image) -> String {
    // Where only one is given for what was asked, there is the registry, and for the kubelet and
    // buildx the repository.
    let is_exact =
        format.shape == Shape::Paths || matches!(format.door, Door::Kubelet | Door::Buildx);
    if format.is_known && is_exact {
        return format!("{host}/{}", image.repository);
    }
    if format.shape != Shape::Paths || won.paths.is_empty() {
        return host.to_string();
    }
    won.paths.iter().map(|path| format!("{host}/{path}")).collect::<Vec<_>>().join(", ")
}

/// A sentence, unless it begins with a host.
fn with_capital(text: &str) -> String {
    let is_words = text.starts_with("nothing") || text.starts_with("left out");
    let Some(first) = text.chars().next().filter(|_| is_words) else { return text.to_owned() };
    format!("{}{}", first.to_ascii_uppercase(), &text[first.len_utf8()..])
}
