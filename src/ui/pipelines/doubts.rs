//! What is doubted of a grant or a trust rule, at its row, until it is mended.

use crate::domain::doubt::{Doubt, Mend};
use crate::ui::kit::{Icon, PageContext};
use leptos::prelude::*;
use uuid::Uuid;

/// Each doubt in a sentence, with the one link that mends it. Of those that the same link mends, the last
/// has it. `about` is the grant or the rule.
#[component]
pub fn Doubts(doubts: Vec<Doubt>, page: PageContext, pipeline: Uuid, about: Uuid) -> impl IntoView {
    let can_mend = page.may_grant();
    let mends: Vec<Mend> =
        doubts.iter().map(|doubt| doubt.mend(&page.project, pipeline, about)).collect();
    doubts
        .into_iter()
        .zip(mends.iter())
        .enumerate()
        .map(|(at, (doubt, mend))| {
            let is_last = mends.iter().skip(at + 1).all(|later| later != mend);
            let mend = (can_mend && is_last).then(|| mend.clone());
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
