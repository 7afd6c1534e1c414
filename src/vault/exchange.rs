//! Short-lived pipeline tokens for a provider's signed word (security T16 to T18).

use super::attempts::{Limit, network_of};
use super::deliveries::refusal;
use super::{Vault, now};
use crate::crypto::digest::sha256;
use crate::crypto::jwt::{Expect, JwtProblem, Unverified};
use crate::crypto::token;
use crate::domain::delivery::Door;
use crate::domain::proof::{Proof, fact};
use crate::domain::trust_rule::{Provider, TrustRule, check, holds};
use crate::error::{Error, Result};
use crate::issuers::IssuerProblem;
use crate::store::TokenRow;
use serde_json::{Map, Value};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Seconds that a token given for proof works.
const LIFE: i64 = 15 * 60;
/// Refused proofs of one network for one pipeline, in a minute. What is right is never counted, and
/// never refused for what others sent.
const FOR_A_PIPELINE: Limit = Limit { most: 60, window: 60 };
/// The same for whatever pipelines they name, of which there may be none: several of a runner's can
/// be set up wrongly before the others wait.
const FOR_ANY: Limit = Limit { most: 300, window: 60 };
/// Seconds by which clocks may differ: as long is a token remembered after its end.
const SKEW: i64 = 60 * 60;
/// Receipts of refused proofs of one pipeline, in an hour: strangers can make them.
const NOTED: Limit = Limit { most: 60, window: 3_600 };

/// Why somebody's word was not taken.
#[derive(Debug)]
pub(super) enum Unproved {
    /// No rule of the pipeline names the issuer.
    NoRule,
    /// The signature, the times, the issuer's keys.
    Issuer(IssuerProblem),
}

impl Unproved {
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::NoRule => {
                "No trust rule of this pipeline names the issuer of this token.".to_owned()
            }
            Self::Issuer(problem) => problem.to_string(),
        }
    }
}

impl Vault {
    /// A token for the pipeline and the seconds that it works, for a job's signed token.
    ///
    /// # Errors
    /// `Denied` with the reason, which is also in a receipt if the token is its issuer's;
    /// `TooManyAttempts` instead, without the reason, after many refusals.
    pub async fn exchange_token(
        &self,
        pipeline: Uuid,
        presented: &str,
        address: Option<String>,
    ) -> Result<(Zeroizing<String>, i64)> {
        // What is no token costs nothing to refuse, and is not counted.
        let unverified = Unverified::read(presented.trim())
            .map_err(|problem| Error::Denied(problem.to_string()))?;
        let found = self.store.tokens().pipeline(pipeline).await?;
        let network = network_of(address.as_deref());
        let mut keys = vec![(format!("proof:{network}"), FOR_ANY)];
        // Only for one that there is: a stranger can name any number, and each key is a row.
        let own = found.is_some().then(|| format!("proof:{network}:{pipeline}"));
        keys.extend(own.map(|own| (own, FOR_A_PIPELINE)));
        // Looked into whatever others of the network sent: a token that is right is cheap to verify.
        let done = match found {
            Some((project, name)) => {
                self.exchange((project, pipeline, name), &unverified, address).await
            }
            // Whether there is such a pipeline is told to nobody.
            None => Err(Error::Denied(Unproved::NoRule.sentence())),
        };
        if matches!(done, Err(Error::Denied(_) | Error::Unauthenticated)) {
            // Of many that are refused at once no more are told why than one after the other.
            self.count_attempt(&keys).await?;
        }
        done
    }

    async fn exchange(
        &self,
        who: (Uuid, Uuid, String),
        unverified: &Unverified<'_>,
        address: Option<String>,
    ) -> Result<(Zeroizing<String>, i64)> {
        let (project, pipeline, _) = who;
        let rules = self.store.trust_rules(project).of_pipeline(pipeline).await?;
        let (claims, rules) = match self.verified(&rules, unverified).await {
            Ok(verified) => verified,
            Err(Unproved::Issuer(IssuerProblem::Unreachable)) => return Err(Error::Unavailable),
            Err(problem) => return Err(Error::Denied(problem.sentence())),
        };
        // From here on it is the issuer's word, so what becomes of it is worth a receipt.
        let Some(rule) = rules.iter().find(|rule| holds(rule, &claims)) else {
            let provider = rules[0].provider;
            let proof = Proof::from_claims(provider, &claims);
            return self.deny(who, proof, address, mismatch(&rules, &claims)).await;
        };
        let proof = Proof { rule: Some(rule.id), ..Proof::from_claims(rule.provider, &claims) };
        let used = match used_once(rule, &claims) {
            Ok(used) => used,
            Err(reason) => return self.deny(who, proof, address, reason.to_owned()).await,
        };
        let new = token::generate_token()?;
        let until = now().plus_seconds(LIFE);
        let write = self.store.write().await?;
        if let Some((id, expires_at)) = used
            && !write.assertions().take(&id, expires_at).await?
        {
            drop(write);
            let reason = "the token was used before; it works once".to_owned();
            return self.deny(who, proof, address, reason).await;
        }
        let row = TokenRow {
            id: new.id,
            pipeline_id: pipeline,
            hash: new.hash,
            created_at: now().0,
            created_by: rule.provider.label().to_owned(),
            expires_on: until.day(),
            short_until: Some(until.0),
            // Never a token without its proof: it would lift the rule about forks.
            proof: Some(serde_json::to_string(&proof).map_err(|_| Error::Internal)?),
        };
        // First, since it locks the rule: one that was deleted meanwhile gives nothing.
        if !write.trust_rules(project).touch(rule.id, now().0).await? {
            return Err(Error::Denied(Unproved::NoRule.sentence()));
        }
        write.tokens().insert(project, row).await?;
        write.commit().await?;
        Ok((new.text, LIFE))
    }

