//! Which credential serves a fetch, and why not the others (design section 3, "Path scope"): of the
//! granted ones, those that have expired give way to those that have not; then the one with the longest
//! matching prefix, then the narrowest that satisfies the intent, and no silent choice after that. The
//! same code answers deliveries and the explainer.

mod explanation;
mod lost;
mod pulls;
mod rank;
#[cfg(test)]
mod tests;
mod tie;

pub use explanation::{ExplainForm, Explanation, FormatVerdict, Verdict};
pub use lost::{Lost, Note};
pub use pulls::decide_with_pulls;
pub use tie::{Tie, named};

use super::credential::{Access, Summary};
use super::grant::Terms;
use super::moment::Day;
use super::proof::Proof;
use super::registry::{RegistryHost, covers};
use std::collections::BTreeSet;

/// A credential that a pipeline may have, under one or several grants.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub credential: &'a Summary,
    /// The terms of each grant; none means that it is not granted.
    pub grants: &'a [Terms],
}

#[derive(Clone, Debug)]
pub struct Ask<'a> {
    pub intent: Access,
    pub host: Option<&'a RegistryHost>,
    pub repository: Option<&'a str>,
    pub proof: &'a Proof,
    /// Since which of the pipeline's epochs it can act: see [`super::grant::Approval`].
    pub epoch: i64,
    /// The day, in UTC.
    pub today: Day,
    pub shape: Shape,
    /// Whether the reader can use a registry's short-lived token instead of the secret.
    pub takes_tokens: bool,
}

/// What the reader of an answer can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One credential for what was asked; it knows only the host unless a repository is given.
    One,
    /// One entry for each host: `docker config.json`.
    Hosts,
    /// Entries with paths: containers' `auth.json`, kubelet.
    Paths,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Won {
    /// Its place among the candidates.
    pub index: usize,
    /// The keys it is for: prefixes below its host; empty means the whole host.
    pub paths: Vec<String>,
    /// Whether only a token for one repository may be handed out.
    pub is_narrow: bool,
    /// The last day on which the grants let all of it be handed out, if there is one.
    pub until: Option<Day>,
}

/// Who is handed out and who is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// In the order of the candidates. A format that has no room for all leaves out the last of them.
    pub won: Vec<Won>,
    /// The others of the host that was asked for, with the reason.
    pub lost: Vec<(usize, Lost)>,
    /// Those that nothing tells apart. In an answer with paths, one that ties for one of its paths
    /// may be among the winners for the others.
    pub ties: Vec<Tie>,
    /// The places of those that were looked at for pulling, although the ask is to push.
    pub pulling: BTreeSet<usize>,
}

impl Outcome {
    /// What is told where nothing is handed out: first of the one that was chosen and cannot be read,
    /// since that is mended there, and else of the first that a rule keeps back.
    pub fn refusal(&self) -> Option<(usize, Lost)> {
        let refused = self.lost.iter().copied().filter(|(_, lost)| lost.is_refusal());
        refused.min_by_key(|(_, lost)| *lost != Lost::Unreadable)
    }
}

/// Which of the candidates are handed out. Those of other hosts are not spoken of.
pub fn decide(ask: &Ask<'_>, candidates: &[Candidate<'_>]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut fit = Vec::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let credential = candidate.credential;
        if ask.host.is_some_and(|host| !credential.host.serves(credential.is_insecure, host)) {
            continue;
        }
        match fits(ask, candidate) {
            Ok(fitting) => fit.push(Won { index, ..fitting }),
            Err(lost) => outcome.lost.push((index, lost)),
        }
    }
    rank::choose(ask, candidates, fit, &mut outcome);
    outcome.won.sort_by_key(|won| won.index);
    outcome.lost.sort_by_key(|(index, _)| *index);
    outcome
}

