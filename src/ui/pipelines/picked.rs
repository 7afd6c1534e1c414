//! The credentials of the form of a new pipeline: a list to search, each with what it is granted for.

use crate::domain::choosing::Choices;
use crate::domain::credential::Access;
use crate::domain::pipeline::Grantable;
use crate::islands::FilterRows;
use crate::ui::choosing::{ChoicesSearch, LostChoices, Search};
use crate::ui::granting::grantable_label;
use crate::ui::kit::{CheckBox, Control, FormState};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// With more rows than these there is a field that searches them.
const SEARCHED: usize = 8;
const LABEL: &str = "Search credentials to grant";
/// The id of what is wrong with those that were sent.
const ERROR: &str = "credentials-error";

/// Each row sends only what is ticked of it, so that a long list makes no long request.
#[component]
pub fn Picked(grantable: Choices<Grantable>, state: FormState) -> impl IntoView {
    let (chosen, pushing) = (state.chosen("credentials"), state.chosen("pushing"));
    let error = state.error("credentials");
    let search = Search::posted(&state, &grantable);
    let own = error.is_some().then(|| ERROR.to_owned());
    let said = Some(search.said_at()).filter(|said| !said.is_empty());
    let described_by: Vec<String> = own.into_iter().chain(said).collect();
    let described_by = (!described_by.is_empty()).then(|| described_by.join(" "));
    let heading = search.heading();
    let Choices { rows: mut kept, found, lost, .. } = grantable;
    let sent = sent(&state);
    let is_nothing = kept.is_empty() && !search.is_needed();
    let is_filtered = kept.len() > SEARCHED && !search.is_needed();
    // What was found is the end of it.
    let listed = kept.split_off(kept.len().saturating_sub(found));
    let is_refused = error.is_some();
    let is_wrong = |credential: &Grantable| {
        let id = credential.id.to_string();
        is_refused && (chosen.contains(&id) || pushing.contains(&id))
    };
    let row = |credential: Grantable, is_first: bool| {
        let id = credential.id.to_string();
        let is_pushing = pushing.contains(&id);
        // Who pushes with a credential is granted it.
        let is_ticked = is_pushing || chosen.contains(&id);
        let is_wrong = is_wrong(&credential);
        view! { <Row credential is_ticked is_pushing is_first is_wrong/> }
    };
    // The first row that is wrong asks for the focus, or the first of all where the wrong one is not here; after a
    // search it is the first that was found.
    let all = kept.iter().chain(&listed);
    let first = all.clone().find(|one| is_wrong(one)).or_else(|| all.clone().next());
    let first = first.filter(|_| is_refused).map(|one| one.id);
    let mut is_found = search.is_found();
    let has_kept = !kept.is_empty();
    let kept = kept
        .into_iter()
        .map(|one| {
            let is_first = first == Some(one.id);
            row(one, is_first)
        })
        .collect_view();
    let has_listed = !listed.is_empty();
    let listed = listed
        .into_iter()
        .map(|one| {
            let is_first = std::mem::take(&mut is_found) || first == Some(one.id);
            row(one, is_first)
        })
        .collect_view();
    view! {
        <fieldset class="field" aria-describedby=described_by>
            <legend>"Credentials to grant"</legend>
            <LostChoices lost/>
            {sent.map(|sentence| view! { <p class="muted">{sentence}</p> })}
            {has_kept
                .then(|| view! { <h3>"Also selected"</h3> <ul class="picks">{kept}</ul> })}
            <ChoicesSearch search label=LABEL what="credential"/>
            {is_filtered
                .then(|| {
                    let list_id = "credentials-to-grant".to_owned();
                    view! { <FilterRows list_id label=LABEL.to_owned()/> }
                })}
            {(has_kept && has_listed).then(|| view! { <h3>{heading}</h3> })}
            {has_listed
                .then(|| view! { <ul id="credentials-to-grant" class="picks">{listed}</ul> })}
            {is_nothing
                .then(|| {
                    view! { <p class="muted">"This project has no registry credentials yet. You can grant them later."</p> }
                })}
            {error.map(|error| view! { <p id=ERROR class="field-error">{error}</p> })}
        </fieldset>
    }
}

/// How many were selected when the form was sent: those that are lost as well.
fn sent(state: &FormState) -> Option<String> {
    let all = [state.chosen("credentials"), state.chosen("pushing")].concat();
    let count = all.into_iter().collect::<BTreeSet<_>>().len();
    match (state.is_first_try(), count) {
        (true, _) | (false, 0) => None,
        (false, 1) => Some("You sent the form with 1 credential selected.".to_owned()),
        (false, count) => Some(format!("You sent the form with {count} credentials selected.")),
    }
}

#[component]
fn Row(
    credential: Grantable,
    is_ticked: bool,
    is_pushing: bool,
    is_first: bool,
    /// It was sent, and what was sent was refused.
    is_wrong: bool,
) -> impl IntoView {
    let value = credential.id.to_string();
    let at = Control { name: "form[credentials][]".to_owned(), is_ticked, ..Control::default() };
    let id = format!("credential-{value}");
    let tick = grantable_label(&credential);
    let label = format!("Push with {}", credential.name);
    let push = value.clone();
    let can_push = credential.access == Access::PullAndPush;
    let said = if is_wrong { ERROR } else { "" };
    let is_push_wrong = is_wrong && is_pushing;
    view! {
        <li>
            <CheckBox at id label=tick value autofocus=is_first is_wrong described_by_also=said/>
            {can_push
                .then(|| {
                    view! {
                        <label class="pick-push">
                            <input
                                type="checkbox"
                                name="form[pushing][]"
                                value=push
                                checked=is_pushing
                                autocomplete="off"
                                aria-label=label
                                aria-invalid=is_push_wrong.then_some("true")
                                aria-describedby=is_push_wrong.then_some(ERROR)
                            />
                            <span>"and push"</span>
                        </label>
                    }
                })}
        </li>
    }
}
