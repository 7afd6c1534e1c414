//! What a save changes for requests that name no image, found by the code that chooses. It is asked
//! about before the save: what was delivered a moment ago may not be delivered afterwards.

use super::tie::{Conditions, Held, conditions, gathered, meets};
use crate::domain::credential::Access;
use crate::domain::matching::{Ask, Candidate, Shape, decide, named};
use crate::domain::moment::Day;
use crate::domain::proof::Proof;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a pipeline with the grants `after` receives otherwise than with those `before`, as sentences.
/// Runs that meet no condition are compared, and those that meet each of the conditions there are.
pub fn changes(before: &[Held<'_>], after: &[Held<'_>], today: Day) -> Vec<String> {
    let mut sentences = Vec::new();
    for of in conditions(after) {
        for intent in [Access::Pull, Access::PullAndPush] {
            for shape in [Shape::Hosts, Shape::Paths] {
                let answer = |held: &[Held<'_>]| Answer::of(held, of, (intent, shape), today);
                for sentence in answer(before).sentences(&answer(after)) {
                    if !sentences.contains(&sentence) {
                        sentences.push(sentence);
                    }
                }
            }
        }
    }
    sentences
}

/// Several that nothing tells apart: their names, the registry, and whether they are for different
/// repositories of it.
type Tied = (Vec<String>, String, bool);

/// What is delivered without an image.
struct Answer {
    ties: BTreeSet<Tied>,
    /// By the registry and the path below it: which one, its name, and whether it has expired.
    won: BTreeMap<(String, Option<String>), (Uuid, String, bool)>,
}

impl Answer {
    fn of(
        held: &[Held<'_>],
        of: Conditions<'_>,
        (intent, shape): (Access, Shape),
        today: Day,
    ) -> Self {
        let met: Vec<Held<'_>> = held.iter().filter(|one| meets(one.terms, of)).copied().collect();
        let gathered = gathered(&met);
        let candidates: Vec<Candidate<'_>> = gathered
            .values()
            .map(|(credential, grants)| Candidate { credential, grants })
            .collect();
        let proof = Proof::default();
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
        let outcome = decide(&ask, &candidates);
        let name = |index: &usize| candidates[*index].credential.name.clone();
        let ties = outcome.ties.iter().map(|tie| {
            let names: Vec<String> = tie.of.iter().map(name).collect();
            (names, tie.host.to_string(), tie.is_by_host)
        });
        let mut won = BTreeMap::new();
        for one in &outcome.won {
            let credential = candidates[one.index].credential;
            let host = credential.host.clone().canonical(credential.is_insecure).to_string();
            let is_past = credential.expires_on.is_some_and(|day| day < today);
            let of_it = (credential.id, credential.name.clone(), is_past);
            // A file of hosts has one entry for each, whatever its paths.
            let paths = if shape == Shape::Paths { one.paths.as_slice() } else { &[] };
            if paths.is_empty() {
                won.insert((host.clone(), None), of_it.clone());
            }
            for path in paths {
                won.insert((host.clone(), Some(path.clone())), of_it.clone());
            }
        }
        Self { ties: ties.collect(), won }
    }

    /// What is said of those that tie only afterwards, and of others that are given afterwards.
    fn sentences(&self, after: &Self) -> Vec<String> {
        let mut said = Vec::new();
        for (names, host, is_by_host) in after.ties.difference(&self.ties) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let names = named(&names);
            said.push(if *is_by_host {
                format!(
                    "Without image=, files with one entry for each registry would hold nothing for {host}: {names} are for different repositories of it."
                )
            } else {
                format!("The pipeline would receive none of these where they tie: {names} serve {host} equally well.")
            });
        }
        for ((host, path), (id, old, is_past)) in &self.won {
            let new = after.won.get(&(host.clone(), path.clone()));
            // One that has expired is replaced on purpose.
            let Some((_, new, _)) = new.filter(|(other, _, _)| other != id && !is_past) else {
                continue;
            };
            let place = path.as_ref().map_or_else(|| host.clone(), |path| format!("{host}/{path}"));
            said.push(format!(
                "Without image=, the pipeline would receive {new} for {place} instead of {old}."
            ));
        }
        said
    }
}
