//! Whether one image can be pulled: its manifest is asked for by HEAD, which no registry counts as a pull.

use super::answers::{neither, unreached};
use super::sign_in::Given;
use super::{Run, Way, bearer, step, told};
use crate::domain::check::{CheckReason, CheckStep, PullLimit, StepReport, StepResult};
use crate::domain::registry_kind::RegistryKind;
use crate::outbound::Answer;
use crate::registries::challenges;
use http::header::ACCEPT;
use http::{HeaderMap, HeaderName, HeaderValue};

const OF: CheckStep = CheckStep::Pull;
/// Every form of a manifest that clients ask for.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

impl Run<'_> {
    /// Notes whether the image can be pulled; whether the token said that push is allowed, too.
    pub(super) async fn pull(&mut self, way: &Way, repository: &str, reference: &str) -> bool {
        let (shown, has_push) = match self.credentials(way, repository, "pull").await {
            Ok(found) => found,
            Err(report) => {
                self.note(StepReport { step: OF, ..report });
                return false;
            }
        };
        let url = self.manifest(repository, reference);
        let accept = (ACCEPT, HeaderValue::from_static(MANIFESTS));
        let report = match self.head(&url, &[shown, accept.clone()]).await {
            Ok(answer) => {
                self.report.limit = limit(&answer.headers);
                self.read_pull(way, repository, (&url, accept), &answer).await
            }
            Err(problem) => unreached(OF, problem),
        };
        self.note(report);
        has_push
    }

    async fn read_pull(
        &self,
        way: &Way,
        repository: &str,
        (url, accept): (&str, (HeaderName, HeaderValue)),
        answer: &Answer,
    ) -> StepReport {
        match answer.status {
            200 if self.is_public(way, repository, url, accept).await => {
                step(OF, StepResult::Unknown, CheckReason::Public)
            }
            200 => step(OF, StepResult::Passed, CheckReason::CanPull),
            404 if hides_what_is_missing(self.ask.kind) => {
                step(OF, StepResult::Unknown, CheckReason::MissingOrForbidden)
            }
            404 => step(OF, StepResult::Passed, CheckReason::CanPullNoSuchTag),
            401 if is_token_refused(answer) => {
                let report = step(OF, StepResult::Unknown, CheckReason::TokenNotTaken);
                StepReport { status: Some(401), ..report }
            }
            401 | 403 if !answer.asks_to_wait() => told(OF, CheckReason::CannotPull, answer.status),
            _ => neither(OF, answer),
        }
    }

    /// What is shown to the registry for these actions on the repository, and whether it says that push is allowed.
    pub(super) async fn credentials(
        &self,
        way: &Way,
        repository: &str,
        actions: &str,
    ) -> Result<((HeaderName, HeaderValue), bool), StepReport> {
        let malformed = || step(OF, StepResult::Unknown, CheckReason::Malformed);
        let challenge = match way {
            Way::Basic => return Ok((self.pair().map_err(|_| malformed())?, false)),
            Way::Bearer(challenge) => challenge,
        };
        let scope = format!("repository:{repository}:{actions}");
        match self.token(challenge, Some(&scope)).await {
            Given::Token(token, evidence) => {
                Ok((bearer(&token.token).ok_or_else(malformed)?, evidence.has_push))
            }
            Given::Refused(answer) => Err(match answer.status {
                // Who may sign in is refused here for the repository: Google and GitLab say so at once.
                401 | 403 | 404 if !answer.asks_to_wait() => {
                    told(OF, CheckReason::CannotPull, answer.status)
                }
                _ => neither(OF, &answer),
            }),
            Given::Nothing(report) => Err(report),
        }
    }

    /// Whether somebody who shows nothing gets it, too.
    async fn is_public(
        &self,
        way: &Way,
        repository: &str,
        url: &str,
        accept: (HeaderName, HeaderValue),
    ) -> bool {
        let mut headers = vec![accept];
        if let Way::Bearer(challenge) = way {
            let scope = format!("repository:{repository}:pull");
            let Given::Token(token, _) = self.token_as(challenge, Some(&scope), false).await else {
                return false;
            };
            headers.extend(bearer(&token.token));
        }
        self.head(url, &headers).await.is_ok_and(|answer| answer.status == 200)
    }
}

/// Whether a registry says "not found" of what somebody may not read (registries.md 1.3).
fn hides_what_is_missing(kind: RegistryKind) -> bool {
    matches!(kind, RegistryKind::Google | RegistryKind::Ecr)
}

/// Whether the registry says of the token itself that it is not valid.
fn is_token_refused(answer: &Answer) -> bool {
    let challenges = challenges(answer).unwrap_or_default();
    challenges.iter().any(|challenge| challenge.param("error") == Some("invalid_token"))
}

/// What Docker Hub says of its limit: `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 76;w=21600`.
fn limit(headers: &HeaderMap) -> Option<PullLimit> {
    let read = |name: &str| {
        let text = headers.get(name)?.to_str().ok()?;
        let (count, window) = text.split_once(";w=").unwrap_or((text, ""));
        Some((count.trim().parse::<u32>().ok()?, window.trim().parse::<u32>().ok()))
    };
    let ((of, window), (left, _)) = (read("ratelimit-limit")?, read("ratelimit-remaining")?);
    Some(PullLimit { left: left.min(of), of, window: window? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_on_pulls_is_read_as_docker_hub_writes_it() {
        for (of, left, expected) in [
            ("100;w=21600", "76;w=21600", Some((76, 100, 21_600))),
            ("100;w=21600", "200", Some((100, 100, 21_600))),
            ("100", "76", None),
            ("-1;w=21600", "76", None),
            ("many;w=1", "few", None),
            ("4294967296;w=1", "1;w=1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("ratelimit-limit", HeaderValue::from_static(of));
            headers.insert("ratelimit-remaining", HeaderValue::from_static(left));
            let read = limit(&headers).map(|limit| (limit.left, limit.of, limit.window));
            assert_eq!(read, expected, "{of} {left}");
        }
        assert_eq!(limit(&HeaderMap::new()), None);
    }
}
