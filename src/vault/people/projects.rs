//! Projects and their members, as the operator manages them. Each change has an event in the chain
//! of the project.

use super::departures::kept;
use super::{about, account};
use crate::domain::actor::Operator;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::departure::{Leftover, Lost};
use crate::domain::project::{self, Project, ProjectEntry};
use crate::domain::typed_text::name_problem;
use crate::domain::user::{Person, Role};
use crate::error::{Error, Result};
use crate::store::{Rank, Recorded, Write};
use crate::vault::{Vault, now, today};
use uuid::Uuid;

/// What became of a person who was given a role.
#[derive(Clone, Debug)]
pub struct NewRole {
    pub person: Person,
    /// The role that they had; `None` when they were no member.
    pub before: Option<Role>,
    /// What they made with it and may make no more.
    pub left: Vec<Leftover>,
}

/// How many projects may have names that end the same in a URL.
const NAMESAKES: u32 = 1_000;

impl Vault {
    /// Every project, by its part of the URL.
    pub async fn every_project(&self, _operator: &Operator) -> Result<Vec<ProjectEntry>> {
        Ok(self.store.projects().list().await?)
    }

    /// The members of the project, by address.
    ///
    /// # Errors
    /// `Conflict` when there is no such project.
    pub async fn roster(&self, _operator: &Operator, slug: &str) -> Result<Vec<(Person, Role)>> {
        let project = self.store.projects().find(slug).await?.ok_or_else(unknown_project)?;
        Ok(self.store.projects().roster(project.id).await?)
    }

    /// Creates a project; `owner` is the address of its owner.
    ///
    /// # Errors
    /// `Invalid` for a name that breaks the rules, `Conflict` when there is no such person.
    pub async fn add_project(
        &self,
        operator: &Operator,
        name: &str,
        owner: Option<&str>,
    ) -> Result<Project> {
        let name = name.trim();
        if let Some(problem) = name_problem(name, "project") {
            return Err(Error::at("name", problem));
        }
        let id = Uuid::now_v7();
        let write = self.store.write_in_line(Rank::Other).await?;
        write.chain().begin(id).await?;
        write.chain().hold(id).await?;
        let slug = free_slug(&write, &project::slug(name)).await?;
        let project = Project { id, slug, name: name.to_owned() };
        write.projects().insert(&project, now().0).await?;
        let subject = Subject { id: project.id, name: project.name.clone() };
        let what = (Action::ProjectCreated, subject, Detail::ReportsLinked);
        let recorded = self.record_event(&write, project.id, operator, what).await?;
        if let Some(email) = owner {
            let person = account(&write, email).await?.person;
            self.admit(operator, &write, &project, &person, Role::Owner).await?;
        }
        write.commit(recorded).await?;
        Ok(project)
    }

    /// Takes the person into the project, or gives a member another role. What they made, approved and
    /// were shown with a right that the role does not have ends, unless it is to be kept.
    ///
    /// # Errors
    /// `Conflict` when there is no such project or person, or they have that role already.
    pub async fn add_member(
        &self,
        operator: &Operator,
        slug: &str,
        email: &str,
        role: Role,
        keep: bool,
    ) -> Result<NewRole> {
        let write = self.store.write_in_line(Rank::Other).await?;
        let project = named(&write, slug).await?;
        let person = account(&write, email).await?.person;
        // With one that somebody else wrote they are no member, and it would be in the way.
        write.projects().dismiss_forged(project.id, person.id).await?;
        let members = write.projects().roster(project.id).await?;
        let before = members.iter().find(|(member, _)| member.id == person.id);
        let Some(from) = before.map(|(_, role)| *role) else {
            let recorded = self.admit(operator, &write, &project, &person, role).await?;
            write.commit(recorded).await?;
            return Ok(NewRole { person, before: None, left: Vec::new() });
        };
        if from == role {
            return Err(Error::Conflict(format!(
                "This person is already a member with this role ({}). Nothing was changed.",
                role.word()
            )));
        }
        // First, since it locks the membership: what they make meanwhile is found, or refused.
        write.projects().set_role(project.id, person.id, role).await?;
        let mut left = Vec::new();
        let lost = Lost::of_member(project.id, from, Some(role));
        if let Some(lost) = lost {
            left = write.departures().of(person.id, lost, today()).await?;
        }
        let ended = self.end(&write, project.id, person.id, (left.as_slice(), keep)).await?;
        self.record_ended(operator, &write, ended).await?;
        let kept = kept(&left, keep);
        let what = (Action::RoleChanged, about(&person), Detail::Roles { from, to: role, kept });
        self.commit_event(write, project.id, operator, what).await?;
        if lost.is_some() && !keep {
            self.end_hidden(operator).await?;
        }
        Ok(NewRole { person, before: Some(from), left })
    }

    /// Takes the person out of the project. What they made, approved and were shown in it ends, too,
    /// unless it is to be kept; gives what there was of it.
    ///
    /// # Errors
    /// `Conflict` when there is no such project or person, or they are not in it.
    pub async fn remove_member(
        &self,
        operator: &Operator,
        slug: &str,
        email: &str,
        keep: bool,
    ) -> Result<(Person, Vec<Leftover>)> {
        let write = self.store.write_in_line(Rank::Other).await?;
        let project = named(&write, slug).await?;
        let person = account(&write, email).await?.person;
        if !write.projects().dismiss(project.id, person.id).await? {
            return Err(Error::Conflict(
                "This person is not a member of the project. `regcred project member list` lists its members."
                    .to_owned(),
            ));
        }
        let lost = Lost::membership(project.id);
        let left = write.departures().of(person.id, lost, today()).await?;
        let ended = self.end(&write, project.id, person.id, (left.as_slice(), keep)).await?;
        self.record_ended(operator, &write, ended).await?;
        let what = (Action::MemberRemoved, about(&person), Detail::kept(kept(&left, keep)));
        self.commit_event(write, project.id, operator, what).await?;
        if !keep {
            self.end_hidden(operator).await?;
        }
        Ok((person, left))
    }

    pub(super) async fn admit(
        &self,
        operator: &Operator,
        write: &Write,
        project: &Project,
        person: &Person,
        role: Role,
    ) -> Result<Recorded> {
        write.projects().admit(project.id, person.id, role, now().0).await?;
        let what = (Action::MemberAdded, about(person), Detail::Role(role));
        self.record_event(write, project.id, operator, what).await
    }
}

pub(super) async fn named(write: &Write, slug: &str) -> Result<Project> {
    write.projects().find(slug).await?.ok_or_else(unknown_project)
}

pub(in crate::vault) fn unknown_project() -> Error {
    Error::Conflict(
        "There is no such project. `regcred project list` lists the projects. Use a value of its first column."
            .to_owned(),
    )
}

/// The name itself, or with the first number behind it that nobody has.
async fn free_slug(write: &Write, wanted: &str) -> Result<String> {
    if !write.projects().has_slug(wanted).await? {
        return Ok(wanted.to_owned());
    }
    for number in 2..NAMESAKES {
        let slug = format!("{wanted}-{number}");
        if !write.projects().has_slug(&slug).await? {
            return Ok(slug);
        }
    }
    Err(Error::at("name", "Too many projects have a similar name. Choose another one."))
}
