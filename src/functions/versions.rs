//! Versions of a credential's secret, as the browser asks for them.

use crate::error::Result;
use leptos::prelude::*;
use uuid::Uuid;

/// Makes a version that waits or is kept the one that is delivered.
#[server(prefix = "/rpc", endpoint = "versions/switch")]
pub async fn switch_secret(project: String, id: Uuid, version: i64) -> Result<()> {
    super::keeping::switch_secret(project, id, version).await
}

/// Destroys the ciphertext of a version that is not delivered.
#[server(prefix = "/rpc", endpoint = "versions/destroy")]
pub async fn destroy_version(project: String, id: Uuid, version: i64) -> Result<()> {
    super::keeping::destroy_version(project, id, version).await
}
