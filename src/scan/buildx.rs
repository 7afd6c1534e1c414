//! What builds are told on one line, in commands, compose files and actions alike: `type=registry,ref=…`.

use crate::dockerfile::fields;
use crate::found::{Findings, Kind, Place};

/// The value of a key of `key=value,key=value`.
fn value(text: &str, key: &str) -> Option<String> {
    fields(text).iter().find_map(|field| {
        let (known, value) = field.split_once('=')?;
        known.trim().eq_ignore_ascii_case(key).then(|| value.trim().to_owned())
    })
}

/// The image that a cache is taken from or put into: `type=registry,ref=NAME`, or the name alone.
pub fn cache(text: &str) -> Option<String> {
    let text = text.trim();
    // Only its first field can be without a key.
    if !text.split(',').next().unwrap_or_default().contains('=') {
        return (!text.is_empty()).then(|| text.to_owned());
    }
    value(text, "type").filter(|kind| kind == "registry").and_then(|_| value(text, "ref"))
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
        assert_eq!(
            cache("type=registry,ref=ghcr.io/acme/api:cache").as_deref(),
            Some("ghcr.io/acme/api:cache")
        );
        assert_eq!(cache("ghcr.io/acme/api:cache").as_deref(), Some("ghcr.io/acme/api:cache"));
        assert_eq!(cache("type=gha,scope=x"), None);
        assert_eq!(cache("type=local,src=ref"), None);
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
