//! What a page says when it cannot be shown.

use crate::domain::paths;
use crate::error::Error;
use crate::functions::answer::{go_to, set_status};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_url;

/// Stands in for a page, or a part of one: says what is wrong and what to do, and gives the answer
/// its status. Somebody who is not signed in is sent to do so, and comes back afterwards.
#[component]
pub fn Problem(
    error: Error,
    /// In a dialog, which has the page's heading behind it and its own above.
    #[prop(optional)]
    is_in_dialog: bool,
) -> impl IntoView {
    set_status(&error);
    let here = here();
    if error == Error::Unauthenticated {
        go_to(&sign_in(&here));
    }
    let sentence = said(&error, &here);
    let leave = |heading| (heading, paths::HOME.to_owned(), "Go to the start page");
    let (heading, href, label) = match &error {
        Error::Unauthenticated => ("Sign in", sign_in(&here), "Sign in"),
        Error::Forbidden | Error::Denied(_) => leave("Not allowed"),
        Error::NotFound => leave("Not found"),
        Error::Gone(_) => leave("Removed"),
        Error::BadRequest(_) => leave("This address cannot be read"),
        Error::TooManyRequests { .. } => ("Too many requests", here, "Try again"),
        Error::TooManyAttempts { .. } => ("Too many attempts", here, "Try again"),
        Error::Upstream { .. } | Error::Unavailable => {
            ("Temporarily unavailable", here, "Try again")
        }
        Error::Internal => ("Something went wrong", here, "Try again"),
        Error::Invalid(_) | Error::Questioned(_) | Error::Stale { .. } | Error::Conflict(_) => {
            ("Nothing was changed", here, "Load the page again")
        }
    };
    let id = if is_in_dialog { "dialog-problem" } else { "problem" };
    let headed = if is_in_dialog {
        view! { <h2 id=id>{heading}</h2> }.into_any()
    } else {
        view! { <h1 id=id>{heading}</h1> }.into_any()
    };
    view! {
        <section class="problem stack" aria-labelledby=id>
            <Title text=heading/>
            {headed}
            <p>{sentence}</p>
            <p class="problem-ways">
                <a class="button" href=href>{label}</a>
                <a href=paths::help_error(error.code())>"What this means"</a>
            </p>
        </section>
    }
}

/// The sentence. No project has a say in the pages of the instance.
fn said(error: &Error, page: &str) -> String {
    match error {
        Error::Forbidden if page.starts_with(paths::ADMIN) => {
            "This page is for instance admins. Ask one of them, or the operator of the server."
                .to_owned()
        }
        other => other.to_string(),
    }
}

fn sign_in(next: &str) -> String {
    match next {
        paths::HOME => paths::SIGN_IN.to_owned(),
        next => paths::with_query(paths::SIGN_IN, "next", next),
    }
}

fn here() -> String {
    use_url().with_untracked(|url| match url.search() {
        "" => url.path().to_owned(),
        query => format!("{}?{query}", url.path()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_no_instance_admin_is_not_sent_to_the_owner_of_a_project() {
        for page in [paths::KEYS, paths::JOBS, paths::ISSUERS, paths::INSTANCE_AUDIT] {
            assert!(said(&Error::Forbidden, page).contains("instance admins"), "{page}");
        }
        let of_project = paths::audit("acme");
        assert!(said(&Error::Forbidden, &of_project).contains("an owner of the project"));
        assert_eq!(said(&Error::NotFound, paths::KEYS), Error::NotFound.to_string());
    }
}
