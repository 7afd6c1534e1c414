//! Credentials of a pipeline that nothing tells apart, found by the code that chooses among them.

use super::Doubt;
use crate::domain::credential::{Access, Summary};
use crate::domain::grant::Terms;
use crate::domain::matching::{Ask, Candidate, Shape, decide};
use crate::domain::moment::Day;
use crate::domain::proof::Proof;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A grant of a pipeline with its credential.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    pub grant: Uuid,
    pub terms: &'a Terms,
    pub credential: &'a Summary,
}

/// The grants whose credentials tie for a run that meets their conditions. Grants with other
/// conditions are not compared: which runs meet both is not known.
pub fn ties(held: &[Held<'_>], today: Day) -> Vec<(Uuid, Doubt)> {
    let mut alike: BTreeMap<(&[String], &[String]), Vec<Held<'_>>> = BTreeMap::new();
    for one in held {
        let conditions = (one.terms.branches.as_slice(), one.terms.events.as_slice());
        alike.entry(conditions).or_default().push(*one);
    }
    alike.values().flat_map(|alike| among(alike, today)).collect()
}

/// The same of grants with the same conditions.
fn among(alike: &[Held<'_>], today: Day) -> Vec<(Uuid, Doubt)> {
    let mut of: BTreeMap<Uuid, (&Summary, Vec<Terms>)> = BTreeMap::new();
    for one in alike {
        let entry = of.entry(one.credential.id).or_insert_with(|| (one.credential, Vec::new()));
        entry.1.push(met(one.terms));
    }
    let candidates: Vec<Candidate<'_>> =
        of.values().map(|(credential, grants)| Candidate { credential, grants }).collect();
    let mut found: BTreeMap<Uuid, Doubt> = BTreeMap::new();
    let proof = Proof::default();
    for intent in [Access::Pull, Access::PullAndPush] {
        let ask = Ask {
            intent,
            host: None,
            repository: None,
            proof: &proof,
            epoch: 0,
            today,
            shape: Shape::Paths,
            takes_tokens: true,
        };
        for tie in decide(&ask, &candidates).ties {
            for index in &tie.of {
                let name = |other: &usize| candidates[*other].credential.name.clone();
                let others = tie.of.iter().filter(|other| *other != index).map(name).collect();
                let credential = candidates[*index].credential.id;
                let host = tie.host.to_string();
                found.entry(credential).or_insert(Doubt::Tie { credential, host, others });
            }
        }
    }
    let doubts = alike.iter().filter_map(|one| {
        let doubt = found.get(&one.credential.id)?;
        Some((one.grant, doubt.clone()))
    });
    doubts.collect()
}

/// The terms as they are for a run that meets them and an approval that is there.
fn met(terms: &Terms) -> Terms {
    Terms {
        branches: Vec::new(),
        events: Vec::new(),
        needs_approval: false,
        is_narrow: false,
        ..terms.clone()
    }
}
