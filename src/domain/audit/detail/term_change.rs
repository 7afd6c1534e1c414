//! What was changed of a grant's terms, or of what a trust rule asks for. No secret is among them.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermChange {
    /// As its form calls it, or the claim.
    pub term: String,
    pub from: String,
    pub to: String,
}

impl TermChange {
    /// `None` when nothing was changed.
    pub fn between(term: &str, from: &str, to: &str) -> Option<Self> {
        let change = || Self { term: term.to_owned(), from: from.to_owned(), to: to.to_owned() };
        (from != to).then(change)
    }

    pub(super) fn to_text(&self) -> String {
        let said = |text: &str| if text.is_empty() { "none" } else { text }.to_owned();
        format!("{} from {} to {}", self.term, said(&self.from), said(&self.to))
    }
}
