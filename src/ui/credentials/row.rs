//! What is shown of a credential and done to it in its row and on other pages.

use super::checks::tone;
use crate::domain::check::{CheckState, LastCheck};
use crate::domain::credential::Summary;
use crate::domain::expiry::{self, ExpiryState};
use crate::domain::moment::Day;
use crate::functions::credential_switch::{DisableCredential, EnableCredential};
use crate::ui::kit::PostButton;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// One thing to know of how a credential stands.
pub struct State {
    pub label: String,
    /// As that of [`crate::ui::kit::Dot`].
    pub tone: &'static str,
    /// What more there is to say, such as the day; blank when there is nothing.
    pub title: String,
}

impl State {
    fn new(label: &str, tone: &'static str) -> Self {
        Self { label: label.to_owned(), tone, title: String::new() }
    }
}

/// Every reason to look at it; what its dates say, if they are one or there is no other; and what its registry said
/// of it last, if that was asked. What matters most comes first, since the list cuts what is long.
pub fn states(credential: &Summary, check: Option<&LastCheck>, today: Day) -> Vec<State> {
    let mut states = Vec::new();
    if credential.unreadable_at.is_some() {
        states.push(State::new("Unreadable", "bad"));
    }
    if credential.is_compromised {
        states.push(State::new("Compromised", "bad"));
    }
    if credential.disabled_at.is_some() {
        states.push(State::new("Disabled", "neutral"));
    }
    if let Some(doubt) = &credential.secret_doubt {
        states.push(State { title: doubt.clone(), ..State::new("Secret looks wrong", "warn") });
    }
    let is_trouble =
        |check: &&LastCheck| matches!(check.state, CheckState::Failing | CheckState::Unclear);
    states.extend(check.filter(is_trouble).map(|check| of_check(check, today)));
    let state = credential.state(today);
    // Beside a reason to look at it, only dates that are one, too, have something to say.
    let is_quiet = matches!(state, ExpiryState::Unknown | ExpiryState::Fine);
    let other = check.filter(|check| !is_trouble(check)).map(|check| of_check(check, today));
    match other {
        // That it works says more than that it has no date.
        Some(other) if is_quiet && states.is_empty() => {
            states.push(other);
            states.extend((state == ExpiryState::Fine).then(|| of_dates(credential, state, today)));
        }
        other => {
            if !is_quiet || states.is_empty() {
                states.push(of_dates(credential, state, today));
            }
            states.extend(other);
        }
    }
    if credential.is_insecure {
        states.push(State::new("Insecure", "warn"));
    }
    states
}

fn of_check(check: &LastCheck, today: Day) -> State {
    let title = format!("Checked at its registry on {}", check.at.day().to_text());
    State { label: check.sentence(today), tone: tone(check.state), title }
}

fn of_dates(credential: &Summary, state: ExpiryState, today: Day) -> State {
    let (expires_on, renew_on) = (credential.expires_on, credential.renew_on);
    let tone = match state {
        ExpiryState::Expired => "bad",
        ExpiryState::Expiring if expiry::is_urgent(today, expires_on) => "bad",
        ExpiryState::Expiring if expiry::is_soon(today, expires_on) => "warn",
        ExpiryState::Due => "warn",
        ExpiryState::Fine => "good",
        ExpiryState::Expiring | ExpiryState::Unknown => "neutral",
    };
    let label = expiry::sentence(today, expires_on, renew_on);
    let title = match (state, renew_on) {
        (ExpiryState::Due, Some(day)) => format!("{label}: {}", day.to_text()),
        _ => expires_on.map(Day::to_text).unwrap_or_default(),
    };
    State { label, tone, title }
}

/// The same on a page.
#[component]
pub fn States(credential: Summary, today: Day) -> impl IntoView {
    let dot = |State { label, tone, title }: State| {
        let title = Some(title).filter(|title| !title.is_empty());
        view! { <span class=format!("dot dot-{tone}") title=title>{label}</span> }
    };
    view! { <span class="states">{states(&credential, None, today).into_iter().map(dot).collect_view()}</span> }
}

/// One whose secret others may know is not enabled by a click.
pub fn is_kept_disabled(credential: &Summary) -> bool {
    credential.is_compromised && credential.disabled_at.is_some()
}

/// The button that stops deliveries or allows them again.
#[component]
pub fn EnableToggle(
    credential: Summary,
    project: String,
    back: String,
    button_class: &'static str,
    /// Who uses it was read beside the button, so that it is not asked about.
    #[prop(optional)]
    is_sure: bool,
) -> impl IntoView {
    if is_kept_disabled(&credential) {
        return ().into_any();
    }
    let (action, word) = match credential.disabled_at {
        None => (DisableCredential::url(), "Disable"),
        Some(_) => (EnableCredential::url(), "Enable"),
    };
    let mut values = vec![("project", project), ("id", credential.id.to_string()), ("back", back)];
    values.extend(is_sure.then(|| ("anyway", true.to_string())));
    view! { <PostButton action values word class=button_class/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::{Access, Method};
    use crate::domain::moment::Moment;
    use crate::domain::registry::RegistryHost;
    use uuid::Uuid;

    #[test]
    fn nothing_is_called_fine_beside_a_reason_to_look_at_it() {
        let today = Day::parse("2026-11-29").unwrap();
        let fine = Summary {
            id: Uuid::nil(),
            name: "ghcr".to_owned(),
            description: String::new(),
            host: RegistryHost::stored("ghcr.io").unwrap(),
            is_insecure: false,
            method: Method::Password,
            username: "acme-bot".to_owned(),
            access: Access::Pull,
            paths: Vec::new(),
            expires_on: Some(today.plus_days(300)),
            renew_on: None,
            disabled_at: None,
            unreadable_at: None,
            secret_doubt: None,
            is_compromised: false,
            updated_at: Moment(0),
            updated_by: String::new(),
        };
        let labels = |credential: &Summary| {
            let states = states(credential, None, today).into_iter();
            states.map(|state| state.label).collect::<Vec<String>>()
        };
        let until = expiry::sentence(today, fine.expires_on, None);
        assert_eq!(labels(&fine), [until]);
        let doubtful = Summary { secret_doubt: Some("why".to_owned()), ..fine.clone() };
        assert_eq!(labels(&doubtful), ["Secret looks wrong"]);
        let disabled = Summary { disabled_at: Some(Moment(0)), ..fine };
        assert_eq!(labels(&disabled), ["Disabled"]);
        let known = Summary { is_compromised: true, ..disabled.clone() };
        assert_eq!(labels(&known), ["Compromised", "Disabled"]);
        let late = Summary { expires_on: Some(today.plus_days(3)), ..disabled };
        assert_eq!(labels(&late), ["Disabled", "Expires in 3 days"]);
        let check = |state| LastCheck {
            credential: Uuid::nil(),
            version: 1,
            state,
            since: today.start(),
            at: today.start(),
        };
        let checked = |credential: &Summary, state| {
            let states = states(credential, Some(&check(state)), today).into_iter();
            states.map(|state| state.label).collect::<Vec<String>>()
        };
        let undated = Summary { secret_doubt: None, expires_on: None, ..doubtful };
        assert_eq!(checked(&undated, CheckState::Works), ["Works"]);
        assert_eq!(checked(&undated, CheckState::Failing), ["Failing since today"]);
        let soon = Summary { expires_on: Some(today.plus_days(3)), ..undated };
        assert_eq!(checked(&soon, CheckState::Works), ["Expires in 3 days", "Works"]);
        assert_eq!(
            checked(&soon, CheckState::Failing),
            ["Failing since today", "Expires in 3 days"]
        );
    }
}
