//! Whether the links of the chain hold: so many in one request, and the next ones from there.

use super::checkpoint::Checkpoint;
use crate::domain::audit::{AuditPlace, AuditQuery, LastCheckpoint};
use crate::domain::paths;
use crate::error::{Error, Result};
use crate::functions::audit::{check_audit, check_instance_audit};
use crate::functions::checkpoints::{last_checkpoint, last_instance_checkpoint};
use crate::ui::kit::{Alert, LinkButton, Loaded, PageContext, PageHead};
use crate::ui::layout::InstanceFrame;
use leptos::prelude::*;

/// `/p/{project}/audit/verify?after=`
#[component]
pub fn VerifyPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Loaded title="Verify the chain" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

/// `/admin/audit/verify?after=`
#[component]
pub fn InstanceVerifyPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <InstanceFrame>
            <Loaded title="Verify the chain" from=load(page.clone()) let:found>
                {whole(found, page)}
            </Loaded>
        </InstanceFrame>
    }
}

/// Behind which link, up to which one, whether that is the end, and the first that does not hold; and the
/// last checkpoint.
type Found = ((i64, i64, bool, Option<i64>), LastCheckpoint);

async fn load(page: PageContext) -> Result<Found> {
    let after = page.query("after").map_or(Ok(0), |text| text.parse::<i64>());
    let after = after.ok().filter(|after| *after >= 0).ok_or_else(|| {
        Error::BadRequest(
            "The address of this page is not complete. Verify the chain from its beginning."
                .to_owned(),
        )
    })?;
    let ((last, is_end, broken_at), checkpoint) = if page.project.is_empty() {
        (check_instance_audit(after).await?, last_instance_checkpoint().await?)
    } else {
        (check_audit(page.project.clone(), after).await?, last_checkpoint(page.project).await?)
    };
    Ok(((after, last, is_end, broken_at), checkpoint))
}

fn whole((links, checkpoint): Found, page: PageContext) -> impl IntoView {
    let (after, last, is_end, broken_at) = links;
    let project = page.project;
    let up = super::up(&project);
    let verify = paths::verify_audit(&project);
    let is_from_first = after == 0;
    let result = match broken_at {
        Some(broken) => broken_view(broken, &project),
        None => {
            let next = (!is_end).then(|| paths::with_query(&verify, "after", &last.to_string()));
            view! {
                <Alert kind="notice">
                    <p>{held(after, last, is_end)}</p>
                </Alert>
                {next.map(|href| {
                    view! { <p><LinkButton href label="Verify the next links" is_primary=true/></p> }
                })}
            }
            .into_any()
        }
    };
    view! {
        <PageHead title="Verify the chain" up/>
        {result}
        <p class="muted">
            "This page cannot find links that were cut off together with the stored end of the chain. To find them, keep the code of a link elsewhere: the page of each link has one. "
            <span class="mono">"regcred audit verify"</span>
            " on the server verifies every chain as a whole, and compares it with such a code."
        </p>
        <Checkpoint
            found=checkpoint
            project
            is_broken=broken_at.is_some()
            is_from_first
        />
    }
}

/// What this request has found out, and nothing of those before it.
fn held(after: i64, last: i64, is_end: bool) -> String {
    let end = if is_end { " This is the end of the chain." } else { "" };
    let first = after.saturating_add(1);
    match last - after {
        ..0 => format!("There is no link {after}: the chain ends with link {last}."),
        0 => format!("There are no links after link {after}.{end}"),
        1 => format!("Link {first} holds.{end}"),
        _ => format!("Links {first} to {last} hold.{end}"),
    }
}

fn broken_view(broken: i64, project: &str) -> AnyView {
    let place = AuditPlace { seq: broken, at: None };
    let before = AuditQuery { before: Some(place), ..AuditQuery::default() };
    let before = (broken > 1).then(|| format!("{}{}", paths::audit(project), before.to_url()));
    let link = paths::audit_link(project, broken);
    view! {
        <Alert>
            <p>
                {format!(
                    "Link {broken} does not hold. It was changed, removed or added outside Regcred. From this link on, events cannot be trusted. Compare with a backup.",
                )}
            </p>
            <p>
                <a href=link>{format!("Open link {broken}")}</a>
                {before
                    .map(|href| view! { " · " <a href=href>"See the events before it"</a> })}
            </p>
        </Alert>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_claims_only_what_its_own_request_has_checked() {
        assert_eq!(held(0, 50_000, false), "Links 1 to 50000 hold.");
        assert_eq!(held(50_000, 50_001, true), "Link 50001 holds. This is the end of the chain.");
        let none = "There are no links after link 7. This is the end of the chain.";
        assert_eq!(held(7, 7, true), none);
        // Whoever has verified link 8 before learns that it is gone.
        assert_eq!(held(8, 7, true), "There is no link 8: the chain ends with link 7.");
    }
}
