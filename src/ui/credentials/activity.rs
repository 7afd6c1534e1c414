//! What people did to a credential.

use crate::domain::audit::AuditEvent;
use crate::ui::kit::{Cell, Columns, Section, Table, Time};
use leptos::prelude::*;

#[component]
pub fn Activity(events: Vec<AuditEvent>) -> impl IntoView {
    let rows = events.into_iter().map(|event| {
        let sentence = format!("{} {} {}", event.actor, event.action.label(), event.subject);
        [
            Cell::of(view! { <Time at=event.at/> }),
            Cell::of(sentence),
            Cell::styled("muted", event.detail.to_text()),
        ]
    });
    let columns = Columns::new(["When", "What", "Details"], rows);
    view! {
        <Section id="activity" title="Activity">
            <Table columns/>
        </Section>
    }
}
