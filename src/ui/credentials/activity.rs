//! What people did to a credential.

use crate::domain::audit::AuditEvent;
use crate::ui::components::{Section, Table, Time};
use leptos::prelude::*;

/// The last audit events, newest first.
#[component]
pub fn Activity(events: Vec<AuditEvent>) -> impl IntoView {
    view! {
        <Section id="activity" title="Activity">
            <Table columns=vec!["When", "What", "Details"]>
                {events
                    .into_iter()
                    .map(|event| {
                        let sentence =
                            format!("{} {} {}", event.actor, event.action.label(), event.subject);
                        view! {
                            <tr>
                                <td data-label="When">
                                    <Time at=event.at/>
                                </td>
                                <td data-label="What">{sentence}</td>
                                <td data-label="Details" class="muted">{event.detail.to_text()}</td>
                            </tr>
                        }
                    })
                    .collect_view()}
            </Table>
        </Section>
    }
}
