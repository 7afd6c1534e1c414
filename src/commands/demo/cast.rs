//! The people of the demo, as those who act in it.

use super::PASSWORD;
use crate::domain::actor::{Granter, Operator};
use crate::domain::user::{Person, Role};
use crate::error::{Error, Result};
use crate::vault::{FirstPerson, NewAccount, Vault};

const OWNER: (&str, &str) = ("Ann Archer", super::EMAIL);
const OTHERS: [(&str, &str, Role); 5] = [
    ("Ben Brook", "ben@example.com", Role::Maintainer),
    ("Carla Cruz", "carla@example.com", Role::Maintainer),
    ("Dana Kim", "dana@example.com", Role::Auditor),
    ("Eli Ford", "eli@example.com", Role::Viewer),
    ("Finn Gray", FINN, Role::Maintainer),
];
/// Who leaves.
pub(super) const FINN: &str = "finn@example.com";

/// Who hands out access: each has given their password.
pub(super) struct Cast {
    pub(super) ann: Granter,
    pub(super) ben: Granter,
    pub(super) carla: Granter,
    pub(super) finn: Granter,
    /// Ben again, as the owner of the other project.
    pub(super) labs: Granter,
}

impl Cast {
    /// Sets the instance up, and takes all others in.
    pub(super) async fn gather(vault: &Vault, operator: &Operator) -> Result<Self> {
        let link = vault.new_setup_link().await?;
        let link = link.ok_or_else(|| Error::Conflict("Regcred is set up already.".to_owned()))?;
        let (name, email) = OWNER;
        let first = FirstPerson {
            project_name: "Acme".to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
        };
        let owner = vault.set_up(&link, first, PASSWORD).await?;
        let acme = owner.project.slug;
        vault.note_key_backup(&owner.person.instance_admin()?).await?;
        let mut people = Vec::new();
        for (name, email, role) in OTHERS {
            let new = NewAccount {
                email: email.to_owned(),
                name: name.to_owned(),
                is_admin: false,
                membership: Some((acme.clone(), role)),
            };
            people.push(vault.add_person(operator, &new, PASSWORD).await?);
        }
        let named = |email: &str| people.iter().find(|one| one.email == email);
        let known = |email: &str| named(email).ok_or(Error::Internal);
        let ben = known("ben@example.com")?;
        let labs = vault.add_project(operator, "Acme Labs", Some(&ben.email)).await?.slug;
        Ok(Self {
            ann: granter(vault, &owner.person, &acme).await?,
            ben: granter(vault, ben, &acme).await?,
            carla: granter(vault, known("carla@example.com")?, &acme).await?,
            finn: granter(vault, known(FINN)?, &acme).await?,
            labs: granter(vault, ben, &labs).await?,
        })
    }
}

async fn granter(vault: &Vault, person: &Person, project: &str) -> Result<Granter> {
    let member = vault.member(person, project).await?;
    vault.reauthenticate(&member, PASSWORD).await
}
