//! Of those that could be handed out, which are: one for each key that the reader can tell apart.

use super::{Ask, Candidate, Lost, Outcome, Shape, Tie, Won, is_within, longest};
use crate::domain::credential::Access;
use crate::domain::registry::RegistryHost;
use std::collections::{BTreeMap, BTreeSet};

/// Puts each of `fit` among the winners or the losers of `outcome`.
pub(super) fn choose(
    ask: &Ask<'_>,
    candidates: &[Candidate<'_>],
    fit: Vec<Won>,
    outcome: &mut Outcome,
) {
    let mut by_host: BTreeMap<RegistryHost, Vec<Won>> = BTreeMap::new();
    for won in fit {
        let credential = candidates[won.index].credential;
        // What serves one host that was asked for is one choice, however it was typed.
        let host = ask.host.cloned();
        let host =
            host.unwrap_or_else(|| credential.host.clone().canonical(credential.is_insecure));
        by_host.entry(host).or_default().push(won);
    }
    for (host, fit) in by_host {
        if fit.len() == 1 {
            // There is nothing to choose.
            outcome.won.extend(fit);
            continue;
        }
        let mut choice = Choice { ask, candidates, host, outcome: &mut *outcome };
        let fit = choice.without_past(fit);
        match (ask.shape, ask.repository) {
            // A longer prefix comes first.
            (_, Some(_)) => choice.best(
                fit,
                |won| usize::MAX - won.paths.first().map_or(0, String::len),
                Lost::ShorterPrefix,
            ),
            (Shape::Paths, None) => choice.by_path(&fit),
            (Shape::Hosts, None) => choice.by_host(fit),
            (Shape::One, None) => choice.by_name_of_host(fit),
        }
    }
}

struct Choice<'a> {
    ask: &'a Ask<'a>,
    candidates: &'a [Candidate<'a>],
    host: RegistryHost,
    outcome: &'a mut Outcome,
}

