//! Which credential serves an image, as the explainer asks for it.

use super::context::{member, vault};
use crate::domain::matching::{ExplainForm, Explanation};
use crate::domain::permission::of;
use crate::error::Result;

/// Which credential of the project a pipeline would receive, and why not the others.
pub async fn explain(project: String, form: ExplainForm) -> Result<Explanation> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().explain(&reader, &form).await
}
