//! What people did to a credential and to grants of it.

use super::frame::{Part, tab};
use crate::domain::audit::{Action, AuditEvent, Detail};
use crate::domain::paths;
use crate::error::Result;
use crate::functions::credential_pages::{Activity, CredentialHead, activity};
use crate::ui::events::Events;
use crate::ui::kit::PageContext;
use leptos::prelude::*;

/// `/p/{project}/credentials/{id}/activity`
#[component]
pub fn ActivityPage() -> impl IntoView {
    tab(Part::Activity, load, whole)
}

async fn load(page: PageContext) -> Result<(CredentialHead, Activity)> {
    activity(page.project.clone(), page.id()?, page.before()?).await
}

fn whole(head: CredentialHead, found: Activity, page: PageContext) -> impl IntoView {
    let own = paths::credential_activity(&page.project, head.credential.summary.id);
    let older = found.older.map(|seq| paths::with_query(&own, "before", &seq.to_string()));
    let told = |event: &AuditEvent| (event.at, sentence(event), details(&event.detail));
    let events: Vec<_> = found.events.iter().map(told).collect();
    view! { <Events events older/> }
}

/// Who did what. Of a grant the page says to whom: it is this credential that was granted.
fn sentence(event: &AuditEvent) -> String {
    let AuditEvent { actor, action, subject, detail, .. } = event;
    let what = match (action, detail) {
        (Action::GrantCreated, _) => "granted it to",
        (Action::GrantDeleted, _) => "revoked the grant of",
        (Action::GuardChangeRejected, Detail::Rejected { .. }) => "rejected the proposed change of",
        (action, _) => action.label(),
    };
    format!("{actor} {what} {subject}")
}

/// What changed, from what to what; of a grant all but the name, which stands above.
fn details(detail: &Detail) -> String {
    match detail {
        Detail::Grant { name, .. } => {
            let text = detail.to_text();
            let rest = text.strip_prefix(name.as_str()).unwrap_or(&text);
            rest.trim_start_matches(", ").to_owned()
        }
        other => other.before_and_after(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::{Field, FieldChange};
    use crate::domain::moment::Moment;

    #[test]
    fn a_grant_is_told_from_the_side_of_the_credential() {
        let event = |action, detail| AuditEvent {
            seq: 1,
            at: Moment(0),
            action,
            actor: "Ann".to_owned(),
            subject: "build".to_owned(),
            subject_id: uuid::Uuid::nil(),
            detail,
        };
        let grant = |more: &str| {
            let id = "00000000-0000-0000-0000-000000000001";
            let stored = format!(r#"{{"grant":{{"credential":"{id}","name":"ghcr"{more}}}}}"#);
            let detail = Detail::from_stored(&stored);
            assert!(matches!(detail, Detail::Grant { .. }), "{stored}");
            detail
        };
        let changes = vec![
            FieldChange {
                field: Field::Username,
                from: Some("bot".to_owned()),
                to: Some("ci".to_owned()),
            },
            FieldChange::secret(),
        ];
        let rejected = Detail::Rejected { changes: Vec::new(), reason: "No.".to_owned() };
        for (action, detail, said, details_said) in [
            (Action::GrantCreated, grant(r#","intent":"pull""#), "Ann granted it to build", "pull"),
            (
                Action::GrantApproved,
                grant(r#","until":"2027-01-31""#),
                "Ann approved a grant of build",
                "until 2027-01-31",
            ),
            (Action::GrantDeleted, grant(""), "Ann revoked the grant of build", ""),
            (
                Action::CredentialUpdated,
                Detail::Changed(changes),
                "Ann edited build",
                "Username: bot → ci; Password or key",
            ),
            (
                Action::GuardChangeRejected,
                rejected,
                "Ann rejected the proposed change of build",
                "reason: No.",
            ),
        ] {
            let event = event(action, detail);
            assert_eq!(sentence(&event), said);
            assert_eq!(details(&event.detail), details_said);
        }
    }
}
