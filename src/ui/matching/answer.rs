//! What is answered: which credential is selected, why the others are not, and what each format
//! would contain.

use crate::domain::matching::{Explanation, FormatVerdict, Lost, Note, Verdict};
use crate::domain::paths;
use crate::ui::help::Reason;
use crate::ui::kit::{Badge, Cell, Columns, PageContext, Section, Table};
use crate::ui::pipelines::Doubts;
use leptos::prelude::*;
use uuid::Uuid;

const CREDENTIALS: &str = "Credentials for this registry";
const FORMATS: &str = "What each format would contain";

#[component]
pub fn Answer(
    explanation: Explanation,
    /// The pipeline, as it was asked.
    pipeline: String,
    page: PageContext,
) -> impl IntoView {
    let Explanation { host, repository, verdicts, summary, formats } = explanation;
    let has_verdicts = !verdicts.is_empty();
    let selected = verdicts.iter().find(|verdict| verdict.lost.is_none());
    let doubts = selected.map(|verdict| {
        let (about, asked) = (verdict.id, Uuid::parse_str(&pipeline).unwrap_or_default());
        view! { <Doubts doubts=verdict.doubts() page=page.clone() pipeline=asked about/> }
    });
    let rows = verdicts.into_iter().map(|verdict| row(verdict, &pipeline, &page));
    let credentials = Columns::new(["Credential", "Repositories", "Access", "Result"], rows);
    view! {
        <Section id="answer" title="Answer">
            <div class="card">
                <p>
                    <strong>{summary}</strong>
                </p>
                {doubts}
            </div>
            <p class="muted">
                "This is the answer for the repository " <span class="mono">{repository}</span> " of "
                <span class="mono">{host}</span>
                ". This is a dry run. Only values proven by a trust rule count: a run gets this answer if its branch and event are proven."
            </p>
            {has_verdicts
                .then(|| {
                    view! {
                        <h3>{CREDENTIALS}</h3>
                        <Table columns=credentials label=CREDENTIALS/>
                    }
                })}
            <Formats formats/>
        </Section>
    }
}

fn row(verdict: Verdict, pipeline: &str, page: &PageContext) -> [Cell; 4] {
    let id = verdict.id;
    let href = paths::credential(&page.project, id);
    let paths = verdict.paths.join(", ");
    let paths = (!paths.is_empty()).then(|| view! { <span class="mono">{paths}</span> });
    let narrow = verdict.is_narrow.then(|| {
        view! { <div class="muted">"Only a short-lived token for this repository is delivered."</div> }
    });
    let result = match verdict.lost {
        None => view! { <Badge label="Selected" tone="good"/> }.into_any(),
        Some(lost) => {
            let after_grant = verdict.after_grant;
            let mend = mend((lost, after_grant), id, pipeline, page);
            view! { <Reason lost mend after_grant/> }.into_any()
        }
    };
    [
        Cell::of(view! { <a href=href>{verdict.name}</a> }),
        Cell::or(paths, "Every repository"),
        Cell::of(verdict.access.label()),
        Cell::of((result, narrow)),
    ]
}

/// Where the reason is mended, or has more said of it than the guides know, and what the link there says.
/// With a grant that would not help nothing is mended.
fn mend(
    (lost, after_grant): (Lost, Option<Lost>),
    credential: Uuid,
    pipeline: &str,
    page: &PageContext,
) -> Option<(String, &'static str)> {
    let project = &page.project;
    match lost {
        Lost::NotGranted if after_grant.is_none() && page.may_grant() => {
            let grant = paths::grant_credential(project, credential);
            Some((paths::with_query(&grant, "pipeline", pipeline), "Grant it"))
        }
        Lost::Rejected => {
            let grants = paths::grants(project, Uuid::parse_str(pipeline).ok()?);
            Some((grants + "#grants", "See who rejected the grant, and why"))
        }
        _ => None,
    }
}

/// What the formats would contain. Nobody reads it where none would contain anything.
#[component]
fn Formats(formats: Vec<FormatVerdict>) -> impl IntoView {
    let is_nothing = formats.iter().all(|format| format.holds.starts_with("Nothing"));
    let rows = alike(formats).into_iter().map(format_row);
    let columns = Columns::new(["Format", "For this registry"], rows);
    if is_nothing {
        return view! {
            <details class="fold">
                <summary>{FORMATS}</summary>
                <Table columns label=FORMATS/>
            </details>
        }
        .into_any();
    }
    view! {
        <h3>{FORMATS}</h3>
        <Table columns label=FORMATS/>
    }
    .into_any()
}

/// Formats that would contain the same.
#[derive(Debug, PartialEq, Eq)]
struct Alike {
    formats: Vec<String>,
    holds: String,
    note: Option<Note>,
}

/// The formats by what they would contain, in the order of the first of each.
fn alike(formats: Vec<FormatVerdict>) -> Vec<Alike> {
    let mut all: Vec<Alike> = Vec::new();
    for FormatVerdict { format, holds, note } in formats {
        match all.iter_mut().find(|one| one.holds == holds && one.note == note) {
            Some(one) => one.formats.push(format),
            None => all.push(Alike { formats: vec![format], holds, note }),
        }
    }
    all
}

fn format_row(alike: Alike) -> [Cell; 2] {
    let Alike { formats, holds, note } = alike;
    let note = note.map(|note| {
        view! { <div class="muted">{format!("Note: {}.", note.label())}</div> }
    });
    let formats = formats.into_iter().map(|format| view! { <div>{format}</div> }).collect_view();
    [Cell::of(formats), Cell::of((holds, note))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_with_the_same_answer_share_a_row() {
        let verdict = |format: &str, holds: &str, note| FormatVerdict {
            format: format.to_owned(),
            holds: holds.to_owned(),
            note,
        };
        let found = alike(vec![
            verdict("auth.json", "Nothing.", None),
            verdict("kubelet", "ghcr.io: api.", Some(Note::HostOnly)),
            verdict("Kubernetes secret", "Nothing.", None),
            verdict("Woodpecker", "ghcr.io: api.", None),
        ]);
        let formats: Vec<String> = found.iter().map(|one| one.formats.join(" + ")).collect();
        assert_eq!(formats, ["auth.json + Kubernetes secret", "kubelet", "Woodpecker"]);
        assert_eq!(found[1].note, Some(Note::HostOnly));
    }
}
