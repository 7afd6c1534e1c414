//! The runs of the demo's pipelines: they prove themselves and fetch as any pipeline does.

use super::dice::Dice;
use super::pipelines::Job;
use super::story::{ACME, Known};
use crate::crypto::signature::hmac_sha256;
use crate::domain::actor::Pipeline;
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Door, Report};
use crate::domain::matching::Shape;
use crate::domain::moment::Moment;
use crate::domain::registry::RegistryHost;
use crate::error::{Error, Result};
use crate::vault::{DeliveryRequest, Entry, Ledger, Vault};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

/// Milliseconds for which what Drone has signed is good.
const GOOD_FOR: i64 = 60 * 1_000;

/// How a pipeline shows who it is.
#[derive(Clone)]
pub(super) enum Identity {
    Token(Zeroizing<String>),
    /// Drone signs with the secret of the project.
    Drone {
        secret: Zeroizing<String>,
        repository: &'static str,
        id: &'static str,
    },
}

/// One run.
pub(super) struct Run {
    identity: Identity,
    number: usize,
    at: Moment,
    request: DeliveryRequest,
    report: Option<Report>,
}

impl Run {
    /// One as it happens to that pipeline.
    pub(super) fn of(known: &Known, number: usize, at: Moment, dice: &mut Dice) -> Self {
        let (branch, event) = dice.pick([
            ("main", "push"),
            ("main", "push"),
            ("main", "schedule"),
            ("fix/timeouts", "push"),
            ("feature/search", "pull_request"),
        ]);
        let service = known.service;
        let claims = Claims {
            run: Some(format!("https://ci.example.com/acme/{service}/runs/{number}")),
            commit: Some(dice.commit()),
            branch: Some(branch.to_owned()),
            actor: Some(dice.pick(["ann", "ben", "carla", "finn"]).to_owned()),
            event: Some(event.to_owned()),
        };
        let is_signed = matches!(known.identity, Identity::Drone { .. });
        let (door, shape) = match known.job {
            _ if is_signed => (Door::Drone, Shape::Hosts),
            Job::Build => (dice.pick([Door::DockerConfig, Door::AuthJson]), Shape::Hosts),
            Job::Deploy => (Door::KubernetesSecret, Shape::Paths),
            Job::Release => (Door::DockerConfig, Shape::Hosts),
            Job::Scan => (Door::Credential, Shape::One),
        };
        // Who builds pushes now and then, also where it may only pull.
        let pushes = match known.job {
            Job::Build => !is_signed && dice.is_one_in(12),
            Job::Release => true,
            Job::Deploy | Job::Scan => false,
        };
        let scanned = (known.job == Job::Scan).then(|| dice.pick(known.scanned));
        let repository = scanned.map(|_| format!("acme/{service}"));
        let request = DeliveryRequest {
            intent: if pushes { Access::PullAndPush } else { Access::Pull },
            also_pulls: pushes && repository.is_none(),
            door,
            claims,
            address: Some(format!("203.0.113.{}", 10 + dice.below(6))),
            host: scanned.and_then(RegistryHost::stored),
            repository,
            shape,
            wants_token: false,
        };
        // A secret that has expired is refused by its registry more often than not.
        let failed = dice.is_one_in(if known.fails_now { 2 } else { 60 });
        let worked = dice.is_one_in(6).then_some(Report::Worked);
        let report = if failed { Some(Report::Failed) } else { worked };
        let identity = known.identity.clone();
        Self { identity, number, at, request, report }
    }

    /// Fetches, and says how it went. What is refused is part of the story.
    pub(super) async fn carry_out(self, vault: Vault) -> Result<()> {
        match self.fetch(&vault).await {
            Err(error) if error.status() < 500 => Ok(()),
            done => done,
        }
    }

    async fn fetch(&self, vault: &Vault) -> Result<()> {
        let pipeline = self.proved(vault).await?;
        let told = vault.deliver(&pipeline, &self.request, hold_all).await?.told;
        match self.report {
            Some(report) if !told.held.is_empty() => {
                vault.report(&pipeline, told.fetch, report).await
            }
            _ => Ok(()),
        }
    }

    async fn proved(&self, vault: &Vault) -> Result<Pipeline> {
        let (secret, repository, id) = match &self.identity {
            Identity::Token(text) => {
                return vault.pipeline_of(text, self.request.address.as_deref()).await;
            }
            Identity::Drone { secret, repository, id } => (secret, repository, id),
        };
        let base = format!("run {} of {repository}", self.number);
        let signature = hmac_sha256(secret.as_bytes(), base.as_bytes());
        let until = (self.at.0 + GOOD_FOR) / 1_000;
        let signer = vault.drone_signer(ACME, base.as_bytes(), &signature, until).await?;
        let said = self.signed(repository, id).ok_or(Error::Internal)?;
        Ok(vault.signed_pipeline(signer, &said).await?.0)
    }

    /// What Drone says of the run.
    fn signed(&self, repository: &str, id: &str) -> Option<Map<String, Value>> {
        let Claims { commit, branch, actor, .. } = &self.request.claims;
        let id: u32 = id.parse().ok()?;
        let reference = format!("refs/heads/{}", branch.as_deref()?);
        let said = json!({
            "repo": { "id": id, "slug": repository },
            "build": {
                "number": self.number, "event": "push", "ref": reference, "after": commit,
                "author_login": actor,
            },
        });
        said.as_object().cloned()
    }
}

fn hold_all(entries: &[Entry], ledger: &mut Ledger) -> Result<()> {
    entries.iter().for_each(|entry| ledger.hold(entry));
    Ok(())
}
