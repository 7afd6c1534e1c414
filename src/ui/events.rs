//! What people did, newest first, as the pages of a credential and of a pipeline list it.

use super::kit::{Cell, Columns, Older, Section, Table, Time};
use crate::domain::moment::Moment;
use leptos::prelude::*;

/// The section. Of each event: when it was, who did what, and what changed.
#[component]
pub fn Events(
    events: Vec<(Moment, String, String)>,
    /// The page of older ones.
    older: Option<String>,
) -> impl IntoView {
    let rows = events.into_iter().map(|(at, sentence, details)| {
        let details = (!details.is_empty()).then(|| {
            let title = details.clone();
            view! { <span title=title>{details}</span> }
        });
        [Cell::of(view! { <Time at/> }), Cell::of(sentence), Cell::styled("muted cut", details)]
    });
    let columns = Columns::new(["When", "What", "Details"], rows);
    view! {
        <Section id="activity" title="Activity">
            <Table columns empty="Nothing older was recorded." class="compact"/>
            <Older href=older/>
        </Section>
    }
}
