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
        let of_it = filter.credential.map(|_| {
            let named = receipts.iter().find_map(|one| one.credential.clone());
            format!(" for {}", named.unwrap_or_else(|| "one credential".to_owned()))
        });
        let of_it = of_it.unwrap_or_default();
        let so = filter.went.map(|went| format!(" that were {}", went.label())).unwrap_or_default();
        let words = format!("Only requests{by}{of_it}{so} are shown.");
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
