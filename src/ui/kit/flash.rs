//! What the page before left to be said here: how its post went.

use super::{Alert, PageContext};
use crate::functions::answer::Flash;
use leptos::prelude::*;

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

/// The sentences: a failure interrupts, a success waits for its turn.
#[component]
pub fn FlashAlert(flash: Flash) -> impl IntoView {
    let kind = if flash.is_failure { "error" } else { "notice" };
    (!flash.sentences.is_empty()).then(|| {
        view! {
            <Alert kind=kind>
                {flash.sentences.into_iter().map(|s| view! { <p>{s}</p> }).collect_view()}
            </Alert>
        }
    })
}
