//! What the form says about a registry while its address is typed.

use crate::functions::registry::{Recognised, recognise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::{ev, web_sys};
use std::time::Duration;
use wasm_bindgen::JsCast;

/// How long typing must rest before the server is asked.
const REST: Duration = Duration::from_millis(200);

/// Wraps the field of the address and draws the panel under it. The server draws the first one, so
/// a preset or a form that came back has its panel without JavaScript.
#[island]
pub fn HostPreview(
    /// What the panel says at first.
    start: Recognised,
    children: Children,
) -> impl IntoView {
    // What was filled in for the person may be replaced; what they typed may not.
    let filled = StoredValue::new(start.username.clone().unwrap_or_default());
    let found = RwSignal::new(start);
    let turn = StoredValue::new(0_u32);
    let mut ask = debounce(REST, move |typed: String| {
        turn.update_value(|turn| *turn += 1);
        let asked = turn.get_value();
        spawn_local(async move {
            let answer = if typed.trim().is_empty() {
                Recognised::default()
            } else if let Ok(answer) = recognise(typed).await {
                answer
            } else {
                // The server says the same after the post.
                return;
            };
            // An answer that was overtaken by a later one is dropped.
            if turn.get_value() == asked {
                fill_username(&answer, filled);
                found.set(answer);
            }
        });
    });
    let listen = move |event: ev::Event| ask(event_target_value(&event));
    view! {
        <div class="stack" on:input=listen>
            {children()}
            <div class="preview" role="status">
                {move || found.with(panel)}
            </div>
        </div>
    }
}

fn fill_username(answer: &Recognised, filled: StoredValue<String>) {
    let field = document()
        .get_element_by_id("username")
        .and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
    let Some(field) = field else { return };
    let value = field.value();
    if !value.is_empty() && value != filled.get_value() {
        return;
    }
    let username = answer.username.clone().unwrap_or_default();
    field.set_value(&username);
    filled.set_value(username);
}

fn panel(found: &Recognised) -> AnyView {
    if let Some(problem) = found.problem.clone() {
        return view! { <p class="hint">{problem}</p> }.into_any();
    }
    if found.kind.is_empty() {
        return ().into_any();
    }
    let stored = (!found.host.is_empty()).then(|| (found.host.clone(), found.matches.clone()));
    let path = found.path.clone();
    view! {
        <div class="card stack">
            {stored
                .map(|(host, matches)| {
                    view! {
                        <p>
                            "Stored as " <strong class="mono">{host}</strong> ". Matches "
                            <span class="mono">{matches}</span>
                        </p>
                    }
                })}
            {path
                .map(|path| {
                    view! {
                        <p>
                            "The path " <span class="mono">{path}</span>
                            " becomes the repository path, if that is blank."
                        </p>
                    }
                })}
            {found.changes.iter().cloned().map(|change| view! { <p class="muted">{change}</p> }).collect_view()}
            <dl class="facts">
                <dt>"Recognised as"</dt>
                <dd>{found.kind_label.clone()}</dd>
                <dt>"Username"</dt>
                <dd>{found.wants_username.clone()}</dd>
                <dt>"Password"</dt>
                <dd>{found.wants_secret.clone()}</dd>
                <dt>"It must be allowed"</dt>
                <dd>{found.least_scope.clone()}</dd>
            </dl>
            {found.warning.clone().map(|warning| view! { <p class="hint">{warning}</p> })}
        </div>
    }
    .into_any()
}
