//! Other systems that are told what happened: signed calls to webhooks, as Standard Webhooks has them, and
//! checkpoints, which witnesses cosign.
//!
//! A call to a webhook is acknowledged by a status of 2xx and by nothing else. Redirects are not followed.

mod problem;
mod signed;
#[cfg(test)]
mod tests;
mod witness;

pub use signed::{Call, signature, signing_secret};
pub use witness::WitnessAnswer;

use crate::domain::shipping::ShipProblem;
use crate::outbound::Outbound;
use http::{HeaderName, HeaderValue, header};

const GONE: u16 = 410;

const NOT_PLAIN: &str = "Enter an address with https://. Without TLS, the address must be an IP address in a private network that the operator has allowed.";

/// Calls webhooks. Clones are the same client.
#[derive(Clone, Debug)]
pub struct Receivers {
    outbound: Outbound,
}

/// Why a call was not acknowledged, and the status of the answer, if there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unacknowledged {
    pub problem: ShipProblem,
    pub status: Option<u16>,
}

impl Receivers {
    pub fn new(outbound: Outbound) -> Self {
        Self { outbound }
    }

    /// What is wrong with the address, as far as can be said before its name is looked up.
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
        let unsaid = |problem| Unacknowledged { problem, status: None };
        if self.address_problem(address).is_some() {
            return Err(unsaid(ShipProblem::Address));
        }
        let value = |text: &str| HeaderValue::from_str(text);
        let (Ok(id), Ok(at), Ok(signed)) =
            (value(&call.id), value(&call.timestamp), value(&call.signatures))
        else {
            return Err(unsaid(ShipProblem::Address));
        };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (HeaderName::from_static("webhook-id"), id),
            (HeaderName::from_static("webhook-timestamp"), at),
            (HeaderName::from_static("webhook-signature"), signed),
        ];
        let status = self.outbound.post(address, &headers, call.body).await;
        let status = status.map_err(|problem| unsaid(problem::of(problem)))?;
        match status {
            200..=299 => Ok(()),
            300..=399 => Err(with(ShipProblem::Redirected, status)),
            GONE => Err(with(ShipProblem::Gone, status)),
            _ => Err(with(ShipProblem::Status, status)),
        }
    }
}

fn with(problem: ShipProblem, status: u16) -> Unacknowledged {
    Unacknowledged { problem, status: Some(status) }
}
