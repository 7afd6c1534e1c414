//! The credentials of the form of a new pipeline: a list to search, each with what it is granted for.

use crate::domain::choosing::Choices;
use crate::domain::credential::Access;
use crate::domain::pipeline::Grantable;
use crate::islands::FilterRows;
use crate::ui::choosing::{ChoicesSearch, Search};
use crate::ui::granting::grantable_label;
use crate::ui::kit::{CheckBox, Control, FormState};
use leptos::prelude::*;

/// With more rows than these there is a field that searches them.
const SEARCHED: usize = 8;
const LABEL: &str = "Search credentials to grant";

/// Each row sends only what is ticked of it, so that a long list makes no long request.
#[component]
pub fn Picked(grantable: Choices<Grantable>, state: FormState) -> impl IntoView {
    let (chosen, pushing) = (state.chosen("credentials"), state.chosen("pushing"));
    let error = state.error("credentials");
    let described_by = error.is_some().then_some("credentials-error");
    let search = Search::posted(&state, &grantable);
    let grantable = grantable.rows;
    let is_empty = grantable.is_empty();
    let is_nothing = is_empty && !search.is_needed();
    let is_filtered = grantable.len() > SEARCHED && !search.is_needed();
    // The first row asks for the focus when a row is wrong.
    let mut asks = error.is_some();
    let rows = grantable
        .into_iter()
        .map(|credential| {
            let id = credential.id.to_string();
            let (is_ticked, is_pushing) = (chosen.contains(&id), pushing.contains(&id));
            let is_first = std::mem::take(&mut asks);
            view! { <Row credential is_ticked is_pushing is_first/> }
        })
        .collect_view();
    view! {
        <fieldset class="field" aria-describedby=described_by>
            <legend>"Credentials to grant"</legend>
            <ChoicesSearch search label=LABEL what="credential"/>
            {is_filtered
                .then(|| {
                    let list_id = "credentials-to-grant".to_owned();
                    view! { <FilterRows list_id label=LABEL.to_owned()/> }
                })}
            {(!is_empty)
                .then(|| view! { <ul id="credentials-to-grant" class="picks">{rows}</ul> })}
            {is_nothing
                .then(|| {
                    view! { <p class="muted">"This project has no registry credentials yet. You can grant them later."</p> }
                })}
            {error.map(|error| view! { <p id="credentials-error" class="field-error">{error}</p> })}
        </fieldset>
    }
}

#[component]
fn Row(credential: Grantable, is_ticked: bool, is_pushing: bool, is_first: bool) -> impl IntoView {
    let value = credential.id.to_string();
    let at = Control { name: "form[credentials][]".to_owned(), is_ticked, ..Control::default() };
    let id = format!("credential-{value}");
    let tick = grantable_label(&credential);
    let label = format!("Push with {}", credential.name);
    let push = value.clone();
    let can_push = credential.access == Access::PullAndPush;
    view! {
        <li>
            <CheckBox at id label=tick value/>
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
                                autofocus=is_first
                                aria-label=label
                            />
                            <span>"and push"</span>
                        </label>
                    }
                })}
        </li>
    }
}
