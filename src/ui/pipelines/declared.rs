//! What one file of a pipeline names, line by line.

use crate::domain::credential::Access;
use crate::domain::definition::{Kind, Match, Named, SeenIn, ShownFile, Statement, Variable};
use crate::domain::matching::ExplainForm;
use crate::domain::paths;
use crate::ui::kit::{Badge, Cell, Columns, Scrolled, Section, Table};
use leptos::prelude::*;
use uuid::Uuid;

/// The system whose files have stages and no jobs.
const STAGED: &str = "Dockerfile";
const NONE: &str = "This file names no image, registry or login.";

/// The statements of the file, each with the credential that a delivery would choose.
#[component]
pub fn Statements(shown: ShownFile, project: String, pipeline: Uuid) -> impl IntoView {
    let ShownFile { definition, statements } = shown;
    let declared = format!("Declared {}.", definition.declared());
    let changed = format!(
        "The file was first declared on {} and last changed on {}.",
        definition.first_seen.day().to_text(),
        definition.changed.day().to_text(),
    );
    let hash = definition.sha256.map(|hash| format!("SHA-256 {hash}"));
    let is_of_stages = definition.system == STAGED;
    let rows = statements.into_iter().map(|(statement, found)| {
        let explain = explained(&statement, &found, &project, pipeline);
        [
            Cell::of(place(&statement, is_of_stages)),
            Cell::of(kind(&statement)),
            Cell::of(name(&statement)),
            Cell::of(credential(found, &project, explain)),
        ]
    });
    let heads = ["Place", "What", "Image or registry", "Credential"];
    let columns = Columns::new(heads, rows);
    view! {
        <Section id="references" title="References">
            <p>
                <span class="mono">{definition.path}</span>
            </p>
            <p class="muted">{declared} " " {changed}</p>
            {hash.map(|hash| view! { <p class="muted mono">{hash}</p> })}
            <Scrolled>
                <Table columns labelled_by="references" empty=NONE class="compact"/>
            </Scrolled>
        </Section>
    }
}

fn place(statement: &Statement, is_of_stages: bool) -> AnyView {
    let line = if statement.line == 0 {
        "Whole file".to_owned()
    } else {
        format!("Line {}", statement.line)
    };
    let hidden = if statement.is_hidden { " (only a template for other jobs)" } else { "" };
    // Most stages have a number for a name.
    let stage = if is_of_stages { "Stage " } else { "" };
    let job = statement.job.as_ref().map(|job| format!("{stage}{job}{hidden}"));
    view! {
        {line}
        {job.map(|job| view! { <div class="muted">{job}</div> })}
    }
    .into_any()
}

fn kind(statement: &Statement) -> AnyView {
    let label = statement.kind.label();
    let said = match statement.kind {
        Kind::Password => view! { <Badge label tone="bad"/> }.into_any(),
        Kind::Unread => view! { <Badge label tone="warn"/> }.into_any(),
        _ => label.into_any(),
    };
    let how = match statement.seen_in {
        SeenIn::Field => None,
        SeenIn::Script | SeenIn::Template => Some(statement.seen_in.label()),
    };
    view! {
        {said}
        {how.map(|how| view! { <div class="muted">{how}</div> })}
    }
    .into_any()
}

fn name(statement: &Statement) -> AnyView {
    let text = statement.named.to_text();
    let said = match &statement.named {
        Named::Image { .. } | Named::Registry(_) | Named::Unresolved { .. } => {
            view! { <span class="mono">{text}</span> }.into_any()
        }
        Named::Field(field) => {
            let sentence = format!(
                "A password is written in {field}. Replace it at the registry, store the new one in Regcred, and remove it from the file."
            );
            view! { <span>{sentence}</span> }.into_any()
        }
        Named::Invalid(reason) => {
            view! { <span>{format!("Not an image: {reason}")}</span> }.into_any()
        }
        Named::Unread(_) => view! { <span>{text}</span> }.into_any(),
    };
    let variables = match &statement.named {
        Named::Unresolved { variables, .. } => variables.clone(),
        _ => Vec::new(),
    };
    let path = (!statement.place.is_empty()).then(|| statement.place.clone());
    view! {
        {said}
        {path.map(|path| view! { <div class="muted mono">{path}</div> })}
        {variables.into_iter().map(variable).collect_view()}
        {statement
            .notes
            .iter()
            .map(|note| view! { <div class="muted">{note.clone()}</div> })
            .collect_view()}
    }
    .into_any()
}

fn variable(Variable { name, from }: Variable) -> impl IntoView {
    view! {
        <div class="muted">
            <code>{name}</code>
            {format!(" comes from {from}")}
        </div>
    }
}

fn credential(found: Match, project: &str, explain: Option<(String, String)>) -> AnyView {
    let sentence = found.sentence();
    let link = match found {
        Match::Credential { id, name } | Match::Refused { id, name, .. } => {
            Some((paths::credential(project, id), name))
        }
        _ => None,
    };
    view! {
        {link.map(|(href, name)| view! { <a href=href>{name}</a> " " })}
        <span class="muted">{sentence}</span>
        {explain
            .map(|(href, label)| {
                view! {
                    <div class="why">
                        <a href=href aria-label=label>"Why?"</a>
                    </div>
                }
            })}
    }
    .into_any()
}

/// Where the explainer answers the same question, and what the link to it is called; nothing where there is none.
fn explained(
    statement: &Statement,
    found: &Match,
    project: &str,
    pipeline: Uuid,
) -> Option<(String, String)> {
    let is_asked = !matches!(found, Match::NotFetched | Match::Unknown | Match::OneOf(_));
    let (host, repository) = (statement.named.host()?, statement.named.repository()?);
    let intent = if statement.kind == Kind::Pushes { Access::PullAndPush } else { Access::Pull };
    let image = format!("{host}/{repository}");
    let label = format!("Why? {image}");
    let form = ExplainForm {
        image,
        pipeline: pipeline.to_string(),
        intent: intent.word().to_owned(),
        ..ExplainForm::default()
    };
    is_asked.then(|| (form.address(project), label))
}
