//! Rules as the form of each provider makes them, against tokens of the shapes that the providers
//! document: what is the right answer, and what is said.

mod azure;
mod bitbucket;
mod buildkite;
mod circleci;
mod form;
mod github;
mod gitlab;
mod issuers;
mod kubernetes;
mod other;
mod values;

use super::*;
use serde_json::json;

const AUDIENCE: &str = "https://regcred.example.com";
/// The hosts of a service at that address.
fn own() -> OwnHosts {
    OwnHosts::of(AUDIENCE, &[])
}

/// In the place of a value: the token does not have the claim.
const ABSENT: &str = "(absent)";

/// What becomes of a token.
enum Answer {
    /// It is taken; it proves this reference, and may or may not be of a fork.
    Taken(Option<&'static str>, Fork),
    /// It is not, and each of these is said.
    Refused(&'static [&'static str]),
}

#[derive(Debug, PartialEq, Eq)]
enum Fork {
    Own,
    MayBe,
}

use Answer::{Refused, Taken};
use Fork::{MayBe, Own};

/// What is tried, how the token differs from a push to `main`, and the answer.
type Shape = (&'static str, Value, Answer);

/// A rule, made by the form.
pub(super) fn rule(
    provider: Provider,
    issuer: &str,
    audience: &str,
    claims: &[(&str, &str)],
) -> TrustRule {
    let form = TrustForm {
        provider: provider.word().to_owned(),
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
        claims: claims.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        ..TrustForm::default()
    };
    TrustRule {
        issuer: form.read_issuer(provider),
        audience: form.read_audience(provider),
        claims: form.read(provider, &own()).unwrap(),
        intent: form.read_intent(provider),
        ..TrustRule::sample(provider, &[])
    }
}

/// The token, with other claims for some.
fn with(token: &Value, other: &Value) -> Map<String, Value> {
    let mut claims = token.as_object().cloned().unwrap();
    for (name, value) in other.as_object().unwrap() {
        if value == ABSENT {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
    claims
}

fn assert_answers(rule: &TrustRule, token: &Value, shapes: Vec<Shape>) {
    for (what, other, answer) in shapes {
        let claims = with(token, &other);
        let judged = judge(std::slice::from_ref(rule), &claims);
        match answer {
            Taken(reference, fork) => {
                assert!(judged.is_ok(), "{what}: {judged:?}");
                let proof = rule.proof(&claims);
                assert_eq!(proof.reference.as_deref(), reference, "{what}");
                let is = if proof.may_be_fork() { MayBe } else { Own };
                assert_eq!(is, fork, "{what}: {proof:?}");
            }
            Refused(parts) => {
                let reason = judged.err().unwrap_or_else(|| panic!("{what}: it was taken"));
                for part in parts {
                    assert!(reason.contains(part), "{what}: {part}: {reason}");
                }
                for value in other.as_object().unwrap().values().filter_map(Value::as_str) {
                    let is_value = value.len() > 6 && value != ABSENT;
                    assert!(!is_value || !reason.contains(value), "{what}: it repeats {value}");
                }
            }
        }
    }
}