    /// The claims that the issuer signed, and the rules that speak of it for that audience.
    pub(super) async fn verified(
        &self,
        rules: &[TrustRule],
        unverified: &Unverified<'_>,
    ) -> Result<(Map<String, Value>, Vec<TrustRule>), Unproved> {
        let named: Vec<&TrustRule> = rules
            .iter()
            .filter(|rule| rule.provider.is_oidc() && rule.issuer == unverified.issuer())
            .collect();
        if named.is_empty() {
            return Err(Unproved::NoRule);
        }
        let reach = self.reach().map_err(|_| Unproved::Issuer(IssuerProblem::Unreachable))?;
        let (mut problem, mut verified) = (Unproved::NoRule, None);
        let mut asked: Vec<(&str, Provider)> = Vec::new();
        for rule in &named {
            // Rules that differ only in their claims ask the same of the signature.
            if asked.contains(&(rule.audience.as_str(), rule.provider)) {
                continue;
            }
            asked.push((&rule.audience, rule.provider));
            let expect = Expect {
                issuer: &rule.issuer,
                audience: &rule.audience,
                now: now().0 / 1_000,
                max_age: rule.provider.reuse().0,
            };
            match reach.issuers.verify(unverified, &expect).await {
                Ok(claims) => {
                    let alike = named.iter().filter(|other| {
                        other.audience == rule.audience && other.provider == rule.provider
                    });
                    let alike: Vec<TrustRule> = alike.map(|rule| (*rule).clone()).collect();
                    if alike.iter().any(|rule| holds(rule, &claims)) {
                        return Ok((claims, alike));
                    }
                    verified = verified.or(Some((claims, alike)));
                }
                // Another rule may expect another audience, or be for another provider.
                Err(IssuerProblem::Token(why @ (JwtProblem::Audience | JwtProblem::TooOld))) => {
                    problem = Unproved::Issuer(IssuerProblem::Token(why))
                }
                Err(other) => return Err(Unproved::Issuer(other)),
            }
        }
        verified.ok_or(problem)
    }

    /// Writes the refusal down and tells it.
    async fn deny<T>(
        &self,
        who: (Uuid, Uuid, String),
        proof: Proof,
        address: Option<String>,
        reason: String,
    ) -> Result<T> {
        let told = format!("The token was not accepted: {reason}.");
        match self.count_attempt(&[(format!("refused-proof:{}", who.1), NOTED)]).await {
            Ok(()) => {}
            Err(Error::TooManyAttempts { .. }) => {
                tracing::warn!(pipeline = %who.1, "more proofs are refused than noted");
                return Err(Error::Denied(told));
            }
            Err(error) => return Err(error),
        }
        self.record(vec![refusal(who, Door::Token, proof, address, reason)]).await?;
        Err(Error::Denied(told))
    }
}

/// What is not as the rules ask for: of the rule that comes nearest.
fn mismatch(rules: &[TrustRule], claims: &Map<String, Value>) -> String {
    let missed = |rule: &TrustRule| -> Vec<String> {
        let checks = check(rule, claims);
        checks.into_iter().filter(|check| !check.holds).map(|check| check.name).collect()
    };
    let nearest = rules.iter().map(missed).min_by_key(Vec::len).unwrap_or_default();
    match nearest.as_slice() {
        [] => "no trust rule asks for anything".to_owned(),
        [one] => format!("{one} is not what the trust rule asks for"),
        several => format!("{} are not what the trust rule asks for", several.join(", ")),
    }
}

/// What to remember a token by that is taken once only, and until when (milliseconds).
fn used_once(
    rule: &TrustRule,
    claims: &Map<String, Value>,
) -> Result<Option<([u8; 32], i64)>, &'static str> {
    if !rule.provider.reuse().1 {
        return Ok(None);
    }
    let id = fact(claims.get("jti")).ok_or("it has no jti, so it could be used again")?;
    let ends = claims.get("exp").and_then(Value::as_f64).unwrap_or_default();
    let ends = (ends as i64).saturating_add(SKEW).saturating_mul(1_000);
    Ok(Some((sha256(format!("{}\0{id}", rule.issuer).as_bytes()), ends)))
}
