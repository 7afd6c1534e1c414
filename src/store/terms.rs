//! The terms of a grant in its row. What cannot be read gives nothing, never more rights.

use super::entity::access_grant::Model;
use crate::domain::credential::Access;
use crate::domain::grant::{Approval, ForkRule, Terms};
use crate::domain::moment::{Day, Moment};

pub(super) struct Written<'a> {
    pub(super) intent: &'a str,
    /// Repositories, branches and events.
    pub(super) lists: [&'a str; 3],
    pub(super) forks: &'a str,
    pub(super) expires_on: Option<&'a str>,
    pub(super) is_narrow: bool,
    pub(super) needs_approval: bool,
    pub(super) approver: Option<&'a str>,
    pub(super) approved_at: Option<i64>,
    pub(super) approved_until: Option<&'a str>,
    pub(super) approved_epoch: Option<i64>,
    pub(super) rejected_at: Option<i64>,
}

/// The terms of the row; `None` when one of them is not to be read: a condition that nobody
/// understands must not be taken for none.
pub(super) fn read(row: &Model) -> Option<Terms> {
    parsed(&Written {
        intent: &row.intent,
        lists: [&row.repositories, &row.branches, &row.events],
        forks: &row.forks,
        expires_on: row.expires_on.as_deref(),
        is_narrow: row.is_narrow,
        needs_approval: row.needs_approval,
        approver: row.approver.as_deref(),
        approved_at: row.approved_at,
        approved_until: row.approved_until.as_deref(),
        approved_epoch: row.approved_epoch,
        rejected_at: row.rejected_at,
    })
}

/// The same of what is written there.
pub(super) fn parsed(row: &Written<'_>) -> Option<Terms> {
    let [repositories, branches, events] = row.lists;
    Some(Terms {
        intent: Access::from_word(row.intent)?,
        repositories: list(repositories)?,
        branches: list(branches)?,
        events: list(events)?,
        forks: ForkRule::from_word(row.forks)?,
        expires_on: match row.expires_on {
            None => None,
            Some(day) => Some(Day::parse(day)?),
        },
        is_narrow: row.is_narrow,
        needs_approval: row.needs_approval,
        approval: approval(row),
        rejected_at: row.rejected_at.filter(|_| row.needs_approval).map(Moment),
    })
}

pub(super) fn stored(list: &[String]) -> String {
    serde_json::to_string(list).unwrap_or_default()
}

/// The same as it is read; `None` when it is no list.
pub(super) fn list(text: &str) -> Option<Vec<String>> {
    // Most grants have no such condition.
    if text == "[]" { Some(Vec::new()) } else { serde_json::from_str(text).ok() }
}

fn approval(row: &Written<'_>) -> Option<Approval> {
    Some(Approval {
        by: row.approver?.to_owned(),
        at: Moment(row.approved_at?),
        until: Day::parse(row.approved_until?)?,
        epoch: row.approved_epoch?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    /// A row as the schema's step makes it of one that was there before.
    fn plain() -> Model {
        Model {
            id: Uuid::nil(),
            project_id: Uuid::nil(),
            pipeline_id: Uuid::nil(),
            credential_id: Uuid::nil(),
            intent: "pull_push".to_owned(),
            created_at: 0,
            created_by: String::new(),
            repositories: "[]".to_owned(),
            branches: "[]".to_owned(),
            events: "[]".to_owned(),
            forks: "nothing".to_owned(),
            expires_on: None,
            is_narrow: false,
            needs_approval: false,
            granted_by: None,
            approved_by: None,
            approver: None,
            approved_at: None,
            approved_until: None,
            approved_epoch: None,
            revision: 0,
            mac: None,
            settled_until: String::new(),
            rejected_at: None,
            rejected_by: None,
            rejection: None,
        }
    }

    #[test]
    fn a_grant_of_before_has_no_conditions() {
        assert_eq!(read(&plain()), Some(Terms::plain(Access::PullAndPush)));
    }

    #[test]
    fn terms_that_cannot_be_read_give_nothing() {
        let changes: [fn(&mut Model); 6] = [
            |row| row.intent = "admin".to_owned(),
            |row| row.repositories = String::new(),
            |row| row.branches = "main".to_owned(),
            |row| row.events = "null".to_owned(),
            |row| row.forks = "all".to_owned(),
            |row| row.expires_on = Some("never".to_owned()),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut row = plain();
            change(&mut row);
            assert_eq!(read(&row), None, "{number}");
        }
    }

    #[test]
    fn half_an_approval_is_none() {
        let mut row = Model {
            needs_approval: true,
            approver: Some("Olga Owner".to_owned()),
            approved_at: Some(5),
            approved_until: Some("2026-11-21".to_owned()),
            approved_epoch: Some(0),
            ..plain()
        };
        assert_eq!(read(&row).unwrap().approval.unwrap().by, "Olga Owner");
        row.approved_until = Some("for ever".to_owned());
        let terms = read(&row).unwrap();
        assert!(terms.needs_approval && terms.approval.is_none());
        let row = Model { approved_until: Some("2026-11-21".to_owned()), ..row };
        let row = Model { approved_epoch: None, ..row };
        assert!(read(&row).unwrap().approval.is_none());
    }

    #[test]
    fn a_list_comes_back_as_it_was() {
        let branches = ["main", "release/*", "\"quoted\", ü"].map(str::to_owned);
        let row = Model { branches: stored(&branches), ..plain() };
        assert_eq!(read(&row).unwrap().branches, branches);
    }
}
