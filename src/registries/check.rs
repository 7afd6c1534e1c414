//! The graded check (registries.md 1.5): what a registry itself says of a user name and a secret.
//!
//! Each step goes as far as the last one allows. At most one sign-in that fails is made; push is tried only when it
//! is asked for, and only on a repository that exists, since trying can create one.

mod answers;
mod pull;
mod push;
mod sign_in;
#[cfg(test)]
mod tests;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use std::time::Duration;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::challenge::Challenge;
use super::{BearerAsk, LIMIT, Registries, RegistryProblem, challenges, realm};
use crate::domain::check::{CheckReason, CheckReport, CheckStep, StepReport, StepResult};
use crate::domain::credential::Access;
use crate::domain::registry::RegistryHost;
use crate::domain::registry_kind::RegistryKind;
use crate::outbound::{Answer, Outbound, OutboundProblem};

/// A check takes no longer, whatever the registry does: a person waits for it.
const WHOLE: Duration = Duration::from_secs(40);
/// A repository that hardly exists, asked for to learn how a registry signs in that does not say so at once.
const NO_REPOSITORY: &str = "regcred/check";

/// What is checked, and with what. There is no Debug: it holds the secret.
pub struct CheckAsk<'a> {
    pub host: &'a RegistryHost,
    /// The product at the host: some say "no" in ways of their own.
    pub kind: RegistryKind,
    /// Whether it is spoken to in plain HTTP.
    pub is_insecure: bool,
    /// Never holds a colon.
    pub username: &'a str,
    pub secret: &'a [u8],
    /// Origins, `https://host:port`, accepted for the token service in addition to the registry's own and its fixed
    /// companions.
    pub realms: &'a [String],
    /// The repository, as the registry calls it, and the tag or digest that pull is tried on.
    pub image: Option<(&'a str, &'a str)>,
    /// Whether push is tried on that repository: an upload is begun there, and cancelled.
    pub is_push_asked: bool,
    /// Whether the secret may be shown to the registry: not when it was refused there often enough.
    pub may_sign_in: bool,
}

/// How the registry lets itself be convinced.
enum Way {
    /// By the pair in each request.
    Basic,
    /// By a token of the service that this challenge names.
    Bearer(Challenge),
}

struct Run<'a> {
    outbound: &'a Outbound,
    ask: &'a CheckAsk<'a>,
    place: BearerAsk<'a>,
    /// Where the registry itself answers.
    api: String,
    report: CheckReport,
}

impl Registries {
    /// What the registry says of the user name and the secret, step by step. It always has all steps.
    pub async fn check(&self, ask: &CheckAsk<'_>) -> CheckReport {
        let place = BearerAsk {
            host: ask.host,
            is_insecure: ask.is_insecure,
            repository: "",
            intent: Access::Pull,
            username: ask.username,
            secret: ask.secret,
            realms: ask.realms,
        };
        let mut run = Run {
            outbound: &self.outbound,
            ask,
            place,
            api: realm::api_origin(ask.host, ask.is_insecure),
            report: CheckReport::default(),
        };
        let is_late = timeout(WHOLE, run.all()).await.is_err();
        run.fill(is_late);
        run.report
    }
}

