//! A fetch to push that names no image: what the job builds on is pulled with the same answer, so
//! a registry to which nothing may push is answered as for pulling.

use super::{Ask, Candidate, Outcome, decide};
use crate::domain::credential::Access;
use crate::domain::registry::RegistryHost;
use std::collections::BTreeSet;

/// The same as [`decide`], and of a registry of which none may be handed out to push, what may be to
/// pull. One of which several tie is left as it is: some of them may push.
pub fn decide_with_pulls(ask: &Ask<'_>, candidates: &[Candidate<'_>]) -> Outcome {
    let mut outcome = decide(ask, candidates);
    if ask.intent == Access::Pull || ask.host.is_some() {
        return outcome;
    }
    let host = |index: usize| {
        let credential = candidates[index].credential;
        credential.host.clone().canonical(credential.is_insecure)
    };
    let won = outcome.won.iter().map(|won| won.index);
    let tied = outcome.ties.iter().flat_map(|tie| tie.of.iter().copied());
    let pushing: BTreeSet<RegistryHost> = won.chain(tied).map(host).collect();
    let only_pulls = |index: usize| !pushing.contains(&host(index));
    let mut pulls = decide(&Ask { intent: Access::Pull, ..ask.clone() }, candidates);
    pulls.won.retain(|won| only_pulls(won.index));
    pulls.won.iter_mut().for_each(|won| won.only_pulls = true);
    pulls.lost.retain(|(index, _)| only_pulls(*index));
    pulls.ties.retain(|tie| tie.of.iter().all(|index| only_pulls(*index)));
    outcome.lost.retain(|(index, _)| !only_pulls(*index));
    outcome.won.append(&mut pulls.won);
    outcome.lost.append(&mut pulls.lost);
    outcome.ties.append(&mut pulls.ties);
    outcome.won.sort_by_key(|won| won.index);
    outcome.lost.sort_by_key(|(index, _)| *index);
    outcome
}
