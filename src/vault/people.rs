//! Accounts, as the operator manages them. Each change has an event in the chain of the instance.

mod departures;
mod members;
mod projects;
mod setup;

pub use departures::Losing;
pub(super) use members::{gone, is_admin_now};
pub use projects::NewRole;
pub(super) use projects::unknown_project;
pub use setup::{FirstPerson, Signed};

use super::passwords::password_problem;
use super::{INSTANCE, Vault, names, now, today};
use crate::domain::actor::Operator;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::departure::{Leftover, Lost};
use crate::domain::typed_text::name_problem;
use crate::domain::user::{Account, Person, Role, email_problem};
use crate::error::{Error, FieldError, Result};
use crate::store::{NewPerson, Write, unless_taken};
use departures::kept;
use setup::close_set_up;
use uuid::Uuid;

const TAKEN: &str =
    "A user with this email address already exists. `regcred user password` sets a new password.";

#[derive(Clone, Debug)]
pub struct NewAccount {
    pub email: String,
    pub name: String,
    pub is_admin: bool,
    /// A project's part of the URL, and their role in it.
    pub membership: Option<(String, Role)>,
}

impl Vault {
    /// Everybody, by address, whether or not they may sign in.
    pub async fn accounts(&self, _operator: &Operator) -> Result<Vec<Account>> {
        Ok(self.store.people().list().await?)
    }

    /// Adds a person. With an admin the instance is set up: no link can do it any more.
    ///
    /// # Errors
    /// `Invalid` for what breaks the rules of the set-up page, `Conflict` for an unknown project.
    pub async fn add_person(
        &self,
        operator: &Operator,
        new: &NewAccount,
        password: &str,
    ) -> Result<Person> {
        let (email, name) = (new.email.trim(), new.name.trim());
        refuse([
            ("email", email_problem(email).map(str::to_owned)),
            ("name", name_problem(name, "person")),
            ("password", password_problem(password, &[email, name])),
        ])?;
        let password_hash = self.passwords.hash(password).await?;
        let write = self.write_in(INSTANCE).await?;
        let email_key = names::fold(email);
        if write.people().account(&email_key).await?.is_some() {
            return Err(Error::at("email", TAKEN));
        }
        let membership = match &new.membership {
            Some((slug, role)) => Some((projects::named(&write, slug).await?, *role)),
            None => None,
        };
        let person = Person {
            id: Uuid::now_v7(),
            email: email.to_owned(),
            name: name.to_owned(),
            is_admin: new.is_admin,
        };
        let row =
            NewPerson { person: person.clone(), email_key, password_hash, created_at: now().0 };
        write
            .people()
            .insert(row)
            .await
            .map_err(|error| unless_taken(error, Error::at("email", TAKEN)))?;
        if new.is_admin {
            close_set_up(&write).await?;
        }
        let detail = Detail::Account { is_admin: new.is_admin };
        let what = (Action::UserCreated, about(&person), detail);
        let recorded = self.record_event(&write, INSTANCE, operator, what).await?;
        if let Some((project, role)) = membership {
            self.admit(operator, &write, &project, &person, role).await?;
        }
        write.commit(recorded).await?;
        Ok(person)
    }

    /// Gives the person another password, and ends their sessions.
    ///
    /// # Errors
    /// `Invalid` for a password that breaks the rules, `Conflict` when there is no such person.
    pub async fn set_password(
        &self,
        operator: &Operator,
        email: &str,
        password: &str,
    ) -> Result<Person> {
        if let Some(problem) = password_problem(password, &[email]) {
            return Err(Error::at("password", problem));
        }
        let password_hash = self.passwords.hash(password).await?;
        let write = self.write_in(INSTANCE).await?;
        let person = account(&write, email).await?.person;
        write.people().set_password(person.id, password_hash).await?;
        write.sessions().delete_of_person(person.id).await?;
        self.change_account(operator, write, Action::PasswordSet, &person).await?;
        Ok(person)
    }

    /// Keeps the person from signing in, and ends their sessions. What they made, approved and were
    /// shown in any project ends, too, unless it is to be kept; gives what there was of it. Of a
    /// person who is disabled already, what was kept ends.
    ///
    /// # Errors
    /// `Conflict` when there is no such person.
    pub async fn disable_person(
        &self,
        operator: &Operator,
        email: &str,
        keep: bool,
    ) -> Result<(Person, Vec<Leftover>)> {
        let write = self.write_in(INSTANCE).await?;
        let (Account { person, disabled_at, .. }, _) = found(&write, email).await?;
        if disabled_at.is_none() {
            // First, since it locks the person: what they make meanwhile is found, or refused.
            write.people().set_disabled(person.id, Some(now().0)).await?;
            write.sessions().delete_of_person(person.id).await?;
        }
        let done = (Action::UserDisabled, disabled_at.is_none());
        let left = self.depart(operator, write, &person, (Lost::Everything, keep), done).await?;
        if !keep {
            self.end_hidden(operator).await?;
        }
        Ok((person, left))
    }

