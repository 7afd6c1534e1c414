//! A delivery: one hand-out of a credential to a pipeline. Its record is a receipt.

use super::credential::Access;
use super::moment::Moment;
use super::proof::Proof;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

super::words! {
    /// Through which door a delivery went.
    pub enum Door {
        /// `GET /api/v1/docker-config`.
        DockerConfig = "docker-config", "docker config.json";
        /// `GET /api/v1/auth-json`.
        AuthJson = "auth-json", "auth.json";
        /// `GET /api/v1/docker-auth-config`.
        DockerAuthConfig = "docker-auth-config", "DOCKER_AUTH_CONFIG";
        /// `GET /api/v1/kubernetes-secret`.
        KubernetesSecret = "kubernetes-secret", "Kubernetes secret";
        /// `GET /api/v1/buildx`.
        Buildx = "buildx", "buildx folders";
        /// `GET /api/v1/credential`.
        Credential = "credential", "credential helper";
        /// `GET /api/v1/kubelet`.
        Kubelet = "kubelet", "kubelet";
        /// `GET /api/v1/registry-token`.
        RegistryToken = "registry-token", "registry token";
        /// `POST /api/v1/token`.
        Token = "token", "identity token";
        /// `POST /api/v1/woodpecker/{project}`.
        Woodpecker = "woodpecker", "Woodpecker";
        /// `POST /api/v1/drone/{project}`.
        Drone = "drone", "Drone";
    }
}

impl Door {
    /// Whether who reads its answer can use a registry's short-lived token instead of a secret.
    pub fn carries_tokens(self) -> bool {
        matches!(self, Self::DockerConfig | Self::Buildx | Self::RegistryToken)
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
    /// What started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

super::words! {
    /// What a pipeline says afterwards of a delivery.
    pub enum Report {
        /// The registry took it.
        Worked = "worked", "Worked";
        /// The registry refused it.
        Failed = "failed", "Failed";
    }
}

/// Where a request comes from, as far as it is known: the server finds it out, for limits and
/// receipts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client(pub Option<String>);

/// The longest claim that is recorded, in characters; a longer one is cut.
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
    /// What was proved of its run.
    #[serde(default)]
    pub proof: Proof,
    /// The image that was asked for, without tag and digest, if one was named.
    #[serde(default)]
    pub image: Option<String>,
    /// Where the request came from.
    pub address: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was refused, or what to know about it.
    pub reason: Option<String>,
    /// How it went, if the pipeline said so afterwards.
    #[serde(default)]
    pub report: Option<Report>,
}
