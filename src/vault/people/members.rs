//! Membership: the only place where evidence of it is made.

use crate::domain::actor::{Acts, Can, Granter, InstanceAdmin, Member};
use crate::domain::permission::{Permissions, Permit, TO_GRANT};
use crate::domain::project::Project;
use crate::domain::user::{Person, Role};
use crate::error::{Error, Result};
use crate::store::{Rank, Write};
use crate::vault::{INSTANCE, Vault};
use uuid::Uuid;

impl Vault {
    /// The person with this id, if they may still sign in.
    pub async fn person(&self, id: Uuid) -> Result<Person> {
        let row = self.store.people().find(id).await?;
        row.map(|row| row.person).ok_or(Error::Unauthenticated)
    }

    /// The same, with all their projects by name, and their role in each.
    async fn belonging(&self, id: Uuid) -> Result<(Person, Vec<(Project, Role)>)> {
        self.store.projects().of_person(id).await?.ok_or(Error::Unauthenticated)
    }

    /// The person with this id, if they may still sign in, with the first of their projects by name.
    pub async fn person_at_home(&self, id: Uuid) -> Result<(Person, Option<Project>)> {
        let (person, rows) = self.belonging(id).await?;
        Ok((person, rows.into_iter().next().map(|(project, _)| project)))
    }

    /// A transaction of somebody who hands out access. Their right is read again in it and held: who
    /// takes it from them is waited for, or waits and finds what was made with it. It holds the
    /// project's chain, as `write_in` does.
    pub(in crate::vault) async fn write_as(&self, granter: &Granter) -> Result<Write> {
        self.write_while(granter, TO_GRANT).await
    }

    /// The same of somebody who destroys, and typed their password since their right was read, or who says
    /// which secret is delivered: a departure lists those that the person typed.
    pub(in crate::vault) async fn write_by<P: Permit>(&self, by: &Can<P>) -> Result<Write> {
        self.write_while(by, Permissions::none().with(P::PERMISSION)).await
    }

    /// The same of a member whose role has these permissions still.
    pub(in crate::vault) async fn write_while(
        &self,
        member: &Member,
        needed: Permissions,
    ) -> Result<Write> {
        let write = self.store.write_in_line(Rank::Other).await?;
        let (project, person) = (member.project().id, member.person().id);
        match write.projects().role_now(project, person).await? {
            Some(role) if role.permissions().has_all(needed) => {}
            Some(_) => return Err(Error::Forbidden),
            None => return Err(Error::NotFound),
        }
        write.chain().hold(project).await?;
        Ok(write)
    }

    /// The person as a member of the project. A project they do not belong to does not exist for
    /// them: `NotFound`.
    pub async fn member(&self, person: &Person, slug: &str) -> Result<Member> {
        Ok(self.member_among(person.id, slug).await?.0)
    }

    /// The same of the person with this id, if they may still sign in, with all their projects by name,
    /// for what stands round a page.
    pub async fn member_among(&self, id: Uuid, slug: &str) -> Result<(Member, Vec<Project>)> {
        let (person, rows) = self.belonging(id).await?;
        let found = rows.iter().find(|(project, _)| project.slug == slug).cloned();
        let (project, role) = found.ok_or(Error::NotFound)?;
        let member = Member::admit(person, project, role);
        Ok((member, rows.into_iter().map(|(project, _)| project).collect()))
    }

    /// A transaction of who manages the instance, which holds its chain. Their right is read again in it.
    pub(in crate::vault) async fn write_as_admin(&self, admin: &InstanceAdmin) -> Result<Write> {
        let write = self.write_in(INSTANCE).await?;
        if let Some(person) = admin.actor().id()
            && !is_admin_now(&write, person).await?
        {
            return Err(Error::Forbidden);
        }
        Ok(write)
    }
}

/// Whether the person manages the instance at this moment. Who changes that holds the chain of the instance,
/// as the transaction does.
pub(in crate::vault) async fn is_admin_now(write: &Write, person: Uuid) -> Result<bool> {
    let found = write.people().find(person).await?;
    Ok(found.is_some_and(|row| row.person.is_admin))
}

/// Which of these makers may not hand out access with what the members of the project are, any more
/// or at all.
pub(in crate::vault) fn gone(
    members: &[(Person, Role)],
    makers: impl IntoIterator<Item = Option<Uuid>>,
) -> Vec<Uuid> {
    let stays =
        |id: &Uuid| members.iter().any(|(person, role)| person.id == *id && role.may_grant());
    let mut gone: Vec<Uuid> = makers.into_iter().flatten().filter(|id| !stays(id)).collect();
    gone.sort_unstable();
    gone.dedup();
    gone
}
