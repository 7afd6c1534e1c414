//! The terms of a grant, as a form says them: of a new one, and of one that is there.

use super::grants::CHOOSE_INTENT;
use super::needs_unchanged;
use crate::domain::actor::Granter;
use crate::domain::audit::{Action, Detail};
use crate::domain::credential::Access;
use crate::domain::doubt::{Doubt, Saved};
use crate::domain::grant::{ForkRule, Terms, patterns};
use crate::domain::moment::Day;
use crate::domain::pipeline::{Grant, GrantForm};
use crate::domain::registry::{RegistryHost, path_scope};
use crate::error::{Error, FieldError, Result};
use crate::store::unless_taken;
use crate::vault::{Vault, gather, now, today};
use uuid::Uuid;

const GRANT_CHANGED: &str = "The grant, its credential or its pipeline was changed while this page was open. Check the grant and save again.";

impl Vault {
    /// Changes the terms of a grant. Who gives more than before gives it anew: it is theirs, and no
    /// approval of before is for it. `seen` is the count of the grant on their page.
    ///
    /// # Errors
    /// `Invalid` with a sentence at each field that needs another look; `Conflict` when it has changed
    /// since.
    pub async fn update_grant(
        &self,
        granter: &Granter,
        (pipeline, id): (Uuid, Uuid),
        seen: i64,
        form: &GrantForm,
    ) -> Result<Saved> {
        let project = granter.project().id;
        let mut errors = Vec::new();
        let terms = gather(&mut errors, read(form).map_err(Error::Invalid))?;
        let intent = Access::from_word(&form.intent);
        if intent.is_none() {
            errors.push(FieldError::new("intent", CHOOSE_INTENT));
        }
        let (Some(terms), Some(intent)) = (terms, intent) else {
            return Err(Error::Invalid(errors));
        };
        let write = self.write_as(granter).await?;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        needs_unchanged(&write, project, pipeline).await?;
        let grant = write.grants(project).find(pipeline, id).await?.ok_or(Error::NotFound)?;
        // What is more than before is told by this very row.
        if grant.revision != seen {
            return Err(Error::Conflict(GRANT_CHANGED.to_owned()));
        }
        // Locked, as for a new grant: a save that protects it meanwhile sees the terms or is waited for.
        let credential = write.credentials(project).lock(grant.credential_id).await?;
        let credential = credential.ok_or(Error::NotFound)?;
        with_paths_of(&terms, &credential.summary.host)?;
        if !credential.summary.access.satisfies(intent) {
            let sentence = "This credential can only pull. Choose Pull.";
            return Err(Error::at("intent", sentence));
        }
        let is_guarded = credential.guards_its_secret();
        let before = Terms { approval: None, rejected_at: None, ..grant.terms.clone() };
        let terms = Terms { intent, ..terms };
        let terms = Terms { needs_approval: is_guarded && terms.gives_secret(), ..terms };
        if terms == before {
            return Ok(Saved::surely(vec!["Nothing was changed.".to_owned()]));
        }
        // One that needed no approval is not taken for approved.
        let is_less = terms.is_within(&before) && (before.needs_approval || !terms.needs_approval);
        let given = (!is_less).then(|| (granter.person().id, granter.person().name.clone()));
        let (waits, name) = (terms.needs_approval, credential.summary.name.clone());
        let changes = terms.changes_from(&before);
        let grants = write.grants(project);
        let is_done = grants.change_terms((id, seen), terms, given, now().0).await;
        let is_done = is_done.map_err(|error| {
            let sentence = "The pipeline has another grant for this credential with this access.";
            unless_taken(error, Error::at("intent", sentence))
        })?;
        if !is_done {
            return Err(Error::Conflict(GRANT_CHANGED.to_owned()));
        }
        let detail = Detail::Grant {
            credential: grant.credential_id,
            name: name.clone(),
            intent: Some(intent),
            until: None,
            reason: None,
            changes,
        };
        let what = (Action::GrantChanged, subject.clone(), detail);
        self.commit_event(write, project, granter, what).await?;
        let doubts = self.doubted_of(granter, pipeline, |one| one.id == id).await;
        let mut sentences = vec![format!("The grant of {name} was changed.")];
        if waits && !is_less {
            let sentence = "The grant gives more than before, so another member must approve it.";
            sentences.push(sentence.to_owned());
        }
        Ok(Saved::with_doubts(sentences, (granter.project().slug.as_str(), pipeline), &doubts))
    }

    /// What is doubted of the grants that were saved. They are saved, whether or not it can be said.
    pub(in crate::vault) async fn doubted_of(
        &self,
        granter: &Granter,
        pipeline: Uuid,
        is_new: impl Fn(&Grant) -> bool,
    ) -> Vec<(Uuid, Doubt)> {
        let of = (granter.project().id, pipeline, granter.person().id);
        self.doubts_of_grants(of, is_new).await.unwrap_or_default()
    }
}

/// Refuses repositories that begin with the registry that they are of.
pub(super) fn with_paths_of(terms: &Terms, host: &RegistryHost) -> Result<()> {
    let problem = host.named_in(&terms.repositories);
    problem.map_err(|problem| Error::at("repositories", problem.to_string()))
}

/// The terms that the form says, whatever the credential. The intent is read with the credentials.
pub(super) fn read(form: &GrantForm) -> Result<Terms, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut at = |field: &str, message: String| errors.push(FieldError::new(field, message));
    let repositories = path_scope(&form.repositories)
        .map_err(|problem| at("repositories", problem.to_string()))
        .unwrap_or_default();
    let branches =
        patterns(&form.branches).map_err(|message| at("branches", message)).unwrap_or_default();
    let events =
        patterns(&form.events).map_err(|message| at("events", message)).unwrap_or_default();
    let forks = match form.forks.as_str() {
        "" => ForkRule::Nothing,
        word => ForkRule::from_word(word).unwrap_or_else(|| {
            at("forks", "Choose the access for pull requests from forks.".to_owned());
            ForkRule::Nothing
        }),
    };
    let expires_on = match form.expires_on.trim() {
        "" => None,
        typed => match Day::parse(typed) {
            Some(day) if day >= today() => Some(day),
            Some(_) => {
                at("expires_on", "This date is in the past. Choose a later one.".to_owned());
                None
            }
            None => {
                at("expires_on", Day::problem(typed).to_owned());
                None
            }
        },
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Terms {
        repositories,
        branches,
        events,
        forks,
        expires_on,
        is_narrow: form.is_narrow,
        ..Terms::plain(Access::Pull)
    })
}
