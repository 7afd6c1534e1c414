//! The explainer: which credential serves an image for a pipeline, why not the others, and what
//! each delivery format would hold. It asks the same rules as a delivery and hands out nothing.

mod formats;
mod granting;

use super::{Vault, gather, today};
use crate::domain::actor::{Can, Pipeline};
use crate::domain::credential::{Access, Credential};
use crate::domain::delivery::Content;
use crate::domain::grant::Terms;
use crate::domain::image::Image;
use crate::domain::matching::{
    Ask, Candidate, ExplainForm, Explanation, Lost, Outcome, Shape, Verdict, decide, named,
};
use crate::domain::permission::of;
use crate::domain::proof::Proof;
use crate::error::{Error, FieldError, Result};
use granting::lost_if_granted;
use std::collections::HashMap;
use uuid::Uuid;

/// What is added for people, who ask for no token or rule in particular.
const NOT_FOR_NEWER: &str = " Tokens and trust rules that are newer than the approval of a grant do not receive its credential.";

/// What is added where a better one might be expected to step in.
const NO_OTHER: &str = " No other credential takes its place.";

/// Who asks.
#[derive(Clone, Copy)]
enum Asker {
    /// Told of whoever has been able to act as the pipeline for longest, and whether that goes for
    /// the newest of its epochs, too.
    Person { newest: i64 },
    /// Told of itself, and only of what it was granted: what else a project has is not its business.
    Pipeline { epoch: i64 },
}

impl Vault {
    /// The explanation for the pipeline that the form names.
    ///
    /// # Errors
    /// `Invalid` with a sentence at each field that needs another look.
    pub async fn explain(
        &self,
        reader: &Can<of::PipelineRead>,
        form: &ExplainForm,
    ) -> Result<Explanation> {
        let project = reader.project().id;
        let id = Uuid::parse_str(&form.pipeline).unwrap_or_default();
        if self.store.pipelines(project).subject(id).await?.is_none() {
            let mut errors = Vec::new();
            gather(&mut errors, asked(form))?;
            errors.push(FieldError::new("pipeline", "Choose a pipeline."));
            return Err(Error::Invalid(errors));
        }
        let newest = self.store.pipelines(project).epoch(id).await?.unwrap_or_default();
        self.explanation((project, id), form, Asker::Person { newest }).await
    }

    /// The same for the pipeline itself. The audit says that it looked.
    pub async fn explain_for(
        &self,
        pipeline: &Pipeline,
        form: &ExplainForm,
        address: Option<&str>,
    ) -> Result<Explanation> {
        self.take_share(pipeline)?;
        self.record_look(pipeline, address);
        let asker = Asker::Pipeline { epoch: pipeline.epoch() };
        self.explanation((pipeline.project_id(), pipeline.id()), form, asker).await
    }