/// Whether the candidate could be handed out if it were alone, and for which paths.
fn fits(ask: &Ask<'_>, candidate: &Candidate<'_>) -> Result<Won, Lost> {
    let credential = candidate.credential;
    if candidate.grants.is_empty() {
        return Err(Lost::NotGranted);
    }
    if credential.disabled_at.is_some() {
        return Err(Lost::Disabled);
    }
    if let Some(repository) = ask.repository
        && !is_within(&credential.paths, repository)
    {
        return Err(Lost::OtherRepository);
    }
    if !credential.access.satisfies(ask.intent) {
        return Err(Lost::WrongIntent);
    }
    let mut first = None;
    let mut admitted = Vec::new();
    for terms in candidate.grants {
        match covered(ask, credential, terms) {
            Ok(paths) => {
                admitted.push(Admitted {
                    is_narrow: terms.is_narrow,
                    paths,
                    until: last_day(terms),
                });
            }
            Err(lost) => first = first.or(Some(lost)),
        }
    }
    if admitted.is_empty() {
        return Err(first.unwrap_or(Lost::NotGranted));
    }
    let is_narrow = admitted.iter().all(|one| one.is_narrow);
    // The secret is for what the grants are for that give it, and for nothing else.
    admitted.retain(|one| one.is_narrow == is_narrow);
    if is_narrow && !ask.takes_tokens {
        return Err(Lost::NeedsTokenClient);
    }
    if is_narrow && ask.repository.is_none() {
        return Err(Lost::NeedsImage);
    }
    if admitted.iter().any(|one| one.paths.is_empty()) {
        admitted.retain(|one| one.paths.is_empty());
        let until = latest(&admitted);
        return Ok(Won { index: 0, paths: Vec::new(), is_narrow, until });
    }
    let mut paths: Vec<String> = admitted.iter().flat_map(|one| one.paths.clone()).collect();
    paths.sort();
    paths.dedup();
    let until = paths
        .iter()
        .filter_map(|path| latest(admitted.iter().filter(|one| one.paths.contains(path))));
    let until = until.min();
    Ok(Won { index: 0, paths, is_narrow, until })
}

/// A grant that lets the credential be handed out.
struct Admitted {
    is_narrow: bool,
    /// For these paths; empty means the whole host.
    paths: Vec<String>,
    until: Option<Day>,
}

/// The last day of several grants, each of which is enough; none when one of them has no last day.
fn latest<'a>(grants: impl IntoIterator<Item = &'a Admitted>) -> Option<Day> {
    let days: Option<Vec<Day>> = grants.into_iter().map(|one| one.until).collect();
    days?.into_iter().max()
}

/// The last day of a grant, or of the approval that it needs.
fn last_day(terms: &Terms) -> Option<Day> {
    let approval = terms.approval.as_ref().filter(|_| terms.needs_approval);
    [terms.expires_on, approval.map(|approval| approval.until)].into_iter().flatten().min()
}

/// The paths for which one grant lets the credential be handed out; empty means the whole host.
fn covered(ask: &Ask<'_>, credential: &Summary, terms: &Terms) -> Result<Vec<String>, Lost> {
    terms.admit(ask.intent, (ask.proof, ask.epoch), ask.today)?;
    if let Some(repository) = ask.repository {
        if !is_within(&terms.repositories, repository) {
            return Err(Lost::GrantRepository);
        }
        return Ok(longest(&credential.paths, repository).into_iter().collect());
    }
    if terms.repositories.is_empty() {
        return Ok(credential.paths.clone());
    }
    if ask.shape != Shape::Paths {
        return Err(Lost::NeedsRepository);
    }
    let both = meet(&credential.paths, &terms.repositories);
    if both.is_empty() { Err(Lost::GrantRepository) } else { Ok(both) }
}

/// Whether one of the prefixes covers the repository; no prefixes cover every one.
pub fn is_within(prefixes: &[String], repository: &str) -> bool {
    prefixes.is_empty() || prefixes.iter().any(|prefix| covers(prefix, repository))
}

/// The longest of the prefixes that covers the repository.
fn longest(prefixes: &[String], repository: &str) -> Option<String> {
    prefixes
        .iter()
        .filter(|prefix| covers(prefix, repository))
        .max_by_key(|prefix| prefix.len())
        .cloned()
}

/// What both lists cover: of two prefixes, one of which covers the other, the longer one.
fn meet(scope: &[String], granted: &[String]) -> Vec<String> {
    if scope.is_empty() {
        return granted.to_vec();
    }
    let mut both = Vec::new();
    for one in scope {
        for other in granted {
            if covers(one, other) {
                both.push(other.clone());
            } else if covers(other, one) {
                both.push(one.clone());
            }
        }
    }
    both
}
