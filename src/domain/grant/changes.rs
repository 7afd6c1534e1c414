//! What was changed of a grant's terms, for the audit: it matters which way it went.

use super::{ForkRule, Terms};
use crate::domain::audit::TermChange;
use crate::domain::moment::Day;

/// What a save of the credential changes, too.
const NEEDS_APPROVAL: &str = "Needs approval";

impl Terms {
    /// What they allow, in a line: without the approval, and without what is as it usually is.
    pub fn in_words(&self) -> String {
        let only = |what: &str, these: &[String]| {
            (!these.is_empty()).then(|| format!("{what}: {}", these.join(" ")))
        };
        let last = self.expires_on.map(|day| format!("until {}", day.to_text()));
        let parts = [
            Some(self.intent.label().to_owned()),
            only("repositories", &self.repositories),
            only("branches", &self.branches),
            only("events", &self.events),
            (self.forks == ForkRule::Pull).then(|| "pull for pull requests from forks".to_owned()),
            last,
            self.is_narrow.then(|| "short-lived tokens only".to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// What these terms say otherwise than those before, without the approval.
    pub fn changes_from(&self, before: &Self) -> Vec<TermChange> {
        let both = said(before).into_iter().zip(said(self));
        both.filter_map(|((term, from), (_, to))| TermChange::between(term, &from, &to)).collect()
    }

    /// Whether they are as these changes of a grant left them. Whether they need an approval is not asked: no
    /// event says when a save of the credential changed that.
    pub fn are_left_by(&self, changes: &[TermChange]) -> bool {
        let now = said(self);
        changes.iter().all(|change| {
            let term = now.iter().find(|(term, _)| *term == change.term);
            change.term == NEEDS_APPROVAL || term.is_none_or(|(_, now)| *now == change.to)
        })
    }
}

/// Each term as people read it.
fn said(terms: &Terms) -> [(&'static str, String); 8] {
    let any_of = |these: &[String]| {
        if these.is_empty() { "any".to_owned() } else { these.join(" ") }
    };
    let yes = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    [
        ("Access", terms.intent.label().to_owned()),
        ("Repositories", any_of(&terms.repositories)),
        ("Branches", any_of(&terms.branches)),
        ("Events", any_of(&terms.events)),
        ("Pull requests from forks", terms.forks.label().to_owned()),
        ("Last day", terms.expires_on.map(Day::to_text).unwrap_or_default()),
        ("Short-lived tokens only", yes(terms.is_narrow)),
        (NEEDS_APPROVAL, yes(terms.needs_approval)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::Access;

    #[test]
    fn each_term_that_was_changed_is_told_from_what_to_what() {
        let before = Terms { branches: vec!["main".to_owned()], ..Terms::plain(Access::Pull) };
        assert!(before.changes_from(&before).is_empty());
        let after = Terms {
            intent: Access::PullAndPush,
            repositories: vec!["acme/api".to_owned(), "acme/web".to_owned()],
            branches: Vec::new(),
            events: vec!["push".to_owned()],
            forks: ForkRule::Pull,
            expires_on: Day::parse("2027-01-31"),
            is_narrow: true,
            needs_approval: true,
            ..Terms::plain(Access::PullAndPush)
        };
        let changes = after.changes_from(&before);
        let told: Vec<(&str, &str, &str)> =
            changes.iter().map(|change| (&*change.term, &*change.from, &*change.to)).collect();
        assert!(after.are_left_by(&changes) && !before.are_left_by(&changes));
        let unguarded = Terms { needs_approval: false, ..after.clone() };
        assert!(unguarded.are_left_by(&changes) && before.are_left_by(&[]));
        assert_eq!(
            told,
            [
                ("Access", "Pull", "Pull and push"),
                ("Repositories", "any", "acme/api acme/web"),
                ("Branches", "main", "any"),
                ("Events", "any", "push"),
                ("Pull requests from forks", "No access", "Pull only"),
                ("Last day", "", "2027-01-31"),
                ("Short-lived tokens only", "no", "yes"),
                ("Needs approval", "no", "yes"),
            ]
        );
    }
}
