//! The names that stand in the lines: whose instance, which pipeline, which images.

use crate::domain::credential::Access;
use crate::domain::listing::percent;
use crate::domain::pipeline::Grant;
use crate::domain::registry::RegistryHost;
use crate::domain::trust_rule::{Provider, TrustRule};
use uuid::Uuid;

/// What is filled in.
pub(super) struct Names {
    /// Where this instance is, without a slash at its end.
    pub(super) address: String,
    /// The project's part of a URL.
    pub(super) project: String,
    /// The pipeline's id.
    pub(super) pipeline: Uuid,
    /// The registries it may use, each once.
    pub(super) hosts: Vec<String>,
    /// An image that it may pull, if a grant says of what.
    pub(super) pull: Example,
    /// One that it may push.
    pub(super) push: Example,
    rules: Vec<TrustRule>,
}

/// An image of somebody's.
pub(super) struct Example {
    host: String,
    /// Below the host.
    pub(super) repository: String,
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
            pull: Example::of(grants.first()),
            push: Example::of(pushing.or(grants.first())),
            rules,
        }
    }

    /// What a token of the provider has to be for: as the trust rule says, or this instance.
    pub(super) fn audience(&self, provider: Provider) -> &str {
        let rule = self.rules.iter().find(|rule| rule.provider == provider);
        rule.map_or(self.address.as_str(), |rule| rule.audience.as_str())
    }

    /// A `config.json` by which docker asks the credential helper for these registries.
    pub(super) fn cred_helpers(&self) -> String {
        let keys: Vec<String> = self
            .hosts
            .iter()
            .map(|host| format!("    \"{}\": \"regcred\"", docker_key(host)))
            .collect();
        format!("{{\n  \"credHelpers\": {{\n{}\n  }}\n}}", keys.join(",\n"))
    }
}

impl Example {
    fn of(grant: Option<&Grant>) -> Self {
        let host = grant.map_or("ghcr.io", |grant| grant.host.as_str()).to_owned();
        let repository = match grant.and_then(|grant| grant.terms.repositories.first()) {
            None => "acme/api".to_owned(),
            // The first part alone is rarely an image.
            Some(prefix) if !prefix.contains('/') => format!("{prefix}/api"),
            Some(prefix) => prefix.clone(),
        };
        Self { host, repository }
    }

    /// The whole name, without a tag.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }
}

/// What docker calls the registry in its configuration.
fn docker_key(host: &str) -> String {
    RegistryHost::stored(host)
        .map_or_else(|| host.to_owned(), |host| host.docker_config_key().to_owned())
}

/// The text as YAML and JSON quote it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Each line moved to the right.
pub(super) fn indented(text: &str, by: usize) -> String {
    let margin = " ".repeat(by);
    let lines: Vec<String> = text
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("{margin}{line}") })
        .collect();
    lines.join("\n")
}

/// A request with the bearer token of the shell's variable `token`. The header goes through
/// curl's input: its arguments can be read by every user of the machine. `printf` has none, since
/// it is a part of the shell.
pub(super) fn curl(token: &str, rest: &str) -> String {
    format!(
        "printf 'Authorization: Bearer %s\\n' \"${token}\" |\n  curl --fail --silent --show-error -H @- {rest}"
    )
}

/// Sets the shell's variable `token` to a short-lived pipeline token for the JWT in `jwt`.
pub(super) fn exchange(names: &Names, jwt: &str) -> String {
    let Names { address, pipeline, .. } = names;
    format!(
        r#"token="$(printf '{{"pipeline":"{pipeline}","token":"%s"}}' "${jwt}" |
  curl --fail --silent --show-error -H 'Content-Type: application/json' -d @- \
    {address}/api/v1/token | jq -r .token)""#
    )
}
