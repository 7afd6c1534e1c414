//! Requests that a CI server signs itself: Woodpecker's registry extension and Drone's registry
//! plugin (protocols 4.5). The repository in the body says which pipeline it is.

mod shared_secret;

pub(super) use shared_secret::Salt;

use super::{Vault, now};
use crate::crypto::signature::{ed25519_holds, hmac_sha256_holds};
use crate::domain::actor::Pipeline;
use crate::domain::proof::{Proof, fact};
use crate::domain::trust_rule::{Provider, TrustRule, claim, holds};
use crate::error::{Error, Result};
use crate::store::Unrecorded;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

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
        // Whether there is such a project is told to nobody.
        let project = self.store.projects().find(project).await?.ok_or(Error::Unauthenticated)?.id;
        let mut rules = self.store.trust_rules(project).of_provider(Provider::Woodpecker).await?;
        // Most rules have the key of one server: each key is tried once.
        let mut tried: BTreeMap<String, bool> = BTreeMap::new();
        rules.retain(|(rule, ..)| {
            let Some(text) = rule.public_key.clone() else { return false };
            *tried.entry(text).or_insert_with_key(|text| {
                let key = STANDARD.decode(text).unwrap_or_default();
                ed25519_holds(&key, base, signature)
            })
        });
        self.signer(project, Provider::Woodpecker, claims, rules).await
    }

    /// The same for Drone, with which the project shares a secret: `Unauthenticated` unless it is
    /// signed with that of a rule that there is now.
    pub async fn drone_pipeline(
        &self,
        project: &str,
        base: &[u8],
        signature: &[u8],
        claims: &Map<String, Value>,
    ) -> Result<Pipeline> {
        // Whether there is such a project is told to nobody.
        let project = self.store.projects().find(project).await?.ok_or(Error::Unauthenticated)?.id;
        let mut rules = self.store.trust_rules(project).of_provider(Provider::Drone).await?;
        rules.retain(|(rule, ..)| Salt::of(rule).is_some());
        // Of the rules that there are now: a secret ends with the last rule that has its salt.
        let salts: BTreeSet<Salt> = rules.iter().filter_map(|(rule, ..)| Salt::of(rule)).collect();
        let ring = self.keys.ring();
        let mut secrets = Vec::new();
        for salt in salts {
            secrets.extend(salt.secrets(&ring, project)?);
        }
        let is_signed =
            secrets.iter().any(|secret| hmac_sha256_holds(secret.as_bytes(), base, signature));
        if !is_signed {
            rules.clear();
        }
        self.signer(project, Provider::Drone, claims, rules).await
    }

    /// The pipeline of the rule that speaks of the repository in the body, among those whose key
    /// has signed.
    async fn signer(
        &self,
        project: Uuid,
        provider: Provider,
        claims: &Map<String, Value>,
        known: Vec<(TrustRule, Uuid, String)>,
    ) -> Result<Pipeline> {
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
            write.commit_without_event(Unrecorded::Proof).await?;
        }
        let proof = Proof { rule: Some(rule.id), ..run(provider, claims) };
        let proved = (proof, rule.identity_epoch);
        Ok(Pipeline::admit(pipeline, project, name, String::new(), proved))
    }
}

/// What the body says of the run; all of it is signed.
fn run(provider: Provider, claims: &Map<String, Value>) -> Proof {
    let repository = |name: &str| fact(claim(claims, name));
    let part = if provider == Provider::Drone { "build" } else { "pipeline" };
    // An empty text is how both say that there is nothing.
    let of = |name: &str| {
        fact(claims.get(part).and_then(|run| run.get(name))).filter(|text| !text.is_empty())
    };
    let is_fork = match provider {
        Provider::Drone => {
            of("source_repo").map(|fork| repository("repo.slug").is_some_and(|own| own != fork))
        }
        _ => woodpecker_fork(claims.get(part)),
    };
    Proof {
        subject: repository("repo.full_name").or_else(|| repository("repo.slug")),
        reference: of("ref"),
        event: of("event"),
        is_fork,
        run: of("number"),
        commit: of("commit")
            .or_else(|| of("after"))
            .or_else(|| fact(claims.get(part).and_then(|run| run.pointer("/commit_pipeline/sha")))),
        actor: of("author").or_else(|| of("author_login")),
        ..Proof::of(provider)
    }
}

/// Whether Woodpecker says that the run is of a fork. What is false is left out of the body, so it
/// has to be known where it would stand: newer servers have it with the pull request, older ones,
/// whose commit is a text, beside it. Of any other shape nothing is known.
fn woodpecker_fork(run: Option<&Value>) -> Option<bool> {
    let run = run?;
    if let Some(request) = run.get("pull_request").filter(|request| request.is_object()) {
        return Some(request.get("from_fork").and_then(Value::as_bool) == Some(true));
    }
    let is_older = run.get("commit").is_some_and(Value::is_string);
    is_older.then(|| run.get("from_fork").and_then(Value::as_bool) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::woodpecker_fork;
    use serde_json::json;

    #[test]
    fn a_fork_is_known_from_either_shape_and_from_no_other() {
        for (run, known) in [
            (json!({"commit": "0a", "event": "pull_request"}), Some(false)),
            (json!({"commit": "0a", "from_fork": true}), Some(true)),
            (json!({"pull_request": {"from_fork": true}}), Some(true)),
            (json!({"pull_request": {}}), Some(false)),
            (json!({"event": "pull_request"}), None),
            (json!({"commit": {"sha": "0a"}}), None),
        ] {
            assert_eq!(woodpecker_fork(Some(&run)), known, "{run}");
        }
        assert_eq!(woodpecker_fork(None), None);
    }
}
