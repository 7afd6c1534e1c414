//! What is true of all lines, and what is filled in.

mod ties;

use super::names::Names;
use super::{Block, Client, HELPED, by_host, client_of, every, folded, proof, usual};
use crate::domain::credential::Access;
use crate::domain::grant::Terms;
use crate::domain::moment::Moment;
use crate::domain::pipeline::Grant;
use crate::domain::trust_rule::{Kind, Provider, TrustRule};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn grant(host: &str, intent: Access, repositories: &[&str]) -> Grant {
    let repositories = repositories.iter().map(|prefix| (*prefix).to_owned()).collect();
    Grant { terms: Terms { repositories, ..Terms::plain(intent) }, ..Grant::sample("build", host) }
}

/// One that asks for whatever says who asks.
fn rule(provider: Provider, audience: &str) -> TrustRule {
    let identity = provider.fields().iter().filter(|field| field.kind == Kind::Identity);
    let claims: Vec<(&str, &str)> = identity.map(|field| (field.name, "7")).collect();
    TrustRule { audience: audience.to_owned(), ..TrustRule::sample(provider, &claims) }
}

fn clients(rules: Vec<TrustRule>, grants: &[Grant]) -> Vec<Client> {
    let address = "https://regcred.example.com/";
    every(&Names::of(address, Uuid::nil(), "acme".to_owned(), rules, grants))
}

fn lines(clients: &[Client], id: &str) -> String {
    let mut blocks = clients.iter().flat_map(|client| &client.blocks);
    blocks.find(|block| block.id == id).map(|block| block.lines.clone()).unwrap_or_default()
}

/// What holds a secret, as the lines write it.
const SECRETS: [&str; 9] = [
    "$REGCRED_TOKEN",
    "$token",
    "$jwt",
    "$answer",
    "$secret",
    "$REGCRED_ID_TOKEN",
    "$SYSTEM_ACCESSTOKEN",
    "$DOCKER_AUTH_CONFIG",
    "_REQUEST_TOKEN\"",
];

#[test]
fn no_line_puts_a_secret_into_arguments() {
    for block in clients(Vec::new(), &[]).iter().flat_map(|client| &client.blocks) {
        for line in block.lines.lines() {
            let has_secret = SECRETS.iter().any(|name| line.contains(name));
            assert!(!has_secret || line.contains("printf '"), "{}: {line}", block.id);
            let is_login = line.contains(" login ") || line.contains("--password");
            assert!(!is_login && !line.contains("-H \"Authorization"), "{}: {line}", block.id);
        }
    }
}

