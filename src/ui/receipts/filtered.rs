//! What a page of receipts says when only some are shown.

use crate::domain::delivery::{Receipt, ReceiptFilter};
use leptos::prelude::*;

/// Which are shown, in words, and where all are.
pub struct Filtered {
    words: String,
    all: String,
}

impl Filtered {
    /// `None` when all are shown; `own` is the address of the page without a question.
    pub fn of(filter: ReceiptFilter, receipts: &[Receipt], own: &str) -> Option<Self> {
        if filter.is_empty() {
            return None;
        }
        let name = filter.pipeline.map(|id| {
            let named = receipts.iter().find(|one| one.pipeline_id == id);
            named.map_or_else(|| "one pipeline".to_owned(), |one| one.pipeline.clone())
        });
        let by = name.map(|name| format!(" of {name}")).unwrap_or_default();
        let is_whole = filter.credential.is_some_and(|id| id.is_nil());
        let of_it = filter.credential.filter(|_| !is_whole).map(|_| {
            let named = receipts.iter().find_map(|one| one.credential.clone());
            format!(" for {}", named.unwrap_or_else(|| "one credential".to_owned()))
        });
        let of_it = of_it.unwrap_or_default();
        let so = filter.went.map(|went| format!(" that were {}", went.label())).unwrap_or_default();
        let what = if is_whole { "whole requests" } else { "requests" };
        let since = filter.since.map(|day| format!(" since {} (UTC)", day.to_text()));
        let since = since.unwrap_or_default();
        let words = format!("Only {what}{by}{of_it}{so}{since} are shown.");
        Some(Self { words, all: own.to_owned() })
    }

    pub(super) fn said(self) -> impl IntoView {
        let Self { words, all } = self;
        view! {
            <p>
                {words}
                " "
                <a href=all>"Show all"</a>
            </p>
        }
    }
}
