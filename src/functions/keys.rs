//! The data keys of the instance, as an instance admin sees them.

use super::context::{confirmed, person, vault};
use super::reply::{Form, finish, finish_action, saved};
use crate::domain::key::KeyReport;
use crate::domain::paths::{KEYS, is_ours};
use crate::error::Result;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::json;

/// Every data key, and what is under way.
pub async fn find_keys() -> Result<KeyReport> {
    let admin = person().await?.instance_admin()?;
    vault().data_keys(&admin).await
}

/// Makes a new data key; everything is sealed under it soon after.
#[server(prefix = "/rpc", endpoint = "keys/rotate")]
pub async fn rotate_data_key() -> Result<()> {
    let done = async {
        let admin = person().await?.instance_admin()?;
        let version = vault().rotate_data_key(&admin).await?;
        Ok(format!(
            "Data key {version} was created. It encrypts the secrets as soon as every server has read it."
        ))
    };
    finish_action(KEYS, done.await).await
}

/// Retires an archived data key that no secret is under. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "keys/retire")]
pub async fn retire_data_key(version: u32, #[server(default)] password: String) -> Result<()> {
    let done = async {
        let person = person().await?;
        let admin = person.instance_admin()?;
        confirmed(&person, password).await?;
        vault().retire_data_key(&admin, version).await?;
        let sentence = format!("Data key {version} was retired. It can no longer decrypt secrets.");
        Ok(saved(KEYS, vec![sentence]).await)
    };
    finish(done.await, of_key::<RetireDataKey>(version)).await
}

/// Destroys a retired data key. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "keys/destroy")]
pub async fn destroy_data_key(version: u32, #[server(default)] password: String) -> Result<()> {
    let done = async {
        let person = person().await?;
        let admin = person.instance_admin()?;
        confirmed(&person, password).await?;
        vault().destroy_data_key(&admin, version).await?;
        let sentence = format!("Data key {version} was destroyed.");
        Ok(saved(KEYS, vec![sentence]).await)
    };
    finish(done.await, of_key::<DestroyDataKey>(version)).await
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

/// The form in the row of that data key.
fn of_key<F: ServerFn>(version: u32) -> Form {
    Form::of::<F>(KEYS.to_owned(), json!({ "version": version.to_string() }))
}
