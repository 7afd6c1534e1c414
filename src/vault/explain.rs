//! The explainer: which credential serves an image for a pipeline, why not the others, and what
//! each delivery format would hold. It asks the same rules as a delivery and hands out nothing.

use super::{Vault, today};
use crate::domain::actor::{Pipeline, PipelineReader};
use crate::domain::credential::{Access, Credential};
use crate::domain::grant::Terms;
use crate::domain::image::Image;
use crate::domain::matching::{
    Ask, Candidate, ExplainForm, Explanation, FormatVerdict, Lost, Outcome, Shape, Verdict, decide,
};
use crate::domain::proof::Proof;
use crate::error::{Error, FieldError, Result};
use uuid::Uuid;

/// The formats: name, shape, whether the repository is known, whether it can hold a token.
const FORMATS: [(&str, Shape, bool, bool); 7] = [
    ("docker config.json", Shape::Hosts, false, true),
    ("docker config.json with image=", Shape::One, true, true),
    ("auth.json, Kubernetes secret", Shape::Paths, false, false),
    ("DOCKER_AUTH_CONFIG", Shape::Hosts, false, false),
    ("docker-credential-regcred", Shape::One, false, false),
    ("docker-credential-regcred with REGCRED_REPOSITORY, kubelet", Shape::One, true, false),
    ("buildx folder of the repository", Shape::One, true, true),
];

impl Vault {
    /// The explanation for the pipeline that the form names.
    ///
    /// # Errors
    /// `Invalid` with a sentence at each field that needs another look.
    pub async fn explain(
        &self,
        reader: &PipelineReader,
        form: &ExplainForm,
    ) -> Result<Explanation> {
        let project = reader.project().id;
        let id = Uuid::parse_str(&form.pipeline).unwrap_or_default();
        if self.store.pipelines(project).find(id, today()).await?.is_none() {
            return Err(Error::at("pipeline", "Choose a pipeline."));
        }
        self.explanation(project, id, form, false).await
    }

    /// The explanation for the pipeline that asks.
    pub async fn explain_for(
        &self,
        pipeline: &Pipeline,
        form: &ExplainForm,
    ) -> Result<Explanation> {
        self.explanation(pipeline.project_id(), pipeline.id(), form, true).await
    }

    /// `is_own`: only of what the pipeline was granted. What else a project has is not its business.
    async fn explanation(
        &self,
        project: Uuid,
        pipeline: Uuid,
        form: &ExplainForm,
        is_own: bool,
    ) -> Result<Explanation> {
        let image = Image::parse(&form.image).map_err(|problem| problem.to_string());
        let intent = match form.intent.as_str() {
            "" => Some(Access::Pull),
            word => Access::from_word(word),
        };
        let (image, intent) = match (image, intent) {
            (Ok(image), Some(intent)) => (image, intent),
            (image, intent) => {
                let at = |message| FieldError::new("image", message);
                let mut errors: Vec<FieldError> = image.err().map(at).into_iter().collect();
                if intent.is_none() {
                    errors.push(FieldError::new("intent", "Choose pull, or pull and push."));
                }
                return Err(Error::Invalid(errors));
            }
        };
        let host = image.host.as_str();
        let mut rows = self.store.secrets(project).candidates(pipeline, host).await?;
        rows.retain(|(_, grants)| !is_own || !grants.is_empty());
        let proof = supposed(form);
        let decided = |shape, is_known: bool, takes_tokens| {
            let ask = Ask {
                intent,
                host: Some(&image.host),
                repository: is_known.then_some(image.repository.as_str()),
                proof: &proof,
                today: today(),
                shape,
                takes_tokens,
            };
            decide(&ask, &candidates(&rows))
        };
        let outcome = decided(Shape::One, true, true);
        let formats = FORMATS.iter().map(|(format, shape, is_known, takes_tokens)| FormatVerdict {
            format: (*format).to_owned(),
            holds: held(&rows, *shape, &decided(*shape, *is_known, *takes_tokens)),
        });
        Ok(Explanation {
            summary: summary(&rows, &outcome, &image, is_own),
            verdicts: verdicts(&rows, &outcome),
            formats: formats.collect(),
            host: image.host.to_string(),
            repository: image.repository.clone(),
        })
    }
}

