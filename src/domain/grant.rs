//! What a grant says besides its credential: on which repositories, from where, until when, and
//! who approved it. Conditions are met by what was proved, never by what a pipeline claims.

use super::credential::Access;
use super::matching::Lost;
use super::moment::{Day, Moment};
use super::proof::Proof;
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
        if self.needs_approval {
            match &self.approval {
                None => return Err(Lost::NotApproved),
                Some(approval) if approval.until < today => return Err(Lost::ApprovalEnded),
                Some(approval) if !approval.is_for(epoch) => return Err(Lost::NewerThanApproval),
                Some(_) => {}
            }
        }
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

/// A pattern that names no `refs/` is for branches, so that a tag of the same name is none.
fn is_of_branch(pattern: &str, reference: &str) -> bool {
    if pattern.starts_with("refs/") {
        fits(pattern, reference)
    } else {
        reference.strip_prefix("refs/heads/").is_some_and(|branch| fits(pattern, branch))
    }
}

/// Whether the text is of the pattern, in which `*` stands for any characters, also none.
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The patterns typed into a field, separated by commas or line breaks, without repetitions.
///
/// # Errors
/// The sentence for the field.
pub fn patterns(text: &str) -> Result<Vec<String>, String> {
    let mut patterns: Vec<String> = Vec::new();
    for typed in text.split([',', '\n', '\r']) {
        let pattern = typed.trim();
        if pattern.is_empty() || patterns.iter().any(|known| known == pattern) {
            continue;
        }
        if pattern.chars().count() > PATTERN_MAX {
            return Err(format!("A pattern is longer than {PATTERN_MAX} characters. Shorten it."));
        }
        if pattern.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err("A pattern contains a space. Separate several with commas or line breaks."
                .to_owned());
        }
        if patterns.len() == PATTERNS_MAX {
            return Err(format!("Use at most {PATTERNS_MAX} patterns. A * covers several."));
        }
        patterns.push(pattern.to_owned());
    }
    Ok(patterns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trust_rule::Provider;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn from(reference: &str, event: &str) -> Proof {
        Proof {
            reference: Some(reference.to_owned()),
            event: Some(event.to_owned()),
            ..Proof::of(Provider::GitHub)
        }
    }

    #[test]
    fn a_star_stands_for_anything_and_nothing_else_does() {
        for (pattern, text, holds) in [
            ("main", "main", true),
            ("main", "maintenance", false),
            ("main", "Main", false),
            ("release/*", "release/1.0", true),
            ("release/*", "release", false),
            ("*", "", true),
            ("v*.*", "v1.2", true),
            ("v*.*", "v12", false),
            ("*-lts", "1-lts-lts", true),
            ("a*a", "a", false),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(fits(pattern, text), holds, "{pattern} {text}");
        }
    }

    #[test]
    fn conditions_are_met_by_proof_only() {
        let today = day("2026-11-21");
        let mut terms = Terms::plain(Access::PullAndPush);
        let token = Proof::default();
        assert_eq!(terms.admit(Access::PullAndPush, (&token, 0), today), Ok(()));
        terms.branches = vec!["main".to_owned(), "refs/tags/v*".to_owned()];
        let asks = |proof: &Proof| terms.admit(Access::PullAndPush, (proof, 0), today);
        assert_eq!(asks(&token), Err(Lost::BranchNotProved));
        assert_eq!(asks(&from("refs/heads/main", "push")), Ok(()));
        assert_eq!(asks(&from("refs/tags/v1", "push")), Ok(()));
        // A tag that is called like the branch is another thing.
        assert_eq!(asks(&from("refs/tags/main", "push")), Err(Lost::Branch));
        terms.events = vec!["push".to_owned()];
        let asks = |proof: &Proof| terms.admit(Access::Pull, (proof, 0), today);
        assert_eq!(asks(&from("refs/heads/main", "schedule")), Err(Lost::Event));
        assert_eq!(asks(&from("refs/heads/main", "push")), Ok(()));
    }

    #[test]
    fn a_fork_has_nothing_or_may_pull() {
        let today = day("2026-11-21");
        let mut terms = Terms::plain(Access::PullAndPush);
        let request = from("refs/pull/1/merge", "pull_request");
        assert_eq!(terms.admit(Access::Pull, (&request, 0), today), Err(Lost::Fork));
        terms.forks = ForkRule::Pull;
        assert_eq!(terms.admit(Access::Pull, (&request, 0), today), Ok(()));
        assert_eq!(terms.admit(Access::PullAndPush, (&request, 0), today), Err(Lost::Fork));
        let own = Proof { is_fork: Some(false), ..request };
        assert_eq!(terms.admit(Access::PullAndPush, (&own, 0), today), Ok(()));
    }

    #[test]
    fn an_approval_is_needed_and_ends() {
        let today = day("2026-11-21");
        let mut terms = Terms { needs_approval: true, ..Terms::plain(Access::PullAndPush) };
        let none = Proof::default();
        assert_eq!(terms.admit(Access::Pull, (&none, 0), today), Err(Lost::NotApproved));
        assert_eq!(terms.admit(Access::PullAndPush, (&none, 0), today), Err(Lost::NotApproved));
        let until =
            |text| Some(Approval { by: "B".into(), at: Moment(0), until: day(text), epoch: 2 });
        terms.approval = until("2026-11-21");
        assert_eq!(terms.admit(Access::PullAndPush, (&none, 0), today), Ok(()));
        for (epoch, expected) in [(0, Ok(())), (2, Ok(())), (3, Err(Lost::NewerThanApproval))] {
            assert_eq!(terms.admit(Access::PullAndPush, (&none, epoch), today), expected);
        }
        terms.approval = until("2026-11-20");
        assert_eq!(terms.admit(Access::PullAndPush, (&none, 0), today), Err(Lost::ApprovalEnded));
        terms.expires_on = Some(day("2026-11-20"));
        assert_eq!(terms.admit(Access::Pull, (&none, 0), today), Err(Lost::Expired));
    }

    #[test]
    fn patterns_are_read_from_lines_and_commas() {
        assert_eq!(patterns("main, release/*\n main").unwrap(), ["main", "release/*"]);
        assert!(patterns("a b").is_err() && patterns(&"x".repeat(300)).is_err());
        assert!(patterns(&(0..30).map(|n| format!("b{n},")).collect::<String>()).is_err());
    }
}
