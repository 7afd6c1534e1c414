//! What the members of a project are told, as the browser asks for it.

use super::context::{member, vault};
use super::reply::finish_action;
use crate::domain::notification::Notifications;
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::Result;
use crate::functions::answer::Flash;
use leptos::prelude::*;

/// The newest ones, and until when the member has read them.
pub async fn notifications(project: String) -> Result<Notifications> {
    vault().notifications(&member(&project).await?.can::<of::RegistryRead>()?).await
}

/// Marks those as read that the page showed; `until`: when the newest of them was told, in milliseconds.
#[server(prefix = "/rpc", endpoint = "notifications/read")]
pub async fn read_notifications(project: String, until: i64) -> Result<()> {
    let page = paths::notifications(&project);
    let done = async {
        let reader = member(&project).await?.can::<of::RegistryRead>()?;
        vault().see_notifications(&reader, until).await?;
        Ok(Flash::good(vec!["The notifications are marked as read.".to_owned()]))
    };
    finish_action(&page, done.await).await
}
