//! What the page before left for this one: how its post went.

use crate::functions::answer::{Notice, take_notice};
use crate::ui::components::Alert;
use leptos::prelude::*;

/// Draws the slot of `?said=`, and so uses it up.
#[component]
pub fn Said(said: Option<String>) -> impl IntoView {
    let notice = OnceResource::new_blocking(left(said));
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let notice: Notice = notice.await;
                view! { <Sentences notice/> }
            })}
        </Suspense>
    }
}

/// What was left in the slot of `?said=`; nothing when it was taken already.
pub async fn left(slot: Option<String>) -> Notice {
    match slot {
        Some(slot) => take_notice(slot).await.unwrap_or_default(),
        None => Notice::default(),
    }
}

/// The sentences: a failure interrupts, a success waits for its turn.
#[component]
pub fn Sentences(notice: Notice) -> impl IntoView {
    let kind = if notice.is_failure { "error" } else { "notice" };
    (!notice.sentences.is_empty()).then(|| {
        view! {
            <Alert kind=kind>
                {notice.sentences.into_iter().map(|s| view! { <p>{s}</p> }).collect_view()}
            </Alert>
        }
    })
}
