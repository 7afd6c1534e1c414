//! What an admin has to hear of proxies that nobody declared.

use crate::functions::proxies::find_undeclared_proxies;
use crate::ui::components::Alert;
use leptos::prelude::*;

/// Names the peers that sent headers of proxies and that no setting names; nothing when there are
/// none.
#[component]
pub fn ProxyNotice() -> impl IntoView {
    let peers = OnceResource::new_blocking(find_undeclared_proxies());
    view! {
        <Suspense>
            {move || {
                Suspend::new(async move {
                    // What goes wrong here goes wrong for the page as well, which says so.
                    let peers = peers.await.unwrap_or_default();
                    (!peers.is_empty()).then(|| view! { <Notice peers=peers.join(", ")/> })
                })
            }}
        </Suspense>
    }
}

#[component]
fn Notice(peers: String) -> impl IntoView {
    view! {
        <Alert kind="warning">
            <p>
                "Requests with headers of a proxy came from " <span class="mono">{peers}</span>
                ", which " <code>"REGCRED_TRUSTED_PROXIES"</code>
                " does not name, so the headers are not believed. If this is your proxy, name it there and restart the server: until then everybody behind it counts as one client, in receipts and for limits. If it is not, there is nothing to do."
            </p>
        </Alert>
    }
}
