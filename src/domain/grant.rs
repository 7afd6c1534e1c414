//! What a grant says besides its credential: on which repositories, from where, until when, and
//! who approved it. Conditions are met by what was proved, never by what a pipeline claims.

mod changes;
mod pattern;
#[cfg(test)]
mod tests;

pub use pattern::{fits, is_no_name, is_no_reference, is_open_ended, patterns, references, share};

use super::credential::Access;
use super::matching::Lost;
use super::moment::{Day, Moment};
use super::proof::Proof;
use pattern::is_of_branch;
use serde::{Deserialize, Serialize};

super::words! {
    /// What a run for a pull request from a fork may have: anyone who can open one can run code in it.
    pub enum ForkRule {
        Nothing = "nothing", "No access";
        /// Pull, whatever else the grant allows.
        Pull = "pull", "Pull only";
    }
}

/// Days that an approval holds at most.
pub const APPROVAL_DAYS_MAX: i64 = 365;
/// Credentials that one form grants.
pub const CREDENTIALS_MAX: usize = 200;
/// Patterns that one condition may have.
pub const PATTERNS_MAX: usize = 20;
/// The longest pattern, in characters.
pub const PATTERN_MAX: usize = 255;

/// Who let a grant push with a protected credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Another person than who made the grant.
    pub by: String,
    pub at: Moment,
    pub until: Day,
    /// Who acts as the pipeline and is newer than this was not on the approver's page.
    pub epoch: i64,
}

impl Approval {
    /// Whether it is for who has this epoch.
    pub fn is_for(&self, identity_epoch: i64) -> bool {
        identity_epoch <= self.epoch
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// For pulling, or for pushing too.
    pub intent: Access,
    /// Repository prefixes; empty means every repository of the credential.
    pub repositories: Vec<String>,
    /// Patterns for a branch (`main`, `release/*`) or a whole reference (`refs/tags/v*`); empty
    /// means from any.
    pub branches: Vec<String>,
    /// Patterns for the event that started the run, in the provider's word (`push`); empty means
    /// from any.
    pub events: Vec<String>,
    /// What a pull request from a fork may have.
    pub forks: ForkRule,
    pub expires_on: Option<Day>,
    /// Never the secret: only short-lived tokens of the registry, for one repository each.
    pub is_narrow: bool,
    /// Whether it works only with an approval: it hands out a protected secret that can push,
    /// whatever it is asked for.
    pub needs_approval: bool,
    pub approval: Option<Approval>,
    /// When a second person did not approve it, if nothing that was not rejected came after.
    #[serde(default)]
    pub rejected_at: Option<Moment>,
}

impl Terms {
    pub fn plain(intent: Access) -> Self {
        Self {
            intent,
            repositories: Vec::new(),
            branches: Vec::new(),
            events: Vec::new(),
            forks: ForkRule::Nothing,
            expires_on: None,
            is_narrow: false,
            needs_approval: false,
            approval: None,
            rejected_at: None,
        }
    }

    /// Whether the pipeline receives the stored secret. A grant to pull hands out the same one, and that
    /// can push (design 5).
    pub fn gives_secret(&self) -> bool {
        !(self.is_narrow && self.intent == Access::Pull)
    }

    /// The terms as they are for a credential that is protected or not, whatever was written when it
    /// became so.
    #[must_use]
    pub fn with_guard(mut self, is_protected: bool) -> Self {
        self.needs_approval |= is_protected && self.gives_secret();
        self
    }

    /// Whether a fetch for `intent` by who proved `proof`, and has been able to since `epoch`, is
    /// within the terms, on `today`.
    /// Repositories are not asked here: only the matching knows which one is meant.
    ///
    /// # Errors
    /// The first term that does not hold.
    pub fn admit(
        &self,
        intent: Access,
        (proof, epoch): (&Proof, i64),
        today: Day,
    ) -> Result<(), Lost> {
        if !self.intent.satisfies(intent) {
            return Err(Lost::WrongIntent);
        }
        if self.expires_on.is_some_and(|day| day < today) {
            return Err(Lost::Expired);
        }
        self.approved(epoch, today)?;
        if proof.may_be_fork() && (self.forks == ForkRule::Nothing || intent != Access::Pull) {
            return Err(Lost::Fork);
        }
        if !self.branches.is_empty() {
            let reference = proof.reference.as_deref().ok_or(Lost::BranchNotProved)?;
            if !self.branches.iter().any(|pattern| is_of_branch(pattern, reference)) {
                return Err(Lost::Branch);
            }
        }
        if !self.events.is_empty() {
            let event = proof.event.as_deref().ok_or(Lost::EventNotProved)?;
            if !self.events.iter().any(|pattern| fits(pattern, event)) {
                return Err(Lost::Event);
            }
        }
        Ok(())
    }
}

impl Terms {
    /// Whether nobody can use a grant of these terms on that day: it has ended, or lacks an approval that it needs.
    pub fn is_idle(&self, today: Day) -> bool {
        let is_over = |day: Day| day < today;
        let is_approved = self.approval.as_ref().is_some_and(|approval| !is_over(approval.until));
        self.expires_on.is_some_and(is_over) || (self.needs_approval && !is_approved)
    }

    /// Whether who has been able to ask since `epoch` has the approval that the terms need.
    fn approved(&self, epoch: i64, today: Day) -> Result<(), Lost> {
        if !self.needs_approval {
            return Ok(());
        }
        let lacks = match &self.approval {
            None => Lost::NotApproved,
            Some(approval) if approval.until < today => Lost::ApprovalEnded,
            Some(approval) if !approval.is_for(epoch) => Lost::NewerThanApproval,
            Some(_) => return Ok(()),
        };
        let is_rejected = self.rejected_at.is_some_and(|at| self.is_answered(at, today));
        Err(if is_rejected { Lost::Rejected } else { lacks })
    }

    /// Whether who did not approve them then has said so of what they ask for on that day: an approval
    /// that has ended since is asked for anew.
    pub fn is_answered(&self, rejected_at: Moment, today: Day) -> bool {
        let stands = |until: Day| until >= today || rejected_at.day() > until;
        self.approval.as_ref().is_none_or(|approval| stands(approval.until))
    }

    /// The patterns of its branches as those of whole references.
    pub fn references(&self) -> impl Iterator<Item = String> {
        self.branches.iter().map(|pattern| pattern::references(pattern))
    }

    /// Whether whoever meets these terms meets the others, too, as far as the patterns themselves
    /// say: nothing is had that was not had before.
    pub fn is_within(&self, others: &Self) -> bool {
        let less = |ours: &[String], theirs: &[String]| {
            theirs.is_empty() || (!ours.is_empty() && ours.iter().all(|one| theirs.contains(one)))
        };
        others.intent.satisfies(self.intent)
            && less(&self.repositories, &others.repositories)
            && less(&self.branches, &others.branches)
            && less(&self.events, &others.events)
            && (self.forks == others.forks || self.forks == ForkRule::Nothing)
            && others.expires_on.is_none_or(|last| self.expires_on.is_some_and(|day| day <= last))
            && (self.is_narrow || !others.is_narrow)
    }
}
