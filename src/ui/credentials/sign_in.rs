//! How the registry is signed in to: user name and secret, each with the advice for its registry at the
//! field, and the way to where such a secret is made.

use crate::domain::credential::Method;
use crate::domain::credential_form::{NOT_GOOGLES, is_about_copy_for};
use crate::domain::registry::RegistryHost;
use crate::domain::registry_kind::GOOGLE_HOSTS;
use crate::functions::registry::Recognised;
use crate::islands::KeyUpload;
use crate::ui::kit::{CheckBox, Control, Field, FormState, Select, TextArea, options};
use leptos::prelude::*;

const ANY_USERNAME: &str = "The account or robot that signs in to the registry.";
const ANY_SECRET: &str =
    "A password, access token or API token. It is encrypted and never shown again.";
const ANY_KEY: &str =
    "Or paste the whole file, not only its private_key. The username is always _json_key.";
const KEEPS: &str = "Leave blank to keep the existing value";
const AGAIN: &str = "Enter it again. A secret is never shown after it was typed.";
const KEY_AGAIN: &str =
    "Paste or choose the key again. A secret is never shown after it was typed.";

#[component]
pub fn MethodField(form: FormState) -> impl IntoView {
    view! {
        <Select
            at=form.at("method")
            label="Authentication method"
            options=options(Method::ALL, Method::word, Method::label)
        />
    }
}

/// User name and secret. The style sheet shows the fields of the chosen method.
#[component]
pub fn SignInFields(
    form: FormState,
    is_new: bool,
    /// What is known of the registry: nothing of one that nobody has named yet.
    about: Recognised,
    /// Whether the user name is the first thing to enter.
    #[prop(optional)]
    has_focus: bool,
) -> impl IntoView {
    let is_known = !about.kind.is_empty();
    let username_hint = if is_known { about.wants_username } else { ANY_USERNAME.to_owned() };
    let guide = about.guide;
    view! {
        <div class="for-password field-row">
            <Field
                at=form.at("username")
                label="Username"
                hint=username_hint
                autofocus=has_focus && form.is_first_try()
            />
            <PasswordField form=form.clone() is_new advice=about.wants_secret/>
        </div>
        <div class="for-key stack">
            <KeyFields form=form.clone() is_new/>
            {is_new
                .then(|| {
                    view! { <OtherHosts ticked=form.chosen("also") error=form.error("also")/> }
                })}
        </div>
        <Guide href=guide/>
    }
}

/// The way to where such a secret is made. It opens beside the form, which is not lost.
#[component]
pub fn Guide(
    /// Where it is said; blank when the registry is not known.
    href: String,
) -> impl IntoView {
    let is_hidden = href.is_empty();
    view! {
        <p class="hint how-to" hidden=is_hidden>
            <a id="secret-guide" href=href target="_blank" rel="noopener">
                "How to create this secret"
                <span class="visually-hidden">" (opens in a new tab)"</span>
            </a>
        </p>
    }
}

/// The password. `advice`: what the registry wants there, if that is known.
#[component]
pub fn PasswordField(
    form: FormState,
    is_new: bool,
    advice: String,
    /// It is what the dialog is for.
    #[prop(optional)]
    has_focus: bool,
) -> impl IntoView {
    let hint = match (is_new, has_to_be_typed_again(&form)) {
        (false, false) => KEEPS.to_owned(),
        (false, true) => format!("{AGAIN} Leave blank to keep the stored one."),
        (true, true) => AGAIN.to_owned(),
        (true, false) if advice.is_empty() => ANY_SECRET.to_owned(),
        (true, false) => advice,
    };
    view! {
        <Field
            at=form.at("password")
            label="Password"
            hint
            kind="password"
            autocomplete="new-password"
            autofocus=has_focus
        />
    }
}

/// The key: its file first, since that is how it comes.
#[component]
pub fn KeyFields(form: FormState, is_new: bool) -> impl IntoView {
    let hint = match (is_new, has_to_be_typed_again(&form)) {
        (false, false) => KEEPS,
        (false, true) => {
            "Paste or choose the key again. A secret is never shown after it was typed. Leave blank to keep the stored one."
        }
        (true, true) => KEY_AGAIN,
        (true, false) => ANY_KEY,
    };
    view! {
        <div class="field-row">
            <KeyUpload error=form.error("key_file").unwrap_or_default()/>
            <TextArea
                at=form.at("key_json")
                label="Service account key (JSON)"
                hint
                rows=2
                is_mono=true
            />
        </div>
    }
}

/// A secret never comes back with the rest of a form. Nobody has to type again what was not typed.
fn has_to_be_typed_again(form: &FormState) -> bool {
    form.failed().is_some_and(|failed| failed.had_secret)
}

