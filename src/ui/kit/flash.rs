//! What the page before left to be said here: how its post went.

use super::Alert;
use crate::functions::answer::{Flash, take_flash};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Says what is in the slot of `?said=`, once.
#[component]
pub fn FlashMessages() -> impl IntoView {
    let slot = use_query_map().with_untracked(|query| query.get("said"));
    let flash = OnceResource::new_blocking(flash(slot));
    view! {
        <Suspense>
            {Suspend::new(async move {
                view! { <FlashAlert flash=flash.await/> }
            })}
        </Suspense>
    }
}

/// What was left in the slot of `?said=`; nothing when it was said already.
pub async fn flash(slot: Option<String>) -> Flash {
    match slot {
        Some(slot) => take_flash(slot).await,
        None => Flash::default(),
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
