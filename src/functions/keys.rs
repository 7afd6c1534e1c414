//! The data keys of the instance, as an instance admin sees them.

use super::context::{confirmed, person, vault};
use super::reply::{Form, finish, finish_action, saved};
use crate::domain::key::{KeyPurpose, KeyReport};
use crate::domain::paths::{KEYS, is_ours};
use crate::error::{Error, Result};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::json;

/// Every data key, and what is under way.
pub async fn find_keys() -> Result<KeyReport> {
    let admin = person().await?.instance_admin()?;
    vault().data_keys(&admin).await
}

/// Makes a new data key; everything is sealed under it soon after. `purpose` is what the key is for,
/// blank for secrets.
#[server(prefix = "/rpc", endpoint = "keys/rotate")]
pub async fn rotate_data_key(#[server(default)] purpose: String) -> Result<()> {
    let done = async {
        let admin = person().await?.instance_admin()?;
        let purpose = purpose_of(&purpose)?;
        let version = vault().rotate_data_key(&admin, purpose).await?;
        let name = purpose.number(version);
        let does = match purpose {
            KeyPurpose::Secret => "encrypts the secrets",
            KeyPurpose::Fingerprint => "makes the fingerprints",
            KeyPurpose::Audit => "protects the audit log",
            KeyPurpose::Checkpoint => "signs checkpoints beside the old key",
        };
        Ok(format!("Data key {name} was created. It {does} as soon as every server has read it."))
    };
    finish_action(KEYS, done.await).await
}

/// Retires an archived data key that no secret uses. `purpose` is what the key is for, blank for
/// secrets; `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "keys/retire")]
pub async fn retire_data_key(
    version: u32,
    #[server(default)] purpose: String,
    #[server(default)] password: String,
) -> Result<()> {
    let form = of_key::<RetireDataKey>(version, &purpose);
    let done = async {
        let person = person().await?;
        let admin = person.instance_admin()?;
        confirmed(&person, password).await?;
        let purpose = purpose_of(&purpose)?;
        vault().retire_data_key(&admin, purpose, version).await?;
        let sentence = format!("Data key {} was retired. ", purpose.number(version));
        let sentence = sentence
            + match purpose {
                KeyPurpose::Secret => "It can no longer decrypt secrets.",
                KeyPurpose::Fingerprint => "Servers do not use it any more.",
                KeyPurpose::Audit => "It only verifies audit events and receipts from its time.",
                KeyPurpose::Checkpoint => "It signs no more checkpoints.",
            };
        Ok(saved(KEYS, vec![sentence]).await)
    };
    finish(done.await, form).await
}

/// Destroys a retired data key. `purpose` is what the key is for, blank for secrets; `password` is the
/// person's own.
#[server(prefix = "/rpc", endpoint = "keys/destroy")]
pub async fn destroy_data_key(
    version: u32,
    #[server(default)] purpose: String,
    #[server(default)] password: String,
) -> Result<()> {
    let form = of_key::<DestroyDataKey>(version, &purpose);
    let done = async {
        let person = person().await?;
        let admin = person.instance_admin()?;
        confirmed(&person, password).await?;
        let purpose = purpose_of(&purpose)?;
        vault().destroy_data_key(&admin, purpose, version).await?;
        let sentence = format!("Data key {} was destroyed.", purpose.number(version));
        Ok(saved(KEYS, vec![sentence]).await)
    };
    finish(done.await, form).await
}

/// Notes that the person has a backup of the key-encryption key; `next` is a path of ours to go to.
#[server(prefix = "/rpc", endpoint = "keys/backed-up")]
pub async fn note_key_backup(#[server(default)] next: String) -> Result<()> {
    let done = async {
        let admin = person().await?.instance_admin()?;
        vault().note_key_backup(&admin).await?;
        Ok("The encryption key is marked as backed up. When a new key is in use, you are reminded again.".to_owned())
    };
    finish_action(if is_ours(&next) { &next } else { KEYS }, done.await).await
}

/// What the key is for, by its word; without one it is for secrets.
fn purpose_of(word: &str) -> Result<KeyPurpose> {
    if word.is_empty() {
        return Ok(KeyPurpose::Secret);
    }
    KeyPurpose::from_word(word).ok_or(Error::NotFound)
}

/// The form in the row of that data key.
fn of_key<F: ServerFn>(version: u32, purpose: &str) -> Form {
    let purpose = purpose_of(purpose).map_or("", KeyPurpose::word);
    Form::of::<F>(KEYS.to_owned(), json!({ "version": version.to_string(), "purpose": purpose }))
}
