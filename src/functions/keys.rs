//! The data keys of the instance, as an instance admin sees them.

use super::context::{person, vault};
use super::reply::finish_action;
use crate::domain::key::KeyReport;
use crate::domain::paths::KEYS;
use crate::error::Result;
use leptos::prelude::*;

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

/// Retires an archived data key that no secret is under.
#[server(prefix = "/rpc", endpoint = "keys/retire")]
pub async fn retire_data_key(version: u32) -> Result<()> {
    let done = async {
        let admin = person().await?.instance_admin()?;
        vault().retire_data_key(&admin, version).await?;
        Ok(format!("Data key {version} was retired. It can no longer decrypt secrets."))
    };
    finish_action(KEYS, done.await).await
}

#[server(prefix = "/rpc", endpoint = "keys/destroy")]
pub async fn destroy_data_key(version: u32) -> Result<()> {
    let done = async {
        let admin = person().await?.instance_admin()?;
        vault().destroy_data_key(&admin, version).await?;
        Ok(format!("Data key {version} was destroyed."))
    };
    finish_action(KEYS, done.await).await
}
