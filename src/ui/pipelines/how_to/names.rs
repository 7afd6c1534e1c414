//! The names that stand in the lines: whose instance, which pipeline, which images.

use crate::domain::credential::Access;
use crate::domain::doubt::Doubt;
use crate::domain::listing::percent;
use crate::domain::matching::named;
use crate::domain::pipeline::Grant;
use crate::domain::registry::RegistryHost;
use crate::domain::trust_rule::{Provider, TrustRule};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What Buildkite puts into a token only when it is asked to.
const BUILDKITE_OPTIONAL: [&str; 6] =
    ["organization_id", "pipeline_id", "cluster_id", "cluster_name", "queue_id", "queue_key"];
/// Those of them that every rule for Buildkite asks for.
const BUILDKITE_ALWAYS: [&str; 2] = ["organization_id", "pipeline_id"];
/// Where files are fetched that have one entry for each registry.
const HOST_FILES: [&str; 2] = ["/api/v1/docker-config", "/api/v1/docker-auth-config"];
/// The start of one more kind.
const BUILDKITE_TAG: &str = "agent_tag:";

pub(super) struct Names {
    /// Where this instance is, without a slash at its end.
    address: String,
    project: String,
    pipeline: Uuid,
    /// The registries it may use, each once.
    hosts: Vec<String>,
    /// An image that it may pull, without a tag, if a grant says of what.
    pull: String,
    /// One that it may push.
    push: String,
    /// The registries of which only an image tells apart what it may use.
    tied: BTreeSet<String>,
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
            tied: tied(grants),
            rules,
        }
    }

    /// What to know of lines that fetch a file with one entry for each registry, where only an image
    /// tells credentials of one apart.
    pub(super) fn about_ties(&self, lines: &str) -> Option<String> {
        let hosts: Vec<&str> = self.tied.iter().map(String::as_str).collect();
        if hosts.is_empty() || !HOST_FILES.iter().any(|address| lines.contains(address)) {
            return None;
        }
        let mend = if lines.contains("image=") {
            "Replace the image in the lines below by the one that your job uses."
        } else {
            "Add image= and the image that your job uses."
        };
        Some(format!(
            "This pipeline has several credentials for different repositories of {}. A docker config.json has one entry for each registry, so without image= it leaves all of them out. {mend}",
            named(&hosts)
        ))
    }

    /// Whether only an image tells apart what the registry of `example` may be used with.
    fn is_tied(&self, example: &str) -> bool {
        let host = example.split('/').next().unwrap_or_default();
        self.tied.contains(host)
    }

    /// What is behind the address of a fetch to push.
    fn push_query(&self) -> String {
        let image = self.is_tied(&self.push).then(|| format!("&image={}", self.push));
        format!("?intent=push&also=pull{}", image.unwrap_or_default())
    }

    /// A line that names the image for the credential helper, where that is needed.
    fn helper_image(&self, before: &str, image: &str) -> String {
        let line = self.is_tied(image).then(|| format!("\n{before}{image}:1.0"));
        line.unwrap_or_default()
    }

    /// The lines with the names in them. A value of several lines is moved to the right with the
    /// line that it stands in.
    pub(super) fn fill(&self, lines: &str) -> String {
        let mut parts = lines.split("<<");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once(">>").unwrap_or((part, ""));
            let line = filled.rsplit('\n').next().unwrap_or_default();
            let margin = " ".repeat(line.len() - line.trim_start_matches(' ').len());
            filled.push_str(&self.value(name).replace('\n', &format!("\n{margin}")));
            filled.push_str(rest);
        }
        filled
    }

    fn value(&self, name: &str) -> String {
        match name {
            "address" => self.address.clone(),
            "project" => self.project.clone(),
            "pipeline" => self.pipeline.to_string(),
            "pull" => self.pull.clone(),
            "push" => self.push.clone(),
            "hosts" => joined(&self.hosts, |host| format!("- {}", quoted(host)), "\n"),
            "helpers" => self.helpers(),
            "helpers-by-host" => cred_helpers(&self.hosts),
            "fetch" => self.fetch_with_stored_token(""),
            "fetch-push" => self.fetch_with_stored_token(&self.push_query()),
            "push-query" => self.push_query(),
            "github-image" => self.helper_image("REGCRED_IMAGE: ", &self.push),
            "podman-image" => self.helper_image("export REGCRED_IMAGE=", &self.pull),
            "left-out" => LEFT_OUT.to_owned(),
            "fetch-image" => self.fetch_with_stored_token(&format!("?image={}", self.pull)),
            "exchange jwt" => self.exchange("jwt"),
            "exchange REGCRED_ID_TOKEN" => self.exchange("REGCRED_ID_TOKEN"),
            "github-audience-in-url" => percent(self.audience(Provider::GitHub)),
            "github-other-audience" => self.github_other_audience(),
            "audience gitlab" => quoted(self.audience(Provider::GitLab)),
            "audience kubernetes" => quoted(self.audience(Provider::Kubernetes)),
            "circleci-claims" => {
                let audience = quoted(self.audience(Provider::CircleCi));
                single_quoted(&format!(r#"{{"aud":{audience}}}"#))
            }
            "buildkite-audience" => single_quoted(self.audience(Provider::Buildkite)),
            "buildkite-claims" => joined(
                &self.buildkite_claims(),
                |claim| format!("--claim {}", single_quoted(claim)),
                " ",
            ),
            // It stays as it is, and the tests see it.
            unknown => format!("<<{unknown}>>"),
        }
    }

    /// What a token of the provider has to be for: as the trust rule says, or this instance.
    fn audience(&self, provider: Provider) -> &str {
        let rule = self.rules.iter().find(|rule| rule.provider == provider);
        rule.map_or(self.address.as_str(), |rule| rule.audience.as_str())
    }

    /// The helper asks for tokens for the instance's address unless it is told otherwise.
    fn github_other_audience(&self) -> String {
        match self.audience(Provider::GitHub) {
            audience if audience == self.address => String::new(),
            audience => format!("\nREGCRED_AUDIENCE: {}", quoted(audience)),
        }
    }

    fn buildkite_claims(&self) -> Vec<&str> {
        let mut claims: Vec<&str> = BUILDKITE_ALWAYS.to_vec();
        let rules = self.rules.iter().filter(|rule| rule.provider == Provider::Buildkite);
        for claim in rules.flat_map(|rule| rule.claims.keys()) {
            let is_optional =
                BUILDKITE_OPTIONAL.contains(&claim.as_str()) || claim.starts_with(BUILDKITE_TAG);
            if is_optional && !claims.contains(&claim.as_str()) {
                claims.push(claim);
            }
        }
        claims
    }

    /// A `config.json` by which clients ask the credential helper for these registries. Docker
    /// Hub has two keys: docker looks for its own, everybody else for the host.
    fn helpers(&self) -> String {
        let mut keys: Vec<String> = Vec::new();
        for host in &self.hosts {
            keys.push(host.clone());
            keys.extend(docker_key(host));
        }
        cred_helpers(&keys)
    }

    /// Fetches the docker configuration with the token in `REGCRED_TOKEN`.
    fn fetch_with_stored_token(&self, query: &str) -> String {
        format!("{FOLDER}\nset +x\n{}", self.fetch("REGCRED_TOKEN", query))
    }

    /// The same with the identity token of the shell's variable `jwt`, in lines that are quiet
    /// already: it is exchanged for a pipeline token that can push.
    fn exchange(&self, jwt: &str) -> String {
        let Self { address, pipeline, .. } = self;
        let fetch = self.fetch("token", &self.push_query());
        format!(
            r#"answer="$(printf '{{"pipeline":"{pipeline}","token":"%s"}}' "${jwt}" |
  curl --fail-with-body --silent --show-error -H 'Content-Type: application/json' -d @- \
    "{address}/api/v1/token")" ||
  {{ [ "$?" != 22 ] || printf '%s\n' "$answer" >&2; exit 1; }}
token="$(printf '%s' "$answer" | jq -r .token)"
{FOLDER}
{fetch}"#
        )
    }

    fn fetch(&self, token: &str, query: &str) -> String {
        let address = &self.address;
        format!(
            r#"printf 'Authorization: Bearer %s\n' "${token}" |
  curl --fail-with-body --silent --show-error -H @- \
    -D "$DOCKER_CONFIG/headers" \
    -o "$DOCKER_CONFIG/config.json" \
    "{address}/api/v1/docker-config{query}" ||
  {{ [ "$?" != 22 ] || cat "$DOCKER_CONFIG/config.json" >&2; rm -f "$DOCKER_CONFIG/config.json"; exit 1; }}
{LEFT_OUT}"#
        )
    }
}

