//! The first run: a one-time link makes the first person and the first project. There is no
//! default password (security T13).

use super::refuse;
use crate::crypto::{digest, token};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::project::{self, Project};
use crate::domain::typed_text::name_problem;
use crate::domain::user::{self, Person, Role};
use crate::error::{Error, Result};
use crate::store::{NewPerson, Unrecorded, Write};
use crate::vault::passwords::password_problem;
use crate::vault::{INSTANCE, Vault, names, now};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::atomic::Ordering;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Seconds a set-up link works.
const LINK_LIFE: i64 = 60 * 60;
const LINK: &str = "setup_link";

#[derive(Clone, Debug)]
pub struct FirstPerson {
    pub project_name: String,
    pub name: String,
    pub email: String,
}

#[derive(Clone, Debug)]
pub struct Signed {
    pub person: Person,
    pub project: Project,
}

impl Vault {
    /// A new set-up link's random part, which makes any older one void; `None` once the instance
    /// is set up.
    pub async fn new_setup_link(&self) -> Result<Option<Zeroizing<String>>> {
        if self.is_set_up().await? {
            return Ok(None);
        }
        let write = self.store.write().await?;
        if write.instance().lock("set_up").await?.is_some() {
            return Ok(None);
        }
        let link = token::random_id()?;
        let until = now().plus_seconds(LINK_LIFE).0;
        write.instance().set(LINK, &hash(&link), Some(until)).await?;
        write.commit_without_event(Unrecorded::SetupLink).await?;
        Ok(Some(link))
    }

    /// Whether somebody has set the instance up, by a link or by a command. Not the word of one row: an
    /// instance that is in use was set up, also when that row is gone.
    pub(in crate::vault) async fn is_set_up(&self) -> Result<bool> {
        Ok(self.store.instance().find("set_up").await?.is_some() || self.store.is_in_use().await?)
    }

    /// Whether nobody can sign in yet. Strangers ask, so the database is not asked again once it said
    /// no.
    pub async fn needs_set_up(&self) -> Result<bool> {
        if self.was_set_up.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let is_set_up = self.is_set_up().await?;
        self.was_set_up.store(is_set_up, Ordering::Relaxed);
        Ok(!is_set_up)
    }

    pub async fn setup_is_open(&self, link: &str) -> Result<bool> {
        if self.is_set_up().await? {
            return Ok(false);
        }
        let stored = self.store.instance().find(LINK).await?;
        Ok(stored.is_some_and(|stored| opens(link, &stored)))
    }

    /// Makes the first person (owner of the first project and instance admin). Works once.
    pub async fn set_up(&self, link: &str, first: FirstPerson, password: &str) -> Result<Signed> {
        let (name, email) = (first.name.trim(), first.email.trim());
        let project_name = first.project_name.trim();
        refuse([
            ("project_name", name_problem(project_name, "project")),
            (
                "name",
                if name.is_empty() {
                    Some("Enter your name.".to_owned())
                } else {
                    name_problem(name, "person")
                },
            ),
            ("email", user::email_problem(email).map(str::to_owned)),
            ("password", password_problem(password, &[email, name, project_name])),
        ])?;
        // Before the hash, so that guessing links keeps nobody from signing in.
        if !self.setup_is_open(link).await? {
            return Err(void_link());
        }
        let password_hash = self.passwords.hash(password).await?;
        let write = self.write_in(INSTANCE).await?;
        let stored = write.instance().lock(LINK).await?;
        let is_set_up = write.instance().lock("set_up").await?.is_some();
        if is_set_up || !stored.is_some_and(|stored| opens(link, &stored)) {
            return Err(void_link());
        }
        let at = now().0;
        let person = Person {
            id: Uuid::now_v7(),
            email: email.to_owned(),
            name: name.to_owned(),
            is_admin: true,
        };
        let project = Project {
            id: Uuid::now_v7(),
            slug: project::slug(project_name),
            name: project_name.to_owned(),
        };
        let email_key = names::fold(email);
        let new = NewPerson { person: person.clone(), email_key, password_hash, created_at: at };
        write.chain().begin(project.id).await?;
        write.people().insert(new).await?;
        write.projects().insert(&project, at).await?;
        write.projects().admit(project.id, person.id, Role::Owner, at).await?;
        close_set_up(&write).await?;
        let subject = Subject { id: INSTANCE, name: "Regcred".to_owned() };
        let what = (Action::InstanceSetUp, subject, Detail::Nothing);
        self.record_event(&write, INSTANCE, &person, what).await?;
        let subject = Subject { id: project.id, name: project.name.clone() };
        let what = (Action::ProjectCreated, subject, Detail::ReportsLinked);
        self.commit_event(write, project.id, &person, what).await?;
        Ok(Signed { person, project })
    }
}

/// From now on no link sets the instance up.
pub(super) async fn close_set_up(write: &Write) -> Result<()> {
    write.instance().set("set_up", "1", None).await?;
    Ok(write.instance().set(LINK, "", Some(0)).await?)
}

fn void_link() -> Error {
    Error::Conflict(
        "This set-up link was used or has expired. If Regcred is not set up yet, `regcred setup-link` prints a new one."
            .to_owned(),
    )
}

fn hash(link: &str) -> String {
    STANDARD.encode(digest::sha256(link.as_bytes()))
}

fn opens(link: &str, (stored, until): &(String, Option<i64>)) -> bool {
    digest::same(hash(link).as_bytes(), stored.as_bytes())
        && until.is_some_and(|until| until > now().0)
}
