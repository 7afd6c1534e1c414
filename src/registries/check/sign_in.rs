//! Whether the registry accepts the pair: what `docker login` asks.
//!
//! That a token service answers 200 is not enough (registries.md 0.3): its token is shown to the registry, and one
//! that says of itself that it is nobody's counts as a refusal.

use super::answers::{refused_sign_in, unreached};
use super::{Run, Way, bearer, step};
use crate::domain::check::{CheckReason, CheckStep, StepReport, StepResult};
use crate::domain::credential::IDENTITY_USERNAME;
use crate::outbound::Answer;
use crate::registries::challenge::Challenge;
use crate::registries::token::{self, Evidence};
use crate::registries::{Bearer, realm};

const OF: CheckStep = CheckStep::SignIn;
/// Where Harbor has its token service. With sign-in by OpenID Connect it refuses good pairs that ask for no repository.
const HARBORS: &str = "/service/token";

/// What a token service gave.
pub(super) enum Given {
    Token(Bearer, Evidence),
    /// Its answer, which holds none.
    Refused(Answer),
    /// There was none, or none that can be read.
    Nothing(StepReport),
}

impl Run<'_> {
    /// Whether the pair is accepted.
    pub(super) async fn sign_in(&mut self, way: &Way) -> bool {
        let report = if self.ask.username == IDENTITY_USERNAME {
            step(OF, StepResult::Unknown, CheckReason::IdentityToken)
        } else if !self.ask.may_sign_in {
            step(OF, StepResult::Unknown, CheckReason::BudgetSpent)
        } else {
            match way {
                Way::Basic => self.by_pair().await,
                Way::Bearer(challenge) => self.by_token(challenge).await,
            }
        };
        self.note(report)
    }

    async fn by_pair(&self) -> StepReport {
        let Ok(pair) = self.pair() else {
            return step(OF, StepResult::Failed, CheckReason::Malformed);
        };
        match self.get(&self.at("/v2/"), &[pair]).await {
            Ok(answer) if answer.status == 200 => {
                step(OF, StepResult::Passed, CheckReason::SignedIn)
            }
            Ok(answer) => refused_sign_in(&answer),
            Err(problem) => unreached(OF, problem),
        }
    }

    async fn by_token(&self, challenge: &Challenge) -> StepReport {
        let refused = match self.token(challenge, None).await {
            Given::Token(bearer, evidence) if !evidence.is_nobodys => {
                return self.shown(&bearer).await;
            }
            Given::Token(..) => super::told(OF, CheckReason::Refused, 200),
            Given::Refused(answer) => refused_sign_in(&answer),
            Given::Nothing(report) => return report,
        };
        // At most one refusal is risked, but for the service that is known to refuse good pairs here. One that did not
        // look at the pair may want to be asked for a repository.
        let is_harbors = challenge.param("realm").is_some_and(|realm| realm.ends_with(HARBORS));
        let may_be_asked = is_harbors || refused.reason == CheckReason::UnexpectedStatus;
        let Some((repository, _)) = self.ask.image.filter(|_| may_be_asked) else { return refused };
        match self.token(challenge, Some(&format!("repository:{repository}:pull"))).await {
            Given::Token(_, evidence) if !evidence.is_nobodys => {
                step(OF, StepResult::Passed, CheckReason::SignedInForRepository)
            }
            Given::Refused(answer) if !is_harbors => refused_sign_in(&answer),
            _ => refused,
        }
    }

    /// Whether the registry takes the token of its own service.
    async fn shown(&self, token: &Bearer) -> StepReport {
        let Some(shown) = bearer(&token.token) else {
            return step(OF, StepResult::Failed, CheckReason::Malformed);
        };
        match self.get(&self.at("/v2/"), &[shown]).await {
            Ok(answer) => match answer.status {
                200 => step(OF, StepResult::Passed, CheckReason::SignedIn),
                401 | 403 => {
                    let report = step(OF, StepResult::Unknown, CheckReason::TokenNotTaken);
                    StepReport { status: Some(answer.status), ..report }
                }
                _ => refused_sign_in(&answer),
            },
            Err(problem) => unreached(OF, problem),
        }
    }

    /// A token for the scope, asked for with the pair; without a scope one that lets nobody do anything.
    pub(super) async fn token(&self, challenge: &Challenge, scope: Option<&str>) -> Given {
        self.token_as(challenge, scope, true).await
    }

    /// The same, or what anybody gets.
    pub(super) async fn token_as(
        &self,
        challenge: &Challenge,
        scope: Option<&str>,
        is_shown: bool,
    ) -> Given {
        let malformed = || Given::Nothing(step(OF, StepResult::Unknown, CheckReason::Malformed));
        let Ok(url) = realm::token_url(challenge, scope, &self.place) else { return malformed() };
        let mut headers = Vec::new();
        if is_shown {
            let Ok(pair) = self.pair() else { return malformed() };
            headers.push(pair);
        }
        let answer = match self.get(&url, &headers).await {
            Ok(answer) if answer.status == 200 => answer,
            Ok(answer) => return Given::Refused(answer),
            Err(problem) => return Given::Nothing(unreached(OF, problem)),
        };
        let Ok(bearer) = token::plain(&answer.body) else { return malformed() };
        // It would be shown to the registry, which gets the pair itself only by a token service.
        if token::gives_away(&bearer.token, self.ask.secret) {
            return malformed();
        }
        let repository = self.ask.image.map_or("", |(repository, _)| repository);
        let evidence = token::evidence(&bearer.token, repository);
        Given::Token(bearer, evidence)
    }
}
