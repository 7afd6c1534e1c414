//! What is asked before a grant is saved: whether it takes away what the pipeline receives now.

use crate::domain::credential::Summary;
use crate::domain::doubt::{Held, changes};
use crate::domain::grant::Terms;
use crate::domain::pipeline::Grant;
use crate::error::{Error, FieldError, Result};
use crate::vault::today;
use uuid::Uuid;

/// Asks about a save by which requests without an image receive something else than before. `held` is
/// what the pipeline has, of which the grant `replaced` changes, and `given` is what it gets.
///
/// # Errors
/// `Questioned` at `field`, with what would change.
pub(super) fn ask(
    held: &[(Grant, Option<Summary>)],
    replaced: Option<Uuid>,
    given: &[(Summary, Terms)],
    field: &str,
) -> Result<()> {
    let before: Vec<Held<'_>> = held
        .iter()
        .filter_map(|(grant, credential)| {
            let credential = credential.as_ref()?;
            Some(Held { grant: grant.id, terms: &grant.terms, credential })
        })
        .collect();
    let kept = before.iter().filter(|one| Some(one.grant) != replaced).copied();
    let new =
        given.iter().map(|(credential, terms)| Held { grant: Uuid::nil(), terms, credential });
    let after: Vec<Held<'_>> = kept.chain(new).collect();
    let sentences = changes(&before, &after, today());
    if sentences.is_empty() {
        return Ok(());
    }
    Err(Error::Questioned(vec![FieldError::new(field, sentences.join(" "))]))
}
