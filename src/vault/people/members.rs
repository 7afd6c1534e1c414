//! Membership: the only place where evidence of it is made.

use crate::domain::actor::Member;
use crate::domain::project::Project;
use crate::domain::user::Person;
use crate::error::{Error, Result};
use crate::vault::Vault;
use uuid::Uuid;

impl Vault {
    /// The person with this id, if they may still sign in.
    pub async fn person(&self, id: Uuid) -> Result<Person> {
        let row = self.store.people().find(id).await?;
        row.map(|row| row.person).ok_or(Error::Unauthenticated)
    }

    pub async fn projects(&self, person: &Person) -> Result<Vec<Project>> {
        let rows = self.store.projects().of_person(person.id).await?;
        Ok(rows.into_iter().map(|(project, _)| project).collect())
    }

    /// The person as a member of the project. A project they do not belong to does not exist for
    /// them: `NotFound`.
    pub async fn member(&self, person: &Person, slug: &str) -> Result<Member> {
        Ok(self.member_among(person, slug).await?.0)
    }

    /// The same, with all their projects by name, for what stands round a page.
    pub async fn member_among(
        &self,
        person: &Person,
        slug: &str,
    ) -> Result<(Member, Vec<Project>)> {
        let rows = self.store.projects().of_person(person.id).await?;
        let found = rows.iter().find(|(project, _)| project.slug == slug).cloned();
        let (project, role) = found.ok_or(Error::NotFound)?;
        let member = Member::admit(person.clone(), project, role);
        Ok((member, rows.into_iter().map(|(project, _)| project).collect()))
    }
}
