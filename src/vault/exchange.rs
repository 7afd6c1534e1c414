//! Short-lived pipeline tokens for a provider's signed word (security T16 to T18).

mod once;
mod unproved;

pub(super) use unproved::Unproved;

use super::attempts::{Limit, network_of};
use super::deliveries::refusal;
use super::issuers::holds_issuer;
use super::refusals::Unknown;
use super::{INSTANCE, Vault, now};
use crate::crypto::jwt::{Expect, JwtProblem, Unverified};
use crate::crypto::token;
use crate::domain::audit::{Refusal, Subject};
use crate::domain::delivery::{Door, HeldPlace};
use crate::domain::proof::Proof;
use crate::domain::trust_rule::{Provider, TrustRule, holds, judge, other_audience};
use crate::domain::user::Maker;
use crate::error::{Error, Result};
use crate::issuers::IssuerProblem;
use crate::store::{Rank, TokenRow, Unrecorded};
use once::{Shown, Use, used_once, uses};
use serde_json::{Map, Value};
use std::fmt::Display;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Seconds that a token given for proof works.
const LIFE: i64 = 15 * 60;
/// Refused proofs of one network in a minute, for whatever pipelines they name: a counter for those
/// that there are would tell which ones. What is right is never counted, and never refused for what
/// others sent.
const FOR_ANY: Limit = Limit { most: 300, window: 60 };
/// Receipts of refused proofs of one pipeline, in an hour: strangers can make them. What is beyond
/// that is counted, and has an event.
const NOTED: Limit = Limit { most: 60, window: 3_600 };

impl Vault {
    /// A token for the pipeline and the seconds that it works, for a job's signed token. While its issuer
    /// has to be asked, `place` is given back.
    ///
    /// # Errors
    /// `Denied` with the reason, which is also in a receipt if the token is its issuer's;
    /// `TooManyAttempts` instead, without the reason, after many refusals.
    pub async fn exchange_token(
        &self,
        pipeline: Uuid,
        presented: &str,
        address: Option<String>,
        place: &HeldPlace,
    ) -> Result<(Zeroizing<String>, i64)> {
        // What is no token costs nothing to refuse, and is not counted.
        let unverified = Unverified::read(presented.trim()).map_err(not_accepted)?;
        let found = self.store.tokens().pipeline(pipeline).await?;
        let network = network_of(address.as_deref());
        let keys = [(format!("proof:{network}"), FOR_ANY)];
        // Looked into whatever others of the network sent: a token that is right is cheap to verify.
        let done = match found {
            Some((project, name)) => {
                let shown = Shown { unverified: &unverified, text: presented.trim(), network };
                self.exchange((project, pipeline, name), shown, address, place).await
            }
            // Whether there is such a pipeline is told to nobody, nor by how soon the answer comes.
            None => {
                self.store.trust_rules(INSTANCE).live_of_pipeline(pipeline).await?;
                self.record_unknown(Unknown::Pipeline, Some(network));
                Err(Unproved::NoRule.into_error())
            }
        };
        if matches!(done, Err(Error::Denied(_) | Error::Unauthenticated)) {
            // Of many that are refused at once no more are told why than one after the other.
            self.count_attempt(&keys)?;
        }
        done
    }

