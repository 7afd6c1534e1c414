//! Other systems that are told what happened: signed calls to webhooks, as Standard Webhooks has them, syslog
//! over TLS, and checkpoints, which witnesses cosign.
//!
//! A call to a webhook is acknowledged by a status of 2xx and by nothing else. Redirects are not followed.

mod problem;
mod signed;
mod syslog;
#[cfg(test)]
mod tests;
mod witness;

pub use signed::{Call, signature, signing_secret};
pub use witness::WitnessAnswer;

use crate::domain::shipping::ShipProblem;
use crate::outbound::Outbound;
use http::{HeaderName, HeaderValue, header};

const GONE: u16 = 410;
/// The statuses of who wants to be called later.
const LATER: [u16; 2] = [429, 503];

const NOT_PLAIN: &str = "Enter an address with https://. Without TLS, the address must be an IP address in a private network that the operator has allowed.";

/// Calls webhooks and sends to syslog. Clones are the same client.
#[derive(Clone, Debug)]
pub struct Receivers {
    outbound: Outbound,
}

/// Why a call or what was sent was not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unacknowledged {
    pub problem: ShipProblem,
    /// Of the answer, if there was one.
    pub status: Option<u16>,
    /// The seconds after which the receiver wants to be called again, however many, if it says so.
    pub wait: Option<u32>,
}

impl Unacknowledged {
    /// Nothing was answered.
    pub fn unanswered(problem: ShipProblem) -> Self {
        Self { problem, status: None, wait: None }
    }
}

impl Receivers {
    pub fn new(outbound: Outbound) -> Self {
        Self { outbound }
    }

    /// What is wrong with the address of a webhook, as far as can be said before its name is looked up.
    pub fn address_problem(&self, address: &str) -> Option<String> {
        if let Err(problem) = self.outbound.may_call(address) {
            return Some(problem.to_string());
        }
        let is_plain = address.starts_with("http://");
        (is_plain && !self.outbound.is_allowed_address(address)).then(|| NOT_PLAIN.to_owned())
    }

    /// Makes the call.
    ///
    /// # Errors
    /// When it is not acknowledged.
    pub async fn call(&self, address: &str, call: Call) -> Result<(), Unacknowledged> {
        if self.address_problem(address).is_some() {
            return Err(Unacknowledged::unanswered(ShipProblem::Address));
        }
        let value = |text: &str| HeaderValue::from_str(text);
        let (Ok(id), Ok(at), Ok(signed)) =
            (value(&call.id), value(&call.timestamp), value(&call.signatures))
        else {
            return Err(Unacknowledged::unanswered(ShipProblem::Address));
        };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (HeaderName::from_static("webhook-id"), id),
            (HeaderName::from_static("webhook-timestamp"), at),
            (HeaderName::from_static("webhook-signature"), signed),
        ];
        let answer = self.outbound.post(address, &headers, call.body).await;
        let answer = answer.map_err(|why| Unacknowledged::unanswered(problem::of(why)))?;
        let problem = match answer.status {
            200..=299 => return Ok(()),
            300..=399 => ShipProblem::Redirected,
            GONE => ShipProblem::Gone,
            _ => ShipProblem::Status,
        };
        let wait = answer.told_wait().filter(|_| LATER.contains(&answer.status));
        Err(Unacknowledged { problem, status: Some(answer.status), wait })
    }
}
