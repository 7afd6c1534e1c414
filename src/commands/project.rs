//! `regcred project`.

use super::failure::Failure;
use super::leaving::Leaving;
use super::output::list;
use super::user::{document, role};
use super::{Common, Session};
use crate::domain::project::{Project as Made, ProjectEntry};
use crate::domain::user::{Person, Role};
use crate::vault::{Losing, NewRole};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Manage projects and their members
///
/// Changes are recorded in the audit events of the project, as done by `operator`.
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
    /// List the projects; other commands take the first column
    #[command(after_help = "Example:\n  regcred project list")]
    List,
    /// Add a project
    #[command(after_help = "Example:\n  regcred project add 'Acme Web' --owner dana@example.com")]
    Add {
        /// The name of the project
        name: String,
        /// The email address of the owner; without it the project has no members yet
        #[arg(long, value_name = "EMAIL")]
        owner: Option<String>,
    },
    /// List, add and remove the members of a project
    #[command(subcommand, after_help = "Example:\n  regcred project member list acme-web")]
    Member(MemberAction),
}

#[derive(Debug, clap::Subcommand)]
enum MemberAction {
    /// List the members of a project
    #[command(after_help = "Example:\n  regcred project member list acme-web --json")]
    List {
        /// The project (first column of `regcred project list`)
        slug: String,
    },
    /// Add a member, or change a member's role
    #[command(
        after_help = "Viewers can only view. Auditors can also see client addresses, and which token was used. Maintainers can view, create and edit. Owners can do everything.\n\nA member who becomes a viewer or an auditor loses what they created, as with `regcred project member remove`. An owner who gets another role loses the tokens of audit destinations that they were shown.\n\nExample:\n  regcred project member add acme-web kim@example.com maintainer"
    )]
    Add {
        /// The project (first column of `regcred project list`)
        slug: String,
        /// The email address of the user
        email: String,
        /// Their role
        #[arg(value_parser = role())]
        role: Role,
        #[command(flatten)]
        leaving: Leaving,
    },
    /// Remove a member, and end what they created in the project
    #[command(
        after_help = "The pipeline tokens that the member created are revoked, their trust rules stop until another maintainer confirms them, their approvals are withdrawn, and a shared secret or the token of an audit destination that they were shown stops until it is renewed. The command lists all of it first. Grants and other audit destinations stay. Secrets that they typed and token services that they accepted stay and are listed: rotate those secrets. With --keep, all of it stays and is listed, so that you can decide on it. Without a terminal, nothing is changed unless --yes or --keep is given or nothing would end.\n\nExamples:\n  regcred project member remove acme-web kim@example.com\n  regcred project member remove acme-web kim@example.com --keep"
    )]
    Remove {
        /// The project (first column of `regcred project list`)
        slug: String,
        /// The email address of the user
        email: String,
        #[command(flatten)]
        leaving: Leaving,
    },
}

impl Project {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let session = self.common.begin(0).await?;
        let done = self.action.carry_out(&session).await;
        self.common.finish(session, done).await
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
            Self::Add { slug, email, role, leaving } => {
                let losing = Losing::Role { slug: &slug, to: Some(role) };
                leaving.ask(&vault.leftovers(operator, &email, losing).await?)?;
                let keep = leaving.keeps();
                let NewRole { person, before, left } =
                    vault.add_member(operator, &slug, &email, role, keep).await?;
                let (email, to) = (&person.email, role.word());
                let text = match before {
                    None => format!("{email} is now a member of {slug} ({to})."),
                    Some(from) => {
                        format!(
                            "The role of {email} in {slug} was changed from {} to {to}.",
                            from.word()
                        )
                    }
                };
                leaving.told(member(&person, role), text, &left)
            }
            Self::Remove { slug, email, leaving } => {
                let losing = Losing::Role { slug: &slug, to: None };
                leaving.ask(&vault.leftovers(operator, &email, losing).await?)?;
                let (person, left) =
                    vault.remove_member(operator, &slug, &email, leaving.keeps()).await?;
                let text = format!("{} is no longer a member of {slug}.", person.email);
                leaving.told(document(&person), text, &left)
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
    list(["EMAIL", "NAME", "ROLE"], members, |(person, role)| {
        let row = [person.email.clone(), person.name.clone(), role.word().to_owned()];
        (member(person, *role), row)
    })
}

fn listed(entries: &[ProjectEntry]) -> (Value, String) {
    list(["PROJECT", "NAME", "MEMBERS", "ADDED"], entries, |entry| {
        let ProjectEntry { project: Made { id, slug, name }, members, created_at } = entry;
        let document = json!({
            "id": id, "slug": slug, "name": name, "members": members,
            "created_at": created_at.to_rfc3339(),
        });
        let added = created_at.day().to_text();
        (document, [slug.clone(), name.clone(), members.to_string(), added])
    })
}

fn added(project: &Made, owner: &Option<String>) -> (Value, String) {
    let Made { id, slug, name } = project;
    let next = match owner {
        Some(owner) => format!("{} is the owner.", owner.trim()),
        None => {
            format!("It has no members yet. Add one: regcred project member add {slug} EMAIL owner")
        }
    };
    let text = format!("{name} was added as {slug}. {next}");
    (json!({"id": id, "slug": slug, "name": name}), text)
}
