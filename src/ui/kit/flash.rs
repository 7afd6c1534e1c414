//! What the page before left to be said here: how its post went.

use super::{Alert, Hidden, Icon, PageContext};
use crate::functions::answer::{Flash, Onward, Tone, Undo};
use leptos::prelude::*;
use leptos_router::hooks::use_url;

/// Says what is in the slot of `?said=`, once.
#[component]
pub fn FlashMessages() -> impl IntoView {
    let page = PageContext::here();
    let flash = OnceResource::new_blocking(async move { page.flash().await });
    view! {
        <Suspense>
            {Suspend::new(async move {
                view! { <FlashAlert flash=flash.await/> }
            })}
        </Suspense>
    }
}

/// The sentences: a failure interrupts, the others wait for their turn. It can be put away.
#[component]
pub fn FlashAlert(flash: Flash) -> impl IntoView {
    let Flash { sentences, tone, link, undo } = flash;
    let kind = match tone {
        Tone::Good => "notice",
        Tone::Doubt => "warning",
        Tone::Failure => "error",
    };
    (!sentences.is_empty()).then(|| {
        view! {
            <Alert kind=kind put_away=without_it()>
                {sentences.into_iter().map(|s| view! { <p>{s}</p> }).collect_view()}
                {link.map(|Onward { href, label }| view! { <p><a href=href>{label}</a></p> })}
                {undo.map(|undo| view! { <UndoButton undo/> })}
            </Alert>
        }
    })
}

#[component]
fn UndoButton(undo: Undo) -> impl IntoView {
    let Undo { action, values } = undo;
    view! {
        <form method="post" action=action>
            {values
                .into_iter()
                .map(|(name, value)| view! { <Hidden name value/> })
                .collect_view()}
            <button type="submit" class="button">
                <Icon name="undo"/>
                <span>"Undo"</span>
            </button>
        </form>
    }
}

/// The address of this page without what was to be said.
fn without_it() -> String {
    use_url().with_untracked(|url| without_said(url.path(), url.search()))
}

/// An address without what was to be said at it.
pub fn without_said(path: &str, query: &str) -> String {
    let kept: Vec<&str> = query
        .trim_start_matches('?')
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("said="))
        .collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::without_said;

    #[test]
    fn what_was_said_is_put_away_and_the_rest_of_the_address_stays() {
        assert_eq!(without_said("/p/acme/credentials", "?said=1"), "/p/acme/credentials");
        assert_eq!(without_said("/p/a", "q=x%26y&said=1&state=due"), "/p/a?q=x%26y&state=due");
    }
}
