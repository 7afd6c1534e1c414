//! What is doubted of a grant or a trust rule, at its row, until it is mended.

use crate::domain::doubt::Doubt;
use crate::ui::kit::{Icon, PageContext};
use leptos::prelude::*;
use uuid::Uuid;

/// Each doubt in a sentence, with the one link that mends it. `about` is the grant or the rule.
#[component]
pub fn Doubts(doubts: Vec<Doubt>, page: PageContext, pipeline: Uuid, about: Uuid) -> impl IntoView {
    let can_mend = page.may_grant();
    doubts
        .into_iter()
        .map(|doubt| {
            let mend = can_mend.then(|| doubt.mend(&page.project, pipeline, about));
            view! {
                <p class="doubt">
                    <Icon name="warning"/>
                    <span>
                        {doubt.sentence()}
                        {mend.map(|mend| view! { " " <a href=mend.href>{mend.label}</a> })}
                    </span>
                </p>
            }
        })
        .collect_view()
}
