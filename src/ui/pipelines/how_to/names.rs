//! The names that stand in the lines: whose instance, which pipeline, which images.

use crate::domain::credential::Access;
use crate::domain::listing::percent;
use crate::domain::pipeline::Grant;
use crate::domain::registry::RegistryHost;
use crate::domain::trust_rule::{Provider, TrustRule};
use uuid::Uuid;

pub(super) struct Names {
    /// Where this instance is, without a slash at its end.
    pub(super) address: String,
    pub(super) project: String,
    pub(super) pipeline: Uuid,
    /// The registries it may use, each once.
    pub(super) hosts: Vec<String>,
    /// An image that it may pull, if a grant says of what; without a tag.
    pub(super) pull: String,
    /// One that it may push.
    pub(super) push: String,
    rules: Vec<TrustRule>,
}

impl Names {
    /// From what the pipeline was granted; without a grant, what a first one could be.
    pub(super) fn of(
        address: &str,
        pipeline: Uuid,
        project: String,
        rules: Vec<TrustRule>,
        grants: &[Grant],
    ) -> Self {
        let mut hosts: Vec<String> = Vec::new();
        for grant in grants {
            if !hosts.contains(&grant.host) {
                hosts.push(grant.host.clone());
            }
        }
        if hosts.is_empty() {
            hosts.push("ghcr.io".to_owned());
        }
        let pushing = grants.iter().find(|grant| grant.terms.intent == Access::PullAndPush);
        Self {
            address: address.trim_end_matches('/').to_owned(),
            project: percent(&project),
            pipeline,
            hosts,
            pull: example(grants.first()),
            push: example(pushing.or(grants.first())),
            rules,
        }
    }

    /// What a token of the provider has to be for: as the trust rule says, or this instance.
    pub(super) fn audience(&self, provider: Provider) -> &str {
        let rule = self.rules.iter().find(|rule| rule.provider == provider);
        rule.map_or(self.address.as_str(), |rule| rule.audience.as_str())
    }

    /// The claims that trust rules for the provider ask for.
    pub(super) fn claims(&self, provider: Provider) -> impl Iterator<Item = &str> {
        let rules = self.rules.iter().filter(move |rule| rule.provider == provider);
        rules.flat_map(|rule| rule.claims.keys().map(String::as_str))
    }

    /// A `config.json` by which clients ask the credential helper for these registries. Docker
    /// Hub has two keys: docker looks for its own, everybody else for the host.
    pub(super) fn cred_helpers(&self) -> String {
        let keys = self.hosts.iter().flat_map(|host| match docker_key(host) {
            Some(key) => vec![host.clone(), key],
            None => vec![host.clone()],
        });
        cred_helpers(keys)
    }

    /// The same with hosts only: podman's remote client refuses a file with any other key.
    pub(super) fn cred_helpers_by_host(&self) -> String {
        cred_helpers(self.hosts.iter().cloned())
    }
}

fn example(grant: Option<&Grant>) -> String {
    let host = grant.map_or("ghcr.io", |grant| grant.host.as_str());
    match grant.and_then(|grant| grant.terms.repositories.first()) {
        None => format!("{host}/acme/api"),
        // The first part alone is rarely an image.
        Some(prefix) if !prefix.contains('/') => format!("{host}/{prefix}/api"),
        Some(prefix) => format!("{host}/{prefix}"),
    }
}

/// What docker calls the registry in its configuration, where that is not the host.
fn docker_key(host: &str) -> Option<String> {
    let stored = RegistryHost::stored(host)?;
    Some(stored.docker_config_key().to_owned()).filter(|key| key != host)
}

fn cred_helpers(keys: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = keys.map(|key| format!("    \"{key}\": \"regcred\"")).collect();
    format!("{{\n  \"credHelpers\": {{\n{}\n  }}\n}}", lines.join(",\n"))
}
