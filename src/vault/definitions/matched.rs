//! Which granted credential a declared reference would be handed: by the same rules as a delivery, to any run that the
//! pipeline can have.

use super::proofs::possible;
use crate::domain::credential::{Access, Summary};
use crate::domain::definition::{Kind, Match, Named, Statement};
use crate::domain::grant::Terms;
use crate::domain::matching::{Ask, Candidate, Lost, Shape, decide};
use crate::domain::moment::Day;
use crate::domain::pipeline::Grant;
use crate::domain::registry::RegistryHost;
use crate::domain::trust_rule::TrustRule;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a pipeline was granted.
pub(in crate::vault) struct Granted {
    /// Each credential once, with the terms of its grants.
    of: Vec<(Summary, Vec<Terms>)>,
    /// The pipeline's trust rules.
    rules: Vec<TrustRule>,
    today: Day,
}

impl Granted {
    pub(in crate::vault) fn of(
        held: Vec<(Grant, Option<Summary>)>,
        rules: Vec<TrustRule>,
        today: Day,
    ) -> Self {
        let mut of: BTreeMap<Uuid, (Summary, Vec<Terms>)> = BTreeMap::new();
        for (grant, credential) in held {
            if let Some(credential) = credential {
                let entry = of.entry(grant.credential_id);
                entry.or_insert_with(|| (credential, Vec::new())).1.push(grant.terms);
            }
        }
        Self { of: of.into_values().collect(), rules, today }
    }

    pub(in crate::vault) fn serve(&self, statement: &Statement) -> Match {
        let intent = match statement.kind {
            Kind::Builds | Kind::Password | Kind::Unread => return Match::NotFetched,
            Kind::Pushes => Access::PullAndPush,
            Kind::Pulls | Kind::LogsIn | Kind::Implicit => Access::Pull,
        };
        let Some(host) = statement.named.host() else {
            let is_open = matches!(statement.named, Named::Unresolved { .. });
            return if is_open { Match::Unknown } else { Match::NotFetched };
        };
        // A host that no credential can have is served by none.
        let Some(host) = RegistryHost::stored(host) else { return Match::Nothing };
        match (&statement.named, statement.named.repository()) {
            (Named::Unresolved { .. }, None) => self.one_of(&host, intent),
            (_, repository) => self.decided(&host, repository, intent),
        }
    }

    fn decided(&self, host: &RegistryHost, repository: Option<&str>, intent: Access) -> Match {
        let of_host = self
            .of
            .iter()
            .filter(|(credential, _)| credential.host.serves(credential.is_insecure, host));
        let proofs = possible(&self.rules, of_host.flat_map(|(_, grants)| grants));
        let candidates: Vec<Candidate<'_>> =
            self.of.iter().map(|(credential, grants)| Candidate { credential, grants }).collect();
        let decided = proofs.iter().map(|proof| {
            let ask = Ask {
                intent,
                host: Some(host),
                repository,
                proof,
                // What was approved for some of the identities may be delivered.
                epoch: 0,
                today: self.today,
                // A login is for the whole registry, as an entry of a client's file is.
                shape: if repository.is_some() { Shape::One } else { Shape::Hosts },
                takes_tokens: true,
            };
            self.chosen(&ask, &candidates)
        });
        together(decided.collect())
    }

    fn chosen(&self, ask: &Ask<'_>, candidates: &[Candidate<'_>]) -> Match {
        let outcome = decide(ask, candidates);
        let name = |index: &usize| self.of[*index].0.name.clone();
        let refused = |index: usize, lost: Lost| Match::Refused {
            id: self.of[index].0.id,
            name: name(&index),
            reason: lost.label().to_owned(),
        };
        if let Some(won) = outcome.won.first() {
            let summary = &self.of[won.index].0;
            if summary.unreadable_at.is_some() {
                return refused(won.index, Lost::Unreadable);
            }
            return Match::Credential { id: summary.id, name: summary.name.clone() };
        }
        if let Some(tie) = outcome.ties.first() {
            return Match::Tie(tie.of.iter().map(name).collect());
        }
        outcome.refusal().map_or(Match::Nothing, |(index, lost)| refused(index, lost))
    }

    /// Those that serve some repository of the registry.
    fn one_of(&self, host: &RegistryHost, intent: Access) -> Match {
        let serves = |one: &&(Summary, Vec<Terms>)| {
            let (credential, grants) = one;
            credential.host.serves(credential.is_insecure, host)
                && credential.disabled_at.is_none()
                && credential.access.satisfies(intent)
                && grants.iter().any(|terms| terms.intent.satisfies(intent))
        };
        let names: Vec<String> =
            self.of.iter().filter(serves).map(|(credential, _)| credential.name.clone()).collect();
        if names.is_empty() { Match::Nothing } else { Match::OneOf(names) }
    }
}

/// The same for all kinds of runs. A tie is said although other runs have none, since nobody sees it before it happens.
fn together(all: Vec<Match>) -> Match {
    let mut delivered: BTreeMap<Uuid, &str> = BTreeMap::new();
    for one in &all {
        match one {
            Match::Tie(_) => return one.clone(),
            Match::Credential { id, name } => {
                delivered.insert(*id, name);
            }
            _ => {}
        }
    }
    if delivered.len() > 1 {
        return Match::ByRun(delivered.into_values().map(str::to_owned).collect());
    }
    let is_delivered = |one: &&Match| matches!(one, Match::Credential { .. });
    let found = all.iter().find(is_delivered).or(all.first()).cloned();
    found.unwrap_or(Match::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_of_some_runs_is_said_and_what_others_deliver_is_named_if_it_is_one() {
        let credential = |id: u128| {
            let name = if id == 1 { "one" } else { "two" };
            Match::Credential { id: Uuid::from_u128(id), name: name.to_owned() }
        };
        let refused = || Match::Refused {
            id: Uuid::nil(),
            name: "three".to_owned(),
            reason: Lost::BranchNotProved.label().to_owned(),
        };
        let tie = || Match::Tie(vec!["one".to_owned(), "two".to_owned()]);
        let both = Match::ByRun(vec!["one".to_owned(), "two".to_owned()]);
        for (all, expected) in [
            (Vec::new(), Match::Nothing),
            (vec![refused()], refused()),
            (vec![refused(), credential(1), refused()], credential(1)),
            (vec![credential(1), credential(2)], both),
            (vec![credential(1), refused(), tie()], tie()),
        ] {
            assert_eq!(together(all.clone()), expected, "{all:?}");
        }
    }
}
