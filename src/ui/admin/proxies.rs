//! What an admin should know about proxies that no setting names.

use crate::functions::proxies::find_undeclared_proxies;
use crate::ui::kit::Alert;
use leptos::prelude::*;

/// Names the peers that sent headers of proxies and that no setting names; nothing when there are
/// none.
#[component]
pub fn ProxyNotice() -> impl IntoView {
    let peers = OnceResource::new_blocking(find_undeclared_proxies());
    view! {
        <Suspense>
            {Suspend::new(async move {
                // What goes wrong here goes wrong for the page as well, which says so.
                let peers = peers.await.unwrap_or_default();
                (!peers.is_empty()).then(|| view! {
                    <Alert kind="warning">
                        <p>
                            "Requests with proxy headers came from "
                            <span class="mono">{peers.join(", ")}</span> ", which is not in "
                            <code>"REGCRED_TRUSTED_PROXIES"</code>
                            ", so the headers were ignored. If this is your proxy, add its address there and restart the server. Until then, all clients behind it count as one in receipts and limits. If it is not your proxy, ignore this message."
                        </p>
                    </Alert>
                })
            })}
        </Suspense>
    }
}
