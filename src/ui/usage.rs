//! How often a credential was received and used, in words; the pipelines that did; and the page of all of
//! it.

mod drawn;
mod flow;
mod page;
mod row;

pub use page::Page;

use super::kit::PageContext;
use crate::domain::counted::grouped;
use crate::domain::paths;
use leptos::prelude::*;
use uuid::Uuid;

pub fn times(count: i64) -> String {
    match count {
        0 => "Never".to_owned(),
        1 => "Once".to_owned(),
        n => format!("{} times", grouped(n)),
    }
}

/// What is known of the use of what was received; nothing when nothing was.
pub fn use_in_words(received: i64, used: i64) -> Option<String> {
    match (received, used) {
        (0, _) => None,
        (_, 0) => Some("Only asked for".to_owned()),
        (_, 1) => Some("Used once".to_owned()),
        (_, n) => Some(format!("Used {} times", grouped(n))),
    }
}

/// A pipeline's name, which leads to its page if it has one: a deleted one has none.
#[component]
pub fn PipelineName(id: Uuid, name: String, has_page: bool, page: PageContext) -> impl IntoView {
    if has_page {
        let href = paths::pipeline(&page.project, id);
        view! { <a href=href>{name}</a> }.into_any()
    } else {
        name.into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_only_asked_for_is_not_called_used() {
        for (received, used, words) in [
            (0, 0, None),
            (5, 0, Some("Only asked for")),
            (5, 1, Some("Used once")),
            (5, 4, Some("Used 4 times")),
        ] {
            assert_eq!(use_in_words(received, used).as_deref(), words, "{received} {used}");
        }
        assert_eq!([0, 1, 2, 12_000].map(times), ["Never", "Once", "2 times", "12,000 times"]);
    }
}
