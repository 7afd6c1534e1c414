//! The faces of kinds: small tiles that the style sheet draws (style/marks.css), so that a row has
//! a word for each and no picture. Their names stand beside them or in a label.

use crate::domain::registry_kind::RegistryKind;
use crate::domain::trust_rule::Provider;
use leptos::prelude::*;

/// The mark of a kind of registry.
#[component]
pub fn KindMark(kind: RegistryKind) -> impl IntoView {
    view! { <span class=format!("mark mark-{}", kind.word()) aria-hidden="true"></span> }
}

/// The mark of who signs for a run.
#[component]
pub fn ProviderMark(provider: Provider) -> impl IntoView {
    view! { <span class=format!("mark mark-ci-{}", provider.word()) aria-hidden="true"></span> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_mark_in_the_style_sheet() {
        let style = include_str!("../../../style/marks.css");
        let kinds = RegistryKind::ALL.iter().map(|kind| format!(".mark-{} {{", kind.word()));
        let providers = Provider::ALL.iter().map(|one| format!(".mark-ci-{} {{", one.word()));
        for rule in kinds.chain(providers) {
            assert!(style.contains(&rule), "no {rule}");
        }
    }
}
