//! What runs of a pipeline can prove, as far as its trust rules and the conditions of its grants tell them apart. A file
//! does not say on which branch it runs.

use crate::domain::grant::{Terms, references, share};
use crate::domain::proof::Proof;
use crate::domain::trust_rule::TrustRule;
use std::collections::BTreeSet;

/// Kinds of runs that are told apart at most.
const MOST: usize = 40;

/// A proof of each kind of run; the first is of one that proves nothing but the pipeline. A pattern stands for a branch
/// of it.
pub(super) fn possible<'a>(
    rules: &[TrustRule],
    terms: impl Iterator<Item = &'a Terms>,
) -> Vec<Proof> {
    let (mut branches, mut events): (BTreeSet<String>, BTreeSet<String>) = Default::default();
    for terms in terms {
        branches.extend(terms.branches.iter().map(|pattern| references(pattern)));
        events.extend(terms.events.iter().cloned());
    }
    let mut proofs = vec![Proof::default()];
    if branches.is_empty() && events.is_empty() {
        return proofs;
    }
    for rule in rules.iter().filter(|rule| rule.accepts_any()) {
        let events = proved(rule.events(), &events);
        for reference in proved(rule.references(), &branches) {
            for event in &events {
                if proofs.len() == MOST {
                    return proofs;
                }
                let (reference, event) = (reference.clone(), event.clone());
                let proof = Proof { reference, event, is_fork: Some(false), ..Proof::default() };
                if !proofs.contains(&proof) {
                    proofs.push(proof);
                }
            }
        }
    }
    proofs
}

/// What runs prove whose rule asks for that pattern: each of what is wanted, and something else.
fn proved(pattern: Option<String>, wanted: &BTreeSet<String>) -> Vec<Option<String>> {
    match pattern {
        Some(pattern) if pattern.contains('*') => {
            let met = wanted.iter().filter(|one| share(one, &pattern)).cloned();
            met.map(Some).chain([None]).collect()
        }
        named_or_none => vec![named_or_none],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::Access;
    use crate::domain::moment::Moment;
    use crate::domain::trust_rule::Provider;

    /// A rule for runs of one repository, on these branches if they are named.
    fn rule(reference: Option<&str>) -> TrustRule {
        let of_all = [("repository_id", "74"), ("repository_owner_id", "65")];
        let more = reference.map(|reference| ("ref", reference));
        let claims: Vec<_> = of_all.into_iter().chain(more).collect();
        TrustRule { intent: Access::PullAndPush, ..TrustRule::sample(Provider::GitHub, &claims) }
    }

    fn from(branches: &[&str], events: &[&str]) -> Terms {
        let list = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        Terms { branches: list(branches), events: list(events), ..Terms::plain(Access::Pull) }
    }

    /// The references and events of the runs, but for the first.
    fn runs(rules: &[TrustRule], terms: &[Terms]) -> Vec<(String, String)> {
        let proofs = possible(rules, terms.iter());
        assert_eq!(proofs.first(), Some(&Proof::default()));
        let said = |one: Option<String>| one.unwrap_or_default();
        let runs = proofs.into_iter().skip(1);
        runs.map(|proof| (said(proof.reference), said(proof.event))).collect()
    }

    #[test]
    fn runs_are_told_apart_by_the_conditions_that_they_can_meet() {
        let run = |reference: &str, event: &str| (reference.to_owned(), event.to_owned());
        let main = [from(&["main"], &[])];
        assert!(runs(&[rule(None)], &[from(&[], &[])]).is_empty(), "there is no condition");
        assert!(runs(&[], &main).is_empty(), "nobody proves a branch");
        let stopped = TrustRule { ended_at: Some(Moment(1)), ..rule(None) };
        assert!(runs(&[stopped], &main).is_empty(), "nobody proves it any more");
        let any = [run("refs/heads/main", ""), run("", "")];
        assert_eq!(runs(&[rule(None)], &main), any);
        let tags = [rule(Some("refs/tags/*"))];
        assert_eq!(runs(&tags, &main), [run("", "")]);
        // The rule names the branch, of which a pattern may be.
        let dev = [rule(Some("refs/heads/dev"))];
        assert_eq!(runs(&dev, &[from(&["de*"], &[])]), [run("refs/heads/dev", "")]);
        let push = [from(&["main"], &["push"])];
        let expected = [
            run("refs/heads/main", "push"),
            run("refs/heads/main", ""),
            run("", "push"),
            run("", ""),
        ];
        assert_eq!(runs(&[rule(None)], &push), expected);
    }

    #[test]
    fn no_more_runs_are_looked_at_than_there_may_be() {
        let names: Vec<String> = (0..MOST).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let terms = [from(&names, &names)];
        assert_eq!(runs(&[rule(None)], &terms).len(), MOST - 1);
    }
}
