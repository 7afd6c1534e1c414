//! Which right a person loses: it says what of theirs is looked for.

use crate::domain::user::Role;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// All of them: they may not sign in.
    Everything,
    /// To manage the instance.
    Admin,
    /// In this project: to hand out access, and to say where its audit is sent.
    InProject { project: Uuid, access: bool, audit: bool },
}

impl Lost {
    /// What a member loses who gets another role, or leaves; `None` when that is nothing.
    pub fn of_member(project: Uuid, from: Role, to: Option<Role>) -> Option<Self> {
        // Who leaves loses, too, what was kept when they lost the right to it.
        let loses = |may: fn(Role) -> bool| to.is_none_or(|to| may(from) && !may(to));
        let (access, audit) = (loses(Role::may_grant), loses(Role::may_keep_audit));
        (access || audit).then_some(Self::InProject { project, access, audit })
    }

    /// All that a member of the project can have.
    pub fn membership(project: Uuid) -> Self {
        Self::InProject { project, access: true, audit: true }
    }

    /// Where: in a project, or nil for the instance; `None` for all of them.
    pub fn place(self) -> Option<Uuid> {
        match self {
            Self::InProject { project, .. } => Some(project),
            Self::Admin => Some(Uuid::nil()),
            Self::Everything => None,
        }
    }

    /// Whether they may hand out access no more, there or anywhere.
    pub fn is_of_access(self) -> bool {
        matches!(self, Self::Everything | Self::InProject { access: true, .. })
    }

    /// Whether they may send its audit nowhere any more.
    pub fn is_of_audit(self) -> bool {
        !matches!(self, Self::InProject { audit: false, .. })
    }

    /// Whether they may manage the instance no more.
    pub fn is_of_instance(self) -> bool {
        matches!(self, Self::Everything | Self::Admin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_takes_away_what_it_does_not_have() {
        let project = Uuid::from_u128(1);
        let lost = |from, to| Lost::of_member(project, from, to);
        let some = |access, audit| Some(Lost::InProject { project, access, audit });
        assert_eq!(lost(Role::Owner, Some(Role::Maintainer)), some(false, true));
        assert_eq!(lost(Role::Owner, Some(Role::Viewer)), some(true, true));
        assert_eq!(lost(Role::Maintainer, Some(Role::Auditor)), some(true, false));
        assert_eq!(lost(Role::Maintainer, Some(Role::Owner)), None);
        assert_eq!(lost(Role::Viewer, Some(Role::Auditor)), None);
        assert_eq!(lost(Role::Viewer, None), Some(Lost::membership(project)));
    }

    #[test]
    fn access_the_audit_and_the_instance_are_lost_with_the_right_to_them() {
        let project = Uuid::from_u128(1);
        for (lost, place, of) in [
            (Lost::Everything, None, [true; 3]),
            (Lost::Admin, Some(Uuid::nil()), [false, true, true]),
            (Lost::membership(project), Some(project), [true, true, false]),
            (
                Lost::InProject { project, access: true, audit: false },
                Some(project),
                [true, false, false],
            ),
        ] {
            let found = [lost.is_of_access(), lost.is_of_audit(), lost.is_of_instance()];
            assert_eq!((lost.place(), found), (place, of), "{lost:?}");
        }
    }
}
