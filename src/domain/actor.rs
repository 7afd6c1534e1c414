//! Who is asking, as a value that has to be held.
//!
//! The fields are private to this file: a member is made from a membership that the vault read
//! (`Member::admit`), and evidence of a permission from a member whose role has it.

#[cfg(test)]
mod tests;

use super::permission::{Permission, Permissions, Permit};
use super::project::Project;
use super::proof::Proof;
use super::user::{Person, Role};
use crate::error::{Error, Result};
use std::marker::PhantomData;
use std::ops::Deref;
use uuid::Uuid;

/// Who did something, as an audit event names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    Person {
        id: Uuid,
        name: String,
    },
    /// Somebody with access to the machine, by `operator` and what the system knows of them.
    Operator {
        name: String,
    },
    Pipeline {
        id: Uuid,
        name: String,
    },
    Product,
}

impl Actor {
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Person { id, .. } | Self::Pipeline { id, .. } => Some(*id),
            Self::Operator { .. } | Self::Product => None,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Person { name, .. } | Self::Pipeline { name, .. } | Self::Operator { name } => {
                name
            }
            Self::Product => "Regcred",
        }
    }
}

pub trait Acts {
    fn actor(&self) -> Actor;
}

impl Acts for Actor {
    fn actor(&self) -> Actor {
        self.clone()
    }
}

impl Acts for Person {
    fn actor(&self) -> Actor {
        Actor::Person { id: self.id, name: self.name.clone() }
    }
}

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

    pub fn person(&self) -> &Person {
        &self.person
    }

    pub fn project(&self) -> &Project {
        &self.project
    }

    pub fn role(&self) -> Role {
        self.role
    }

    pub fn permissions(&self) -> Permissions {
        self.role.permissions()
    }

    /// Whether their role has the permission: for what is drawn. What is done asks for evidence.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions().has(permission)
    }

    pub fn can<P: Permit>(&self) -> Result<Can<P>> {
        if self.may(P::PERMISSION) {
            Ok(Can { member: self.clone(), permit: PhantomData })
        } else {
            Err(Error::Forbidden)
        }
    }
}

impl Acts for Member {
    fn actor(&self) -> Actor {
        self.person.actor()
    }
}

/// Evidence of what a member may do.
impl<T: Deref<Target = Member>> Acts for T {
    fn actor(&self) -> Actor {
        self.person.actor()
    }
}

/// A member whose role has the permission: what takes a `Can<RegistryWrite>` cannot be called by
/// somebody who may only read.
#[derive(Clone, Debug)]
pub struct Can<P: Permit> {
    member: Member,
    permit: PhantomData<P>,
}

impl<P: Permit> Deref for Can<P> {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.member
    }
}

/// A member who may grant a credential to a pipeline. With a grant the secret can be obtained, so it
/// takes write permission on both nouns and a password that was typed just now.
#[derive(Clone, Debug)]
pub struct Granter(Member);

impl Granter {
    /// Only for the vault, which has just verified the person's password.
    #[cfg(feature = "ssr")]
    pub(crate) fn reauthenticated(member: &Member) -> Result<Self> {
        use super::permission::of;
        member.can::<of::RegistryWrite>()?;
        member.can::<of::PipelineWrite>()?;
        Ok(Self(member.clone()))
    }
}

impl Deref for Granter {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

/// Evidence that who asks typed their password just now: for what cannot be undone, beside the
/// evidence that they may do it.
#[derive(Clone, Copy, Debug)]
pub struct Confirmed(());

impl Confirmed {
    /// Only for the vault, which has just verified the person's password.
    #[cfg(feature = "ssr")]
    pub(crate) fn by_password() -> Self {
        Self(())
    }
}

/// Somebody with access to the machine, who runs the commands.
#[derive(Clone, Debug)]
pub struct Operator {
    name: String,
}

impl Operator {
    /// Only for the commands: to run one takes access to the key. `uid` is the user that runs it, and
    /// `sudo_user` who became that user, as `sudo` says.
    #[cfg(feature = "ssr")]
    pub(crate) fn at_the_machine(uid: u32, sudo_user: Option<&str>) -> Self {
        /// Characters.
        const SUDO_USER_MAX: usize = 64;
        let sudo_user: String = sudo_user
            .unwrap_or_default()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "._-@$".contains(*c))
            .take(SUDO_USER_MAX)
            .collect();
        let name = if sudo_user.is_empty() {
            format!("operator (uid {uid})")
        } else {
            format!("operator (uid {uid}, sudo by {sudo_user})")
        };
        Self { name }
    }

    /// With access to the machine the instance can be managed.
    pub fn instance_admin(&self) -> InstanceAdmin {
        InstanceAdmin(self.actor())
    }
}

impl Acts for Operator {
    fn actor(&self) -> Actor {
        Actor::Operator { name: self.name.clone() }
    }
}

/// Somebody who manages the instance: a person with that right, or the operator.
#[derive(Clone, Debug)]
pub struct InstanceAdmin(Actor);

impl Person {
    pub fn instance_admin(&self) -> Result<InstanceAdmin> {
        if self.is_admin { Ok(InstanceAdmin(self.actor())) } else { Err(Error::Forbidden) }
    }
}

impl Acts for InstanceAdmin {
    fn actor(&self) -> Actor {
        self.0.clone()
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
    epoch: i64,
}

impl Pipeline {
    /// Only for the vault, which has just verified the token or the signature.
    #[cfg(feature = "ssr")]
    pub(crate) fn admit(
        id: Uuid,
        project_id: Uuid,
        name: String,
        token_id: String,
        (proof, epoch): (Proof, i64),
    ) -> Self {
        Self { id, project_id, name, token_id, proof, epoch }
    }

    pub fn id(&self) -> Uuid {
        self.id
    }

    pub fn project_id(&self) -> Uuid {
        self.project_id
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of its tokens proved it (the public half); empty when it signed its request.
    pub fn token_id(&self) -> &str {
        &self.token_id
    }

    pub fn proof(&self) -> &Proof {
        &self.proof
    }

    /// Since which of the pipeline's epochs it can act so: see [`super::grant::Approval`].
    pub fn epoch(&self) -> i64 {
        self.epoch
    }
}

impl Acts for Pipeline {
    fn actor(&self) -> Actor {
        Actor::Pipeline { id: self.id, name: self.name.clone() }
    }
}
