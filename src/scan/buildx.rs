//! What builds are told on one line, in commands, compose files and actions alike: `type=registry,ref=…`.

use crate::dockerfile::fields;
use crate::found::{Findings, Kind, Place};
use crate::variables::without_holes;

/// The value of a key of `key=value,key=value`.
fn value(text: &str, key: &str) -> Option<String> {
    fields(text).iter().find_map(|field| {
        let (known, value) = field.split_once('=')?;
        known.trim().eq_ignore_ascii_case(key).then(|| value.trim().to_owned())
    })
}

/// The images that a cache is taken from or put into: `type=registry,ref=NAME`, or names alone.
pub fn cache(text: &str) -> Vec<String> {
    let text = text.trim();
    let parts = fields(text);
    if parts.iter().all(|part| !part.contains('=')) {
        let names = parts.iter().map(|part| part.trim().to_owned());
        return names.filter(|name| !name.is_empty()).collect();
    }
    // Beside a key, a name alone is a mistake.
    if parts.first().is_some_and(|first| !first.contains('=')) {
        return vec![text.to_owned()];
    }
    let is_registry = value(text, "type").is_some_and(|kind| kind == "registry");
    value(text, "ref").filter(|_| is_registry).into_iter().collect()
}

/// The images that an output makes, and whether it pushes them: `type=registry,name=NAME`.
pub fn output(text: &str) -> Vec<(Kind, String)> {
    let kind = value(text, "type").unwrap_or_default();
    let pushes = kind == "registry" || value(text, "push").is_some_and(|push| push == "true");
    if !matches!(kind.as_str(), "registry" | "image") {
        return Vec::new();
    }
    let kind = if pushes { Kind::Pushes } else { Kind::Builds };
    let names = value(text, "name").unwrap_or_default();
    names.split(',').map(|name| (kind, name.trim().to_owned())).collect()
}

/// The image of a named context: `docker-image://NAME`.
pub fn context_image(value: &str) -> Option<&str> {
    value.trim().strip_prefix("docker-image://")
}

/// The images of an override of bake, `target.field=value`. Tags are pushed if `pushes` says so.
pub fn overridden(text: &str, pushes: bool) -> Vec<(Kind, String)> {
    let Some((field, value)) = text.split_once('=') else { return Vec::new() };
    let value = value.trim().trim_matches('"');
    // What an expression makes of the target may be any name.
    let field = without_holes(field, |_| "*".to_owned());
    let field = field.trim().trim_end_matches('+').split_once('.').map_or("", |(_, field)| field);
    let tags = if pushes { Kind::Pushes } else { Kind::Builds };
    let (kind, names): (Kind, Vec<String>) = match field {
        "tags" => {
            let names = value.split(',').map(|name| name.trim().trim_matches(['"', '\'']));
            (tags, names.map(str::to_owned).collect())
        }
        "cache-from" => (Kind::Pulls, cache(value)),
        "cache-to" => (Kind::Pushes, cache(value)),
        "output" => return output(value),
        field if field.starts_with("contexts.") => {
            (Kind::Pulls, context_image(value).into_iter().map(str::to_owned).collect())
        }
        _ => return Vec::new(),
    };
    names.into_iter().map(|name| (kind, name)).collect()
}

/// Whether an override of bake gives a target an output that pushes.
pub fn override_pushes(text: &str) -> bool {
    let field = without_holes(text, |_| "*".to_owned());
    field.contains(".output=") && (text.contains("type=registry") || text.contains("push=true"))
}

/// Adds the named context `NAME=VALUE` if it is an image.
pub fn add_context(text: &str, place: Place, found: &mut Findings) {
    let image = text.split_once('=').and_then(|(_, value)| context_image(value));
    if let Some(image) = image {
        found.image(Kind::Pulls, image, place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_is_an_image_only_in_a_registry() {
        let none: [&str; 0] = [];
        assert_eq!(cache("type=registry,ref=ghcr.io/acme/api:cache"), ["ghcr.io/acme/api:cache"]);
        assert_eq!(cache("ghcr.io/acme/api:cache"), ["ghcr.io/acme/api:cache"]);
        assert_eq!(
            cache("quay.io/acme/a, quay.io/acme/b:1"),
            ["quay.io/acme/a", "quay.io/acme/b:1"]
        );
        assert_eq!(cache("quay.io/acme/a,mode=max"), ["quay.io/acme/a,mode=max"]);
        assert_eq!(cache("type=gha,scope=x"), none);
        assert_eq!(cache("type=local,src=ref"), none);
        assert_eq!(cache(" "), none);
    }

    #[test]
    fn an_output_pushes_if_it_says_so() {
        let name = "ghcr.io/acme/api".to_owned();
        assert_eq!(output("type=registry,name=ghcr.io/acme/api"), [(Kind::Pushes, name.clone())]);
        assert_eq!(
            output("type=image,name=ghcr.io/acme/api,push=true"),
            [(Kind::Pushes, name.clone())]
        );
        assert_eq!(output("type=image,name=ghcr.io/acme/api"), [(Kind::Builds, name)]);
        assert_eq!(
            output("type=image,\"name=a,b\",push=true"),
            [(Kind::Pushes, "a".to_owned()), (Kind::Pushes, "b".to_owned())]
        );
        assert!(output("type=local,dest=out").is_empty());
    }
}
