//! Requests that a CI signs itself: Woodpecker's server for its registry extension, and Drone's runners
//! for their registry plugin (protocols 4.5). The repository in the body says which pipeline it is.

mod shared_secret;
#[cfg(test)]
mod tests;

pub(super) use shared_secret::Salt;

use super::{INSTANCE, Vault, now};
use crate::crypto::digest::sha256;
use crate::crypto::signature::{ed25519_holds, hmac_sha256_holds};
use crate::domain::actor::Pipeline;
use crate::domain::credential::Access;
use crate::domain::proof::{Proof, fact, is_odd};
use crate::domain::trust_rule::{Provider, TrustRule, claim, holds, judge};
use crate::error::{Error, Result};
use crate::store::{Rank, Unrecorded};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Milliseconds for which a signed request is remembered after its end: replicas' clocks differ.
const MARGIN: i64 = 2 * 60 * 1_000;

/// Who signed a request whose body nobody has parsed yet: the rules that have the key.
#[derive(Debug)]
pub struct Signer {
    project: Uuid,
    provider: Provider,
    known: Vec<(TrustRule, Uuid, String)>,
    /// What the request is remembered by, and until when (milliseconds).
    mark: ([u8; 32], i64),
}

impl Vault {
    /// The rules of the project whose key has signed `base`. `until` is the last second in which
    /// the signature is valid.
    ///
    /// # Errors
    /// `Unauthenticated` when no rule of the project has the key.
    pub async fn woodpecker_signer(
        &self,
        project: &str,
        base: &[u8],
        signature: &[u8],
        until: i64,
    ) -> Result<Signer> {
        let project = self.signed_for(project).await?;
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
        signer(project, Provider::Woodpecker, rules, mark(base, signature, until))
    }

    /// The same for Drone, with which the project shares a secret: `Unauthenticated` unless it is
    /// signed with that of a rule that there is now.
    pub async fn drone_signer(
        &self,
        project: &str,
        base: &[u8],
        signature: &[u8],
        until: i64,
    ) -> Result<Signer> {
        let project = self.signed_for(project).await?;
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
        signer(project, Provider::Drone, rules, mark(base, signature, until))
    }

    /// The project of that slug, or one that has no rules. Whether there is such a project is told to
    /// nobody: rules are looked for in any case, so that the answer does not come sooner.
    async fn signed_for(&self, slug: &str) -> Result<Uuid> {
        let found = self.store.projects().find(slug).await?;
        Ok(found.map_or(INSTANCE, |project| project.id))
    }

    /// The pipeline of the rule that speaks of the repository in the body, among those whose key
    /// has signed, and the most that the rule lets it ask for. `claims` is the body. It uses the
    /// request up: a server that asks again signs anew.
    ///
    /// # Errors
    /// `Denied` when no rule speaks of the repository, `Conflict` when the same request was
    /// answered before.
    pub async fn signed_pipeline(
        &self,
        signer: Signer,
        claims: &Map<String, Value>,
    ) -> Result<(Pipeline, Access)> {
        let Signer { project, provider, mut known, mark: (mark, until) } = signer;
        let Some(found) = known.iter().position(|(rule, ..)| holds(rule, claims)) else {
            return Err(Error::Denied(no_rule(known, claims)));
        };
        let (rule, pipeline, name) = known.swap_remove(found);
        let write = self.store.write_in_line(Rank::Proof).await?;
        if !write.assertions().take(&mark, until).await? || self.used.has((mark, until)) {
            return Err(Error::Conflict(
                "This signed request was already answered. The CI server must sign each request anew.".to_owned(),
            ));
        }
        if rule.last_used_at.is_none_or(|at| at < now().plus_seconds(-60)) {
            write.trust_rules(project).touch((rule.id, rule.identity_epoch), now().0).await?;
        }
        write.commit_without_event(Unrecorded::Proof).await?;
        self.used.keep((mark, until), now().0);
        let proof = Proof { rule: Some(rule.id), ..run(provider, claims) };
        let proved = (proof, rule.identity_epoch);
        Ok((Pipeline::admit(pipeline, project, name, String::new(), proved), rule.most_intent()))
    }
}