type Row = (Credential, Vec<Terms>);

fn candidates(rows: &[Row]) -> Vec<Candidate<'_>> {
    rows.iter()
        .map(|(credential, grants)| Candidate {
            credential: &credential.summary,
            grants: grants.iter().collect(),
        })
        .collect()
}

/// The run that the form supposes.
fn supposed(form: &ExplainForm) -> Proof {
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let reference = text(&form.branch).map(|typed| {
        if typed.starts_with("refs/") { typed } else { format!("refs/heads/{typed}") }
    });
    Proof {
        reference,
        event: text(&form.event),
        is_fork: form.is_fork.then_some(true),
        ..Proof::default()
    }
}

fn verdicts(rows: &[Row], outcome: &Outcome) -> Vec<Verdict> {
    let verdict = |index: usize, lost: Option<Lost>, is_narrow: bool| {
        let shown = &rows[index].0.summary;
        Verdict {
            id: shown.id,
            name: shown.name.clone(),
            access: shown.access,
            paths: shown.paths.clone(),
            lost,
            is_narrow,
        }
    };
    let won = outcome.won.iter().map(|won| verdict(won.index, None, won.is_narrow));
    let lost = outcome.lost.iter().map(|(index, lost)| verdict(*index, Some(*lost), false));
    won.chain(lost).collect()
}

fn summary(rows: &[Row], outcome: &Outcome, image: &Image, is_own: bool) -> String {
    let name = |index: usize| rows[index].0.summary.name.as_str();
    if let Some(won) = outcome.won.first() {
        let what = if won.is_narrow { "a short-lived token got with " } else { "" };
        return format!("The pipeline receives {what}{}.", name(won.index));
    }
    if let Some((first, second)) = outcome.tie {
        return format!(
            "Nothing is delivered: {} and {} serve it equally well, and Regcred does not choose silently.",
            name(first),
            name(second)
        );
    }
    if rows.is_empty() && is_own {
        return format!(
            "Nothing for {} is granted to this pipeline, so clients are told that there is none and pull anonymously.",
            image.host
        );
    }
    if rows.is_empty() {
        return format!(
            "The project has no credential for {}, so clients are told that there is none and pull anonymously.",
            image.host
        );
    }
    match outcome.lost.iter().find(|(_, lost)| lost.is_refusal()) {
        Some((index, lost)) => {
            format!("Nothing is delivered. {}: {}.", name(*index), lost.label())
        }
        None => "None of these is granted to the pipeline for this repository, so clients are told that there is none and pull anonymously.".to_owned(),
    }
}

/// What one format would hold for this registry.
fn held(rows: &[Row], shape: Shape, outcome: &Outcome) -> String {
    if outcome.tie.is_some() {
        return "An error that names both.".to_owned();
    }
    let entries: Vec<String> = outcome
        .won
        .iter()
        .map(|won| {
            let shown = &rows[won.index].0.summary;
            let what = if won.is_narrow { "a short-lived token" } else { shown.name.as_str() };
            match won.paths.as_slice() {
                paths if paths.is_empty() || shape != Shape::Paths => {
                    format!("{}: {what}", shown.host)
                }
                paths => {
                    let keys = paths.iter().map(|path| format!("{}/{path}", shown.host));
                    format!("{}: {what}", keys.collect::<Vec<_>>().join(", "))
                }
            }
        })
        .collect();
    match (entries.is_empty(), outcome.lost.iter().find(|(_, lost)| lost.is_refusal())) {
        (false, _) => entries.join("; "),
        (true, Some((_, lost))) => format!("Nothing: {}.", lost.label()),
        (true, None) => "Nothing.".to_owned(),
    }
}
