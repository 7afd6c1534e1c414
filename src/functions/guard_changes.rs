//! Changes that lower a guard of a protected credential, as the browser asks for them.

use super::approvals::decided;
use super::context::{granter_anew, member, vault};
use super::reply::{Form, finish, finish_action};
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::Result;
use leptos::prelude::*;
use uuid::Uuid;

/// Lowers the guards as another member proposed it. `revision` is that of the credential on the page,
/// `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "guard-changes/approve")]
pub async fn approve_guard_change(
    project: String,
    credential: Uuid,
    id: Uuid,
    #[server(default)] revision: i64,
    #[server(default)] password: String,
) -> Result<()> {
    let page = paths::credential(&project, credential);
    let done = async {
        let granter = granter_anew(&project, password).await?;
        let sentence = vault().approve_guard_change(&granter, credential, id, revision).await?;
        Ok(decided(&granter, &page, sentence).await)
    };
    finish(done.await, Form::of::<ApproveGuardChange>(page, ())).await
}

/// Drops what was proposed.
#[server(prefix = "/rpc", endpoint = "guard-changes/delete")]
pub async fn delete_guard_change(project: String, credential: Uuid, id: Uuid) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        vault().delete_guard_change(&editor, credential, id).await
    };
    finish_action(&paths::credential(&project, credential), done.await).await
}
