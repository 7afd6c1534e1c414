//! The lines that fetch credentials, for each client and CI, with the pipeline's own names in them.

mod names;
#[cfg(test)]
mod tests;

use crate::domain::matching::named;
use crate::domain::paths;
use crate::domain::pipeline::Grant;
use crate::domain::trust_rule::{Provider, TrustRule};
use crate::ui::kit::{CodeToCopy, Section};
use leptos::prelude::*;
use names::Names;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The lines; the head of the file says how it is read.
const LINES: &str = include_str!("how_to/lines.txt");

/// Blocks that a job does without, each with the title that it is folded under.
const FOLDED: [(&str, &str); 4] = [
    ("fetch-image", "Only the credential for one repository"),
    ("report", "Report how it went"),
    ("github-helper", "With docker-credential-regcred"),
    (DECLARE, "Send what the repository's files name"),
];

/// The lines that send what files name; a CI has its own, whose ids end like this.
const DECLARE: &str = "declare";

/// Blocks in which the credential helper is asked.
const HELPED: [&str; 4] = ["helper", "podman-helper", "gitlab-runner", "github-helper"];

struct Client {
    name: &'static str,
    /// What to know of it.
    note: &'static str,
    blocks: Vec<Block>,
}

struct Block {
    id: &'static str,
    /// The sentence before them; may be empty.
    before: &'static str,
    lines: String,
}

/// Lines for this instance, filled in with what the pipeline was granted and whom it trusts.
#[component]
pub fn HowTo(
    address: String,
    pipeline: Uuid,
    project: String,
    rules: Vec<TrustRule>,
    grants: Vec<Grant>,
    /// The word of the client that is asked for; else the one that the trust rules are for.
    #[prop(default = None)]
    client: Option<String>,
    /// The page that the lines stand on; the pipeline's own unless said.
    #[prop(into, optional)]
    page: String,
) -> impl IntoView {
    let proof = proof(&rules);
    let page = if page.is_empty() { paths::pipeline_connect(&project, pipeline) } else { page };
    let usual = usual(&rules);
    let by_host = by_host(&grants);
    let names = Names::of(&address, pipeline, project, rules, &grants);
    let mut clients = every(&names);
    let at = |word: &str| clients.iter().position(|client| client.word() == word);
    let chosen = client.and_then(|word| at(&word)).or_else(|| at(usual)).unwrap_or_default();
    let choices: Vec<(&str, String)> =
        clients.iter().map(|client| (client.name, client.word())).collect();
    let shown = (chosen < clients.len()).then(|| clients.swap_remove(chosen));
    let ties = shown.as_ref().and_then(|client| names.about_ties(&client.lines()));
    view! {
        <Section id="how-to" title="How to use it">
            <p>
                "Store a token in your CI's secrets as " <code>"REGCRED_TOKEN"</code> ". " {proof}
            </p>
            <nav class="toolbar presets" aria-label="Client">
                {choices
                    .into_iter()
                    .enumerate()
                    .map(|(at, (name, word))| {
                        view! {
                            <a
                                class="button button-quiet"
                                href=paths::with_query(&page, "client", &word)
                                aria-current=(at == chosen).then_some("page")
                            >
                                {name}
                            </a>
                        }
                    })
                    .collect_view()}
            </nav>
            {ties.map(|ties| view! { <p>{ties}</p> })}
            {shown.map(|client| view! { <Lines client by_host/> })}
            <p class="muted">
                "Fetch in every job instead of keeping the file. Each job then gets the current secret, and the list of pipelines that use it stays accurate."
            </p>
        </Section>
    }
}

/// The lines of that id with the names of an example in them, for the guides.
pub fn example_lines(id: &str) -> Option<String> {
    let address = "https://regcred.example.com";
    let names = Names::of(address, Uuid::nil(), "acme".to_owned(), Vec::new(), &[]);
    let mut blocks = every(&names).into_iter().flat_map(|client| client.blocks);
    blocks.find(|block| block.id == id).map(|block| block.lines)
}

