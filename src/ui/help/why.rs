//! A reason of the explainer as a sentence, with what mends it or the way to its paragraph in the
//! guides.

use crate::domain::matching::Lost;
use crate::help::about_reason;
use leptos::prelude::*;

/// Why a credential is not the one.
#[component]
pub fn Reason(
    lost: Lost,
    /// Where it is mended at once, and what the link there says.
    #[prop(default = None)]
    mend: Option<(String, &'static str)>,
    /// Of one that is not granted: why a grant would not change it.
    #[prop(default = None)]
    after_grant: Option<Lost>,
) -> impl IntoView {
    let cause = after_grant.unwrap_or(lost);
    let about = || about_reason(cause.label()).map(|href| (href, "What to do"));
    let link = mend.or_else(about);
    view! {
        <span>{sentence(lost)}</span>
        {after_grant.map(|cause| view! { " " <span>{no_help(cause)}</span> })}
        {link.map(|(href, label)| view! { " " <a href=href>{label}</a> })}
    }
}

/// Why the credential could not serve it with a grant, either.
fn no_help(cause: Lost) -> String {
    match cause {
        // It is no grant that would be for pulling only.
        Lost::WrongIntent => {
            "A grant would not help: the credential is for pulling only.".to_owned()
        }
        cause => format!("A grant would not help: {}.", cause.label()),
    }
}

/// The reason as a sentence of its own.
fn sentence(lost: Lost) -> String {
    let mut rest = lost.label().chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    format!("{}{}.", first.map(String::from).unwrap_or_default(), rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_begins_and_ends_as_a_sentence() {
        assert_eq!(sentence(Lost::OtherRepository), "It is for other repositories.");
        assert_eq!(sentence(Lost::NotApproved), "Waiting for approval.");
        assert_eq!(
            no_help(Lost::OtherRepository),
            "A grant would not help: it is for other repositories."
        );
    }
}
