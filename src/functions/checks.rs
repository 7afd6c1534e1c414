//! A credential is checked at its registry, as the browser asks for it.

use super::answer::Flash;
use super::context::{member, vault};
use super::reply::{Form, finish, told};
use crate::domain::check::{CheckReport, CheckState, StepReport};
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::Result;
use leptos::prelude::*;
use serde_json::json;
use uuid::Uuid;

/// Checks the stored secret at its registry. `image` is what pull is tried on, and push if `push` says so.
#[server(prefix = "/rpc", endpoint = "credentials/check")]
pub async fn check_credential(
    project: String,
    id: Uuid,
    #[server(default)] image: String,
    #[server(default)] push: bool,
) -> Result<()> {
    let page = paths::credential_checks(&project, id);
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        let (name, report) = vault().check_credential(&editor, id, &image, push).await?;
        Ok(told(&page, said(&name, &report)).await)
    };
    let form = Form::of::<CheckCredential>(page.clone(), json!({ "image": image, "push": push }));
    finish(done.await, form).await
}

/// What the page says above the steps.
fn said(name: &str, report: &CheckReport) -> Flash {
    let sentence = match report.state() {
        CheckState::Failing => format!("{name} does not work at its registry."),
        CheckState::Works => format!("{name} was checked. {}", report.grade()),
        CheckState::Unclear | CheckState::Replaced => {
            format!("{name} could not be checked.")
        }
    };
    let trouble = report.trouble().map(StepReport::sentence);
    let sentences: Vec<String> = [sentence].into_iter().chain(trouble).collect();
    match (report.state(), report.trouble()) {
        (CheckState::Works, None) => Flash::good(sentences),
        _ => Flash::doubt(sentences),
    }
}
