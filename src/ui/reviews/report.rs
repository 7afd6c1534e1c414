//! The report: all of a review on one page, to be printed.

use super::whole::not_reviewed;
use super::{State, decided, suggested, use_in_words};
use crate::domain::moment::Moment;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::review::{
    Decision, ReviewCheckpoint, ReviewItem, ReviewKind, ReviewReport, Verdict,
};
use crate::error::Result;
use crate::functions::reviews::review_report;
use crate::ui::kit::{
    Cell, CodeToCopy, Columns, Dot, ExactTime, Fact, Facts, Loaded, PageContext, PageHead,
    PostButton, Scrolled, Section, Table,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// `/p/{project}/reviews/{id}/report`
#[component]
pub fn ReportPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Loaded title="Report of an access review" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

async fn load(page: PageContext) -> Result<ReviewReport> {
    page.needs(Permission::AuditRead)?;
    let id = page.id()?;
    review_report(page.project, id).await
}

fn whole(found: ReviewReport, page: PageContext) -> impl IntoView {
    let ReviewReport { review, project, tally, items, digest, members, made_at, .. } = found;
    let new = found.not_reviewed;
    let up = (paths::review(&page.project, review.id), review.name.clone());
    let values = vec![("project", page.project.clone()), ("id", review.id.to_string())];
    let title = format!("Access review: {}", review.name);
    let opened = said(review.opened_at, &review.opened_by.name);
    let is_open = review.closed.is_none();
    let closed = review.closed.as_ref().map(|(at, by)| said(*at, by));
    let closed = closed.unwrap_or_else(|| "Not closed yet: decisions may still change.".to_owned());
    let (opening, closing) = (review.opening.clone(), review.closing.clone());
    let columns = columns(items, review.opened_at, &members, &page);
    let end = review.at_end();
    let digest = digest.map(|found| digest_of_items(found, &page));
    // When it was closed is said below, as it stays true on paper.
    let state = if is_open {
        view! { <State review/> }.into_any()
    } else {
        view! { <Dot label="Closed" tone="neutral"/> }.into_any()
    };
    view! {
        <div class="report stack">
            <Title text=title.clone()/>
            <PageHead title up>
                <div class="toolbar">
                    <PostButton action=paths::EXPORT_REVIEW values word="Export CSV" class="button"/>
                </div>
            </PageHead>
            <Facts>
                <Fact label="Project">{project}</Fact>
                <Fact label="State">{state}</Fact>
                <Fact label="Opened">{opened}</Fact>
                <Fact label="Closed">{closed}</Fact>
                <Fact label="Undecided at closing">{end}</Fact>
                <Fact label="Items">{tally.all()}</Fact>
                {digest}
                <Fact label="Decisions">{tally.to_text()}</Fact>
                <Fact label="This report">{made_at.to_text()}</Fact>
            </Facts>
            <Section id="items" title="Items">
                <p class="muted">
                    "These items are everything that had access when the review was opened, read in one transaction. The figures are from that moment."
                </p>
                <Scrolled>
                    <Table columns empty="Nothing had access."/>
                </Scrolled>
            </Section>
            <Section id="new" title="Not in this review">
                {(!new.is_empty())
                    .then(|| {
                        view! {
                            <p class="muted">
                                "These have access now, and were created or changed after the review was opened."
                            </p>
                        }
                    })}
                {not_reviewed(new)}
            </Section>
            <Section id="checkpoints" title="Checkpoints of the audit log">
                <p class="muted">
                    "A checkpoint shows that no event before it was changed or removed since it was signed. It does not show that what was recorded was true. Keep this report elsewhere, with a copy of the checkpoint. Verify it with "
                    <code>"regcred audit verify --export FILE --checkpoint FILE --key KEY"</code>
                    "."
                </p>
                {checkpoint("opening", "When the review was opened", opening)}
                {if is_open {
                    view! { <p>"A checkpoint will be signed when the review is closed."</p> }
                        .into_any()
                } else {
                    checkpoint("closing", "When the review was closed", closing)
                }}
            </Section>
        </div>
    }
}

/// The digest, and where the audit log has the same.
fn digest_of_items((link, sha256): (i64, String), page: &PageContext) -> AnyView {
    let (href, label) = (paths::audit_link(&page.project, link), format!("audit event {link}"));
    view! {
        <Fact label="Digest of the items">
            "SHA-256 "
            <span class="mono">{sha256}</span>
            ", as in "
            <a href=href>{label}</a>
        </Fact>
    }
    .into_any()
}

fn said(at: Moment, by: &str) -> String {
    format!("{} by {by}", at.to_text())
}

fn columns(
    items: Vec<ReviewItem>,
    opened_at: Moment,
    members: &[String],
    page: &PageContext,
) -> Columns {
    let rows = items.into_iter().map(|item| {
        let (used, suggestion) = (use_in_words(&item), suggested(&item, opened_at));
        let effect = effect(&item, members, page);
        let words = decided(&item);
        let when = item.decision.as_ref().map(|one| one.at);
        let note = item.decision.as_ref().map(|one| one.note.clone());
        let note = note.filter(|note| !note.is_empty());
        let is_made = !matches!(item.kind, ReviewKind::Member | ReviewKind::Owner);
        let made_at = item.made_at.map(|at| view! { ", " <ExactTime at/> });
        let whose = item.whose.to_string();
        let made = is_made.then(|| view! { {whose} {made_at} });
        [
            Cell::of(item.number),
            Cell::of(item.kind.label()),
            Cell::of(view! {
                <div>{item.name}</div>
                <div class="muted">{item.terms}</div>
            }),
            Cell::of(made),
            Cell::of(view! {
                {(!used.is_empty()).then(|| view! { <div>{used}</div> })}
                {suggestion.map(|text| view! { <div class="muted">{text}</div> })}
            }),
            Cell::of(view! {
                <div>{words}</div>
                {when.map(|at| view! { <div class="muted"><ExactTime at/></div> })}
                {note.map(|note| view! { <div>{note}</div> })}
            }),
            Cell::of(effect),
        ]
    });
    Columns::new(
        ["Number", "Kind", "Item", "Created by", "Use and suggestion", "Decision", "Effect"],
        rows,
    )
}

/// What became of a removal.
fn effect(item: &ReviewItem, members: &[String], page: &PageContext) -> AnyView {
    match &item.decision {
        Some(Decision { verdict: Verdict::Remove, effect: Some(link), .. }) => {
            let href = paths::audit_link(&page.project, *link);
            let label = format!("Audit event {link}");
            view! { <a href=href>{label}</a> }.into_any()
        }
        _ => item.effect(members).into_any(),
    }
}

fn checkpoint(id: &'static str, title: &'static str, found: Option<ReviewCheckpoint>) -> AnyView {
    match found {
        None => view! { <p>{format!("{title}, no checkpoint was signed.")}</p> }.into_any(),
        Some(ReviewCheckpoint { links, note, keys, witnesses }) => {
            let whose = if keys.len() == 1 {
                "This public key verifies it:"
            } else {
                "These public keys verify it:"
            };
            let keys = keys.join("\n");
            let witnesses = witnesses.iter().map(|one| view! { <p>{one.to_text()}</p> });
            let witnesses = witnesses.collect_view();
            view! {
                <h3>{title}</h3>
                <p>{format!("The checkpoint covers {links} links. The note:")}</p>
                <CodeToCopy id=format!("{id}-note") text=note/>
                {witnesses}
                <p>{whose}</p>
                <CodeToCopy id=format!("{id}-keys") text=keys/>
            }
            .into_any()
        }
    }
}