#[test]
fn every_block_has_an_id_of_its_own_and_the_known_ones_are_there() {
    let clients = clients(Vec::new(), &[]);
    let ids: Vec<&str> =
        clients.iter().flat_map(|client| &client.blocks).map(|block| block.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!(ids.first(), Some(&"fetch"));
    for known in ["fetch", "fetch-push", "skopeo"] {
        assert!(ids.contains(&known), "{known}");
    }
    for known in HELPED {
        assert!(ids.contains(&known), "{known}");
    }
}

#[test]
fn what_a_helper_cannot_tell_apart_is_said_of_each_registry_once_and_else_not() {
    let tied = |host| Grant { is_tied_by_host: true, ..grant(host, Access::Pull, &[]) };
    assert_eq!(by_host(&[grant("ghcr.io", Access::Pull, &[])]), None);
    let said = by_host(&[tied("quay.io"), tied("ghcr.io"), tied("ghcr.io")]).unwrap();
    assert!(said.contains("repositories of ghcr.io and quay.io. "), "{said}");
    assert!(said.contains("REGCRED_IMAGE") && said.contains("REGCRED_REPOSITORY"), "{said}");
}

#[test]
fn every_client_has_a_word_of_its_own_and_every_provider_a_client() {
    let clients = clients(Vec::new(), &[]);
    let words: BTreeSet<String> = clients.iter().map(Client::word).collect();
    assert_eq!(words.len(), clients.len(), "{words:?}");
    let first = clients.first().map(Client::word);
    assert_eq!(first.as_deref(), Some(usual(&[])));
    for provider in Provider::ALL {
        assert!(words.contains(client_of(*provider)), "{provider:?}: {words:?}");
    }
}

#[test]
fn the_first_rule_that_has_not_stopped_says_which_client_it_is() {
    let stopped = TrustRule { ended_at: Some(Moment(1)), ..rule(Provider::Drone, "") };
    let rules = [stopped, rule(Provider::GitLab, "acme"), rule(Provider::GitHub, "acme")];
    assert_eq!(usual(&rules), "gitlab-ci");
    assert_eq!(usual(&rules[..1]), usual(&[]));
}

#[test]
fn a_new_pipeline_has_an_example_and_its_own_address() {
    let clients = clients(Vec::new(), &[]);
    let fetch = lines(&clients, "fetch");
    assert!(fetch.starts_with("export DOCKER_CONFIG="), "{fetch}");
    assert!(fetch.contains("\"https://regcred.example.com/api/v1/docker-config\" ||"), "{fetch}");
    assert!(lines(&clients, "skopeo").contains("docker://ghcr.io/acme/api:1.0"));
    let endpoint = "=https://regcred.example.com/api/v1/woodpecker/acme";
    assert!(lines(&clients, "woodpecker").ends_with(endpoint));
}

#[test]
fn the_pipelines_own_grants_are_filled_in() {
    let grants = [
        grant("docker.io", Access::Pull, &["library"]),
        grant("registry.example.com:5000", Access::PullAndPush, &["team-x/shop"]),
        grant("docker.io", Access::Pull, &[]),
    ];
    let clients = clients(Vec::new(), &grants);
    assert!(lines(&clients, "podman").ends_with("podman pull docker.io/library/api:1.0"));
    let push = "docker push registry.example.com:5000/team-x/shop:1.0";
    assert!(lines(&clients, "helper").contains(push));
    let image = "REGCRED_IMAGE=registry.example.com:5000/team-x/shop:1.0\n";
    assert!(lines(&clients, "helper").contains(image));
    // Podman and its like look for the host of Docker Hub, and docker for its own key of it.
    let keys = ["docker.io", "https://index.docker.io/v1/", "registry.example.com:5000"];
    assert_eq!(helped(&clients, "helper-config"), keys);
    assert_eq!(helped(&clients, "gitlab-runner"), keys);
    // podman --remote refuses every file with another key than a host.
    assert_eq!(helped(&clients, "podman-helper-config"), ["docker.io", keys[2]]);
}

/// The registries of the credential helper, sorted.
fn helped(clients: &[Client], id: &str) -> Vec<String> {
    let read: serde_json::Value = serde_json::from_str(&lines(clients, id)).unwrap();
    let helpers = read["credHelpers"].as_object().unwrap();
    assert!(helpers.values().all(|helper| helper == "regcred"));
    let keys: BTreeSet<String> = helpers.keys().cloned().collect();
    keys.into_iter().collect()
}

#[test]
fn an_audience_is_that_of_the_trust_rule_and_cannot_leave_its_place() {
    let audience = "acme: \"x\" & $(y)";
    let rules = vec![rule(Provider::GitHub, audience), rule(Provider::GitLab, audience)];
    let said = proof(&rules);
    assert!(said.contains("GitHub Actions, GitLab CI"), "{said}");
    let clients = clients(rules, &[]);
    let github = lines(&clients, "github");
    assert!(github.contains("&audience=acme%3A%20%22x%22%20%26%20%24%28y%29\""), "{github}");
    let yaml = r#""acme: \"x\" & $(y)""#;
    assert!(lines(&clients, "gitlab").contains(&format!("aud: {yaml}\n")));
    assert!(lines(&clients, "github-helper").contains(&format!("REGCRED_AUDIENCE: {yaml}\n")));
    assert!(lines(&clients, "kubelet-service-account").contains("\"https://regcred.example.com\""));
    assert!(lines(&clients, "kubelet-access").contains("[\"https://regcred.example.com\"]"));
}

#[test]
fn a_rule_that_accepts_nobody_is_not_said_to_make_a_token_needless() {
    let stopped = TrustRule { ended_at: Some(Moment(1)), ..rule(Provider::GitHub, "") };
    let incomplete = TrustRule::sample(Provider::CircleCi, &[]);
    let said = proof(&[stopped, incomplete, rule(Provider::GitLab, "")]);
    assert_eq!(said, "CIs with a trust rule need no token: GitLab CI.");
}

#[test]
fn an_audience_cannot_leave_its_quotes_in_the_shell() {
    let audience = "acme's \"x\" $(y)";
    let rules = vec![rule(Provider::CircleCi, audience), rule(Provider::Buildkite, audience)];
    let clients = clients(rules, &[]);
    let circleci = r#"--claims '{"aud":"acme'\''s \"x\" $(y)"}')" || exit 1"#;
    assert!(lines(&clients, "circleci").contains(circleci), "{}", lines(&clients, "circleci"));
    let buildkite = r#"--audience 'acme'\''s "x" $$(y)' \"#;
    assert!(lines(&clients, "buildkite").contains(buildkite), "{}", lines(&clients, "buildkite"));
}

#[test]
fn buildkite_is_asked_for_what_its_rule_asks_for() {
    let usual = lines(&clients(Vec::new(), &[]), "buildkite");
    assert!(usual.contains("--claim 'organization_id' --claim 'pipeline_id')"), "{usual}");
    let claims = ["build_branch", "cluster_id", "organization_id", "agent_tag:queue"];
    let claims = claims.map(|name| (name.to_owned(), "x".to_owned()));
    let rule = TrustRule { claims: BTreeMap::from(claims), ..rule(Provider::Buildkite, "acme") };
    let own = lines(&clients(vec![rule], &[]), "buildkite");
    assert!(own.contains("'pipeline_id' --claim 'agent_tag:queue' --claim 'cluster_id')"), "{own}");
    assert!(!own.contains("build_branch"), "it is in every token: {own}");
}

#[test]
fn every_ci_with_the_helper_can_send_what_its_files_name() {
    let clients = clients(Vec::new(), &[]);
    let names = "helper github gitlab circleci buildkite azure woodpecker drone jenkins";
    for name in names.split(' ') {
        let id = if name == "helper" { "declare".to_owned() } else { format!("{name}-declare") };
        let lines = lines(&clients, &id);
        assert!(lines.contains("docker-credential-regcred scan --send ."), "{id}: {lines}");
        assert!(lines.contains("https://regcred.example.com"), "{id}: {lines}");
        assert!(folded(&id).is_some(), "{id}");
    }
    assert_eq!(folded("fetch"), None);
}

#[test]
fn every_request_shows_the_sentence_of_a_refusal_and_stops() {
    for block in clients(Vec::new(), &[]).iter().flat_map(|client| &client.blocks) {
        let (id, lines) = (block.id, &block.lines);
        let requests = lines.matches("curl --fail-with-body --silent --show-error").count();
        assert_eq!(lines.matches("curl -").count(), requests, "{id}: {lines}");
        // A report is no part of the job: its answer is printed as it comes.
        let stops = if id == "report" { 1 } else { lines.matches("exit 1; }").count() };
        let of_empty_files = lines.matches("Regcred delivered no credential.").count();
        assert_eq!(stops - of_empty_files, requests, "{id}: {lines}");
        let secrets = lines.find("printf '").unwrap_or(lines.len());
        assert!(requests == 0 || lines.find("set +x").is_some_and(|at| at < secrets), "{id}");
    }
}

#[test]
fn every_file_of_docker_that_was_fetched_is_looked_into() {
    for block in clients(Vec::new(), &[]).iter().flat_map(|client| &client.blocks) {
        // Buildkite wants two of them for one.
        let lines = block.lines.replace("$$", "$");
        let fetched = lines.matches("-o \"$DOCKER_CONFIG/config.json\"").count();
        for said in ["grep -i '^regcred-left-out:'", "Regcred delivered no credential."] {
            assert_eq!(lines.matches(said).count(), fetched, "{}", block.id);
        }
    }
}

#[test]
fn no_variable_wins_over_what_was_fetched() {
    for block in clients(Vec::new(), &[]).iter().flat_map(|client| &client.blocks) {
        let has_docker = block.lines.contains("DOCKER_CONFIG=\"$(mktemp") || block.id == "helper";
        let is_unset = block.lines.contains("unset DOCKER_AUTH_CONFIG");
        assert!(!has_docker || is_unset, "{}", block.id);
    }
    let github = lines(&clients(Vec::new(), &[]), "github-helper");
    assert!(github.contains("DOCKER_AUTH_CONFIG: \"\""), "{github}");
}

#[test]
fn no_ci_finds_a_template_in_the_lines() {
    for client in clients(Vec::new(), &[]) {
        for Block { id, lines, .. } in &client.blocks {
            // GitHub, Woodpecker and Drone fill in ${, and CircleCI <<.
            assert!(!lines.contains("${") && !lines.contains("<<"), "{id}: {lines}");
            let has_single = lines.replace("$$", "").contains('$');
            assert!(*id != "buildkite" || !has_single, "{lines}");
        }
    }
}
