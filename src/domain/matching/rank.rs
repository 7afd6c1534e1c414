//! Of those that could be handed out, which are: one for each key that the reader can tell apart.

use super::{Ask, Candidate, Lost, Outcome, Shape, Won};
use crate::domain::credential::Access;
use std::collections::{BTreeMap, BTreeSet};

/// Puts each of `fit` among the winners or the losers of `outcome`.
pub(super) fn choose(
    ask: &Ask<'_>,
    candidates: &[Candidate<'_>],
    fit: Vec<Won>,
    outcome: &mut Outcome,
) {
    let host = |won: &Won| candidates[won.index].credential.host.as_str().to_owned();
    let mut by_host: BTreeMap<String, Vec<Won>> = BTreeMap::new();
    for won in fit {
        by_host.entry(host(&won)).or_default().push(won);
    }
    for fit in by_host.into_values() {
        match (ask.shape, ask.repository) {
            (Shape::Paths, None) => by_path(candidates, fit, outcome),
            (Shape::One, None) => alone(candidates, fit, outcome),
            (Shape::Hosts, None) => {
                by_rank(
                    candidates,
                    fit,
                    outcome,
                    |won| usize::from(!won.paths.is_empty()),
                    Lost::LessExact,
                );
            }
            (_, Some(_)) => {
                // A longer prefix comes first.
                let rank = |won: &Won| usize::MAX - won.paths.first().map_or(0, String::len);
                by_rank(candidates, fit, outcome, rank, Lost::ShorterPrefix);
            }
        }
    }
}

fn is_wide(candidates: &[Candidate<'_>], won: &Won) -> bool {
    candidates[won.index].credential.access == Access::PullAndPush
}

/// The one with the lowest rank, then the narrowest; two alike are a tie.
fn by_rank(
    candidates: &[Candidate<'_>],
    mut fit: Vec<Won>,
    outcome: &mut Outcome,
    rank: impl Fn(&Won) -> usize,
    farther: Lost,
) {
    let whole = |won: &Won| (rank(won), is_wide(candidates, won));
    fit.sort_by_key(|won| whole(won));
    if let [first, second, ..] = fit.as_slice()
        && whole(first) == whole(second)
    {
        tie(fit, outcome);
        return;
    }
    let mut fit = fit.into_iter();
    let Some(first) = fit.next() else { return };
    for other in fit {
        let lost = if rank(&other) == rank(&first) { Lost::Wider } else { farther };
        outcome.lost.push((other.index, lost));
    }
    outcome.won.push(first);
}

/// A reader that asks by host only: among several with different paths nothing can be told, so it
/// is an error that names them (design section 5).
fn alone(candidates: &[Candidate<'_>], fit: Vec<Won>, outcome: &mut Outcome) {
    let scopes: BTreeSet<&[String]> = fit.iter().map(|won| won.paths.as_slice()).collect();
    if scopes.len() > 1 {
        tie(fit, outcome);
    } else {
        by_rank(candidates, fit, outcome, |_| 0, Lost::Wider);
    }
}

fn tie(fit: Vec<Won>, outcome: &mut Outcome) {
    if let [first, second, ..] = fit.as_slice() {
        outcome.tie = outcome.tie.or(Some((first.index, second.index)));
    }
    outcome.lost.extend(fit.into_iter().map(|won| (won.index, Lost::Tie)));
}

/// One for each path: the narrowest of those for it.
fn by_path(candidates: &[Candidate<'_>], fit: Vec<Won>, outcome: &mut Outcome) {
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
    let mut tied = BTreeSet::new();
    for (path, mut sharing) in paths {
        sharing.sort_by_key(|at| is_wide(candidates, &fit[*at]));
        if let [first, second, ..] = sharing.as_slice()
            && is_wide(candidates, &fit[*first]) == is_wide(candidates, &fit[*second])
        {
            tied.extend([*first, *second]);
            outcome.tie = outcome.tie.or(Some((fit[*first].index, fit[*second].index)));
        } else if let Some(first) = sharing.first() {
            kept.entry(*first).or_default().extend(path.map(str::to_owned));
        }
    }
    for (at, won) in fit.iter().enumerate() {
        match kept.remove(&at) {
            _ if tied.contains(&at) => outcome.lost.push((won.index, Lost::Tie)),
            // Only some of its paths may be its own.
            Some(paths) => outcome.won.push(Won { paths, ..won.clone() }),
            None => outcome.lost.push((won.index, Lost::Wider)),
        }
    }
}