    async fn explanation(
        &self,
        (project, pipeline): (Uuid, Uuid),
        form: &ExplainForm,
        asker: Asker,
    ) -> Result<Explanation> {
        let is_own = matches!(asker, Asker::Pipeline { .. });
        let (epoch, newest) = match asker {
            Asker::Person { newest } => (0, newest),
            Asker::Pipeline { epoch } => (epoch, epoch),
        };
        let (image, intent) = asked(form)?;
        let mut rows = self.rows_at(project, pipeline, &image).await?;
        rows.retain(|(_, grants)| !is_own || !grants.is_empty());
        let proof = supposed(form);
        let whole = Ask {
            intent,
            host: Some(&image.host),
            repository: Some(image.repository.as_str()),
            proof: &proof,
            epoch,
            today: today(),
            shape: Shape::One,
            takes_tokens: true,
        };
        let decided = |ask: &Ask<'_>| about(&image, decide(ask, &candidates(&rows)), &rows);
        // What is stored decides, too: whether it can be read, and whether it is text.
        let granted = rows.iter().filter(|row| !row.1.is_empty() && serves(row, &image));
        let ids: Vec<Uuid> = granted.map(|(credential, _)| credential.summary.id).collect();
        let stored = self.contents((project, pipeline), &ids).await?;
        let outcome = readable(decided(&whole), &rows, &stored);
        let formats = formats::FORMATS.iter().map(|format| {
            let ask = Ask {
                host: whole.host.filter(|_| format.names_host()),
                repository: whole.repository.filter(|_| format.is_known),
                shape: format.shape,
                takes_tokens: format.door.carries_tokens(),
                ..whole.clone()
            };
            let outcome = readable(decided(&ask), &rows, &stored);
            formats::verdict(format, &rows, &outcome, &stored, &image)
        });
        let at_the_newest = decided(&Ask { epoch: newest, ..whole.clone() });
        // What is rejected for the newest alone was rejected because they are newer.
        let is_newer = |one: &(usize, Lost)| {
            matches!(one.1, Lost::NewerThanApproval | Lost::Rejected) && !outcome.lost.contains(one)
        };
        let mut summary = summary(&rows, &outcome, (&image, intent), is_own);
        if !is_own && at_the_newest.lost.iter().any(is_newer) {
            summary.push_str(NOT_FOR_NEWER);
        }
        Ok(Explanation {
            summary,
            verdicts: verdicts(&whole, (rows.as_slice(), &stored), &outcome),
            formats: formats.collect(),
            host: image.host.to_string(),
            repository: image.repository.clone(),
        })
    }

    /// The credentials of the project for this registry, however its usual port was typed, and those
    /// that a format without a registry would have to tell from them.
    async fn rows_at(&self, project: Uuid, pipeline: Uuid, image: &Image) -> Result<Vec<Row>> {
        let secrets = self.store.secrets(project);
        let mut rows = secrets.candidates(pipeline, image.host.as_str()).await?;
        let bare = image.host.clone().canonical(true);
        if bare != image.host {
            rows.extend(secrets.candidates(pipeline, bare.as_str()).await?);
        }
        let mut seen: Vec<Uuid> = Vec::new();
        rows.retain(|(credential, _)| {
            let id = credential.summary.id;
            let is_new = !seen.contains(&id);
            seen.push(id);
            is_new
        });
        Ok(rows)
    }
}

/// What is asked for, and what for.
fn asked(form: &ExplainForm) -> Result<(Image, Access)> {
    let image = Image::parse(&form.image);
    let image = image.map_err(|problem| Error::at("image", problem.to_string()));
    let intent = match form.intent.as_str() {
        "" => Some(Access::Pull),
        word => Access::from_word(word),
    };
    let intent = intent.ok_or_else(|| Error::at("intent", "Choose pull, or pull and push."));
    let mut errors = Vec::new();
    let (image, intent) = (gather(&mut errors, image)?, gather(&mut errors, intent)?);
    let (Some(image), Some(intent)) = (image, intent) else {
        return Err(Error::Invalid(errors));
    };
    Ok((image, intent))
}

type Row = (Credential, Vec<Terms>);

/// Whether the credential is one for the registry of the image.
fn serves((credential, _): &Row, image: &Image) -> bool {
    let shown = &credential.summary;
    shown.host.serves(shown.is_insecure, &image.host)
}

/// The same outcome without what has nothing to do with the registry of the image.
fn about(image: &Image, mut outcome: Outcome, rows: &[Row]) -> Outcome {
    outcome.won.retain(|won| serves(&rows[won.index], image));
    outcome.lost.retain(|(index, _)| serves(&rows[*index], image));
    outcome.ties.retain(|tie| tie.of.iter().any(|index| serves(&rows[*index], image)));
    outcome
}

/// What is stored of each granted credential, as far as a format cares.
type Stored = HashMap<Uuid, Result<Content, Lost>>;