fn signer(
    project: Uuid,
    provider: Provider,
    known: Vec<(TrustRule, Uuid, String)>,
    mark: ([u8; 32], i64),
) -> Result<Signer> {
    if known.is_empty() {
        return Err(Error::Unauthenticated);
    }
    Ok(Signer { project, provider, known, mark })
}

/// What is said when no rule speaks of the repository: of those for its number, which other claim
/// differs.
fn no_rule(known: Vec<(TrustRule, Uuid, String)>, claims: &Map<String, Value>) -> String {
    let number = fact(claim(claims, "repo.id"));
    let rules = known.into_iter().map(|(rule, ..)| rule);
    let rules: Vec<TrustRule> =
        rules.filter(|rule| rule.claims.get("repo.id") == number.as_ref()).collect();
    match judge(&rules, claims) {
        Err(why) if !rules.is_empty() => {
            format!("No pipeline has a trust rule for this repository: {why}.")
        }
        _ => "No pipeline has a trust rule for this repository.".to_owned(),
    }
}

/// What a signed request is remembered by, and until when: without the key nobody makes another
/// signature over the same bytes.
fn mark(base: &[u8], signature: &[u8], until: i64) -> ([u8; 32], i64) {
    let digests = [sha256(base), sha256(signature)].concat();
    let mark = sha256(&[b"signed\0".as_slice(), digests.as_slice()].concat());
    (mark, until.saturating_mul(1_000).saturating_add(MARGIN))
}

/// What the body says of the run; all of it is signed.
fn run(provider: Provider, claims: &Map<String, Value>) -> Proof {
    let repository = |name: &str| fact(claim(claims, name));
    let part = if provider == Provider::Drone { "build" } else { "pipeline" };
    let said = |name: &str| claims.get(part).and_then(|run| run.get(name));
    // An empty text is how both say that there is nothing.
    let of = |name: &str| fact(said(name)).filter(|text| !text.is_empty());
    let is_fork = match provider {
        Provider::Drone => drone_fork(repository("repo.slug"), claims.get(part)),
        _ => woodpecker_fork(claims.get(part)),
    };
    let is_unread = || ["event", "ref"].into_iter().any(|name| is_odd(said(name)));
    Proof {
        subject: repository("repo.full_name").or_else(|| repository("repo.slug")),
        reference: of("ref"),
        event: of("event"),
        is_fork: is_fork.or_else(|| is_unread().then_some(true)),
        run: of("number"),
        commit: of("commit")
            .or_else(|| of("after"))
            .or_else(|| fact(claims.get(part).and_then(|run| run.pointer("/commit_pipeline/sha")))),
        actor: of("author").or_else(|| of("author_login")),
        ..Proof::of(provider)
    }
}

/// Whether Drone says that the run is of a fork: that its code is of another repository than `own`.
/// What cannot be compared may be another one's.
fn drone_fork(own: Option<String>, run: Option<&Value>) -> Option<bool> {
    let source = run?.get("source_repo")?;
    // An empty text is how Drone says that it knows of none.
    if source.as_str() == Some("") {
        return None;
    }
    Some(own.is_none() || fact(Some(source)) != own)
}

/// Whether Woodpecker says that the run is of a fork. What is false is left out of the body, so it
/// has to be known where it would stand: newer servers have it with the pull request, older ones,
/// whose commit is a text, beside it. Of any other shape nothing is known, but that what is there and
/// is not false may mean a fork.
fn woodpecker_fork(run: Option<&Value>) -> Option<bool> {
    let run = run?;
    let says_fork = |of: &Value| of.get("from_fork").is_some_and(|is| is.as_bool() != Some(false));
    // A server that has no pull request to tell of may write null.
    let request = run.get("pull_request").filter(|request| !request.is_null());
    let is_fork =
        says_fork(run) || request.is_some_and(|request| !request.is_object() || says_fork(request));
    let is_older = run.get("commit").is_some_and(Value::is_string);
    (is_fork || is_older || request.is_some()).then_some(is_fork)
}
