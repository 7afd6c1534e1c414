//! Requests that a CI server signs itself: Woodpecker's registry extension and Drone's registry
//! plugin (protocols 4.5). The repository in the body says which pipeline it is.

use super::{Vault, now};
use crate::crypto::signature::{ed25519_holds, hmac_sha256_holds};
use crate::domain::actor::Pipeline;
use crate::domain::proof::{Proof, fact};
use crate::domain::trust_rule::{Provider, TrustRule, claim, holds};
use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use uuid::Uuid;
use zeroize::Zeroizing;

const DRONE_LABEL: &[u8] = b"regcred/drone-secret/v1";

impl Vault {
    /// The pipeline whose rule has the key that signed `base`, and speaks of the repository in the
    /// body. `claims` is the body.
    ///
    /// # Errors
    /// `Unauthenticated` when no rule of the project has the key, `Denied` when none of those that
    /// have it speaks of the repository.
    pub async fn woodpecker_pipeline(
        &self,
        project: &str,
        base: &[u8],
        signature: &[u8],
        claims: &Map<String, Value>,
    ) -> Result<Pipeline> {
        let signed = |rule: &TrustRule| {
            let key = rule.public_key.as_deref().and_then(|key| STANDARD.decode(key).ok());
            key.is_some_and(|key| ed25519_holds(&key, base, signature))
        };
        self.signer(project, Provider::Woodpecker, claims, &signed).await
    }

    /// The same for Drone, whose rules each have a secret that both know.
    pub async fn drone_pipeline(
        &self,
        project: &str,
        base: &[u8],
        signature: &[u8],
        claims: &Map<String, Value>,
    ) -> Result<Pipeline> {
        let signed = |rule: &TrustRule| {
            hmac_sha256_holds(self.drone_secret(rule.id).as_bytes(), base, signature)
        };
        self.signer(project, Provider::Drone, claims, &signed).await
    }

    /// The secret of a rule for Drone. It is made from the rule's id under a key of the keyring and
    /// stored nowhere.
    pub(super) fn drone_secret(&self, rule: Uuid) -> Zeroizing<String> {
        let mut message = DRONE_LABEL.to_vec();
        message.extend_from_slice(rule.as_bytes());
        let bytes = Zeroizing::new(self.keys.ring().mac(&message));
        let mut text = Zeroizing::new(String::with_capacity(64));
        for byte in bytes.iter() {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    async fn signer(
        &self,
        slug: &str,
        provider: Provider,
        claims: &Map<String, Value>,
        signed: &(dyn Fn(&TrustRule) -> bool + Send + Sync),
    ) -> Result<Pipeline> {
        // Whether there is such a project is told to nobody.
        let project = self.store.projects().find(slug).await?.ok_or(Error::Unauthenticated)?.id;
        let rules = self.store.trust_rules(project).of_provider(provider).await?;
        let known: Vec<_> = rules.into_iter().filter(|(rule, ..)| signed(rule)).collect();
        if known.is_empty() {
            return Err(Error::Unauthenticated);
        }
        let found = known.into_iter().find(|(rule, ..)| holds(rule, claims));
        let Some((rule, pipeline, name)) = found else {
            return Err(Error::Denied(
                "No pipeline has a trust rule for this repository.".to_owned(),
            ));
        };
        // Not at each request: a write waits for the disk.
        if rule.last_used_at.is_none_or(|at| at < now().plus_seconds(-60)) {
            let write = self.store.write().await?;
            write.trust_rules(project).touch(rule.id, now().0).await?;
            write.commit().await?;
        }
        let proof = Proof { rule: Some(rule.id), ..run(provider, claims) };
        Ok(Pipeline::admit(pipeline, project, name, String::new(), proof))
    }
}

/// What the body says of the run; all of it is signed.
fn run(provider: Provider, claims: &Map<String, Value>) -> Proof {
    let repository = |name: &str| fact(claim(claims, name));
    let part = if provider == Provider::Drone { "build" } else { "pipeline" };
    let of = |name: &str| fact(claims.get(part).and_then(|run| run.get(name)));
    let is_fork = match provider {
        Provider::Drone => of("fork")
            .filter(|fork| !fork.is_empty())
            .map(|fork| repository("repo.slug").is_some_and(|own| own != fork)),
        // Woodpecker leaves out what is false, and all of the body is signed.
        _ => Some(of("from_fork").as_deref() == Some("true")),
    };
    Proof {
        subject: repository("repo.full_name").or_else(|| repository("repo.slug")),
        reference: of("ref"),
        event: of("event"),
        is_fork,
        run: of("number"),
        commit: of("commit").or_else(|| of("after")),
        actor: of("author").or_else(|| of("author_login")),
        ..Proof::of(provider)
    }
}