#[component]
fn Lines(
    client: Client,
    /// What is to be known where the credential helper is asked.
    by_host: Option<String>,
) -> impl IntoView {
    let Client { name, note, blocks } = client;
    view! {
        <div class="stack">
            <h3>{name}</h3>
            <p>{note}</p>
            {blocks
                .into_iter()
                .map(|block| {
                    let Block { id, before, lines } = block;
                    let by_host = by_host.clone().filter(|_| HELPED.contains(&id));
                    let whole = view! {
                        {(!before.is_empty()).then(|| view! { <p>{before}</p> })}
                        {by_host.map(|sentence| view! { <p class="muted">{sentence}</p> })}
                        <CodeToCopy id text=lines/>
                    };
                    let Some(title) = folded(id) else { return whole.into_any() };
                    view! {
                        <details class="fold">
                            <summary>{title}</summary>
                            <div class="stack">{whole}</div>
                        </details>
                    }
                        .into_any()
                })
                .collect_view()}
        </div>
    }
}

impl Client {
    /// The lines of all its blocks.
    fn lines(&self) -> String {
        self.blocks.iter().map(|block| block.lines.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// What an address calls it: its first name in small letters, with dashes.
    fn word(&self) -> String {
        let first = self.name.split(',').next().unwrap_or_default();
        let parts =
            first.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
        parts.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
    }
}

/// The title of lines that are folded.
fn folded(id: &str) -> Option<&'static str> {
    let kind = if id.ends_with("-declare") { DECLARE } else { id };
    FOLDED.iter().find(|(folded, _)| *folded == kind).map(|(_, title)| *title)
}

/// The client that the pipeline probably is, by its first trust rule that has not stopped.
fn usual(rules: &[TrustRule]) -> &'static str {
    let rule = rules.iter().find(|rule| rule.ended_at.is_none());
    rule.map_or(FIRST, |rule| client_of(rule.provider))
}

/// The word of the first client.
const FIRST: &str = "docker";

fn client_of(provider: Provider) -> &'static str {
    match provider {
        Provider::GitHub => "github-actions",
        Provider::GitLab => "gitlab-ci",
        Provider::Kubernetes => "kubernetes-kubelet",
        Provider::CircleCi => "circleci",
        Provider::Buildkite => "buildkite",
        Provider::AzureDevOps => "azure-pipelines",
        Provider::Woodpecker => "woodpecker",
        Provider::Drone => "drone",
        Provider::Other => FIRST,
    }
}

/// Where no token is needed. A rule that has stopped, or lacks what it has to ask for, accepts nobody.
fn proof(rules: &[TrustRule]) -> String {
    let mut trusted: Vec<&str> = Vec::new();
    for rule in rules.iter().filter(|rule| rule.accepts_any()) {
        if !trusted.contains(&rule.provider.label()) {
            trusted.push(rule.provider.label());
        }
    }
    if trusted.is_empty() {
        "A CI that has a trust rule needs no token.".to_owned()
    } else {
        format!("CIs with a trust rule need no token: {}.", trusted.join(", "))
    }
}

/// Where a client that names the registry alone receives nothing, though a file would have it.
fn by_host(grants: &[Grant]) -> Option<String> {
    let tied = grants.iter().filter(|grant| grant.is_tied_by_host);
    let hosts: BTreeSet<&str> = tied.map(|grant| grant.host.as_str()).collect();
    let hosts: Vec<&str> = hosts.into_iter().collect();
    (!hosts.is_empty()).then(|| {
        format!(
            "This pipeline has credentials for different repositories of {}. The client tells the helper only the registry, so set REGCRED_IMAGE, or REGCRED_REPOSITORY. Without them the helper receives none of these credentials.",
            named(&hosts)
        )
    })
}

fn every(names: &Names) -> Vec<Client> {
    LINES.split("\n== ").skip(1).map(|text| client(text, names)).collect()
}

fn client(text: &'static str, names: &Names) -> Client {
    let mut parts = text.split("\n-- ");
    let (name, note) = parts.next().and_then(|head| head.split_once('\n')).unwrap_or_default();
    Client { name, note, blocks: parts.map(|text| block(text, names)).collect() }
}

fn block(text: &'static str, names: &Names) -> Block {
    let (head, lines) = text.split_once('\n').unwrap_or_default();
    let (id, before) = head.split_once(": ").unwrap_or((head, ""));
    let lines = names.fill(lines.trim_end());
    // The upload of a pipeline to Buildkite fills in what stands behind a single one.
    let lines = if id == "buildkite" { lines.replace('$', "$$") } else { lines };
    Block { id, before, lines }
}
