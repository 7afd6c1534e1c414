//! Addresses that only lead on.

use super::kit::{CodeToCopy, Loaded, PageContext, PostButton};
use super::layout::PlainFrame;
use crate::domain::paths;
use crate::domain::user::Person;
use crate::functions::answer::go_to;
use crate::functions::arrival::home;
use crate::functions::session::SignOut;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

/// `/`: goes to the first project of the person who is signed in.
#[component]
pub fn Home() -> impl IntoView {
    view! {
        <Loaded from=home() let:found>
            {led(found, |slug| view! { <ToCredentials slug/> }.into_any())}
        </Loaded>
    }
}

/// `/find?from=`: goes to the finder of that project.
#[component]
pub fn FinderHome() -> impl IntoView {
    let from = PageContext::here().query("from");
    view! {
        <Loaded from=home() let:found>
            {led(found, |slug| view! { <ToFinder slug from/> }.into_any())}
        </Loaded>
    }
}

/// On to the project, or what there is to do without one.
fn led((person, slug): (Person, Option<String>), to: impl FnOnce(String) -> AnyView) -> AnyView {
    match slug {
        Some(slug) => to(slug),
        None => view! { <NoProject person/> }.into_any(),
    }
}

#[component]
fn NoProject(person: Person) -> impl IntoView {
    let email = for_a_shell(&person.email);
    let (sentence, command) = if person.is_admin {
        let sentence = "You manage this instance, but you do not belong to a project. This command on the server makes one that is yours. Put its name in the place of Acme.";
        (sentence, format!("regcred project add Acme --owner {email}"))
    } else {
        let sentence = "You do not belong to a project. Send this command to the operator of the server, with the name of the project in the address and the role you need: viewer, auditor, maintainer or owner.";
        (sentence, format!("regcred project member add PROJECT {email} viewer"))
    };
    let email = person.email;
    view! {
        <PlainFrame title="No project yet">
            <p>{format!("You are signed in as {email}.")}</p>
            <p>{sentence}</p>
            <CodeToCopy id="command" text=command/>
            <p class="muted">"Load this page again afterwards."</p>
            {person
                .is_admin
                .then(|| view! { <p><a href=paths::KEYS>"Pages of the instance"</a></p> })}
            <PostButton action=SignOut::url() word="Sign out" class="button"/>
        </PlainFrame>
    }
}

/// The address as one word of a command.
fn for_a_shell(email: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@._+-".contains(c);
    if email.chars().all(is_plain) {
        email.to_owned()
    } else {
        format!("'{}'", email.replace('\'', "'\\''"))
    }
}

/// `/p/{project}`: goes to its credentials.
#[component]
pub fn ProjectHome() -> impl IntoView {
    let slug = use_params_map().with_untracked(|params| params.get("project"));
    view! { <ToCredentials slug=slug.unwrap_or_default()/> }
}

#[component]
fn ToCredentials(slug: String) -> impl IntoView {
    view! { <Onward href=paths::credentials(&slug) label="Registry Credentials"/> }
}

#[component]
fn ToFinder(slug: String, from: Option<String>) -> impl IntoView {
    let finder = paths::finder(&slug);
    let href = match from.filter(|from| paths::is_ours(from)) {
        Some(from) => paths::with_query(&finder, "from", &from),
        None => finder,
    };
    view! { <Onward href label="Find anything"/> }
}

/// The link is for clients that follow no redirects.
#[component]
fn Onward(href: String, label: &'static str) -> impl IntoView {
    go_to(&href);
    view! { <p><a href=href>{label}</a></p> }
}

#[cfg(test)]
mod tests {
    use super::for_a_shell;

    #[test]
    fn an_address_is_one_word_of_a_command() {
        assert_eq!(for_a_shell("kim+ci@example.com"), "kim+ci@example.com");
        assert_eq!(for_a_shell("o'hara$(x)@example.com"), "'o'\\''hara$(x)@example.com'");
    }
}
