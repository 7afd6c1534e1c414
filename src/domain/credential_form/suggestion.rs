//! The name that a credential is offered, made from what it is for.

use crate::domain::credential::Access;
use crate::domain::registry::RegistryHost;
use crate::domain::registry_kind::RegistryKind;

/// How often a name is tried with a number behind it.
const TRIED: usize = 20;

/// What a name for this host begins with: a word for the registry, or the host itself.
pub fn first_part(host: &RegistryHost) -> String {
    let kind = RegistryKind::recognise(host);
    match kind {
        RegistryKind::SelfHosted | RegistryKind::Harbor => of_host(host.as_str()),
        RegistryKind::Acr => host.as_str().split('.').next().unwrap_or_default().to_owned(),
        kind => kind.word().to_owned(),
    }
}

/// A host is long, so its name has the labels before the domain that it belongs to.
fn of_host(host: &str) -> String {
    let name = host.split(':').next().unwrap_or_default();
    let labels: Vec<&str> = name.split('.').collect();
    let is_address =
        name.starts_with('[') || labels.iter().all(|label| label.parse::<u8>().is_ok());
    match labels.as_slice() {
        _ if is_address => "registry".to_owned(),
        [sub, domain, _] => format!("{domain}-{sub}"),
        [one, ..] => (*one).to_owned(),
        [] => String::new(),
    }
}

/// The whole name: `ghcr-pull`, `ghcr-push`.
pub fn suggested_name(first_part: &str, access: &str) -> String {
    let does = if access == Access::PullAndPush.word() { "push" } else { "pull" };
    if first_part.is_empty() { String::new() } else { format!("{first_part}-{does}") }
}

/// The name, and the ones to try when it is taken.
pub fn alternatives(name: &str) -> Vec<String> {
    let numbered = (2..=TRIED).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned()).chain(numbered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_registry_and_what_may_be_done() {
        for (host, access, name) in [
            ("ghcr.io", "pull", "ghcr-pull"),
            ("ghcr.io", "pull_push", "ghcr-push"),
            ("docker.io", "pull", "docker-hub-pull"),
            ("acme.azurecr.io", "pull", "acme-pull"),
            ("europe-docker.pkg.dev", "pull_push", "google-push"),
            ("registry.example.com:5000", "pull", "example-registry-pull"),
            ("a.b.example.com", "pull", "a-pull"),
            ("localhost:5000", "pull", "localhost-pull"),
            ("192.0.2.10:5000", "pull", "registry-pull"),
            ("[2001:db8::1]:5000", "pull", "registry-pull"),
        ] {
            let host = RegistryHost::stored(host).unwrap();
            assert_eq!(suggested_name(&first_part(&host), access), name);
        }
        assert_eq!(suggested_name("", "pull"), "");
    }

    #[test]
    fn a_name_that_is_taken_is_tried_with_a_number() {
        assert_eq!(alternatives("ghcr-pull")[..3], ["ghcr-pull", "ghcr-pull-2", "ghcr-pull-3"]);
        assert_eq!(alternatives("ghcr-pull").len(), TRIED);
    }
}
