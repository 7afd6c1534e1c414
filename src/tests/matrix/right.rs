//! What it takes to call or to open something.

use regcred::domain::moment::Moment;
use regcred::domain::permission::{Permission, Permissions};
use regcred::domain::user::Role;

/// What a function or a page requires of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Nothing.
    None,
    /// To be signed in.
    SignedIn,
    /// These permissions in the project.
    Project(Permissions),
    /// To manage the instance.
    Admin,
}

const fn all_of(first: Permission, second: Permission) -> Right {
    Right::Project(Permissions::none().with(first).with(second))
}

const fn only(permission: Permission) -> Right {
    all_of(permission, permission)
}

pub const READ: Right = only(Permission::RegistryRead);
pub const WRITE: Right = only(Permission::RegistryWrite);
pub const DELETE: Right = only(Permission::RegistryDelete);
pub const READ_PIPELINES: Right = only(Permission::PipelineRead);
pub const WRITE_PIPELINES: Right = only(Permission::PipelineWrite);
pub const DELETE_PIPELINES: Right = only(Permission::PipelineDelete);
pub const READ_AUDIT: Right = only(Permission::AuditRead);
pub const WRITE_AUDIT: Right = only(Permission::AuditWrite);
/// To give a pipeline a way to a secret.
pub const GRANT: Right = all_of(Permission::RegistryWrite, Permission::PipelineWrite);

impl Right {
    /// Whether it is a right in a project.
    pub fn is_in_project(self) -> bool {
        matches!(self, Self::Project(_))
    }

    /// Whether whoever may only look has it.
    pub fn is_to_read(self) -> bool {
        matches!(self, READ | READ_PIPELINES)
    }

    /// Whether the role has it.
    pub fn is_of(self, role: Role) -> bool {
        match self {
            Self::None | Self::SignedIn => true,
            Self::Project(permissions) => role.permissions().has_all(permissions),
            Self::Admin => false,
        }
    }
}

/// The day after today, as a form sends it.
pub fn tomorrow() -> String {
    let day = time::OffsetDateTime::now_utc() + time::Duration::days(1);
    Moment(day.unix_timestamp() * 1_000).day().to_text()
}

/// Whether the form of the function may have files, and is posted in parts.
pub fn takes_files(path: &str) -> bool {
    matches!(
        path,
        "/rpc/credentials/create"
            | "/rpc/credentials/update"
            | "/rpc/credentials/replace-secret"
            | "/rpc/credentials/questions"
            | "/rpc/definitions/create"
    )
}