    async fn exchange(
        &self,
        who: (Uuid, Uuid, String),
        shown: Shown<'_>,
        address: Option<String>,
        place: &HeldPlace,
    ) -> Result<(Zeroizing<String>, i64)> {
        let (project, pipeline, _) = who;
        let rules = self.store.trust_rules(project).live_of_pipeline(pipeline).await?;
        let (claims, rules) = match self.verified(&rules, shown.unverified, place).await {
            Ok(verified) => verified,
            Err(Unproved::Audience(rules)) => {
                // Signature and times were right: it is the issuer's word, though for another.
                let claims = shown.unverified.claims();
                let proof = Proof { rule: None, ..rules[0].proof(claims) };
                return self.deny(who, proof, address, other_audience(&rules, claims)).await;
            }
            Err(problem) => return Err(problem.into_error()),
        };
        // From here on it is the issuer's word, so what becomes of it is worth a receipt.
        let rule = match judge(&rules, &claims) {
            Ok(rule) => rule,
            Err(reason) => {
                let proof = Proof { rule: None, ..rules[0].proof(&claims) };
                return self.deny(who, proof, address, reason).await;
            }
        };
        let mut proof = rule.proof(&claims);
        let used = match used_once(rule, &claims) {
            Ok(used) => used,
            Err(reason) => return self.deny(who, proof, address, reason.to_owned()).await,
        };
        self.take_share_of(project, pipeline)?;
        let new = token::generate_token()?;
        let until = now().plus_seconds(LIFE);
        let write = self.store.write_in_line(Rank::Proof).await?;
        if let Some(used) = used {
            match uses(&write, &self.used, used, shown.again(pipeline)).await? {
                Use::First => {}
                Use::Repeated => proof.is_repeated = true,
                Use::Late => {
                    drop(write);
                    let reason = "the token was already used".to_owned();
                    return self.deny(who, proof, address, reason).await;
                }
            }
        }
        let signer = rule.provider.label();
        let row = TokenRow {
            id: new.id,
            name: String::new(),
            pipeline_id: pipeline,
            hash: new.hash,
            created_at: now().0,
            created_by: Maker::nobody(if proof.is_repeated {
                format!("{signer}, requested again within seconds")
            } else {
                signer.to_owned()
            }),
            expires_on: until.day(),
            short_until: Some(until.0),
            // Never a token without its proof: it would lift the rule about forks.
            proof: Some(serde_json::to_string(&proof).map_err(|_| Error::Internal)?),
            identity_epoch: rule.identity_epoch,
        };
        // Both are locked by it: what was removed or changed meanwhile gives nothing.
        if !holds_issuer(&write, &rule.issuer).await? {
            return Err(Unproved::NoRule.into_error());
        }
        let judged = (rule.id, rule.identity_epoch);
        if !write.trust_rules(project).touch(judged, now().0).await? {
            return Err(Unproved::NoRule.into_error());
        }
        write.tokens().insert(project, row).await?;
        write.commit_without_event(Unrecorded::Proof).await?;
        if let Some(used) = used {
            self.used.keep(used, now().0);
        }
        Ok((new.text, LIFE))
    }

    /// The claims that the issuer signed, and the rules that speak of it for that audience. While the
    /// issuer has to be asked, `place` is given back.
    pub(super) async fn verified(
        &self,
        rules: &[TrustRule],
        unverified: &Unverified<'_>,
        place: &HeldPlace,
    ) -> Result<(Map<String, Value>, Vec<TrustRule>), Unproved> {
        let named: Vec<&TrustRule> = rules
            .iter()
            .filter(|rule| rule.provider.is_oidc() && rule.issuer == unverified.issuer())
            .collect();
        if named.is_empty() {
            return Err(Unproved::NoRule);
        }
        // Asked of the database each time: a removal counts on every server at once.
        match self.accepts_issuer(unverified.issuer()).await {
            Ok(true) => {}
            Ok(false) => return Err(Unproved::NotListed),
            Err(_) => return Err(Unproved::NoReach),
        }
        let reach = self.reach().map_err(|_| Unproved::NoReach)?;
        let (mut problem, mut verified) = (None, None);
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
                max_age: rule.reuse(unverified.claims()).0,
            };
            match reach.issuers.verify(unverified, &expect, &|| place.give_back()).await {
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
                Err(IssuerProblem::Token(JwtProblem::Audience)) => {
                    let all = named.iter().map(|rule| (*rule).clone()).collect();
                    problem = Some(Unproved::Audience(all));
                }
                Err(why @ IssuerProblem::Token(JwtProblem::TooOld)) => {
                    problem = Some(Unproved::Issuer(why, Box::new((*rule).clone())));
                }
                Err(other) => return Err(Unproved::Issuer(other, Box::new((*rule).clone()))),
            }
        }
        verified.ok_or(problem.unwrap_or(Unproved::NoRule))
    }

    async fn deny<T>(
        &self,
        who: (Uuid, Uuid, String),
        proof: Proof,
        address: Option<String>,
        reason: String,
    ) -> Result<T> {
        let denied = not_accepted(&reason);
        match self.count_attempt(&[(format!("refused-proof:{}", who.1), NOTED)]) {
            Ok(()) => {}
            Err(Error::TooManyAttempts { .. }) => {
                let (project, id, name) = who;
                let network = Some(network_of(address.as_deref()));
                self.record_refusal(Refusal::Proof, project, Subject { id, name }, network);
                return Err(denied);
            }
            Err(error) => return Err(error),
        }
        self.record(vec![refusal(who, Door::Token, proof, address, reason)]).await?;
        Err(denied)
    }
}

fn not_accepted(reason: impl Display) -> Error {
    Error::Denied(format!("The token was not accepted: {reason}."))
}
