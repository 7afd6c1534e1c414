//! Which credential serves an image, as the explainer asks for it.

use crate::domain::matching::ExplainForm;
pub use crate::domain::matching::Explanation;
use crate::error::Result;
use leptos::prelude::*;

/// Which credential of the project a pipeline would receive, and why not the others.
#[server(prefix = "/rpc", endpoint = "matching/explain")]
pub async fn explain(project: String, #[server(default)] form: ExplainForm) -> Result<Explanation> {
    let reader = super::context::member(&project).await?.pipeline_reader()?;
    super::context::vault().explain(&reader, &form).await
}
