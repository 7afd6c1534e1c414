//! Which credential serves a fetch, and why not the others (design section 3, "Path scope"): the
//! granted one with the longest matching prefix, then the narrowest that satisfies the intent, and
//! no silent choice after that. The same code answers deliveries and the explainer.

mod explanation;
mod rank;
#[cfg(test)]
mod tests;

pub use explanation::{ExplainForm, Explanation, FormatVerdict, Verdict};

use super::credential::{Access, Summary};
use super::grant::Terms;
use super::moment::Day;
use super::proof::Proof;
use super::registry::{RegistryHost, covers};

/// A credential that a pipeline may have, under one or several grants.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// The credential.
    pub credential: &'a Summary,
    /// The terms of each grant; none means that it is not granted.
    pub grants: Vec<&'a Terms>,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// For pulling or pushing.
    pub intent: Access,
    /// Only this registry.
    pub host: Option<&'a RegistryHost>,
    /// Only this repository of it.
    pub repository: Option<&'a str>,
    /// What was proved of the run.
    pub proof: &'a Proof,
    /// The day, in UTC.
    pub today: Day,
    /// What the reader of the answer can tell apart.
    pub shape: Shape,
    /// Whether the reader can use a registry's short-lived token instead of the secret.
    pub takes_tokens: bool,
}

/// What the reader of an answer can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One credential for what was asked; it knows only the host unless a repository is given.
    One,
    /// One entry a host: `docker config.json`.
    Hosts,
    /// Entries with paths: containers' `auth.json`, kubelet.
    Paths,
}

super::words! {
    /// Why a credential is not the one. The label stands in receipts, in the header of an answer
    /// and in the explainer.
    pub enum Lost {
        /// Deliveries are stopped.
        Disabled = "disabled", "it is disabled";
        /// The pipeline has no grant for it.
        NotGranted = "not_granted", "it is not granted to this pipeline";
        /// The credential can do less than what is asked, or the grant is for less.
        WrongIntent = "wrong_intent", "the grant or the credential is for pulling only";
        /// Its path scope does not cover the repository.
        OtherRepository = "other_repository", "it is for other repositories";
        /// The grant's repositories do not cover the repository.
        GrantRepository = "grant_repository", "the grant is for other repositories";
        /// The grant is for some repositories, and this reader names only hosts.
        NeedsRepository = "needs_repository", "the grant is for some repositories only, and this format names only hosts; ask with image=";
        /// Only tokens for one repository may be handed out, and none was named.
        NeedsImage = "needs_image", "the grant is for short-lived tokens only; ask with image=";
        /// Only tokens of the registry may be handed out, and this reader cannot use them.
        NeedsTokenClient = "needs_token_client", "the grant is for short-lived tokens only, which this client cannot use";
        /// Another one has a longer prefix.
        LessExact = "less_exact", "another one serves this host more exactly, and this file has one entry a host";
        /// Another one has a longer prefix for the repository.
        ShorterPrefix = "shorter_prefix", "another one is for a longer part of the repository's path";
        /// Another one can do less, and that is enough.
        Wider = "wider", "another one is enough and allows less";
        /// Another one is as good.
        Tie = "tie", "another credential ties with it";
        /// The grant's last day has passed.
        Expired = "grant_expired", "the grant has expired";
        /// Nobody has approved the grant.
        NotApproved = "not_approved", "using this protected credential waits for an approval";
        /// The approval's last day has passed.
        ApprovalEnded = "approval_ended", "the approval to use this protected credential has ended";
        /// It may be a fork's pull request.
        Fork = "fork", "pull requests from forks may not have it";
        /// The grant has a condition on the branch, and none was proved.
        BranchNotProved = "branch_not_proved", "the grant is for some branches, and the branch was not proved";
        /// Another branch.
        Branch = "branch", "the grant is for other branches";
        /// The grant has a condition on the event, and none was proved.
        EventNotProved = "event_not_proved", "the grant is for some events, and the event was not proved";
        /// Another event.
        Event = "event", "the grant is for other events";
    }
}

impl Lost {
    /// Whether the credential would be the one but for a rule of the grant: then the answer is a
    /// refusal, and not that there is nothing.
    pub fn is_refusal(self) -> bool {
        !matches!(
            self,
            Self::NotGranted
                | Self::OtherRepository
                | Self::LessExact
                | Self::ShorterPrefix
                | Self::Wider
        )
    }
}

/// A credential that is handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Won {
    /// Its place among the candidates.
    pub index: usize,
    /// The keys it is for: prefixes below its host; empty means the whole host.
    pub paths: Vec<String>,
    /// Whether only a token for one repository may be handed out.
    pub is_narrow: bool,
}

/// Who is handed out and who is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// In the order of the candidates.
    pub won: Vec<Won>,
    /// The others of the host that was asked for, with the reason.
    pub lost: Vec<(usize, Lost)>,
    /// Two that nothing tells apart.
    pub tie: Option<(usize, usize)>,
}

/// Which of the candidates are handed out. Those of other hosts are not spoken of.
pub fn decide(ask: &Ask<'_>, candidates: &[Candidate<'_>]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut fit = Vec::new();
    for (index, candidate) in candidates.iter().enumerate() {
        if ask.host.is_some_and(|host| *host != candidate.credential.host) {
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
    for terms in &candidate.grants {
        match covered(ask, credential, terms) {
            Ok(covered) => admitted.push((terms.is_narrow, covered)),
            Err(lost) => first = first.or(Some(lost)),
        }
    }
    if admitted.is_empty() {
        return Err(first.unwrap_or(Lost::NotGranted));
    }
    let is_narrow = admitted.iter().all(|(is_narrow, _)| *is_narrow);
    // The secret is for what the grants are for that give it, and for nothing else.
    admitted.retain(|(is_its_narrow, _)| *is_its_narrow == is_narrow);
    let is_whole = admitted.iter().any(|(_, covered)| covered.is_empty());
    let mut paths: Vec<String> = admitted.into_iter().flat_map(|(_, covered)| covered).collect();
    if is_narrow && !ask.takes_tokens {
        return Err(Lost::NeedsTokenClient);
    }
    if is_narrow && ask.repository.is_none() {
        return Err(Lost::NeedsImage);
    }
    if is_whole {
        paths.clear();
    }
    paths.sort();
    paths.dedup();
    Ok(Won { index: 0, paths, is_narrow })
}

/// The paths for which one grant lets the credential be handed out; empty means the whole host.
fn covered(ask: &Ask<'_>, credential: &Summary, terms: &Terms) -> Result<Vec<String>, Lost> {
    terms.admit(ask.intent, ask.proof, ask.today)?;
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
fn is_within(prefixes: &[String], repository: &str) -> bool {
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
