//! What people did to a credential.

use crate::domain::audit::AuditEvent;
use crate::ui::components::Time;
use leptos::prelude::*;

/// The last audit events, newest first.
#[component]
pub fn Activity(events: Vec<AuditEvent>) -> impl IntoView {
    view! {
        <section class="stack" aria-labelledby="activity">
            <h2 id="activity">"Activity"</h2>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Details"</th>
                    </tr>
                </thead>
                <tbody>
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
                                    <td data-label="Details" class="muted">{event.detail}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </section>
    }
}