/// One key is commonly stored for several Google hosts, and the key is at hand only now.
#[component]
fn OtherHosts(ticked: Vec<String>, error: Option<String>) -> impl IntoView {
    // The field sends a blank host where nothing was typed.
    let is_open = error.is_some() || ticked.iter().any(|host| !host.trim().is_empty());
    let is_typed = |host: &&String| !host.is_empty() && !GOOGLE_HOSTS.contains(&host.as_str());
    let typed = ticked.iter().find(is_typed).cloned().unwrap_or_default();
    let also = Control { name: "also".to_owned(), ..Control::default() };
    let mut errors = Errors::of(error, &ticked, &typed);
    let mut has_focus = errors.of_all.is_some();
    let boxes = GOOGLE_HOSTS
        .into_iter()
        .map(|host| {
            let is_ticked = ticked.iter().any(|ticked| ticked == host);
            let is_wrong = is_ticked && errors.of_all.is_some();
            let autofocus = is_wrong && std::mem::take(&mut has_focus);
            let error = errors.of_box.take_if(|(named, _)| *named == host).map(|(_, error)| error);
            let at = Control { is_ticked, error, ..also.clone() };
            let id = format!("also-{host}");
            let described_by_also = if is_wrong { "also-error" } else { "" };
            view! { <CheckBox at label=host value=host id autofocus is_wrong described_by_also/> }
        })
        .collect_view();
    let Errors { of_typed, of_all, .. } = errors;
    let typed = Control { text: typed, error: of_typed, ..also };
    let described_by = if of_all.is_some() { "also-error also-hint" } else { "also-hint" };
    view! {
        <details class="fold" open=is_open>
            <summary>"The same key for other Google hosts"</summary>
            <fieldset class="field" aria-describedby=described_by>
                <legend>"Also create this credential for other Google hosts"</legend>
                <div class="check-row">{boxes}</div>
                <Field
                    at=typed
                    id="also-typed"
                    label="Another Google host (Optional)"
                    placeholder="europe-docker.pkg.dev"
                />
                <p id="also-hint" class="hint">"Regcred creates another credential with the same key for each of these hosts. Its name is the name of this credential, followed by the host. Paths below a project differ between gcr.io and pkg.dev. If the two hosts are of these two kinds, the new credential is for the whole project of each repository path."</p>
                {of_all
                    .map(|error| view! { <p id="also-error" class="field-error">{error}</p> })}
            </fieldset>
        </details>
    }
}

/// What is wrong with the other hosts, by where it stands. At most one of them is there.
#[derive(Debug, Default, PartialEq, Eq)]
struct Errors {
    /// The host of the box, and the sentence.
    of_box: Option<(&'static str, String)>,
    of_typed: Option<String>,
    /// Of no single one.
    of_all: Option<String>,
}

impl Errors {
    fn of(error: Option<String>, ticked: &[String], typed: &str) -> Self {
        let Some(error) = error else {
            return Self::default();
        };
        let is_ticked = |host: &str| ticked.iter().any(|ticked| ticked == host);
        let named = GOOGLE_HOSTS
            .into_iter()
            .find(|host| is_ticked(host) && is_about_copy_for(&error, host));
        if let Some(host) = named {
            return Self { of_box: Some((host, error)), ..Self::default() };
        }
        let typed = RegistryHost::parse(typed).ok();
        let is_typed = typed.is_some_and(|one| is_about_copy_for(&error, one.host.as_str()));
        // Each box is for a host of Google's.
        if is_typed || error == NOT_GOOGLES {
            return Self { of_typed: Some(error), ..Self::default() };
        }
        Self { of_all: Some(error), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_another_host_stands_at_that_host() {
        let taken = |host: &str| {
            format!(
                "A credential with the name gcr.io ({host}) already exists. Choose another name, or clear {host}."
            )
        };
        let typed = " https://Europe-Docker.pkg.dev/ ";
        let all = ["gcr.io", "us.gcr.io", "eu.gcr.io", typed].map(str::to_owned);
        let of = |error: String| Errors::of(Some(error), &all, typed);
        for host in ["gcr.io", "us.gcr.io", "eu.gcr.io"] {
            let of_box = Some((host, taken(host)));
            assert_eq!(of(taken(host)), Errors { of_box, ..Errors::default() });
        }
        for error in [taken("europe-docker.pkg.dev"), NOT_GOOGLES.to_owned()] {
            let of_typed = Some(error.clone());
            assert_eq!(of(error), Errors { of_typed, ..Errors::default() });
        }
        let many = "Choose at most 20 other hosts at once.".to_owned();
        let of_all = Some(many.clone());
        assert_eq!(of(many), Errors { of_all, ..Errors::default() });
        assert_eq!(Errors::of(None, &all, typed), Errors::default());
    }
}
