//! A delivery: one hand-out of a credential to a pipeline. Its record is a receipt.

mod door;
mod fetch;
mod filter;
mod outcomes;

pub use door::{Content, Door};
pub use fetch::Fetch;
pub use filter::{ReceiptFilter, Went};
pub use outcomes::{Outcomes, by_fetch};

use super::credential::Access;
use super::matching::Lost;
use super::moment::Moment;
use super::proof::Proof;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

super::words! {
    pub enum Outcome {
        /// The secret was handed out after this was durable.
        Delivered = "delivered", "Delivered";
        /// It was not handed out; the reason says why.
        Refused = "refused", "Refused";
    }
}

/// What a pipeline says about its run. Claims, not proofs: recorded, and nothing is decided by them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The CI's run id or URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

super::words! {
    /// What a pipeline says afterwards of a delivery.
    pub enum Report {
        Worked = "worked", "Worked";
        Failed = "failed", "Failed";
    }
}

super::words! {
    /// What is known of a delivery: many clients ask for every registry that they know.
    pub enum Use {
        /// It was handed out; whether it was wanted is not known.
        Asked = "asked", "Asked for";
        /// It was handed out for an image that was named, or the pipeline said how it went.
        Used = "used", "Used";
    }
}

/// Where a request comes from, as far as it is known: the server finds it out, for limits and
/// receipts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client(pub Option<String>);

/// What stands in the place of what only an auditor sees.
pub const HIDDEN: &str = "hidden";

/// Whether a request was found to hold a proof of who sent it. The code that checks the proof notes
/// it here. The server keeps places for networks that such requests come from.
#[derive(Clone, Debug, Default)]
pub struct Proved(Arc<AtomicBool>);

impl Proved {
    pub fn note(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_noted(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The place of a stranger's request among those that are worked on. It is given back once the request
/// has shown its proof, and before another host is waited for: nobody waits behind either. Clones are the
/// same place.
#[derive(Clone, Default)]
pub struct HeldPlace(Arc<Mutex<Held>>);

/// What is given back by dropping it; nothing once that was done.
type Held = Option<Box<dyn Send>>;

impl HeldPlace {
    /// `place` is given back by dropping it.
    pub fn of(place: impl Send + 'static) -> Self {
        let place: Box<dyn Send> = Box::new(place);
        Self(Arc::new(Mutex::new(Some(place))))
    }

    /// Gives it back, unless that was done before.
    pub fn give_back(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl fmt::Debug for HeldPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeldPlace(..)")
    }
}

/// The longest claim that is recorded, in characters; a longer one is cut.
pub const CLAIM_MAX: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub id: Uuid,
    pub at: Moment,
    /// The pipeline, by the name it had.
    pub pipeline: String,
    pub pipeline_id: Uuid,
    /// The credential, by the name it had; `None` when a whole fetch was refused.
    pub credential: Option<String>,
    pub version: Option<i64>,
    pub intent: Access,
    pub door: Door,
    /// The token that proved the pipeline.
    pub token_id: String,
    pub claims: Claims,
    pub proof: Proof,
    /// The image that was asked for, without tag and digest, if one was named.
    pub image: Option<String>,
    pub address: Option<String>,
    pub outcome: Outcome,
    /// Why it was refused, or what to know about it.
    pub reason: Option<String>,
    pub report: Option<Report>,
}

impl Receipt {
    /// Whether it is known that the pipeline wanted it, and did not only ask for everything.
    pub fn use_of(&self) -> Use {
        if self.names_image() || self.report.is_some() { Use::Used } else { Use::Asked }
    }

    /// Whether it was refused for this reason, whatever the words for it were then.
    pub fn is_refused_for(&self, lost: Lost) -> bool {
        let reason = self.reason.as_deref();
        self.outcome == Outcome::Refused && reason.is_some_and(|reason| lost.is_said_as(reason))
    }

    /// The same for who may not audit: without its address, and without saying which token it was.
    #[must_use]
    pub fn without_source(self) -> Self {
        let hidden = if self.token_id.is_empty() { "" } else { HIDDEN };
        Self { address: None, token_id: hidden.to_owned(), ..self }
    }

    /// Whether its fetch asked for it by name, or it is of the whole fetch. Beside it there may be
    /// what is only pulled.
    pub fn is_of_what_was_named(&self) -> bool {
        self.image.is_some() || self.credential.is_none()
    }

    /// Whether a repository was named, and not only its registry.
    pub fn names_image(&self) -> bool {
        self.image.as_ref().is_some_and(|image| image.contains('/'))
    }
}

/// Some receipts, newest first, as a page shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptPage {
    /// Those of one fetch stand together.
    pub receipts: Vec<Receipt>,
    /// Whether the last fetch has more receipts than these.
    pub is_cut: bool,
    /// The link before which there are more.
    pub older: Option<i64>,
    /// Until when deliveries are kept as daily figures only; `None` where all receipts are there.
    pub figures_until: Option<Moment>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_used_when_an_image_or_the_pipeline_says_so() {
        let receipt = |image: Option<&str>, report| Receipt {
            id: Uuid::nil(),
            at: Moment(0),
            pipeline: String::new(),
            pipeline_id: Uuid::nil(),
            credential: None,
            version: None,
            intent: Access::Pull,
            door: Door::Credential,
            token_id: String::new(),
            claims: Claims::default(),
            proof: Proof::default(),
            image: image.map(str::to_owned),
            address: None,
            outcome: Outcome::Delivered,
            reason: None,
            report,
        };
        for (image, report, expected) in [
            (None, None, Use::Asked),
            (Some("registry.example.com:5000"), None, Use::Asked),
            (Some("registry.example.com:5000/acme/api"), None, Use::Used),
            (None, Some(Report::Worked), Use::Used),
            (Some("ghcr.io"), Some(Report::Failed), Use::Used),
        ] {
            assert_eq!(receipt(image, report).use_of(), expected, "{image:?} {report:?}");
        }
    }
}
