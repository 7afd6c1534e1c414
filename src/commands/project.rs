//! `regcred project`.

use super::failure::Failure;
use super::output::{print, table};
use super::user::{document, role};
use super::{Common, Session};
use crate::domain::project::{Project as Made, ProjectEntry};
use crate::domain::user::{Person, Role};
use serde_json::{Value, json};
use std::process::ExitCode;

/// List and add projects, and say who belongs to them
///
/// What is done here is on record in the audit events of the project, in the name of `operator`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred project add 'Acme Web' --owner dana@example.com
  regcred project member add acme-web kim@example.com viewer")]
pub(super) struct Project {
    #[command(flatten)]
    common: Common,

    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List every project; the first column is what other commands take
    #[command(after_help = "Example:\n  regcred project list")]
    List,
    /// Add a project
    #[command(after_help = "Example:\n  regcred project add 'Acme Web' --owner dana@example.com")]
    Add {
        /// What people call it
        name: String,
        /// The address of who owns it; without one nobody belongs to it yet
        #[arg(long, value_name = "EMAIL")]
        owner: Option<String>,
    },
    /// List, add and remove the members of a project
    #[command(subcommand, after_help = "Example:\n  regcred project member list acme-web")]
    Member(MemberAction),
}

#[derive(Debug, clap::Subcommand)]
enum MemberAction {
    /// List who belongs to a project
    #[command(after_help = "Example:\n  regcred project member list acme-web --json")]
    List {
        /// The project: the first column of `regcred project list`
        slug: String,
    },
    /// Take a person into a project
    #[command(
        after_help = "Viewers see, auditors read the audit events too, maintainers create and edit, owners do everything.\n\nExample:\n  regcred project member add acme-web kim@example.com maintainer"
    )]
    Add {
        /// The project: the first column of `regcred project list`
        slug: String,
        /// The address the person signs in with
        email: String,
        /// Their role
        #[arg(value_parser = role())]
        role: Role,
    },
    /// Take a person out of a project; what they made stays
    #[command(after_help = "Example:\n  regcred project member remove acme-web kim@example.com")]
    Remove {
        /// The project: the first column of `regcred project list`
        slug: String,
        /// The address the person signs in with
        email: String,
    },
}

impl Project {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let session = self.common.begin(0).await?;
        let done = self.action.carry_out(&session).await;
        session.end().await;
        let (document, text) = done?;
        print(self.common.json, &document, &text)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Action {
    async fn carry_out(self, session: &Session) -> Result<(Value, String), Failure> {
        let Session { vault, operator } = session;
        Ok(match self {
            Self::List => listed(&vault.every_project(operator).await?),
            Self::Add { name, owner } => {
                added(&vault.add_project(operator, &name, owner.as_deref()).await?, &owner)
            }
            Self::Member(action) => action.carry_out(session).await?,
        })
    }
}

impl MemberAction {
    async fn carry_out(
        self,
        Session { vault, operator }: &Session,
    ) -> Result<(Value, String), Failure> {
        Ok(match self {
            Self::List { slug } => roster(&vault.roster(operator, &slug).await?),
            Self::Add { slug, email, role } => {
                let person = vault.add_member(operator, &slug, &email, role).await?;
                let text = format!("{} belongs to {slug} as {}.", person.email, role.word());
                (member(&person, role), text)
            }
            Self::Remove { slug, email } => {
                let person = vault.remove_member(operator, &slug, &email).await?;
                let text = format!("{} does not belong to {slug} any more.", person.email);
                (document(&person), text)
            }
        })
    }
}

fn member(person: &Person, role: Role) -> Value {
    let mut one = document(person);
    one["role"] = role.word().into();
    one
}

fn roster(members: &[(Person, Role)]) -> (Value, String) {
    let documents: Vec<Value> =
        members.iter().map(|(person, role)| member(person, *role)).collect();
    let row = |(person, role): &(Person, Role)| {
        [person.email.clone(), person.name.clone(), role.word().to_owned()]
    };
    let rows: Vec<[String; 3]> = members.iter().map(row).collect();
    (documents.into(), table(["EMAIL", "NAME", "ROLE"], &rows))
}

fn listed(entries: &[ProjectEntry]) -> (Value, String) {
    let one = |entry: &ProjectEntry| {
        let ProjectEntry { project, members, created_at } = entry;
        json!({
            "id": project.id, "slug": project.slug, "name": project.name, "members": members,
            "created_at": created_at.to_rfc3339(),
        })
    };
    let row = |entry: &ProjectEntry| {
        let project = &entry.project;
        let added = entry.created_at.day().to_text();
        [project.slug.clone(), project.name.clone(), entry.members.to_string(), added]
    };
    let documents: Vec<Value> = entries.iter().map(one).collect();
    let rows: Vec<[String; 4]> = entries.iter().map(row).collect();
    (documents.into(), table(["PROJECT", "NAME", "MEMBERS", "ADDED"], &rows))
}

fn added(project: &Made, owner: &Option<String>) -> (Value, String) {
    let Made { id, slug, name } = project;
    let next = match owner {
        Some(owner) => format!("{} owns it.", owner.trim()),
        None => format!("Nobody belongs to it yet: regcred project member add {slug} EMAIL owner"),
    };
    let text = format!("{name} was added as {slug}. {next}");
    (json!({"id": id, "slug": slug, "name": name}), text)
}
