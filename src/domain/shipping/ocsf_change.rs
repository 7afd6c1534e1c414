//! Which class of OCSF a change is of, and what that class asks for: one table, so that another version
//! of the schema is another table.

use super::ocsf::{Class, OTHER, without_nulls};
use crate::domain::audit::{Action, AuditChange, Detail, Noun};
use serde_json::{Map, Value, json};

/// Authentication, Account Change, User Access Management, Entity Management.
pub(super) const AUTHENTICATION: u32 = 3002;
pub(super) const ACCOUNT: u32 = 3001;
pub(super) const ACCESS: u32 = 3005;
pub(super) const ENTITY: u32 = 3004;

pub(super) fn class(action: Action) -> Class {
    let of = |uid, activity| Class { uid, activity };
    match action {
        // Logon, Logoff.
        Action::SignedIn
        | Action::SignInRefused
        | Action::RevokedTokenRefused
        | Action::ExpiredTokenRefused
        | Action::ProofRefused => of(AUTHENTICATION, 1),
        Action::SignedOut => of(AUTHENTICATION, 2),
        Action::AccountLocked | Action::PasswordRefused => of(AUTHENTICATION, OTHER),
        // Create, Enable, Password Reset, Disable, Attach Policy, Detach Policy.
        Action::UserCreated => of(ACCOUNT, 1),
        Action::UserEnabled => of(ACCOUNT, 2),
        Action::PasswordSet => of(ACCOUNT, 4),
        Action::UserDisabled => of(ACCOUNT, 5),
        Action::AdminGranted => of(ACCOUNT, 7),
        Action::AdminRevoked => of(ACCOUNT, 8),
        // Assign Privileges, Revoke Privileges.
        Action::MemberAdded | Action::RoleChanged => of(ACCESS, 1),
        Action::MemberRemoved => of(ACCESS, 2),
        other => of(ENTITY, activity(other)),
    }
}

/// Create, Read, Update, Delete, Enable and Disable of an entity.
fn activity(action: Action) -> u16 {
    let done = action.word().split_once('.').map_or("", |(_, done)| done);
    match done {
        "created" | "added" | "set_up" => 1,
        "exported" | "export_ended" | "looked" => 2,
        "updated"
        | "changed"
        | "secret_replaced"
        | "secret_switched"
        | "secret_staged"
        | "approved"
        | "rejected"
        | "confirmed"
        | "guard_lowered"
        | "rewrapped"
        | "secret_renewed"
        | "drone_secret_renewed"
        | "token_service_accepted"
        | "token_service_refused" => 3,
        "deleted" | "removed" | "destroyed" | "revoked" | "secret_destroyed" => 4,
        "enabled" | "activated" | "started" => 8,
        "disabled" | "compromised" | "retired" | "ended" | "stopped" => 9,
        _ => OTHER,
    }
}

/// How the class calls the activity of that number; where it has no number for it, the action's own word.
fn activity_name(class: Class, action: Action) -> &'static str {
    match (class.uid, class.activity) {
        (AUTHENTICATION, 1) => "Logon",
        (AUTHENTICATION, 2) => "Logoff",
        (ACCOUNT | ENTITY, 1) => "Create",
        (ACCOUNT, 2) | (ENTITY, 8) => "Enable",
        (ACCOUNT, 4) => "Password Reset",
        (ACCOUNT, 5) | (ENTITY, 9) => "Disable",
        (ACCOUNT, 7) => "Attach Policy",
        (ACCOUNT, 8) => "Detach Policy",
        (ACCESS, 1) => "Assign Privileges",
        (ACCESS, 2) => "Revoke Privileges",
        (ENTITY, 2) => "Read",
        (ENTITY, 3) => "Update",
        (ENTITY, 4) => "Delete",
        _ => action.word(),
    }
}

/// Adds who did it, to what, and what the class asks for beside that.
pub(super) fn describe(fields: &mut Map<String, Value>, class: Class, change: &AuditChange) {
    let AuditChange { action, actor, actor_id, subject, subject_id, detail } = change;
    let mut set = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    set("activity_name", json!(activity_name(class, *action)));
    let who = without_nulls(json!({ "name": actor, "uid": actor_id }));
    set("actor", json!({ "user": who, "app_name": super::event::PRODUCT }));
    let about = json!({ "name": subject, "uid": subject_id });
    match class.uid {
        AUTHENTICATION => {
            set("user", about);
            set("service", json!({ "name": super::event::PRODUCT }));
        }
        ACCOUNT => set("user", about),
        ACCESS => {
            set("user", about);
            set("privileges", json!([privilege(detail)]));
        }
        _ => {
            let noun = Noun::ALL.iter().find(|noun| noun.has(action.word()));
            let kind = noun.map(|noun| noun.word());
            let entity = json!({ "name": subject, "uid": subject_id, "type": kind });
            set("entity", without_nulls(entity));
        }
    }
    let detail = detail.to_text();
    if !detail.is_empty() {
        set("status_detail", json!(detail));
    }
    set("unmapped", json!({ "action": action.word(), "detail": change.detail }));
}

/// The role that somebody has now, or had.
fn privilege(detail: &Detail) -> &'static str {
    match detail {
        Detail::Role(role) | Detail::Roles { to: role, .. } => role.word(),
        _ => "member",
    }
}
