//! What may be done: permissions, sets of them, and the set that each role is a name for.

use super::user::Role;
use serde::{Deserialize, Serialize};

/// A permission as a type, for evidence that somebody has it.
pub trait Permit {
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($(#[$meta:meta])* $variant:ident = $word:literal, $label:literal;)+) => {
        super::words! {
            /// What may be done, in the words of access rules elsewhere.
            pub enum Permission { $($(#[$meta])* $variant = $word, $label;)+ }
        }

        pub mod of {
            use super::{Permission, Permit};
            $(
                $(#[$meta])*
                #[derive(Clone, Copy, Debug)]
                pub struct $variant;

                impl Permit for $variant {
                    const PERMISSION: Permission = Permission::$variant;
                }
            )+
        }
    };
}

permissions! {
    RegistryRead = "iam:project:cicd:registry:read", "View registries";
    RegistryWrite = "iam:project:cicd:registry:write", "Create and edit registries";
    RegistryDelete = "iam:project:cicd:registry:delete", "Delete registries";
    PipelineRead = "iam:project:cicd:pipeline:read", "View pipelines";
    /// Create and change pipelines, their tokens and grants.
    PipelineWrite = "iam:project:cicd:pipeline:write", "Create and edit pipelines";
    PipelineDelete = "iam:project:cicd:pipeline:delete", "Delete pipelines";
    /// See where requests came from, and with which token.
    AuditRead = "iam:project:cicd:audit:read", "View audit events and client addresses";
    /// Say how long the audit is kept, where it is sent, and have access reviewed.
    AuditWrite = "iam:project:cicd:audit:write", "Manage the audit";
}

/// A set of permissions. Its bits follow the order of the list above, so they are not for storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions(u32);

impl Permissions {
    pub const fn none() -> Self {
        Self(0)
    }

    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | (1 << permission as u32))
    }

    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    pub const fn has_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// The permissions in the set, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::none(), Self::with)
    }
}

/// What it takes to hand out access: to make tokens, trust rules and grants, and to approve.
pub const TO_GRANT: Permissions =
    Permissions::none().with(Permission::RegistryWrite).with(Permission::PipelineWrite);

impl Role {
    /// Whether the role allows to hand out access.
    pub fn may_grant(self) -> bool {
        self.permissions().has_all(TO_GRANT)
    }

    /// Whether the role allows to say where the audit is sent.
    pub fn may_keep_audit(self) -> bool {
        self.permissions().has(Permission::AuditWrite)
    }

    pub fn permissions(self) -> Permissions {
        use Permission::{AuditRead, PipelineRead, PipelineWrite, RegistryRead, RegistryWrite};
        let list: &[Permission] = match self {
            Self::Owner => Permission::ALL,
            Self::Maintainer => &[RegistryRead, RegistryWrite, PipelineRead, PipelineWrite],
            Self::Auditor => &[RegistryRead, PipelineRead, AuditRead],
            Self::Viewer => &[RegistryRead, PipelineRead],
        };
        list.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in_and_nothing_else() {
        for one in Permission::ALL {
            let set = Permissions::none().with(*one);
            assert_eq!(set.iter().collect::<Vec<_>>(), [*one]);
            assert!(!Permissions::default().has(*one));
        }
        let all: Permissions = Permission::ALL.iter().copied().collect();
        assert_eq!(all.iter().count(), Permission::ALL.len());
        assert!(all.has_all(Permissions::none()) && !Permissions::none().has_all(all));
    }

    #[test]
    fn a_role_that_stands_higher_has_all_that_a_lower_one_has() {
        // Who audits changes nothing, and who changes something audits nothing.
        for (lower, higher) in [
            (Role::Viewer, Role::Auditor),
            (Role::Viewer, Role::Maintainer),
            (Role::Auditor, Role::Owner),
            (Role::Maintainer, Role::Owner),
        ] {
            assert!(higher.permissions().has_all(lower.permissions()), "{lower:?} {higher:?}");
        }
        let everything: Permissions = Permission::ALL.iter().copied().collect();
        assert_eq!(Role::Owner.permissions(), everything);
        assert!(!Role::Maintainer.permissions().has(Permission::RegistryDelete));
        assert!(!Role::Viewer.permissions().has(Permission::PipelineWrite));
        let audits = |role: Role| role.permissions().has(Permission::AuditRead);
        assert_eq!(
            Role::ALL.iter().map(|role| audits(*role)).collect::<Vec<_>>(),
            [false, true, false, true]
        );
        assert!(Role::Maintainer.may_grant() && !Role::Auditor.may_grant());
    }
}
