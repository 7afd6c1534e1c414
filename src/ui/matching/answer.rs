//! What is answered: which credential is selected, why the others are not, and what each format
//! would contain.

use crate::domain::matching::{Explanation, FormatVerdict, Verdict};
use crate::domain::paths;
use crate::ui::help::Reason;
use crate::ui::kit::{Badge, Cell, Columns, PageContext, Section, Table};
use leptos::prelude::*;

const CREDENTIALS: &str = "Credentials for this registry";
const FORMATS: &str = "What each format would contain";

#[component]
pub fn Answer(explanation: Explanation, page: PageContext) -> impl IntoView {
    let Explanation { host, repository, verdicts, summary, formats } = explanation;
    let has_verdicts = !verdicts.is_empty();
    let rows = verdicts.into_iter().map(|verdict| row(verdict, &page.project));
    let credentials = Columns::new(["Credential", "Repositories", "Access", "Result"], rows);
    let formats =
        Columns::new(["Format", "For this registry"], formats.into_iter().map(format_row));
    view! {
        <Section id="answer" title="Answer">
            <p class="card">
                <strong>{summary}</strong>
            </p>
            <p class="muted">
                "This is the answer for the repository " <span class="mono">{repository}</span> " of "
                <span class="mono">{host}</span>
                ". Nothing was delivered, and no receipt was written. Only values proven by a trust rule count: a run gets this answer if its branch and event are proven."
            </p>
            {has_verdicts
                .then(|| {
                    view! {
                        <h3>{CREDENTIALS}</h3>
                        <Table columns=credentials label=CREDENTIALS/>
                    }
                })}
            <h3>{FORMATS}</h3>
            <Table columns=formats label=FORMATS/>
        </Section>
    }
}

fn row(verdict: Verdict, project: &str) -> [Cell; 4] {
    let href = paths::credential(project, verdict.id);
    let paths = verdict.paths.join(", ");
    let paths = (!paths.is_empty()).then(|| view! { <span class="mono">{paths}</span> });
    let narrow = verdict.is_narrow.then(|| {
        view! { <div class="muted">"Only a short-lived token for this repository is delivered."</div> }
    });
    let result = match verdict.lost {
        None => view! { <Badge label="Selected" tone="good"/> }.into_any(),
        Some(lost) => view! { <Reason text=lost.label()/> }.into_any(),
    };
    [
        Cell::of(view! { <a href=href>{verdict.name}</a> }),
        Cell::or(paths, "Every repository"),
        Cell::of(verdict.access.label()),
        Cell::of((result, narrow)),
    ]
}

fn format_row(verdict: FormatVerdict) -> [Cell; 2] {
    let note = verdict.note.map(|note| {
        view! { <div class="muted">{format!("Note: {}.", note.label())}</div> }
    });
    [Cell::of(verdict.format), Cell::of((verdict.holds, note))]
}
