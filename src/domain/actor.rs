//! Who is asking, as a value that has to be held.
//!
//! The fields are private to this file: evidence is made from a membership that the vault read
//! (`Member::admit`), and each permission from a member whose role has it. What takes an `Editor`
//! cannot be called by who may only read.

use super::project::Project;
use super::proof::Proof;
use super::user::{Person, Role};
use crate::error::{Error, Result};
use uuid::Uuid;

super::words! {
    /// What may be done, in the words of access rules elsewhere.
    pub enum Permission {
        /// See registry credentials.
        RegistryRead = "iam:project:cicd:registry:read", "View registries";
        /// Create and change registry credentials.
        RegistryWrite = "iam:project:cicd:registry:write", "Create and edit registries";
        /// Delete registry credentials.
        RegistryDelete = "iam:project:cicd:registry:delete", "Delete registries";
        /// See pipelines.
        PipelineRead = "iam:project:cicd:pipeline:read", "View pipelines";
        /// Create and change pipelines, their tokens and grants.
        PipelineWrite = "iam:project:cicd:pipeline:write", "Create and edit pipelines";
        /// Delete pipelines.
        PipelineDelete = "iam:project:cicd:pipeline:delete", "Delete pipelines";
    }
}

impl Role {
    /// Whether the role has the permission.
    pub fn allows(self, permission: Permission) -> bool {
        use Permission::{PipelineRead, PipelineWrite, RegistryRead, RegistryWrite};
        match self {
            Self::Owner => true,
            Self::Maintainer => {
                matches!(permission, RegistryRead | RegistryWrite | PipelineRead | PipelineWrite)
            }
            Self::Viewer | Self::Auditor => matches!(permission, RegistryRead | PipelineRead),
        }
    }
}

/// A person in a project they belong to.
#[derive(Clone, Debug)]
pub struct Member {
    person: Person,
    project: Project,
    role: Role,
}

impl Member {
    /// Only for the vault, which has just read the membership.
    #[cfg(feature = "ssr")]
    pub(crate) fn admit(person: Person, project: Project, role: Role) -> Self {
        Self { person, project, role }
    }

    /// Who it is.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Where queries begin.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Their role in the project.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether their role has the permission: for what is drawn. What is done asks for evidence.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.allows(permission)
    }
}

macro_rules! evidence {
    ($($(#[$meta:meta])* $name:ident, $method:ident, $permission:ident;)+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug)]
            pub struct $name(Member);

            impl std::ops::Deref for $name {
                type Target = Member;
                fn deref(&self) -> &Member { &self.0 }
            }

            impl Member {
                /// The evidence, or `Forbidden`.
                pub fn $method(&self) -> Result<$name> {
                    if self.may(Permission::$permission) { Ok($name(self.clone())) } else { Err(Error::Forbidden) }
                }
            }
        )+
    };
}

evidence! {
    /// May see registry credentials.
    Reader, reader, RegistryRead;
    /// May create and change registry credentials.
    Editor, editor, RegistryWrite;
    /// May delete registry credentials.
    Remover, remover, RegistryDelete;
    /// May see pipelines.
    PipelineReader, pipeline_reader, PipelineRead;
    /// May create and change pipelines.
    PipelineEditor, pipeline_editor, PipelineWrite;
    /// May delete pipelines.
    PipelineRemover, pipeline_remover, PipelineDelete;
}

/// May hand a credential to a pipeline: whoever can do that can obtain the secret, so it needs
/// write permission on both nouns and a password typed just now.
#[derive(Clone, Debug)]
pub struct Granter(Member);

impl Granter {
    /// Only for the vault, which has just verified the person's password.
    #[cfg(feature = "ssr")]
    pub(crate) fn reauthenticated(member: &Member) -> Result<Self> {
        member.editor()?;
        member.pipeline_editor()?;
        Ok(Self(member.clone()))
    }
}

impl std::ops::Deref for Granter {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

/// Somebody with access to the machine: who runs the commands.
#[derive(Clone, Debug)]
pub struct Operator(());

impl Operator {
    /// Only for the commands, which can be run by who can read the key.
    #[cfg(feature = "ssr")]
    pub(crate) fn at_the_machine() -> Self {
        Self(())
    }
}

/// A person who manages the instance.
#[derive(Clone, Debug)]
pub struct InstanceAdmin(Person);

impl Person {
    /// The evidence, or `Forbidden`.
    pub fn instance_admin(&self) -> Result<InstanceAdmin> {
        if self.is_admin { Ok(InstanceAdmin(self.clone())) } else { Err(Error::Forbidden) }
    }
}

/// Who may see to the keys of the instance.
pub trait KeyKeeper {
    /// The person; `None` for who sits at the machine, and for the product itself.
    fn keeper(&self) -> Option<&Person>;

    /// Whether it is who sits at the machine.
    fn is_operator(&self) -> bool {
        false
    }
}

impl KeyKeeper for Operator {
    fn keeper(&self) -> Option<&Person> {
        None
    }

    fn is_operator(&self) -> bool {
        true
    }
}

impl KeyKeeper for InstanceAdmin {
    fn keeper(&self) -> Option<&Person> {
        Some(&self.0)
    }
}

/// A pipeline whose token was verified a moment ago.
#[derive(Clone, Debug)]
pub struct Pipeline {
    id: Uuid,
    project_id: Uuid,
    name: String,
    token_id: String,
    proof: Proof,
}

impl Pipeline {
    /// Only for the vault, which has just verified the token or the signature.
    #[cfg(feature = "ssr")]
    pub(crate) fn admit(
        id: Uuid,
        project_id: Uuid,
        name: String,
        token_id: String,
        proof: Proof,
    ) -> Self {
        Self { id, project_id, name, token_id, proof }
    }

    /// Never changes.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Where its queries begin.
    pub fn project_id(&self) -> Uuid {
        self.project_id
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of its tokens proved it (the public half); empty when it signed its request.
    pub fn token_id(&self) -> &str {
        &self.token_id
    }

    /// What was proved of its run.
    pub fn proof(&self) -> &Proof {
        &self.proof
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(role: Role) -> Member {
        let person = Person {
            id: Uuid::nil(),
            email: "a@example.com".into(),
            name: "A".into(),
            is_admin: true,
        };
        let project = Project { id: Uuid::nil(), slug: "acme".into(), name: "Acme".into() };
        Member::admit(person, project, role)
    }

    #[test]
    fn each_role_has_what_it_is_for_and_no_more() {
        assert!(member(Role::Viewer).reader().is_ok());
        assert_eq!(member(Role::Viewer).editor().err(), Some(Error::Forbidden));
        assert!(member(Role::Maintainer).editor().is_ok());
        assert_eq!(member(Role::Maintainer).remover().err(), Some(Error::Forbidden));
        assert!(member(Role::Owner).remover().is_ok());
        assert_eq!(Granter::reauthenticated(&member(Role::Auditor)).err(), Some(Error::Forbidden));
    }
}
