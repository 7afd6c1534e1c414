//! Whether the credential may push: an upload is begun, and cancelled. The answer to its beginning is the grade.
//!
//! Asking for it can create a repository at Quay, GitLab and zot, so only one that exists is asked for, and only when
//! a person wants it (registries.md 0.1, 0.2).

use super::answers::{neither, unreached};
use super::{Run, Way, step, told};
use crate::domain::check::{CheckReason, CheckStep, StepReport, StepResult};
use crate::domain::registry_kind::RegistryKind;
use crate::outbound::{Answer, OutboundProblem};
use http::header::{CONTENT_LENGTH, LOCATION};
use http::{HeaderName, HeaderValue};
use url::Url;

const OF: CheckStep = CheckStep::Push;

type Header = (HeaderName, HeaderValue);

impl Run<'_> {
    /// Notes whether push is allowed; `has_push`: whether a token said so without being asked.
    pub(super) async fn push(&mut self, way: &Way, repository: &str, has_push: bool) {
        let report = match self.before_push(way, repository, has_push).await {
            Some(report) => report,
            None => self.try_push(way, repository).await,
        };
        self.note(report);
    }

    /// Why it is not tried, if it is not.
    async fn before_push(&self, way: &Way, repository: &str, has_push: bool) -> Option<StepReport> {
        let not = |reason| Some(step(OF, StepResult::NotTried, reason));
        if !self.ask.is_push_asked {
            return not(if has_push { CheckReason::PushHinted } else { CheckReason::PushNotAsked });
        }
        let Some(pulled) = self.report.step(CheckStep::Pull) else {
            return not(CheckReason::Before);
        };
        match pulled.reason {
            CheckReason::CanPull | CheckReason::Public => None,
            CheckReason::CanPullNoSuchTag if self.exists(way, repository).await => None,
            CheckReason::CanPullNoSuchTag | CheckReason::MissingOrForbidden => {
                not(CheckReason::RepositoryMissing)
            }
            _ => not(CheckReason::Before),
        }
    }

    /// Whether the repository has tags.
    async fn exists(&self, way: &Way, repository: &str) -> bool {
        let Ok((shown, _)) = self.credentials(way, repository, "pull").await else { return false };
        let url = self.at(&format!("/v2/{repository}/tags/list?n=1"));
        self.get(&url, &[shown]).await.is_ok_and(|answer| answer.status == 200)
    }

    async fn try_push(&self, way: &Way, repository: &str) -> StepReport {
        let shown = match self.credentials(way, repository, "pull,push").await {
            Ok((shown, _)) => shown,
            Err(report) if report.reason == CheckReason::CannotPull => {
                return StepReport { step: OF, reason: CheckReason::CannotPush, ..report };
            }
            Err(report) => return StepReport { step: OF, ..report },
        };
        let url = self.at(&format!("/v2/{repository}/blobs/uploads/"));
        let empty = (CONTENT_LENGTH, HeaderValue::from_static("0"));
        let answer = match self.outbound.post(&url, &[shown.clone(), empty], Vec::new()).await {
            Ok(answer) => answer,
            // Amazon closes the connection on who may not, and where there is no such repository.
            Err(OutboundProblem::Unreachable) if self.ask.kind == RegistryKind::Ecr => {
                return step(OF, StepResult::Failed, CheckReason::CannotPushOrMissing);
            }
            Err(problem) => return unreached(OF, problem),
        };
        match answer.status {
            201 | 202 => {
                let is_gone = self.cancel(way, repository, (&url, shown), &answer).await;
                let reason =
                    if is_gone { CheckReason::CanPush } else { CheckReason::CanPushNotCancelled };
                step(OF, StepResult::Passed, reason)
            }
            401 | 403 if !answer.asks_to_wait() => told(OF, CheckReason::CannotPush, answer.status),
            404 => told(OF, CheckReason::RepositoryMissing, 404),
            405 => told(OF, CheckReason::ReadOnly, 405),
            300..=399 => told(OF, CheckReason::Redirected, answer.status),
            _ => neither(OF, &answer),
        }
    }

    /// Cancels the upload. That it cannot is no failure of the credential: many registries want a right of its own
    /// for it, and all of them drop what is left behind.
    async fn cancel(
        &self,
        way: &Way,
        repository: &str,
        (begun, shown): (&str, Header),
        answer: &Answer,
    ) -> bool {
        let Some(upload) = upload(begun, answer) else { return false };
        match self.outbound.delete(&upload, &[shown]).await {
            Ok(answer) if is_gone(answer.status) => return true,
            Ok(answer) if answer.status == 401 => {}
            _ => return false,
        }
        // Quay knows no such word, and refuses the whole question.
        if matches!(way, Way::Basic) || self.ask.kind == RegistryKind::Quay {
            return false;
        }
        let asked = self.credentials(way, repository, "pull,push,delete").await;
        let Ok((shown, _)) = asked else { return false };
        self.outbound.delete(&upload, &[shown]).await.is_ok_and(|answer| is_gone(answer.status))
    }
}

/// Where the upload is: with its query, and only at the registry's own origin.
fn upload(begun: &str, answer: &Answer) -> Option<String> {
    let begun = Url::parse(begun).ok()?;
    let upload = begun.join(answer.headers.get(LOCATION)?.to_str().ok()?).ok()?;
    (upload.origin() == begun.origin()).then(|| upload.into())
}

fn is_gone(status: u16) -> bool {
    matches!(status, 200..=299 | 404)
}