    /// Lets the person sign in again. What has ended does not come back.
    ///
    /// # Errors
    /// `Conflict` when there is no such person.
    pub async fn enable_person(&self, operator: &Operator, email: &str) -> Result<Person> {
        let write = self.write_in(INSTANCE).await?;
        let Account { person, disabled_at, .. } = account(&write, email).await?;
        if disabled_at.is_none() {
            return Ok(person);
        }
        write.people().set_disabled(person.id, None).await?;
        write.sessions().delete_of_person(person.id).await?;
        self.change_account(operator, write, Action::UserEnabled, &person).await?;
        Ok(person)
    }

    /// Makes the person an instance admin.
    ///
    /// # Errors
    /// `Conflict` when there is no such person.
    pub async fn grant_admin(&self, operator: &Operator, email: &str) -> Result<Person> {
        let write = self.write_in(INSTANCE).await?;
        let person = account(&write, email).await?.person;
        if person.is_admin {
            return Ok(person);
        }
        write.people().set_admin(person.id, true).await?;
        self.change_account(operator, write, Action::AdminGranted, &person).await?;
        Ok(Person { is_admin: true, ..person })
    }

    /// Takes that from them. The tokens of destinations of the instance that they were shown end, too,
    /// unless they are to be kept; gives what they made as an admin. Of a person who is none already, what
    /// was kept ends.
    ///
    /// # Errors
    /// `Conflict` when there is no such person.
    pub async fn revoke_admin(
        &self,
        operator: &Operator,
        email: &str,
        keep: bool,
    ) -> Result<(Person, Vec<Leftover>)> {
        let write = self.write_in(INSTANCE).await?;
        let person = account(&write, email).await?.person;
        if person.is_admin {
            write.people().set_admin(person.id, false).await?;
        }
        let done = (Action::AdminRevoked, person.is_admin);
        let left = self.depart(operator, write, &person, (Lost::Admin, keep), done).await?;
        if !keep {
            self.end_hidden(operator).await?;
        }
        Ok((Person { is_admin: false, ..person }, left))
    }

    /// Ends what the person had with the rights that they have just lost everywhere, and records that with
    /// the event of the loss. Without a loss, it is recorded only when something ends.
    async fn depart(
        &self,
        operator: &Operator,
        write: Write,
        person: &Person,
        (lost, keep): (Lost, bool),
        (action, is_new): (Action, bool),
    ) -> Result<Vec<Leftover>> {
        let left = write.departures().of(person.id, lost, today()).await?;
        let ended = self.end(&write, INSTANCE, person.id, (left.as_slice(), keep)).await?;
        if is_new || !ended.is_empty() {
            let what = (action, about(person), Detail::kept(kept(&left, keep)));
            let recorded = self.record_event(&write, INSTANCE, operator, what).await?;
            let last = self.record_ended(operator, &write, ended).await?;
            write.commit(last.unwrap_or(recorded)).await?;
        }
        Ok(left)
    }

    async fn change_account(
        &self,
        operator: &Operator,
        write: Write,
        action: Action,
        person: &Person,
    ) -> Result<()> {
        let what = (action, about(person), Detail::Nothing);
        self.commit_event(write, INSTANCE, operator, what).await
    }
}

/// `Invalid` with the problems of the fields, if there are any.
fn refuse(problems: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Result<()> {
    let problems = problems.into_iter();
    let errors = problems.filter_map(|(field, problem)| Some(FieldError::new(field, problem?)));
    let errors: Vec<FieldError> = errors.collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// The person with this address, whether or not they may sign in.
async fn account(write: &Write, email: &str) -> Result<Account> {
    match found(write, email).await? {
        (account, true) => Ok(account),
        (_, false) => Err(Error::Conflict(
            "This user's row was changed outside Regcred, so the email address cannot be trusted. Run `regcred doctor`. You can still disable the user."
                .to_owned(),
        )),
    }
}

/// The same, also when the row was changed by somebody else: then the second is `false`.
async fn found(write: &Write, email: &str) -> Result<(Account, bool)> {
    let key = names::fold(email.trim());
    let found = if key.chars().any(char::is_control) {
        // No database of ours holds such an address, and some cannot be asked for it.
        None
    } else {
        write.people().account(&key).await?
    };
    found.ok_or_else(|| {
        Error::Conflict(
            "No user has this email address. `regcred user list` lists all users.".to_owned(),
        )
    })
}

pub(super) fn about(person: &Person) -> Subject {
    Subject { id: person.id, name: person.email.clone() }
}
