//! What waits for a second person, as the browser asks for it and says no to it.

use super::answer::Flash;
use super::context::{member, vault, waiting_for};
use super::reply::{Form, finish, told};
use crate::domain::actor::Member;
use crate::domain::approval::listing::{Approvals, ApprovalsQuery, in_short};
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::Result;
use crate::vault::Seen;
use leptos::prelude::*;
use serde_json::json;
use uuid::Uuid;

/// What waits in the project, for those who could approve it.
pub async fn list_approvals(project: String, query: ApprovalsQuery) -> Result<Approvals> {
    let member = member(&project).await?;
    member.can::<of::RegistryWrite>()?;
    vault().approvals(&member.can::<of::PipelineWrite>()?, query).await
}

/// The address of the page after a decision, which says it, and where other requests wait for the same
/// person.
pub(super) async fn decided(member: &Member, page: &str, sentence: String) -> String {
    let said = Flash::from(sentence);
    let said = match waiting_for(&vault(), member).await {
        Ok(0) | Err(_) => said,
        Ok(count) => {
            let label = if count == 1 {
                "1 more request".to_owned()
            } else {
                format!("{} more requests", in_short(count))
            };
            said.with_link(paths::approvals(&member.project().slug), label)
        }
    };
    told(page, said).await
}

/// Says no to a grant that waits, with a reason for who gave it. `epoch` and `revision` say what stood
/// on the page.
#[server(prefix = "/rpc", endpoint = "grants/reject")]
pub async fn reject_grant(
    project: String,
    pipeline: Uuid,
    id: Uuid,
    #[server(default)] epoch: i64,
    #[server(default)] revision: i64,
    #[server(default)] reason: String,
) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.can::<of::PipelineWrite>()?;
        let seen = (id, Seen { epoch, revision });
        let sentence = vault().reject_grant(&editor, pipeline, seen, &reason).await?;
        Ok(decided(&editor, &paths::pipeline(&project, pipeline), sentence).await)
    };
    let page = paths::approve_grant(&project, pipeline, id);
    finish(done.await, Form::of::<RejectGrant>(page, json!({ "reason": reason }))).await
}

/// Says no to a change that lowers a guard, with a reason for who proposed it. `revision` is that of the
/// credential on the page.
#[server(prefix = "/rpc", endpoint = "guard-changes/reject")]
pub async fn reject_guard_change(
    project: String,
    credential: Uuid,
    id: Uuid,
    #[server(default)] revision: i64,
    #[server(default)] reason: String,
) -> Result<()> {
    let page = paths::credential(&project, credential);
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        let seen = (id, revision);
        let sentence = vault().reject_guard_change(&editor, credential, seen, &reason).await?;
        Ok(decided(&editor, &page, sentence).await)
    };
    finish(done.await, Form::of::<RejectGuardChange>(page, json!({ "reason": reason }))).await
}
