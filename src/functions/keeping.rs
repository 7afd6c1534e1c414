//! What follows the posts about versions of secrets and about data keys: the page they came from,
//! with a sentence.

use super::context::{member, person, vault};
use super::settle::{list_path, said};
use crate::error::Result;
use uuid::Uuid;

const KEYS: &str = "/admin/keys";

pub(super) async fn switch_secret(project: String, id: Uuid, version: i64) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.editor()?;
        let name = vault().switch_secret(&editor, id, version).await?;
        Ok(format!("Pipelines receive version {version} of {name} from now on."))
    };
    said(&format!("{}/{id}", list_path(&project)), done.await).await
}

pub(super) async fn destroy_version(project: String, id: Uuid, version: i64) -> Result<()> {
    let done = async {
        let remover = member(&project).await?.remover()?;
        let name = vault().destroy_version(&remover, id, version).await?;
        Ok(format!("Version {version} of {name} was destroyed."))
    };
    said(&format!("{}/{id}", list_path(&project)), done.await).await
}

pub(super) async fn rotate_data_key() -> Result<()> {
    let done = async {
        let admin = person().await?.instance_admin()?;
        let version = vault().rotate_data_key(&admin).await?;
        Ok(format!(
            "Data key {version} was made. Secrets are sealed under it as soon as every server knows it."
        ))
    };
    said(KEYS, done.await).await
}

pub(super) async fn retire_data_key(version: u32) -> Result<()> {
    let done = async {
        let admin = person().await?.instance_admin()?;
        vault().retire_data_key(&admin, version).await?;
        Ok(format!("Data key {version} was retired: it opens nothing any more."))
    };
    said(KEYS, done.await).await
}

pub(super) async fn destroy_data_key(version: u32) -> Result<()> {
    let done = async {
        let admin = person().await?.instance_admin()?;
        vault().destroy_data_key(&admin, version).await?;
        Ok(format!("Data key {version} was destroyed."))
    };
    said(KEYS, done.await).await
}
