//! What a change of a credential would stop: what was delivered of it lately and would be refused then.

use super::credential::Access;
use super::credential_page::Lately;
use super::matching::{is_within, named};
use crate::error::FieldError;
use std::collections::BTreeSet;

/// The days that count as lately.
pub const LATELY: i64 = 30;

/// What was delivered lately for an image: the pipeline, and the repository.
pub type Image = (String, String);

/// Access and paths of a credential.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    pub access: Access,
    /// Empty means every repository.
    pub paths: &'a [String],
}

impl Reach<'_> {
    /// Whether the other one reaches less, in either.
    pub fn is_narrowed_to(self, other: Reach<'_>) -> bool {
        !other.access.satisfies(self.access) || self.has_other_paths(other)
    }

    fn has_other_paths(self, other: Reach<'_>) -> bool {
        let is_kept = |path: &String| is_within(other.paths, path);
        if self.paths.is_empty() {
            !other.paths.is_empty()
        } else {
            !self.paths.iter().all(is_kept)
        }
    }
}

/// The questions about a save that narrows, each at its field: which pipelines it would stop.
pub fn questions(
    (before, after): (Reach<'_>, Reach<'_>),
    lately: &[Lately],
    images: &[Image],
) -> Vec<FieldError> {
    let mut questions = Vec::new();
    let pushing: Vec<&str> = lately
        .iter()
        .filter(|one| one.pushes > 0 && !after.access.satisfies(Access::PullAndPush))
        .map(|one| one.pipeline.as_str())
        .collect();
    if before.access.satisfies(Access::PullAndPush) && !pushing.is_empty() {
        let sentence = format!(
            "{} received this credential to push in the last {LATELY} days. If you save this, Regcred no longer delivers it to push.",
            named(&pushing)
        );
        questions.push(FieldError::new("access", sentence));
    }
    let is_stopped = |(_, repository): &&Image| {
        is_within(before.paths, repository) && !is_within(after.paths, repository)
    };
    let stopped: Vec<&Image> = images.iter().filter(is_stopped).collect();
    if !stopped.is_empty() {
        let pipelines: BTreeSet<&str> = stopped.iter().map(|(name, _)| name.as_str()).collect();
        let repositories: BTreeSet<&str> = stopped.iter().map(|(_, path)| path.as_str()).collect();
        let pipelines: Vec<&str> = pipelines.into_iter().collect();
        let repositories: Vec<&str> = repositories.into_iter().collect();
        let which = if repositories.len() == 1 { "that repository" } else { "those repositories" };
        let sentence = format!(
            "{} received this credential for {} in the last {LATELY} days. If you save this, Regcred no longer delivers it for {which}.",
            named(&pipelines),
            named(&repositories)
        );
        questions.push(FieldError::new("paths", sentence));
    }
    questions
}

/// The longest list of names in a sentence that is said after a post, in bytes: it has to fit into a cookie.
const NAMES_MAX: usize = 1_000;

/// Who received it lately, as a sentence; `None` when nobody did.
pub fn received_lately(lately: &[Lately]) -> Option<String> {
    let names: Vec<&str> = lately.iter().map(|one| one.pipeline.as_str()).collect();
    let who = Some(named(&names)).filter(|who| who.len() <= NAMES_MAX);
    let who = who.unwrap_or_else(|| format!("{} pipelines", names.len()));
    (!names.is_empty()).then(|| format!("In the last {LATELY} days, {who} received it."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn lately(pipeline: &str, pushes: i64) -> Lately {
        Lately { pipeline_id: Uuid::nil(), pipeline: pipeline.to_owned(), pulls: 1, pushes }
    }

    fn paths(all: &[&str]) -> Vec<String> {
        all.iter().map(|one| (*one).to_owned()).collect()
    }

    fn fields(before: (Access, &[&str]), after: (Access, &[&str])) -> Vec<String> {
        let (own, other) = (paths(before.1), paths(after.1));
        let before = Reach { access: before.0, paths: &own };
        let after = Reach { access: after.0, paths: &other };
        let images = [("build".to_owned(), "acme/api".to_owned())];
        let lately = [lately("build", 3), lately("watch", 0)];
        let all = questions((before, after), &lately, &images);
        assert!(all.is_empty() || before.is_narrowed_to(after));
        all.into_iter().map(|one| one.field).collect()
    }

    #[test]
    fn a_save_is_asked_about_when_it_stops_what_was_delivered_lately() {
        use Access::{Pull, PullAndPush};
        assert_eq!(fields((PullAndPush, &[]), (Pull, &[])), ["access"]);
        assert_eq!(fields((Pull, &["acme"]), (Pull, &["acme/web"])), ["paths"]);
        assert_eq!(fields((PullAndPush, &[]), (Pull, &["other"])), ["access", "paths"]);
        let wider: [&[&str]; 4] = [&[], &["acme"], &["acme/api"], &["acme/api", "other"]];
        for after in wider {
            assert_eq!(fields((Pull, &["acme/api"]), (PullAndPush, after)), [""; 0], "{after:?}");
        }
        // What it was not for before stops with nothing.
        assert_eq!(fields((Pull, &["other"]), (Pull, &["else"])), [""; 0]);
    }

    #[test]
    fn less_is_less_in_access_or_in_paths() {
        use Access::{Pull, PullAndPush};
        let (none, acme, api) = (paths(&[]), paths(&["acme"]), paths(&["acme/api"]));
        let of = |access, paths| Reach { access, paths };
        assert!(of(PullAndPush, &none).is_narrowed_to(of(Pull, &none)));
        assert!(of(Pull, &none).is_narrowed_to(of(Pull, &acme)));
        assert!(of(Pull, &acme).is_narrowed_to(of(Pull, &api)));
        assert!(!of(Pull, &api).is_narrowed_to(of(Pull, &acme)));
        assert!(!of(Pull, &acme).is_narrowed_to(of(PullAndPush, &none)));
    }

    #[test]
    fn nobody_is_named_where_nobody_received_it() {
        assert_eq!(received_lately(&[]), None);
        let said = received_lately(&[lately("build", 0), lately("watch", 0)]).unwrap();
        assert_eq!(said, "In the last 30 days, build and watch received it.");
    }
}
