//! Who belongs where: the only place where evidence of membership is made.

use super::Vault;
use crate::domain::actor::Member;
use crate::domain::project::Project;
use crate::domain::user::Person;
use crate::error::{Error, Result};
use uuid::Uuid;

impl Vault {
    /// The person with this id, if they may still sign in.
    pub async fn person(&self, id: Uuid) -> Result<Person> {
        let row = self.store.people().find(id).await?;
        row.map(|row| row.person).ok_or(Error::Unauthenticated)
    }

    /// The projects of a person, by name.
    pub async fn projects(&self, person: &Person) -> Result<Vec<Project>> {
        let rows = self.store.projects().of_person(person.id).await?;
        Ok(rows.into_iter().map(|(project, _)| project).collect())
    }

    /// The person as a member of the project. A project they do not belong to does not exist for
    /// them: `NotFound`.
    pub async fn member(&self, person: &Person, slug: &str) -> Result<Member> {
        let rows = self.store.projects().of_person(person.id).await?;
        let found = rows.into_iter().find(|(project, _)| project.slug == slug);
        let (project, role) = found.ok_or(Error::NotFound)?;
        Ok(Member::admit(person.clone(), project, role))
    }
}
