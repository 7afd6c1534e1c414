//! What the events of a project say of a finding: which change it comes of, and whether it is too early to tell.

use super::credentials::{blank, first_moment, older};
use super::{CACHED, Evidence, FindingKind, Found, REFUSALS, REFUSALS_COUNTED, Thing};
use crate::domain::audit::{Action, AuditEvent, Detail, Field};
use crate::domain::moment::Moment;
use uuid::Uuid;

/// What people do to a credential by which pipelines may be refused.
const OF_CREDENTIAL: [Action; 6] = [
    Action::CredentialUpdated,
    Action::CredentialDisabled,
    Action::CredentialCompromised,
    Action::CredentialUnreadable,
    Action::CredentialDeleted,
    Action::GuardLowered,
];

/// What nobody is refused for, whatever it becomes.
const HARMLESS: [Field; 8] = [
    Field::Name,
    Field::Description,
    Field::Email,
    Field::Owner,
    Field::Environment,
    Field::Labels,
    Field::ReviewOn,
    Field::RotateEvery,
];

/// What is said of a save that gave a credential another secret, whatever else it changed: pipelines are refused only
/// where that is who may have it.
const NEW_SECRETS: [Action; 2] = [Action::SecretReplaced, Action::SecretStaged];

/// The same of a grant. Such an event is about the pipeline.
const OF_GRANT: [Action; 3] =
    [Action::GrantChanged, Action::GrantDeleted, Action::ApprovalWithdrawn];

/// What people do to grants of another credential for the same registry, by which the two may tie.
const OF_RIVAL: [Action; 3] = [Action::GrantCreated, Action::GrantChanged, Action::GrantApproved];

/// What a credential is chosen by among several: two may tie since one of them has another.
const CHOSEN_BY: [Field; 3] = [Field::Paths, Field::Access, Field::ExpiresOn];

/// An event that may be why.
#[derive(Clone, Debug)]
pub struct Change {
    pub link: i64,
    pub at: Moment,
    /// Who did what, in words.
    pub said: String,
}

impl Change {
    /// The first of these events after the link that may have broken something for the pipeline. `own` are those of what
    /// it received, and of grants of that; `rivals` those of other credentials for the same registry.
    pub fn after(
        link: i64,
        pipeline: Uuid,
        own: &[AuditEvent],
        rivals: &[AuditEvent],
    ) -> Option<Self> {
        // Not by its name: somebody may have changed that since.
        let breaks = |event: &&AuditEvent| {
            (OF_CREDENTIAL.contains(&event.action) && !is_harmless(event))
                || (NEW_SECRETS.contains(&event.action) && changes(event, Field::is_guard))
                || (OF_GRANT.contains(&event.action) && event.subject_id == pipeline)
        };
        let ties = |event: &&AuditEvent| {
            (OF_RIVAL.contains(&event.action) && event.subject_id == pipeline)
                || event.action == Action::CredentialEnabled
                || (is_save(event) && changes(event, |it| CHOSEN_BY.contains(&it)))
        };
        let all = own.iter().filter(breaks).chain(rivals.iter().filter(ties));
        let first = all.filter(|event| event.seq > link).min_by_key(|event| event.seq)?;
        Some(Self {
            link: first.seq,
            at: first.at,
            said: format!("{} {} {}", first.actor, first.action.label(), first.subject),
        })
    }
}

/// `asked`: the image that was refused while others are received, or the registry that whole requests were refused for;
/// empty where neither tells it from others. `refused`: how often since the change, and the link of the last time.
/// `last_delivery`: the link of the last one before it. Without one it never worked, so that no change broke it.
pub fn refused_since(
    (credential, pipeline): (Option<Thing>, Thing),
    asked: &str,
    (refused, last_refusal): (i64, i64),
    last_delivery: Option<i64>,
    change: &Change,
) -> Option<Found> {
    let is_since = last_delivery? < change.link && change.link < last_refusal;
    let more = if refused < REFUSALS_COUNTED { "" } else { " or more" };
    let what = if credential.is_some() { "it" } else { "credentials" };
    let (what, nothing) = match asked {
        "" => (what.to_owned(), "nothing"),
        image if image.contains('/') => (format!("{what} for {image}"), "nothing for that image"),
        host => (format!("{what} for {host}"), "nothing for that registry"),
    };
    (is_since && refused >= REFUSALS).then(|| Found {
        credential,
        pipeline: Some(pipeline),
        about: asked.to_owned(),
        fact: format!(
            "The pipeline received {what} before. On {} {}. After that the pipeline was refused {refused} times{more} and received {nothing}.",
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
    /// window, or a credential that could only pull before, or a version that was made current a moment ago, is not judged
    /// yet.
    pub fn stands(&self, events: &[AuditEvent], now: Moment) -> bool {
        let is_changed = |event: &AuditEvent| match self.kind {
            FindingKind::OnlyPulled => {
                let is_grant = matches!(event.action, Action::GrantCreated | Action::GrantChanged)
                    && self.pipeline.as_ref().is_some_and(|one| one.id == event.subject_id);
                (is_grant || changes_access(event)) && event.at >= first_moment(now)
            }
            FindingKind::OldVersion => {
                event.action == Action::SecretSwitched && !older(event.at, CACHED, now)
            }
            _ => false,
        };
        !events.iter().any(is_changed)
    }
}

/// Whether somebody changed what the credential is for.
fn changes_access(event: &AuditEvent) -> bool {
    is_save(event) && changes(event, |it| it == Field::Access)
}

fn is_save(event: &AuditEvent) -> bool {
    matches!(event.action, Action::CredentialUpdated | Action::GuardLowered)
        || NEW_SECRETS.contains(&event.action)
}

/// Whether it says what was changed, and that this was nothing else.
fn is_harmless(event: &AuditEvent) -> bool {
    let Detail::Changed(all) = &event.detail else { return false };
    !all.is_empty() && all.iter().all(|one| HARMLESS.contains(&one.field))
}

/// Whether one of the fields that it names is such a one.
fn changes(event: &AuditEvent, is_such: impl Fn(Field) -> bool) -> bool {
    matches!(&event.detail, Detail::Changed(all) if all.iter().any(|one| is_such(one.field)))
}
