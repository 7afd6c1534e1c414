//! A fetch to push whose job also pulls: what it builds on is pulled with the same answer, so other
//! registries are answered as for pulling.

use super::{Ask, Candidate, Outcome, decide};
use crate::domain::credential::Access;
use crate::domain::registry::RegistryHost;
use std::collections::BTreeSet;

/// The same as [`decide`], and of registries that are not pushed to, what may be handed out to pull.
/// With a repository, those are all but its own. Without one, they are those of which none may be
/// handed out to push; one of which several tie is left as it is, since some of them may push. Those
/// that push come first among the winners.
pub fn decide_with_pulls(ask: &Ask<'_>, candidates: &[Candidate<'_>]) -> Outcome {
    let mut outcome = decide(ask, candidates);
    if ask.intent == Access::Pull {
        return outcome;
    }
    let places: Vec<usize> = match ask.host {
        Some(host) => elsewhere(host, candidates),
        None => unpushed(&outcome, candidates),
    };
    // The others are no part of it: they are told of for pushing.
    let others: Vec<Candidate<'_>> = places.iter().map(|at| candidates[*at].clone()).collect();
    let pull = Ask { intent: Access::Pull, host: None, repository: None, ..ask.clone() };
    let pulls = decide(&pull, &others);
    outcome.pulling = places.iter().copied().collect();
    outcome.lost.retain(|(index, _)| !outcome.pulling.contains(index));
    for mut won in pulls.won {
        won.index = places[won.index];
        outcome.won.push(won);
    }
    outcome.lost.extend(pulls.lost.into_iter().map(|(index, lost)| (places[index], lost)));
    for mut tie in pulls.ties {
        tie.of.iter_mut().for_each(|index| *index = places[*index]);
        outcome.ties.push(tie);
    }
    // A format may have no room for all: what is pulled from gives way to what is pushed to.
    let pulling = &outcome.pulling;
    outcome.won.sort_by_key(|won| (pulling.contains(&won.index), won.index));
    outcome.lost.sort_by_key(|(index, _)| *index);
    outcome
}

/// The places of those of other registries. One whose name in a file is that of this registry, such
/// as one of plain http at its usual port, is none of them: it would take the place there.
fn elsewhere(host: &RegistryHost, candidates: &[Candidate<'_>]) -> Vec<usize> {
    let named = host.clone().canonical(true);
    let is_other = |one: &Candidate<'_>| {
        let is_insecure = one.credential.is_insecure;
        !one.credential.host.serves(is_insecure, host) && host_of(one) != named
    };
    (0..candidates.len()).filter(|at| is_other(&candidates[*at])).collect()
}

/// The places of those of registries of which none may be handed out to push.
fn unpushed(outcome: &Outcome, candidates: &[Candidate<'_>]) -> Vec<usize> {
    let won = outcome.won.iter().map(|won| won.index);
    let tied = outcome.ties.iter().flat_map(|tie| tie.of.iter().copied());
    let pushing: BTreeSet<RegistryHost> =
        won.chain(tied).map(|index| host_of(&candidates[index])).collect();
    (0..candidates.len()).filter(|at| !pushing.contains(&host_of(&candidates[*at]))).collect()
}

fn host_of(candidate: &Candidate<'_>) -> RegistryHost {
    let credential = candidate.credential;
    credential.host.clone().canonical(credential.is_insecure)
}
