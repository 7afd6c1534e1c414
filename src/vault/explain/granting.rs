//! What a grant would change. One is offered only for a credential that can serve the image.

use super::{Row, Stored, unread};
use crate::domain::grant::{ForkRule, Terms};
use crate::domain::matching::{Ask, Candidate, Lost, decide};

/// Why the credential at this place, which is not granted, could not serve what is asked with a grant
/// for just that; nothing if it could. Where it would only lose to another that can be read, the image
/// is served.
pub(super) fn lost_if_granted(
    ask: &Ask<'_>,
    (rows, stored): (&[Row], &Stored),
    index: usize,
) -> Option<Lost> {
    let credential = &rows[index].0.summary;
    if credential.unreadable_at.is_some() {
        return Some(Lost::Unreadable);
    }
    let terms = [Terms { forks: ForkRule::Pull, ..Terms::plain(ask.intent) }];
    let granted = rows.iter().filter(|(_, grants)| !grants.is_empty());
    let mut candidates: Vec<Candidate<'_>> = granted
        .map(|(credential, grants)| Candidate { credential: &credential.summary, grants })
        .collect();
    let at = candidates.len();
    candidates.push(Candidate { credential, grants: &terms });
    let outcome = decide(ask, &candidates);
    let lost = outcome.lost.iter().find(|(index, _)| *index == at).map(|(_, lost)| *lost);
    let is_served =
        outcome.won.iter().any(|won| unread(stored, candidates[won.index].credential.id).is_none());
    lost.filter(|lost| !is_served || *lost == Lost::OtherRepository || lost.is_refusal())
}
