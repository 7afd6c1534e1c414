//! What keeps an item from being decided.

use crate::domain::actor::Member;
use crate::domain::permission::Permission;
use crate::domain::review::{Choice, ReviewItem, ReviewKind, Verdict};
use crate::domain::user::Person;

/// Why an item was left as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    Own,
    Reserved,
    Delegated,
    Removed,
    Decided,
    OwnerStays,
    Differs,
    NotAllowed,
    NotTheirs,
    Meanwhile,
    Guarded,
}

impl Left {
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Own => {
                "Nobody decides about their own access or about what they created. Another member has to decide."
            }
            Self::Reserved => "An item was delegated to another member. Only that member decides.",
            Self::Delegated => {
                "An item was already delegated. Only the member it was delegated to, the member who delegated it, or an owner can delegate it to somebody else."
            }
            Self::Decided => "An item was already decided, so it cannot be delegated.",
            Self::OwnerStays => {
                "The owner of a credential cannot be removed here. Choose Change, and change it on the page of the credential."
            }
            Self::Removed => "An item was already removed. A removal cannot be undone.",
            Self::Differs => {
                "An item was changed, created again or removed since the review was opened, so it cannot be confirmed as it was. Choose Change or Remove."
            }
            Self::NotAllowed => "Only an owner decides about members.",
            Self::NotTheirs => {
                "An item cannot be delegated to this member: it is their own, or their role does not allow them to decide."
            }
            Self::Meanwhile => {
                "An item was decided while this page was open. Look at the decision, and decide again if you disagree."
            }
            Self::Guarded => {
                "An item cannot be removed, because rows of its pipeline were changed outside Regcred. An operator can run `regcred doctor`."
            }
        }
    }
}

/// Why who asks may not decide it so.
pub(super) fn left(
    editor: &Member,
    item: &ReviewItem,
    choice: &Choice,
    delegate: Option<&(Person, bool)>,
) -> Option<Left> {
    let is_member = item.kind == ReviewKind::Member;
    if is_member && !editor.may(Permission::AuditWrite) {
        return Some(Left::NotAllowed);
    }
    if item.is_removed() {
        return Some(Left::Removed);
    }
    // Nor do they choose who decides: that would take back what another decided, too.
    if item.is_own(editor.person()) {
        return Some(Left::Own);
    }
    if choice.verdict == Verdict::Remove && item.kind == ReviewKind::Owner {
        return Some(Left::OwnerStays);
    }
    if choice.seen.is_some_and(|seen| item.decision.as_ref().is_some_and(|one| one.at >= seen)) {
        return Some(Left::Meanwhile);
    }
    if choice.verdict == Verdict::Delegate {
        if item.decision.is_some() {
            return Some(Left::Decided);
        }
        if !item.may_be_delegated_by(editor.person(), editor.may(Permission::AuditWrite)) {
            return Some(Left::Delegated);
        }
        let may =
            delegate.is_some_and(|(to, is_owner)| !item.is_own(to) && (*is_owner || !is_member));
        return (!may).then_some(Left::NotTheirs);
    }
    item.is_for_another(editor.person()).then_some(Left::Reserved)
}
