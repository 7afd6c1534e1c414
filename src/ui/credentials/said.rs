//! What the page before left for this one: the sentences of a form's success.

use crate::functions::answer::take_notice;
use crate::ui::components::Alert;
use leptos::prelude::*;

/// Draws the slot of `?said=`, and so uses it up.
#[component]
pub fn Said(said: Option<String>) -> impl IntoView {
    let sentences = OnceResource::new_blocking(async move {
        match said {
            Some(slot) => take_notice(slot).await.unwrap_or_default(),
            None => Vec::new(),
        }
    });
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let sentences: Vec<String> = sentences.await;
                (!sentences.is_empty())
                    .then(|| {
                        view! {
                            <Alert kind="notice">
                                {sentences.into_iter().map(|s| view! { <p>{s}</p> }).collect_view()}
                            </Alert>
                        }
                    })
            })}
        </Suspense>
    }
}
