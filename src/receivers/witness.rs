//! Witnesses, as `c2sp.org/tlog-witness` has them: what each status says.

use super::Receivers;
use crate::domain::witness::{Uncosigned, WitnessProblem};
use crate::outbound::OutboundProblem;
use http::{HeaderValue, header};

/// Bytes that an answer has at most. Many cosignatures of every kind fit.
const LONGEST: usize = 64 * 1024;

/// What a witness answered that knows the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WitnessAnswer {
    /// The lines of its cosignatures, which are not verified yet.
    Cosigned(Vec<u8>),
    /// It has another checkpoint than it was told: the size of that.
    Conflict(Vec<u8>),
}

impl Receivers {
    /// Submits a checkpoint to the witness at this URL.
    ///
    /// # Errors
    /// Why there is no answer that says more.
    pub async fn submit(&self, url: &str, body: String) -> Result<WitnessAnswer, Uncosigned> {
        let unsaid = |problem| Uncosigned { problem, status: None };
        if self.address_problem(url).is_some() {
            return Err(unsaid(WitnessProblem::Address));
        }
        let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        let headers = [(header::CONTENT_TYPE, plain)];
        let answer = self.outbound.post_and_read(&url, &headers, body.into_bytes(), LONGEST).await;
        let answer = answer.map_err(|problem| unsaid(of(problem)))?;
        let problem = match answer.status {
            200 => return Ok(WitnessAnswer::Cosigned(answer.body.to_vec())),
            409 => return Ok(WitnessAnswer::Conflict(answer.body.to_vec())),
            300..=399 => WitnessProblem::Redirected,
            403 => WitnessProblem::Key,
            404 => WitnessProblem::Unknown,
            422 => WitnessProblem::Proof,
            _ => WitnessProblem::Status,
        };
        Err(Uncosigned { problem, status: Some(answer.status) })
    }
}

fn of(problem: OutboundProblem) -> WitnessProblem {
    match problem {
        OutboundProblem::BadUrl => WitnessProblem::Address,
        OutboundProblem::Forbidden(_) => WitnessProblem::Forbidden,
        OutboundProblem::Unresolved => WitnessProblem::Unresolved,
        OutboundProblem::Unreachable => WitnessProblem::Unreachable,
        OutboundProblem::TimedOut => WitnessProblem::TimedOut,
        OutboundProblem::TooLarge => WitnessProblem::Answer,
        OutboundProblem::Tls | OutboundProblem::BadRoots => WitnessProblem::Tls,
        OutboundProblem::Redirected => WitnessProblem::Redirected,
    }
}
