//! The lines that fetch credentials, for each client and CI, with the pipeline's own names in them.

mod names;
#[cfg(test)]
mod tests;

use crate::domain::pipeline::Grant;
use crate::domain::trust_rule::TrustRule;
use crate::ui::kit::{CodeToCopy, Section};
use leptos::prelude::*;
use names::Names;
use uuid::Uuid;

/// The lines; the head of the file says how it is read.
const LINES: &str = include_str!("how_to/lines.txt");

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
) -> impl IntoView {
    let proof = proof(&rules);
    let names = Names::of(&address, pipeline, project, rules, &grants);
    view! {
        <Section id="how-to" title="How to use it">
            <p>
                "Store a token in your CI's secrets as " <code>"REGCRED_TOKEN"</code> ". " {proof}
            </p>
            <div class="folds">
                {every(&names)
                    .into_iter()
                    .enumerate()
                    .map(|(at, client)| {
                        let is_open = at == 0;
                        view! { <Lines client is_open/> }
                    })
                    .collect_view()}
            </div>
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
fn Lines(client: Client, is_open: bool) -> impl IntoView {
    let Client { name, note, blocks } = client;
    view! {
        <details class="fold" open=is_open>
            <summary>{name}</summary>
            <div class="stack">
                <p>{note}</p>
                {blocks
                    .into_iter()
                    .map(|block| {
                        let Block { id, before, lines } = block;
                        view! {
                            {(!before.is_empty()).then(|| view! { <p>{before}</p> })}
                            <CodeToCopy id text=lines/>
                        }
                    })
                    .collect_view()}
            </div>
        </details>
    }
}

/// Where no token is needed.
fn proof(rules: &[TrustRule]) -> String {
    let mut trusted: Vec<&str> = Vec::new();
    for rule in rules {
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
