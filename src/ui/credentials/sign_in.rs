//! How the registry is convinced: the last section of the form, because the key file has to be the
//! last part of the post, after every field that says what to do with it.

use super::form::Filled;
use super::key_upload::KeyUpload;
use crate::domain::credential::Method;
use crate::domain::registry_kind::GOOGLE_HOSTS;
use crate::ui::components::{CheckBox, Field, Select, TextArea};
use leptos::prelude::*;

/// Method, user name and secret. The style sheet shows the fields of the chosen method.
#[component]
pub fn SignIn(filled: Filled, is_new: bool) -> impl IntoView {
    let form = filled.form.clone();
    let methods =
        Method::ALL.iter().map(|m| (m.word().to_owned(), m.label().to_owned())).collect::<Vec<_>>();
    // A secret never comes back with the rest of a form.
    let again = filled.returned.as_ref().is_some_and(|returned| is_new || returned.had_secret);
    let password_hint = match (is_new, again) {
        (false, false) => "Leave blank to keep the existing value",
        (false, true) => {
            "Enter it again: a secret is never sent back to a page. Blank keeps the stored one."
        }
        (true, true) => "Enter it again: a secret is never sent back to a page.",
        (true, false) => {
            "A password, access token or API token. It is encrypted, and never shown again."
        }
    };
    let key_hint = match (is_new, again) {
        (false, false) => "Leave blank to keep the existing value",
        (false, true) => {
            "Paste or choose the key again: a secret is never sent back to a page. Blank keeps the stored one."
        }
        (true, true) => "Paste or choose the key again: a secret is never sent back to a page.",
        (true, false) => {
            "Paste the whole file, not only its private_key. The user name is always _json_key."
        }
    };
    view! {
        <Select
            name="method"
            label="Authentication method"
            options=methods
            selected=form.method
            error=filled.at("method")
        />
        <div class="for-password stack">
            <Field
                name="username"
                label="Username"
                value=form.username
                error=filled.at("username")
            />
            <Field
                name="password"
                label="Password"
                error=filled.at("password")
                hint=password_hint
                kind="password"
                autocomplete="new-password"
            />
        </div>
        <div class="for-key stack">
            <TextArea
                name="key_json"
                label="Service account key (JSON)"
                error=filled.at("key_json")
                hint=key_hint
                rows=6
                is_mono=true
            />
            {is_new.then(|| view! { <OtherHosts ticked=filled.form.also.clone() error=filled.at("also")/> })}
            <KeyUpload error=filled.at("key_file").unwrap_or_default()/>
        </div>
    }
}

/// One key is commonly stored for several Google hosts, and the key is at hand only now.
#[component]
fn OtherHosts(ticked: Vec<String>, error: Option<String>) -> impl IntoView {
    let described_by = if error.is_some() { "also-error also-hint" } else { "also-hint" };
    let typed = ticked.iter().find(|host| !GOOGLE_HOSTS.contains(&host.as_str())).cloned();
    view! {
        <fieldset class="field" aria-describedby=described_by>
            <legend>"Also create it for another Google host"</legend>
            {GOOGLE_HOSTS
                .into_iter()
                .map(|host| {
                    let is_checked = ticked.iter().any(|ticked| ticked == host);
                    view! { <CheckBox name="also" label=host value=host is_checked id=format!("also-{host}")/> }
                })
                .collect_view()}
            <Field
                name="also"
                id="also-typed"
                label="Another Google host (Optional)"
                value=typed.unwrap_or_default()
                error=None
                placeholder="europe-docker.pkg.dev"
            />
            {error.map(|error| view! { <p id="also-error" class="field-error">{error}</p> })}
            <p id="also-hint" class="hint">"Each becomes a credential of its own with the same key, named after this one and its host."</p>
        </fieldset>
    }
}
