//! What the forms that grant, and the explainer, list to choose from.

use super::answer::PASSWORD_AGAIN;
use super::context::{member, vault};
use super::reply::NOTHING_WRONG;
use crate::domain::choosing::{Choices, Sought};
use crate::domain::permission::of;
use crate::domain::pipeline::{Grantable, PipelinePage};
use crate::error::{Error, FieldError, Result};
use uuid::Uuid;

/// The pipelines of the project to choose one, as far as a form lists them.
pub async fn pipeline_choices(
    project: String,
    search: Sought,
    chosen: Option<Uuid>,
) -> Result<Choices<(Uuid, String)>> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().pipeline_choices(&reader, &search, chosen).await
}

/// The credentials a new pipeline could be granted, as far as a form lists them.
pub async fn list_grantable(
    project: String,
    search: Sought,
    chosen: Vec<String>,
) -> Result<Choices<Grantable>> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().list_grantable(&reader, &search, &chosen).await
}

/// The page of a pipeline with the credentials it could be granted, as far as a form lists them.
pub async fn find_pipeline_to_grant(
    project: String,
    id: Uuid,
    search: Sought,
    chosen: Vec<String>,
) -> Result<(PipelinePage, Choices<Grantable>)> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().pipeline_page_to_grant(&reader, id, (&search, chosen.as_slice())).await
}

/// What a form is answered that is not to be saved: it was sent to search, or by Enter, which does not say
/// what it was pressed for, or with a search whose answer nobody has seen. `button` is the one that saves.
pub(super) fn unsaved(search: &Sought, button: &str, has_password: bool) -> Option<Error> {
    if search.is_asked() {
        return Some(NOTHING_WRONG);
    }
    if search.is_entered {
        let sentence = format!("Nothing was saved yet. Press {button} to save.");
        return Some(Error::Conflict(sentence));
    }
    if !search.is_unanswered() {
        return None;
    }
    let sentence = format!(
        "Nothing was saved. The list now shows what your search finds. Select what you need and press {button} again."
    );
    let mut fields = vec![FieldError::new("search.text", sentence)];
    if has_password {
        fields.push(FieldError::new("password", PASSWORD_AGAIN));
    }
    Some(Error::Invalid(fields))
}

/// Whether who asks may search in a form that grants.
pub(super) async fn may_look(project: &str) -> Result<()> {
    member(project).await?.can::<of::PipelineWrite>().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sought(text: &str, listed: &str) -> Sought {
        Sought { text: text.to_owned(), listed: listed.to_owned(), ..Sought::default() }
    }

    /// The fields that are wrong.
    fn fields(error: Option<Error>) -> Vec<String> {
        match error {
            Some(Error::Invalid(fields)) => fields.into_iter().map(|one| one.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_the_button_that_saves_saves() {
        assert_eq!(unsaved(&Sought::default(), "Create", true), None);
        assert_eq!(unsaved(&sought("", "ghcr"), "Create", true), None);
        let pressed = Sought { is_pressed: true, ..sought("ghcr", "ghcr") };
        assert_eq!(unsaved(&pressed, "Create", true), Some(NOTHING_WRONG));
        let entered = Sought { is_entered: true, ..sought("ghcr", "ghcr") };
        let Some(Error::Conflict(said)) = unsaved(&entered, "Create", true) else { panic!() };
        assert_eq!(said, "Nothing was saved yet. Press Create to save.");
        let entered = Sought { is_entered: true, ..sought("ghcr", "") };
        assert_eq!(unsaved(&entered, "Create", true), Some(NOTHING_WRONG));
    }

    #[test]
    fn a_search_that_nobody_has_seen_the_answer_of_is_said_at_its_field() {
        let typed = sought("ghcr", "");
        assert_eq!(fields(unsaved(&typed, "Grant", false)), ["search.text"]);
        assert_eq!(fields(unsaved(&typed, "Grant", true)), ["search.text", "password"]);
    }
}
