//! A delivery: one hand-out of a credential to a pipeline. Its record is a receipt.

use super::credential::Access;
use super::moment::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

super::words! {
    /// Through which door a delivery went.
    pub enum Door {
        /// `GET /api/v1/docker-config`.
        DockerConfig = "docker-config", "docker config.json";
    }
}

super::words! {
    /// What became of it.
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
    /// The commit that is built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Who started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// Where a request comes from, as far as it is known: the server finds it out, for limits and
/// receipts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client(pub Option<String>);

/// The longest claim that is recorded, in characters; a longer one is refused.
pub const CLAIM_MAX: usize = 256;

/// One receipt, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Never changes.
    pub id: Uuid,
    /// When it was written.
    pub at: Moment,
    /// The pipeline, by the name it had.
    pub pipeline: String,
    /// Which pipeline.
    pub pipeline_id: Uuid,
    /// The credential, by the name it had; `None` when a whole fetch was refused.
    pub credential: Option<String>,
    /// Which version of the secret.
    pub version: Option<i64>,
    /// What it was for.
    pub intent: Access,
    /// Through which door.
    pub door: Door,
    /// The token that proved the pipeline.
    pub token_id: String,
    /// What the pipeline said about its run.
    pub claims: Claims,
    /// Where the request came from.
    pub address: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was refused, or what to know about it.
    pub reason: Option<String>,
}