/// The same outcome without those that cannot be read: they are refused, and nothing takes their
/// place. Or whoever spoils a row in the database would choose which secret a pipeline receives.
fn readable(mut outcome: Outcome, rows: &[Row], stored: &Stored) -> Outcome {
    let lost = |index: usize| unread(stored, rows[index].0.summary.id);
    let unreadable = outcome.won.iter().filter_map(|won| Some((won.index, lost(won.index)?)));
    let unreadable: Vec<(usize, Lost)> = unreadable.collect();
    outcome.won.retain(|won| lost(won.index).is_none());
    outcome.lost.extend(unreadable);
    outcome.lost.sort_by_key(|(index, _)| *index);
    outcome
}

/// Why the secret of this credential cannot be handed out, if it is granted and cannot be read.
fn unread(stored: &Stored, id: Uuid) -> Option<Lost> {
    stored.get(&id).and_then(|content| content.as_ref().err().copied())
}

fn candidates(rows: &[Row]) -> Vec<Candidate<'_>> {
    rows.iter()
        .map(|(credential, grants)| Candidate { credential: &credential.summary, grants })
        .collect()
}

fn supposed(form: &ExplainForm) -> Proof {
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let reference = text(&form.branch).map(|typed| {
        if typed.starts_with("refs/") { typed } else { format!("refs/heads/{typed}") }
    });
    Proof {
        reference,
        event: text(&form.event),
        is_fork: (form.is_fork || form.is_no_fork).then_some(form.is_fork),
        ..Proof::default()
    }
}

fn verdicts(ask: &Ask<'_>, (rows, stored): (&[Row], &Stored), outcome: &Outcome) -> Vec<Verdict> {
    let verdict = |index: usize, lost: Option<Lost>, is_narrow: bool| {
        let shown = &rows[index].0.summary;
        let is_offered = lost == Some(Lost::NotGranted);
        Verdict {
            id: shown.id,
            name: shown.name.clone(),
            access: shown.access,
            paths: shown.paths.clone(),
            lost,
            is_narrow,
            expired_on: shown.expires_on.filter(|day| *day < ask.today),
            secret_doubt: shown.secret_doubt.clone(),
            after_grant: if is_offered {
                lost_if_granted(ask, (rows, stored), index)
            } else {
                None
            },
        }
    };
    let won = outcome.won.iter().map(|won| verdict(won.index, None, won.is_narrow));
    let lost = outcome.lost.iter().map(|(index, lost)| verdict(*index, Some(*lost), false));
    won.chain(lost).collect()
}

fn summary(
    rows: &[Row],
    outcome: &Outcome,
    (image, intent): (&Image, Access),
    is_own: bool,
) -> String {
    let name = |index: usize| rows[index].0.summary.name.as_str();
    if let Some(won) = outcome.won.first() {
        let what = if won.is_narrow { "a short-lived token obtained with " } else { "" };
        return format!("The pipeline receives {what}{}.", name(won.index));
    }
    if let Some(tie) = outcome.ties.first() {
        let names: Vec<&str> = tie.of.iter().map(|index| name(*index)).collect();
        return format!(
            "Nothing is delivered: {} serve it equally well, and Regcred does not choose between them.",
            named(&names)
        );
    }
    // No registry lets anonymous clients push.
    let without = match intent {
        Access::Pull => " and pull anonymously",
        Access::PullAndPush => ", and the registry denies the push",
    };
    let is_nothing = !rows.iter().any(|row| serves(row, image));
    if is_nothing && is_own {
        return format!(
            "Nothing for {} is granted to this pipeline, so clients receive no credential{without}.",
            image.host
        );
    }
    if is_nothing {
        return format!(
            "The project has no credential for {}, so clients receive no credential{without}.",
            image.host
        );
    }
    match outcome.refusal() {
        Some((index, lost)) => {
            let said = format!("Nothing is delivered. {}: {}.", name(index), lost.label());
            if lost == Lost::Unreadable { said + NO_OTHER } else { said }
        }
        None => format!(
            "None of these is granted to the pipeline for this repository, so clients receive no credential{without}."
        ),
    }
}
