//! Rules as the forms make them, against bodies of the shapes that the servers document: whether the
//! rule speaks of the repository, what the run proves, and what a grant from `main` that gives forks
//! no access says to it.

mod drone;
mod woodpecker;

use super::super::run;
use crate::domain::credential::Access;
use crate::domain::grant::Terms;
use crate::domain::matching::Lost;
use crate::domain::moment::Day;
use crate::domain::proof::Proof;
use crate::domain::trust_rule::{OwnHosts, Provider, TrustForm, TrustRule, holds};
use serde_json::{Map, Value, json};

/// In the place of a value: the body does not have it.
const ABSENT: &str = "(absent)";

/// What becomes of a request.
enum Answer {
    /// It is this pipeline's; it proves this reference and this event, may or may not be of a fork,
    /// and this is the first term of the grant that it does not meet.
    Taken(Option<&'static str>, Option<&'static str>, Fork, Option<Lost>),
    /// No rule speaks of it.
    Refused,
}

#[derive(Debug, PartialEq, Eq)]
enum Fork {
    Own,
    MayBe,
}

/// What is tried, how the body differs from that of a push to `main`, and the answer.
type Shape = (&'static str, Value, Answer);

/// A rule, made by the form.
fn rule(provider: Provider, claims: &[(&str, &str)]) -> TrustRule {
    let form = TrustForm {
        provider: provider.word().to_owned(),
        claims: claims.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        ..TrustForm::default()
    };
    TrustRule {
        audience: String::new(),
        claims: form.read(provider, &OwnHosts::default()).unwrap(),
        ..TrustRule::sample(provider, &[])
    }
}

/// The body, with other values for some members of `repo` and of the run.
fn with(body: &Value, other: &Value) -> Map<String, Value> {
    let mut body = body.as_object().cloned().unwrap();
    for (part, members) in other.as_object().unwrap() {
        let of = body.get_mut(part).and_then(Value::as_object_mut).unwrap();
        for (name, value) in members.as_object().unwrap() {
            if value == ABSENT {
                of.remove(name);
            } else {
                of.insert(name.clone(), value.clone());
            }
        }
    }
    body
}

/// Why a grant to pull from `main` does not serve the run.
fn lost(proof: &Proof) -> Option<Lost> {
    let main = Terms { branches: vec!["main".to_owned()], ..Terms::plain(Access::Pull) };
    main.admit(Access::Pull, (proof, 0), Day::parse("2026-11-21").unwrap()).err()
}

fn assert_answers(rule: &TrustRule, body: &Value, shapes: Vec<Shape>) {
    for (what, other, answer) in shapes {
        let claims = with(body, &other);
        let is_taken = holds(rule, &claims);
        match answer {
            Answer::Taken(reference, event, fork, why) => {
                assert!(is_taken, "{what}: it was refused");
                let proof = run(rule.provider, &claims);
                assert_eq!(proof.reference.as_deref(), reference, "{what}");
                assert_eq!(proof.event.as_deref(), event, "{what}");
                let is = if proof.may_be_fork() { Fork::MayBe } else { Fork::Own };
                assert_eq!(is, fork, "{what}: {proof:?}");
                assert_eq!(lost(&proof), why, "{what}");
            }
            Answer::Refused => assert!(!is_taken, "{what}: it was taken"),
        }
    }
}

/// Numbers of repositories in the shapes in which a server could write them, and what becomes of each.
fn repositories() -> Vec<(Value, bool)> {
    vec![
        (json!(7), true),
        (json!("7"), true),
        (json!(7.0), true),
        (json!(70), false),
        (json!(7.5), false),
        (json!(null), false),
        (json!(""), false),
        (json!([7]), false),
        (json!({"id": 7}), false),
        (json!(true), false),
    ]
}
