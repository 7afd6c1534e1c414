//! How the registry is signed in to: the last section of the form, because the key file has to be
//! the last part of the post, after every field that says what to do with it.

use crate::domain::credential::Method;
use crate::domain::registry_kind::GOOGLE_HOSTS;
use crate::islands::KeyUpload;
use crate::ui::kit::{CheckBox, Control, Field, FormState, Select, TextArea, options};
use leptos::prelude::*;

/// Method, user name and secret. The style sheet shows the fields of the chosen method.
#[component]
pub fn SignInFields(form: FormState, is_new: bool) -> impl IntoView {
    // A secret never comes back with the rest of a form.
    let again = form.failed().is_some_and(|failed| is_new || failed.had_secret);
    let (password_hint, key_hint) = hints(is_new, again);
    view! {
        <Select
            at=form.at("method")
            label="Authentication method"
            options=options(Method::ALL, Method::word, Method::label)
        />
        <div class="for-password stack">
            <Field at=form.at("username") label="Username"/>
            <Field
                at=form.at("password")
                label="Password"
                hint=password_hint
                kind="password"
                autocomplete="new-password"
            />
        </div>
        <div class="for-key stack">
            <TextArea
                at=form.at("key_json")
                label="Service account key (JSON)"
                hint=key_hint
                rows=6
                is_mono=true
            />
            {is_new.then(|| view! { <OtherHosts ticked=form.chosen("also") error=form.error("also")/> })}
            <KeyUpload error=form.error("key_file").unwrap_or_default()/>
        </div>
    }
}

/// What to enter as the password and as the key; `again` when one was typed and is gone.
fn hints(is_new: bool, again: bool) -> (&'static str, &'static str) {
    match (is_new, again) {
        (false, false) => {
            ("Leave blank to keep the existing value", "Leave blank to keep the existing value")
        }
        (false, true) => (
            "Enter it again. Secrets are never shown once typed. Leave blank to keep the stored one.",
            "Paste or choose the key again. Secrets are never shown once typed. Leave blank to keep the stored one.",
        ),
        (true, true) => (
            "Enter it again. Secrets are never shown once typed.",
            "Paste or choose the key again. Secrets are never shown once typed.",
        ),
        (true, false) => (
            "A password, access token or API token. It is encrypted and never shown again.",
            "Paste the whole file, not only its private_key. The username is always _json_key.",
        ),
    }
}

/// One key is commonly stored for several Google hosts, and the key is at hand only now.
#[component]
fn OtherHosts(ticked: Vec<String>, error: Option<String>) -> impl IntoView {
    let described_by = if error.is_some() { "also-error also-hint" } else { "also-hint" };
    let typed = ticked.iter().find(|host| !GOOGLE_HOSTS.contains(&host.as_str()));
    let also = Control { name: "also".to_owned(), ..Control::default() };
    let typed = Control { text: typed.cloned().unwrap_or_default(), ..also.clone() };
    view! {
        <fieldset class="field" aria-describedby=described_by>
            <legend>"Also create it for another Google host"</legend>
            {GOOGLE_HOSTS
                .into_iter()
                .map(|host| {
                    let is_ticked = ticked.iter().any(|ticked| ticked == host);
                    let at = Control { is_ticked, ..also.clone() };
                    view! { <CheckBox at label=host value=host id=format!("also-{host}")/> }
                })
                .collect_view()}
            <Field
                at=typed
                id="also-typed"
                label="Another Google host (Optional)"
                placeholder="europe-docker.pkg.dev"
            />
            {error.map(|error| view! { <p id="also-error" class="field-error">{error}</p> })}
            <p id="also-hint" class="hint">"Each becomes a separate credential with the same key, named after this one and its host."</p>
        </fieldset>
    }
}
