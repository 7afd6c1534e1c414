//! The rows of a review's items.

use super::decide::UNSELECTED;
use super::{decided, suggested, use_in_words};
use crate::domain::paths;
use crate::domain::review::{Review, ReviewItem, ReviewKind, Reviewer};
use crate::domain::user::Person;
use crate::ui::kit::{Cell, Columns, PageContext};
use leptos::prelude::*;
use uuid::Uuid;

/// The columns; the last one is for those who may decide. The viewer comes with all who may; what was
/// chosen comes with whether that was wrong.
pub(super) fn columns(
    items: Vec<ReviewItem>,
    (viewer, reviewers): (&Person, &[Reviewer]),
    review: &Review,
    (may_decide, chosen, is_wrong): (bool, &[String], bool),
    page: &PageContext,
) -> Columns {
    let is_owner = is_owner(viewer, reviewers);
    let mut wants_focus = is_wrong;
    let rows = items.into_iter().map(|item| {
        let may_too = |one: &Reviewer| one.id != viewer.id && one.decides(item.kind);
        let is_alone = !reviewers.iter().any(may_too);
        let state = state(&item, viewer, is_alone, review.closed.is_none());
        let may = may_decide && may_tick(&item, viewer, is_owner);
        let may_confirm = may && !item.is_for_another(viewer);
        let has_focus = may && std::mem::take(&mut wants_focus);
        let used = use_in_words(&item);
        let suggestion = suggested(&item, review.opened_at);
        let (name, terms, kind, id) = (item.name.clone(), item.terms, item.kind.label(), item.id);
        let shown = link(page, item.kind, (item.pipeline, item.credential), item.name);
        let is_made = !matches!(item.kind, ReviewKind::Member | ReviewKind::Owner);
        let whose = is_made.then(|| format!("Created by {}", item.whose));
        [
            Cell::of(view! {
                {shown}
                <div class="muted">{kind}</div>
            }),
            Cell::of(view! {
                <div>{terms}</div>
                {whose.map(|whose| view! { <div class="muted">{whose}</div> })}
            }),
            Cell::of(view! {
                {(!used.is_empty()).then(|| view! { <div>{used}</div> })}
                {suggestion.map(|text| view! { <div class="muted">{text}</div> })}
            }),
            Cell::of(state),
            Cell::of(may.then(|| {
                buttons((id.to_string(), &name), may_confirm, chosen, (is_wrong, has_focus))
            })),
        ]
    });
    Columns::new(["Item", "Terms", "Use and suggestion", "Decision", "Decide"], rows)
        .with_last(may_decide)
}

/// Whether the viewer can select any of these.
pub(super) fn has_choice(
    items: &[ReviewItem],
    (viewer, reviewers): (&Person, &[Reviewer]),
) -> bool {
    let is_owner = is_owner(viewer, reviewers);
    items.iter().any(|item| may_tick(item, viewer, is_owner))
}

fn is_owner(viewer: &Person, reviewers: &[Reviewer]) -> bool {
    reviewers.iter().any(|one| one.id == viewer.id && one.decides_members)
}

/// Whether it can be selected: nobody decides about their own, and nothing takes a removal back. What was
/// delegated to another is selected to delegate it on, while it is undecided.
fn may_tick(item: &ReviewItem, viewer: &Person, is_owner: bool) -> bool {
    let may_delegate = item.decision.is_none() && item.may_be_delegated_by(viewer, is_owner);
    let is_open = !item.is_removed() && !item.is_own(viewer);
    is_open && (!item.is_for_another(viewer) || may_delegate)
}

/// Where the thing stands now.
fn link(
    page: &PageContext,
    kind: ReviewKind,
    (pipeline, credential): (Option<Uuid>, Option<Uuid>),
    name: String,
) -> AnyView {
    let href = match kind {
        ReviewKind::Grant => pipeline.map(|id| paths::grants(&page.project, id)),
        ReviewKind::Token | ReviewKind::TrustRule => {
            pipeline.map(|id| paths::pipeline_identity(&page.project, id))
        }
        ReviewKind::Owner => credential.map(|id| paths::credential(&page.project, id)),
        ReviewKind::Member => None,
    };
    match href {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    }
}

/// What was decided and why, or why who looks cannot decide.
fn state(item: &ReviewItem, viewer: &Person, is_alone: bool, is_open: bool) -> AnyView {
    let note = item.decision.as_ref().map(|one| one.note.clone()).filter(|note| !note.is_empty());
    // Nobody decides anything of a closed review.
    let is_own = is_open && item.decision.is_none() && item.is_own(viewer);
    let own = match (is_own, is_alone) {
        (false, _) => None,
        (true, false) => Some("This item is yours, so another member decides it."),
        (true, true) => Some(
            "This item is yours, and nobody decides about their own access. No other member may decide this item, so it stays undecided.",
        ),
    };
    let decided = decided(item);
    view! {
        <div>{decided}</div>
        {note.map(|note| view! { <div class="muted">{note}</div> })}
        {own.map(|own| view! { <div class="muted">{own}</div> })}
    }
    .into_any()
}

/// The tick box, and the button that confirms this one alone.
fn buttons(
    (id, name): (String, &str),
    may_confirm: bool,
    chosen: &[String],
    (is_wrong, has_focus): (bool, bool),
) -> AnyView {
    let (select, confirm) = (format!("Select {name}"), format!("Confirm {name}"));
    let (value, is_chosen) = (id.clone(), chosen.contains(&id));
    let button = may_confirm.then(|| {
        view! {
            <button type="submit" class="button button-quiet" name="form[confirm]" value=value aria-label=confirm>
                "Confirm"
            </button>
        }
    });
    view! {
        <div class="toolbar">
            <input
                type="checkbox"
                name="form[items][]"
                value=id
                checked=is_chosen
                aria-label=select
                autocomplete="off"
                autofocus=has_focus
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=is_wrong.then_some(UNSELECTED)
            />
            {button}
        </div>
    }
    .into_any()
}
