//! What an answer means that is no success. Bodies may be of any form, so the status decides; a body is only looked
//! through for the few words that tell an expired token and a locked account from a wrong password.

use super::{step, told};
use crate::domain::check::{CheckReason, CheckStep, StepReport, StepResult};
use crate::outbound::{Answer, OutboundProblem, USUAL_WAIT};

/// Bytes of a body that are looked through.
const LOOKED_AT: usize = 16 * 1024;

/// The step when nobody answered.
pub(super) fn unreached(of: CheckStep, problem: OutboundProblem) -> StepReport {
    let (result, reason) = match problem {
        OutboundProblem::Unresolved => (StepResult::Failed, CheckReason::NameNotFound),
        OutboundProblem::Forbidden(_) => (StepResult::Failed, CheckReason::AddressNotAllowed),
        OutboundProblem::Tls | OutboundProblem::BadRoots => {
            (StepResult::Failed, CheckReason::NotSecure)
        }
        OutboundProblem::Redirected => (StepResult::Failed, CheckReason::Redirected),
        OutboundProblem::TooLarge | OutboundProblem::BadUrl => {
            (StepResult::Failed, CheckReason::Malformed)
        }
        OutboundProblem::TimedOut => (StepResult::Unknown, CheckReason::TimedOut),
        OutboundProblem::Unreachable => (StepResult::Unknown, CheckReason::Unreachable),
    };
    step(of, result, reason)
}

/// The step by an answer that says neither yes nor no.
pub(super) fn neither(of: CheckStep, answer: &Answer) -> StepReport {
    let is_passing = match answer.status {
        408 | 425 | 429 | 500..=599 => true,
        _ => answer.asks_to_wait(),
    };
    let reason = if is_passing { CheckReason::Busy } else { CheckReason::UnexpectedStatus };
    let report = step(of, StepResult::Unknown, reason);
    let wait = is_passing.then(|| answer.wait().unwrap_or(USUAL_WAIT));
    StepReport { status: Some(answer.status), wait, ..report }
}

/// The sign-in by an answer that refuses it, or says neither.
pub(super) fn refused_sign_in(answer: &Answer) -> StepReport {
    let of = CheckStep::SignIn;
    match answer.status {
        // Docker Hub counts the failures of a name and of an address, GitLab those of an address.
        429 if says(answer, &["failed login"]) => locked_out(answer),
        403 if answer.asks_to_wait() => locked_out(answer),
        400 | 401 | 403 if says(answer, &["expired"]) => {
            told(of, CheckReason::RefusedExpired, answer.status)
        }
        401 | 403 => told(of, CheckReason::Refused, answer.status),
        _ => neither(of, answer),
    }
}

fn locked_out(answer: &Answer) -> StepReport {
    let report = told(CheckStep::SignIn, CheckReason::LockedOut, answer.status);
    StepReport { wait: answer.wait(), ..report }
}

/// Whether the body has one of these words, given in lower case.
pub(super) fn says(answer: &Answer, words: &[&str]) -> bool {
    let body = &answer.body[..answer.body.len().min(LOOKED_AT)];
    let body = zeroize::Zeroizing::new(body.to_ascii_lowercase());
    words.iter().any(|word| body.windows(word.len()).any(|window| window == word.as_bytes()))
}
