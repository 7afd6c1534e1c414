//! Credentials of a pipeline that nothing tells apart, found by the code that chooses among them.

use super::Doubt;
use crate::domain::credential::{Access, Summary};
use crate::domain::grant::Terms;
use crate::domain::matching::{Ask, Candidate, Shape, decide};
use crate::domain::moment::Day;
use crate::domain::proof::Proof;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A grant of a pipeline with its credential.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    pub grant: Uuid,
    pub terms: &'a Terms,
    pub credential: &'a Summary,
}

/// The patterns of branches and of events that a grant asks for.
type Conditions<'a> = (&'a [String], &'a [String]);

fn of_terms(terms: &Terms) -> Conditions<'_> {
    (&terms.branches, &terms.events)
}

/// The grants whose credentials tie for a run that meets their conditions. Grants with other
/// conditions are not compared: which runs meet both is not known.
pub fn ties(held: &[Held<'_>], today: Day) -> Vec<(Uuid, Doubt)> {
    alike(held).iter().flat_map(|alike| among(alike, today)).collect()
}

/// The grants whose credentials are for different repositories of a registry, so that who names the
/// registry alone receives none of them: a client that asks a credential helper. A file may tell them
/// apart, so it is no doubt.
pub fn tied_by_host(held: &[Held<'_>], today: Day) -> BTreeSet<Uuid> {
    let tied = alike(held).into_iter().flat_map(|alike| {
        let found = tied(&gathered(&alike), Shape::One, today).into_iter();
        let of: BTreeSet<Uuid> =
            found.filter(|one| one.is_by_host).map(|one| one.credential).collect();
        alike.into_iter().filter(move |one| of.contains(&one.credential.id)).map(|one| one.grant)
    });
    tied.collect()
}

/// The grants with the same conditions, together.
fn alike<'a>(held: &[Held<'a>]) -> Vec<Vec<Held<'a>>> {
    let mut alike: BTreeMap<Conditions<'a>, Vec<Held<'a>>> = BTreeMap::new();
    for one in held {
        alike.entry(of_terms(one.terms)).or_default().push(*one);
    }
    alike.into_values().collect()
}

/// What ties among grants with the same conditions.
fn among(alike: &[Held<'_>], today: Day) -> Vec<(Uuid, Doubt)> {
    let exact = gathered(alike);
    // With an image, a grant of tokens only is one like any other.
    let named = exact.iter().map(|(id, (credential, grants))| {
        let grants = grants.iter().map(|terms| Terms { is_narrow: false, ..terms.clone() });
        let grants: Vec<Terms> = grants.collect();
        (*id, (*credential, grants))
    });
    let named: Gathered<'_> = named.collect();
    let mut found: BTreeMap<Uuid, Doubt> = BTreeMap::new();
    for (of, shape) in [(&named, Shape::Paths), (&exact, Shape::Hosts)] {
        for Tied { credential, host, others, is_by_host } in tied(of, shape, today) {
            found.entry(credential).or_insert(if is_by_host {
                Doubt::HostTie { credential, host, others }
            } else {
                Doubt::Tie { credential, host, others }
            });
        }
    }
    let doubts = alike.iter().filter_map(|one| {
        let doubt = found.get(&one.credential.id)?;
        Some((one.grant, doubt.clone()))
    });
    doubts.collect()
}

/// A credential that ties with others, by their names.
struct Tied {
    credential: Uuid,
    host: String,
    others: Vec<String>,
    /// See [`crate::domain::matching::Tie`].
    is_by_host: bool,
}

/// Those that tie for a reader of that shape who names no repository, to pull and then to push.
fn tied(of: &Gathered<'_>, shape: Shape, today: Day) -> Vec<Tied> {
    let candidates: Vec<Candidate<'_>> =
        of.values().map(|(credential, grants)| Candidate { credential, grants }).collect();
    let proof = Proof::default();
    let mut found = Vec::new();
    for intent in [Access::Pull, Access::PullAndPush] {
        let ask = Ask {
            intent,
            host: None,
            repository: None,
            proof: &proof,
            epoch: 0,
            today,
            shape,
            takes_tokens: true,
        };
        for tie in decide(&ask, &candidates).ties {
            for index in &tie.of {
                let name = |other: &usize| candidates[*other].credential.name.clone();
                found.push(Tied {
                    credential: candidates[*index].credential.id,
                    host: tie.host.to_string(),
                    others: tie.of.iter().filter(|other| *other != index).map(name).collect(),
                    is_by_host: tie.is_by_host,
                });
            }
        }
    }
    found
}

/// Credentials, each with the terms of its grants.
type Gathered<'a> = BTreeMap<Uuid, (&'a Summary, Vec<Terms>)>;

/// The credentials of grants whose conditions a run meets, with an approval where one is needed.
fn gathered<'a>(held: &[Held<'a>]) -> Gathered<'a> {
    let mut of: Gathered<'a> = BTreeMap::new();
    for one in held {
        let entry = of.entry(one.credential.id).or_insert_with(|| (one.credential, Vec::new()));
        entry.1.push(met(one.terms));
    }
    of
}

/// The terms as they are for a run that meets them and an approval that is there.
fn met(terms: &Terms) -> Terms {
    Terms { branches: Vec::new(), events: Vec::new(), needs_approval: false, ..terms.clone() }
}
