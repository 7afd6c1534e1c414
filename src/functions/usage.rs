//! The usage of a project's registries, as its page reads it.

use super::context::{member, vault};
use crate::domain::permission::of;
use crate::domain::usage::{UsagePage, UsageQuery};
use crate::error::Result;

/// A page of it. It has names of pipelines, too, but nothing of where requests came from.
pub async fn usage_page(project: String, query: UsageQuery) -> Result<UsagePage> {
    let reader = member(&project).await?.can::<of::RegistryRead>()?;
    vault().usage(&reader, &query).await
}