impl Choice<'_> {
    fn is_wide(&self, won: &Won) -> bool {
        self.candidates[won.index].credential.access == Access::PullAndPush
    }

    fn is_past(&self, won: &Won) -> bool {
        let ends = self.candidates[won.index].credential.expires_on;
        ends.is_some_and(|day| day < self.ask.today)
    }

    fn lose(&mut self, won: &Won, lost: Lost) {
        self.outcome.lost.push((won.index, lost));
    }

    /// The lowest rank first, then the narrowest.
    fn key(&self, won: &Won, rank: &impl Fn(&Won) -> usize) -> (usize, bool) {
        (rank(won), self.is_wide(won))
    }

    /// The one with the lowest rank, then the narrowest; several alike are a tie.
    fn best(&mut self, fit: Vec<Won>, rank: impl Fn(&Won) -> usize, farther: Lost) {
        let first = fit.iter().min_by_key(|won| self.key(won, &rank)).cloned();
        let Some(first) = first else { return };
        let best = self.key(&first, &rank);
        let (alike, others): (Vec<Won>, Vec<Won>) =
            fit.into_iter().partition(|won| self.key(won, &rank) == best);
        for other in &others {
            let is_near = rank(other) == rank(&first);
            self.lose(other, if is_near { Lost::Wider } else { farther });
        }
        if alike.len() > 1 {
            self.tie(&alike, false);
        } else {
            self.outcome.won.push(first);
        }
    }

    /// One entry a host: one for the whole of it comes before those for parts.
    fn by_host(&mut self, fit: Vec<Won>) {
        let (whole, parts): (Vec<Won>, Vec<Won>) =
            fit.into_iter().partition(|won| won.paths.is_empty());
        if whole.is_empty() {
            return self.by_name_of_host(parts);
        }
        for part in &parts {
            self.lose(part, Lost::LessExact);
        }
        self.best(whole, |_| 0, Lost::Wider);
    }

    /// A reader that names only the host: among several with different paths nothing can be told,
    /// so they are left out and named (design section 5).
    fn by_name_of_host(&mut self, fit: Vec<Won>) {
        if scopes(&fit) < 2 {
            self.best(fit, |_| 0, Lost::Wider);
        } else {
            self.tie(&fit, true);
        }
    }

    /// Those that have not expired, and of the others what none of these serves. Before anything else
    /// is compared: a longer path, or less access, is no use in a secret that the registry refuses.
    fn without_past(&mut self, fit: Vec<Won>) -> Vec<Won> {
        let (past, valid): (Vec<Won>, Vec<Won>) =
            fit.into_iter().partition(|won| self.is_past(won));
        if past.is_empty() {
            return valid;
        }
        let mut left = valid.clone();
        for one in past {
            match self.unserved(one.clone(), &valid) {
                Some(one) => left.push(one),
                None => self.lose(&one, Lost::GivesWay),
            }
        }
        left
    }

    /// What the valid ones leave to one that has expired. Where one answer has keys with paths, it keeps
    /// those that none of them covers.
    fn unserved(&self, mut past: Won, valid: &[Won]) -> Option<Won> {
        if self.ask.shape != Shape::Paths || self.ask.repository.is_some() {
            return valid.is_empty().then_some(past);
        }
        if past.paths.is_empty() {
            return (!valid.iter().any(|won| won.paths.is_empty())).then_some(past);
        }
        past.paths.retain(|path| !valid.iter().any(|won| is_within(&won.paths, path)));
        (!past.paths.is_empty()).then_some(past)
    }

    fn tie(&mut self, alike: &[Won], is_by_host: bool) {
        let of = alike.iter().map(|won| won.index).collect();
        self.outcome.ties.push(Tie { of, host: self.host.clone(), path: None, is_by_host });
        for won in alike {
            self.lose(won, Lost::Tie);
        }
    }

    /// The longest prefix of the credential's own first, as for one repository: what a grant adds to
    /// it is no reason to be chosen. Then the narrowest.
    fn order_at(&self, won: &Won, path: Option<&str>) -> (usize, bool) {
        let own = &self.candidates[won.index].credential.paths;
        let prefix = path.and_then(|path| longest(own, path));
        (usize::MAX - prefix.map_or(0, |prefix| prefix.len()), self.is_wide(won))
    }

    /// One for each path. A tie takes only its own key from those who tie.
    fn by_path(&mut self, fit: &[Won]) {
        let mut paths: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (at, won) in fit.iter().enumerate() {
            if won.paths.is_empty() {
                paths.entry(None).or_default().push(at);
            }
            for path in &won.paths {
                paths.entry(Some(path)).or_default().push(at);
            }
        }
        let mut kept: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let mut lost: BTreeMap<usize, Lost> = BTreeMap::new();
        for (path, sharing) in paths {
            let order = |at: usize| self.order_at(&fit[at], path);
            let Some(first) = sharing.iter().copied().min_by_key(|at| order(*at)) else {
                continue;
            };
            let best = order(first);
            let (alike, others): (Vec<usize>, Vec<usize>) =
                sharing.into_iter().partition(|at| order(*at) == best);
            for at in others {
                let is_shorter = order(at).0 != best.0;
                let farther = if is_shorter { Lost::ShorterPrefix } else { Lost::Wider };
                lost.entry(at).or_insert(farther);
            }
            if alike.len() == 1 {
                kept.entry(first).or_default().extend(path.map(str::to_owned));
                continue;
            }
            lost.extend(alike.iter().map(|at| (*at, Lost::Tie)));
            let of = alike.iter().map(|at| fit[*at].index).collect();
            let (host, path) = (self.host.clone(), path.map(str::to_owned));
            self.outcome.ties.push(Tie { of, host, path, is_by_host: false });
        }
        for (at, won) in fit.iter().enumerate() {
            match kept.remove(&at) {
                // Only some of its paths may be its own.
                Some(paths) => self.outcome.won.push(Won { paths, ..won.clone() }),
                None => self.lose(won, lost.get(&at).copied().unwrap_or(Lost::Wider)),
            }
        }
    }
}

/// How many different scopes there are.
fn scopes(fit: &[Won]) -> usize {
    fit.iter().map(|won| won.paths.as_slice()).collect::<BTreeSet<_>>().len()
}
