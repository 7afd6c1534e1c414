//! Messages that a person must not miss, and what a refused form says above its fields.

use super::{Icon, non_empty};
use crate::error::Error;
use leptos::prelude::*;

/// A message in the flow of the page. An `error` interrupts a screen reader; a `notice` or a
/// `warning` waits for its turn.
#[component]
pub fn Alert(
    /// `error`, `notice` or `warning`.
    #[prop(into, default = "error".into())]
    kind: String,
    /// Where the page is without it: then it can be put away.
    #[prop(into, optional)]
    put_away: String,
    children: Children,
) -> impl IntoView {
    let role = if kind == "error" { "alert" } else { "status" };
    let icon = if kind == "notice" { "check" } else { "warning" };
    view! {
        <div class=format!("alert alert-{kind}") role=role>
            <Icon name=icon/>
            <div class="alert-body">{children()}</div>
            {non_empty(put_away).map(|href| view! {
                <a class="icon-button" href=href data-put-away="" aria-label="Put away" title="Put away">
                    <Icon name="close"/>
                </a>
            })}
        </div>
    }
}

const STALE: &str = "What you typed is still below. Save again to replace what is stored now.";
const STALE_WITH_SECRET: &str = "What you typed is still below, except for the secret: enter that again. Save again to replace what is stored now.";

/// Why nothing was saved, for the head of a form. The sentences of single fields are not repeated:
/// they stand beside the fields.
#[component]
pub fn ErrorSummary(
    error: Error,
    /// Whether a secret was typed, which no form keeps.
    #[prop(optional)]
    has_lost_secret: bool,
) -> impl IntoView {
    let sentence = match error {
        // By now they have signed in again, and the form is as they left it.
        Error::Unauthenticated => {
            "Your session ended, so nothing was saved. Check the form and send it again.".to_owned()
        }
        Error::NotFound => {
            "What this form changes was deleted while the form was open, so nothing was saved."
                .to_owned()
        }
        _ => error.to_string(),
    };
    let meanwhile = match error {
        Error::Stale { by, changes, .. } => Some((by, changes)),
        _ => None,
    };
    view! {
        <Alert>
            <p>{sentence}</p>
            {meanwhile.map(|(by, changes)| view! {
                <p>{by.map_or_else(|| "Stored now:".to_owned(), |by| format!("Saved by {by}:"))}</p>
                <ul>
                    {changes.into_iter().map(|change| view! {
                        <li><strong>{change.label}</strong>": now "<span>{change.now}</span></li>
                    }).collect_view()}
                </ul>
                <p>{if has_lost_secret { STALE_WITH_SECRET } else { STALE }}</p>
            })}
        </Alert>
    }
}