/// Says what is not in the answer, and stops when nothing is.
const LEFT_OUT: &str = r#"grep -i '^regcred-left-out:' "$DOCKER_CONFIG/headers" >&2 || true
! grep -q '"auths":{}' "$DOCKER_CONFIG/config.json" ||
  { echo "Regcred delivered no credential." >&2; exit 1; }"#;

const FOLDER: &str = "export DOCKER_CONFIG=\"$(mktemp -d)\"\nunset DOCKER_AUTH_CONFIG";

/// The registries of which credentials are for different repositories.
fn tied(grants: &[Grant]) -> BTreeSet<String> {
    let doubts = grants.iter().flat_map(|grant| &grant.doubts);
    let hosts = doubts.filter_map(|doubt| match doubt {
        Doubt::HostTie { host, .. } => Some(host.clone()),
        _ => None,
    });
    hosts.collect()
}

/// An image that the grant is for, without a tag.
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

fn cred_helpers(keys: &[String]) -> String {
    let lines = joined(keys, |key| format!("    \"{key}\": \"regcred\""), ",\n");
    format!("{{\n  \"credHelpers\": {{\n{lines}\n  }}\n}}")
}

fn joined<T>(all: &[T], text: impl Fn(&T) -> String, separator: &str) -> String {
    all.iter().map(text).collect::<Vec<_>>().join(separator)
}

/// The text as YAML and JSON quote it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The text as the shell quotes it: nothing in it means anything.
fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
