//! The data keys of the instance, as an instance admin sees them.

use crate::domain::key::KeyReport;
use crate::error::Result;
use leptos::prelude::*;

/// Every data key, and what is under way.
#[server(prefix = "/rpc", endpoint = "keys/report")]
pub async fn find_keys() -> Result<KeyReport> {
    let admin = super::context::person().await?.instance_admin()?;
    super::context::vault().data_keys(&admin).await
}

/// Makes a new data key; everything is sealed under it soon after.
#[server(prefix = "/rpc", endpoint = "keys/rotate")]
pub async fn rotate_data_key() -> Result<()> {
    super::keeping::rotate_data_key().await
}

/// Retires an archived data key that no secret is under.
#[server(prefix = "/rpc", endpoint = "keys/retire")]
pub async fn retire_data_key(version: u32) -> Result<()> {
    super::keeping::retire_data_key(version).await
}

/// Destroys a retired data key for good.
#[server(prefix = "/rpc", endpoint = "keys/destroy")]
pub async fn destroy_data_key(version: u32) -> Result<()> {
    super::keeping::destroy_data_key(version).await
}
