//! `regcred user`.

use super::failure::Failure;
use super::leaving::Leaving;
use super::output::list;
use super::{Common, Session, password};
use crate::domain::moment::Moment;
use crate::domain::user::{Account, Person, Role};
use crate::vault::{Losing, NewAccount};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Manage users
///
/// Changes are recorded in the audit events of the instance, as done by `operator`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred user list
  regcred user add --email dana@example.com --name 'Dana Kim' --project acme --role owner < password-file
  regcred user disable dana@example.com")]
pub(super) struct User {
    #[command(flatten)]
    common: Common,

    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List all users
    #[command(after_help = "Example:\n  regcred user list --json")]
    List,
    /// Add a user; the first line of standard input is the password
    #[command(
        after_help = "The password must have at least 12 characters. The user can sign in immediately.\n\nExample:\n  regcred user add --email dana@example.com --name 'Dana Kim' --project acme --role maintainer < password-file"
    )]
    Add(Add),
    /// Set a user's password from standard input, and end their sessions
    #[command(after_help = "Example:\n  regcred user password dana@example.com < password-file")]
    Password {
        /// The email address of the user
        email: String,
    },
    /// Disable a user, and end their sessions and what they created
    #[command(
        after_help = "In every project, the pipeline tokens that the user created are revoked, their trust rules stop until another maintainer confirms them, their approvals are withdrawn, and shared secrets and tokens of audit destinations that they were shown stop until they are renewed. The command lists all of it first. Grants, other audit destinations and trusted issuers stay. Secrets that they typed and token services that they accepted stay and are listed: rotate those secrets. With --keep, all of it stays and is listed, so that you can decide on it. Run the command again without --keep to end it. Without a terminal, nothing is changed unless --yes or --keep is given or nothing would end.\n\nExamples:\n  regcred user disable dana@example.com\n  regcred user disable dana@example.com --yes\n  regcred user disable dana@example.com --keep"
    )]
    Disable {
        /// The email address of the user
        email: String,
        #[command(flatten)]
        leaving: Leaving,
    },
    /// Enable a disabled user
    #[command(after_help = "Example:\n  regcred user enable dana@example.com")]
    Enable {
        /// The email address of the user
        email: String,
    },
    /// Grant or revoke instance admin
    #[command(
        after_help = "An instance admin manages the instance, but sees only the projects they are a member of.\n\nWith --no, the tokens of audit destinations of the instance that the user was shown stop until they are renewed. Other audit destinations of the instance and trusted issuers that they added stay, and are listed. With --keep, all of it stays. Run the command again without --keep to end it.\n\nExamples:\n  regcred user admin dana@example.com --yes\n  regcred user admin dana@example.com --no"
    )]
    Admin {
        /// The email address of the user
        email: String,
        #[command(flatten)]
        answer: Answer,
        /// With --no, keep what would end, and list it for a decision
        #[arg(long, requires = "no")]
        keep: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The email address to sign in with
    #[arg(long)]
    email: String,
    /// The name shown to others
    #[arg(long)]
    name: String,
    /// Grant instance admin
    #[arg(long)]
    admin: bool,
    /// Add the user to this project (first column of `regcred project list`)
    #[arg(long, requires = "role", value_name = "SLUG")]
    project: Option<String>,
    /// The role in that project
    #[arg(long, requires = "project", value_parser = role())]
    role: Option<Role>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Answer {
    /// Grant it
    #[arg(long)]
    yes: bool,
    /// Revoke it
    #[arg(long)]
    no: bool,
}

pub(super) fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.iter().map(|role| role.word()))
        .try_map(|word| Role::from_word(&word).ok_or("there is no such role"))
}

impl User {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        // Read first, so that a missing password is reported at once.
        let password = match &self.action {
            Action::Add(_) | Action::Password { .. } => password::read()?,
            _ => String::new().into(),
        };
        let session = self.common.begin(0).await?;
        let done = self.action.carry_out(&session, &password).await;
        self.common.finish(session, done).await
    }
}

impl Action {
    async fn carry_out(
        self,
        Session { vault, operator }: &Session,
        password: &str,
    ) -> Result<(Value, String), Failure> {
        Ok(match self {
            Self::List => listed(&vault.accounts(operator).await?),
            Self::Add(Add { email, name, admin, project, role }) => {
                let new =
                    NewAccount { email, name, is_admin: admin, membership: project.zip(role) };
                told(&vault.add_person(operator, &new, password).await?, "was added")
            }
            Self::Password { email } => {
                let person = vault.set_password(operator, &email, password).await?;
                told(&person, "has a new password and was signed out everywhere")
            }
            Self::Disable { email, leaving } => {
                leaving.ask(&vault.leftovers(operator, &email, Losing::Everything).await?)?;
                let (person, left) =
                    vault.disable_person(operator, &email, leaving.keeps()).await?;
                let (document, text) = told(&person, "was disabled");
                leaving.told(document, text, &left)
            }
            Self::Enable { email } => {
                told(&vault.enable_person(operator, &email).await?, "was enabled")
            }
            Self::Admin { email, answer: Answer { yes: true, .. }, .. } => {
                told(&vault.grant_admin(operator, &email).await?, "is now an instance admin")
            }
            Self::Admin { email, keep, .. } => {
                let leaving = Leaving::said(keep);
                leaving.ask(&vault.leftovers(operator, &email, Losing::Admin).await?)?;
                let (person, left) = vault.revoke_admin(operator, &email, keep).await?;
                let (document, text) = told(&person, "is no longer an instance admin");
                leaving.told(document, text, &left)
            }
        })
    }
}

fn told(person: &Person, what: &str) -> (Value, String) {
    (document(person), format!("{} {what}.", person.email))
}

pub(super) fn document(person: &Person) -> Value {
    let Person { id, email, name, is_admin } = person;
    json!({"id": id, "email": email, "name": name, "admin": is_admin})
}

fn listed(accounts: &[Account]) -> (Value, String) {
    list(["EMAIL", "NAME", "ADMIN", "STATE", "ADDED"], accounts, |account| {
        let Account { person, created_at, disabled_at } = account;
        let mut one = document(person);
        one["created_at"] = created_at.to_rfc3339().into();
        one["disabled_at"] = disabled_at.map(Moment::to_rfc3339).into();
        let is_admin = if person.is_admin { "yes" } else { "no" }.to_owned();
        let state = if disabled_at.is_some() { "disabled" } else { "enabled" }.to_owned();
        let (email, name) = (person.email.clone(), person.name.clone());
        (one, [email, name, is_admin, state, created_at.day().to_text()])
    })
}
