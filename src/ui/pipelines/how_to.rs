//! The lines that fetch credentials in a CI job.

use crate::ui::components::Snippet;
use leptos::prelude::*;

/// Snippets for the address of this instance.
#[component]
pub fn HowTo(address: String) -> impl IntoView {
    let address = address.trim_end_matches('/').to_owned();
    view! {
        <section class="stack" aria-labelledby="how-to">
            <h2 id="how-to">"How to use it"</h2>
            <p>
                "Store the token in your CI's secrets as " <code>"REGCRED_TOKEN"</code>
                ". At the start of the job, fetch the docker configuration:"
            </p>
            <Snippet id="fetch" text=fetch(&address)/>
            <p>"Docker, buildx and podman read it from there. Other clients take the file by name:"</p>
            <Snippet id="skopeo" text=SKOPEO/>
            <p>
                "To push, ask for it. The other headers are optional: they say in the receipt which run it was."
            </p>
            <Snippet id="fetch-push" text=fetch_to_push(&address)/>
            <p class="muted">
                "Fetch in every job instead of keeping the file: then a rotated secret arrives by itself, and the list of who uses it stays true."
            </p>
        </section>
    }
}

const PREPARE: &str = r#"export DOCKER_CONFIG="$(mktemp -d)"
mkdir -p "$DOCKER_CONFIG"
"#;

const SKOPEO: &str = r#"skopeo copy --authfile "$DOCKER_CONFIG/config.json" \
  docker://ghcr.io/acme/api:1.0 docker://registry.example.com/acme/api:1.0"#;

fn fetch(address: &str) -> String {
    format!(
        r#"{PREPARE}curl --fail --silent --show-error \
  -H "Authorization: Bearer $REGCRED_TOKEN" \
  {address}/api/v1/docker-config > "$DOCKER_CONFIG/config.json""#
    )
}

fn fetch_to_push(address: &str) -> String {
    format!(
        r#"{PREPARE}curl --fail --silent --show-error \
  -H "Authorization: Bearer $REGCRED_TOKEN" \
  -H "Regcred-Run: $CI_RUN" \
  -H "Regcred-Commit: $CI_COMMIT" \
  -H "Regcred-Branch: $CI_BRANCH" \
  -H "Regcred-Actor: $CI_ACTOR" \
  "{address}/api/v1/docker-config?intent=push" > "$DOCKER_CONFIG/config.json""#
    )
}