impl Run<'_> {
    async fn all(&mut self) {
        let Some(first) = self.reach().await else { return };
        let Some(way) = self.way(first).await else { return };
        if !self.sign_in(&way).await {
            return;
        }
        let Some((repository, reference)) = self.ask.image else {
            self.note(step(CheckStep::Pull, StepResult::NotTried, CheckReason::NoRepository));
            let reason = if self.ask.is_push_asked {
                CheckReason::NoRepository
            } else {
                CheckReason::PushNotAsked
            };
            self.note(step(CheckStep::Push, StepResult::NotTried, reason));
            return;
        };
        let has_push = self.pull(&way, repository, reference).await;
        self.push(&way, repository, has_push).await;
    }

    fn note(&mut self, report: StepReport) -> bool {
        let has_passed = report.result == StepResult::Passed;
        self.report.steps.push(report);
        has_passed
    }

    /// Adds what was not tried; the first of it ran out of time when the whole check did.
    fn fill(&mut self, is_late: bool) {
        let mut is_late = is_late;
        for of in CheckStep::ALL {
            if self.report.step(*of).is_some() {
                continue;
            }
            let report = if is_late {
                step(*of, StepResult::Unknown, CheckReason::TimedOut)
            } else {
                step(*of, StepResult::NotTried, CheckReason::Before)
            };
            is_late = false;
            self.report.steps.push(report);
        }
    }

    /// The registry's own answer to somebody who shows nothing.
    async fn reach(&mut self) -> Option<Answer> {
        let of = CheckStep::Reach;
        let answer = match self.get(&self.at("/v2/"), &[]).await {
            Ok(answer) => answer,
            Err(problem) => {
                self.note(answers::unreached(of, problem));
                return None;
            }
        };
        let passed = match answer.status {
            200 | 401 => Ok(if self.api.starts_with("https://") {
                CheckReason::Answered
            } else {
                CheckReason::AnsweredPlainly
            }),
            404 | 405 | 410 => Err(told(of, CheckReason::NotARegistry, answer.status)),
            _ => Err(answers::neither(of, &answer)),
        };
        match passed {
            Ok(reason) => {
                self.note(step(of, StepResult::Passed, reason));
                Some(answer)
            }
            Err(report) => {
                self.note(report);
                None
            }
        }
    }

    /// How it signs in. One that answers everybody is asked for an image: some ask for a password only there.
    async fn way(&mut self, first: Answer) -> Option<Way> {
        let of = CheckStep::Challenge;
        let mut answer = first;
        if answer.status == 200 {
            let (repository, reference) = self.ask.image.unwrap_or((NO_REPOSITORY, "latest"));
            match self.head(&self.manifest(repository, reference), &[]).await {
                Ok(other) => answer = other,
                Err(problem) => {
                    self.note(answers::unreached(of, problem));
                    return None;
                }
            }
        }
        let found = match answer.status {
            401 => self.chosen(&answer),
            200 | 404 => Err(step(of, StepResult::Unknown, CheckReason::AsksForNothing)),
            _ => Err(answers::neither(of, &answer)),
        };
        match found {
            Ok(way) => {
                let reason = match way {
                    Way::Basic => CheckReason::EachRequest,
                    Way::Bearer(_) => CheckReason::TokenService,
                };
                self.note(step(of, StepResult::Passed, reason));
                Some(way)
            }
            Err(report) => {
                self.note(report);
                None
            }
        }
    }

    /// The way that the challenges leave, if the secret may go where it leads.
    fn chosen(&self, answer: &Answer) -> Result<Way, StepReport> {
        let malformed = || step(CheckStep::Challenge, StepResult::Failed, CheckReason::Malformed);
        let all = challenges(answer).map_err(|_| malformed())?;
        let has_basic = all.iter().any(|challenge| challenge.scheme() == "basic");
        let Some(bearer) = all.into_iter().find(|challenge| challenge.scheme() == "bearer") else {
            return if has_basic { Ok(Way::Basic) } else { Err(malformed()) };
        };
        match realm::token_url(&bearer, None, &self.place) {
            Ok(_) => Ok(Way::Bearer(bearer)),
            Err(RegistryProblem::RealmNotAccepted(origin)) => {
                let reason = CheckReason::RealmNotAccepted;
                let report = step(CheckStep::Challenge, StepResult::Failed, reason);
                Err(StepReport { origin: Some(origin), ..report })
            }
            // A realm that is no address is a name, and the pair is sent to the registry itself.
            Err(_) if has_basic => Ok(Way::Basic),
            Err(_) => Err(malformed()),
        }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.api)
    }

    fn manifest(&self, repository: &str, reference: &str) -> String {
        self.at(&format!("/v2/{repository}/manifests/{reference}"))
    }

    async fn get(
        &self,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Answer, OutboundProblem> {
        self.outbound.get(url, headers, LIMIT).await?.not_redirected()
    }

    async fn head(
        &self,
        url: &str,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Answer, OutboundProblem> {
        self.outbound.head(url, headers).await?.not_redirected()
    }

    /// The pair as the header that shows it.
    fn pair(&self) -> Result<(HeaderName, HeaderValue), RegistryProblem> {
        Ok((AUTHORIZATION, super::basic(self.ask.username, self.ask.secret)?))
    }
}

fn step(of: CheckStep, result: StepResult, reason: CheckReason) -> StepReport {
    StepReport::new(of, result, reason)
}

/// A step that failed by an answer with this status.
fn told(of: CheckStep, reason: CheckReason, status: u16) -> StepReport {
    StepReport { status: Some(status), ..step(of, StepResult::Failed, reason) }
}

/// The header that shows a token.
fn bearer(token: &str) -> Option<(HeaderName, HeaderValue)> {
    let text = Zeroizing::new(format!("Bearer {token}"));
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some((AUTHORIZATION, value))
}
