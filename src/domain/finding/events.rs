//! What the events of a project say of a finding: which change it comes of, and whether it is too early to tell.

use super::credentials::{blank, first_moment, older};
use super::{CACHED, Evidence, FindingKind, Found, REFUSALS, REFUSALS_COUNTED, Thing};
use crate::domain::audit::{Action, AuditEvent};
use crate::domain::moment::Moment;

/// What people do to a credential by which pipelines may be refused.
const OF_CREDENTIAL: [Action; 6] = [
    Action::CredentialUpdated,
    Action::CredentialDisabled,
    Action::CredentialCompromised,
    Action::CredentialUnreadable,
    Action::CredentialDeleted,
    Action::GuardLowered,
];

/// The same of a grant. Such an event names the pipeline.
const OF_GRANT: [Action; 3] =
    [Action::GrantChanged, Action::GrantDeleted, Action::ApprovalWithdrawn];

/// An event that may be why.
#[derive(Clone, Debug)]
pub struct Change {
    pub link: i64,
    pub at: Moment,
    /// Who did what, in words.
    pub said: String,
}

impl Change {
    /// The first of these events after the link that may have broken something for the pipeline of that name. They are
    /// those of its credential and of grants, newest first.
    pub fn after(link: i64, events: &[AuditEvent], pipeline: &str) -> Option<Self> {
        let breaks = |event: &&AuditEvent| {
            let of_grant = OF_GRANT.contains(&event.action) && event.subject == pipeline;
            event.seq > link && (of_grant || OF_CREDENTIAL.contains(&event.action))
        };
        let first = events.iter().rev().find(breaks)?;
        Some(Self {
            link: first.seq,
            at: first.at,
            said: format!("{} {} {}", first.actor, first.action.label(), first.subject),
        })
    }
}

/// `refused`: how often since the change, and the link of the last time. `last_delivery`: the link of the last one before it. Without one it never
/// worked, so that no change broke it.
pub fn refused_since(
    (credential, pipeline): (Option<Thing>, Thing),
    (refused, last_refusal): (i64, i64),
    last_delivery: Option<i64>,
    change: &Change,
) -> Option<Found> {
    let is_since = last_delivery? < change.link && change.link < last_refusal;
    let more = if refused < REFUSALS_COUNTED { "" } else { " or more" };
    let what = if credential.is_some() { "it" } else { "credentials" };
    (is_since && refused >= REFUSALS).then(|| Found {
        credential,
        pipeline: Some(pipeline),
        fact: format!(
            "The pipeline received {what} before. On {} {}. After that the pipeline was refused {refused} times{more} and received nothing.",
            change.at.day().to_text(),
            change.said
        ),
        evidence: vec![Evidence::Link(change.link), Evidence::Link(last_refusal)],
        ..blank(FindingKind::RefusedSince)
    })
}

impl Found {
    /// Whether it is judged by what may have been changed a moment ago, so that events have to be asked.
    pub fn depends_on_events(&self) -> bool {
        matches!(self.kind, FindingKind::OnlyPulled | FindingKind::OldVersion)
    }

    /// Whether it is one, given the newest events of its credential and of its grants: a grant that was changed in the
    /// window, or a version that was made current a moment ago, is not judged yet.
    pub fn stands(&self, events: &[AuditEvent], now: Moment) -> bool {
        let is_changed = |event: &AuditEvent| match self.kind {
            FindingKind::OnlyPulled => {
                let pipeline = self.pipeline.as_ref().map(|pipeline| pipeline.name.as_str());
                matches!(event.action, Action::GrantCreated | Action::GrantChanged)
                    && pipeline == Some(event.subject.as_str())
                    && event.at >= first_moment(now)
            }
            FindingKind::OldVersion => {
                event.action == Action::SecretSwitched && !older(event.at, CACHED, now)
            }
            _ => false,
        };
        !events.iter().any(is_changed)
    }
}
