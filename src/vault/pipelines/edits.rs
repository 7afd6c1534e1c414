//! The name and the description of a pipeline: checked, and saved over what they were.

use super::{name_taken, needs_unchanged};
use crate::domain::actor::Can;
use crate::domain::audit::{Action, AuditEvent, Detail, Field, FieldChange, Subject};
use crate::domain::credential_form::DESCRIPTION_MAX;
use crate::domain::permission::of;
use crate::domain::pipeline::{PipelineEdit, PipelineSummary};
use crate::domain::typed_text::{name_problem, text_problem};
use crate::error::{Change, Error, FieldError, Result};
use crate::store::{Called, Write, unless_taken};
use crate::vault::credentials::is_wrong;
use crate::vault::{Vault, names, now, today};
use uuid::Uuid;

/// Events that are looked at for who saved meanwhile.
const LOOKED_AT: u64 = 50;

impl Vault {
    /// Saves the form over the revision it was made from; gives the sentence for the next page.
    ///
    /// # Errors
    /// `Stale` when somebody saved meanwhile, `Invalid` at the fields, `Conflict` while the row is not
    /// as we wrote it.
    pub async fn update_pipeline(
        &self,
        editor: &Can<of::PipelineWrite>,
        id: Uuid,
        revision: i64,
        form: &PipelineEdit,
    ) -> Result<String> {
        let project = editor.project().id;
        let write = self.write_in(project).await?;
        let stored = write.pipelines(project).find(id, today()).await?.ok_or(Error::NotFound)?;
        needs_unchanged(&write, project, id).await?;
        if revision != stored.revision {
            return Err(stale(&write, project, stored, revision).await?);
        }
        let (name, description, mut errors) = checked(&form.name, &form.description);
        // `PostgreSQL` cannot be asked for every text.
        if !is_wrong(&errors, "name")
            && write.pipelines(project).is_named(&names::fold(name), Some(id)).await?
        {
            errors.push(name_taken());
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let mut changed = Vec::new();
        for (field, from, to) in [
            (Field::Name, &*stored.name, name),
            (Field::Description, &*stored.description, &*description),
        ] {
            if from != to {
                let (from, to) = (Some(from.to_owned()), Some(to.to_owned()));
                changed.push(FieldChange { field, from, to });
            }
        }
        if changed.is_empty() {
            return Ok("No changes to save.".to_owned());
        }
        let called = called(name, &description);
        let saved = write.pipelines(project).rename((id, revision), called).await;
        let is_saved =
            saved.map_err(|error| unless_taken(error, Error::Invalid(vec![name_taken()])))?;
        if !is_saved {
            return Err(stale(&write, project, stored, revision).await?);
        }
        // Who approves has read the name.
        if name != stored.name {
            write.grants(project).note_other_pipeline(id, now().0).await?;
        }
        let subject = Subject { id, name: name.to_owned() };
        let what = (Action::PipelineUpdated, subject, Detail::Changed(changed));
        self.commit_event(write, project, editor, what).await?;
        Ok(format!("{name} was saved."))
    }
}

/// The name and the description as they are stored, and what is wrong with them.
pub(super) fn checked<'a>(name: &'a str, description: &str) -> (&'a str, String, Vec<FieldError>) {
    let name = name.trim();
    // Browsers post line ends as CRLF.
    let description = description.trim().replace("\r\n", "\n");
    let problems = [
        ("name", name_problem(name, "pipeline")),
        ("description", text_problem(&description, DESCRIPTION_MAX, true)),
    ];
    let errors = problems
        .into_iter()
        .filter_map(|(field, problem)| Some(FieldError::new(field, problem?)))
        .collect();
    (name, description, errors)
}

/// Both as they are stored, compared and searched.
pub(super) fn called<'a>(name: &'a str, description: &'a str) -> Called<'a> {
    let search_key = names::searched(&format!("{name}\n{description}"));
    Called { name, name_key: names::fold(name), description, search_key }
}

/// That somebody saved since `revision`, with what is stored now. Each save makes one event.
async fn stale(
    write: &Write,
    project: Uuid,
    stored: PipelineSummary,
    revision: i64,
) -> Result<Error> {
    let saves = usize::try_from(stored.revision.saturating_sub(revision)).unwrap_or(0).max(1);
    let events = write.chain().about(project, stored.id, LOOKED_AT).await?;
    let is_save = |event: &&AuditEvent| event.action == Action::PipelineUpdated;
    let since: Vec<&AuditEvent> = events.iter().filter(is_save).take(saves).collect();
    let mut changes: Vec<Change> = Vec::new();
    for field in since.iter().flat_map(|event| fields_of(event)) {
        let label = field.label();
        if !changes.iter().any(|change| change.label == label) {
            let now = if field == Field::Name { &stored.name } else { &stored.description };
            changes.push(Change { label: label.to_owned(), now: now.clone() });
        }
    }
    let by = since.first().map(|event| event.actor.clone());
    Ok(Error::Stale { by, changes, revision: stored.revision })
}

fn fields_of(event: &AuditEvent) -> Vec<Field> {
    match &event.detail {
        Detail::Changed(changes) => changes.iter().map(|change| change.field).collect(),
        _ => Vec::new(),
    }
}
