//! What is frozen in a review: what there is, with what is known of its use.

use crate::crypto::digest::Sha256;
use crate::domain::audit::{Action, Detail};
use crate::domain::moment::Moment;
use crate::domain::permission::Permission;
use crate::domain::review::{
    Delegated, Facts, ReviewItem, ReviewKind, Reviewer, WINDOW_DAYS, frozen,
};
use crate::domain::usage::Figures;
use crate::domain::user::{Maker, Person, Role};
use crate::error::{Error, FieldError, Result};
use crate::store::{Frozen, Pair, UsageOf};
use crate::vault::{Vault, now};
use std::collections::HashMap;
use uuid::Uuid;

/// Pipelines whose figures are read at once.
const AT_ONCE: u64 = 500;

/// What each pipeline received of each credential: the figures of the window, and the last time ever.
#[derive(Debug, Default)]
pub(super) struct Known {
    window: HashMap<Pair, Figures>,
    last: HashMap<Pair, Moment>,
}

/// What is known of the project's deliveries.
pub(super) async fn facts_known(vault: &Vault, project: Uuid) -> Result<Known> {
    let first = now().day_number() - (WINDOW_DAYS - 1);
    let receipts = vault.store().receipts(project);
    let (mut known, mut after) = (Known::default(), String::new());
    loop {
        let part = vault.store().pipelines(project).used_after(&after, AT_ONCE).await?;
        let Some(last) = part.last() else { return Ok(known) };
        after.clone_from(&last.name_key);
        let of = UsageOf::Pipelines(part.iter().map(|one| one.id).collect());
        // No day is drawn.
        let usage = receipts.usage(&of, (first, i64::MAX)).await?;
        let pairs = usage.pairs.into_iter().map(|(pair, (figures, _))| (pair, figures));
        known.window.extend(pairs);
        for one in receipts.pairs_known(&of).await? {
            known.last.insert((one.credential_id, one.pipeline_id), Moment(one.last_at));
        }
    }
}

/// The items of a review of what was found, in its order.
pub(super) fn items_of(found: Vec<Frozen>, known: &Known) -> Vec<ReviewItem> {
    (1..)
        .zip(found)
        .map(|(number, one)| ReviewItem {
            id: Uuid::now_v7(),
            number,
            kind: one.kind,
            facts: facts_of(&one, known),
            subject: one.subject,
            pipeline: one.pipeline,
            credential: one.credential,
            name: one.name,
            terms: one.terms,
            whose: one.whose,
            made_at: one.made_at,
            reviewer: None,
            decision: None,
        })
        .collect()
}

/// Has the chosen members decide the items of their kinds, but not their own.
pub(super) fn ask(
    items: &mut [ReviewItem],
    asked: &[(ReviewKind, Uuid)],
    members: Vec<(Person, Role)>,
    by: &Person,
) -> Result<()> {
    for (kind, id) in asked {
        let chosen = members.iter().find(|(person, _)| person.id == *id);
        let chosen = chosen.filter(|(person, role)| {
            reviewer(person, *role).is_some_and(|reviewer| reviewer.decides(*kind))
        });
        let refused = || Error::Invalid(vec![Reviewer::unable(*kind)]);
        let (person, _) = chosen.ok_or_else(refused)?;
        for item in items.iter_mut().filter(|item| item.kind == *kind && !item.is_own(person)) {
            let (to, by) = (Maker::from(person), Some(Maker::from(by)));
            item.reviewer = Some(Delegated { to, by });
        }
    }
    Ok(())
}

/// A sentence at the field of each kind whose items the chosen person may not decide.
pub(super) fn unable(asked: &[(ReviewKind, Uuid)], members: &[(Person, Role)]) -> Vec<FieldError> {
    let may = |kind: ReviewKind, id: Uuid| {
        let chosen = members.iter().find(|(person, _)| person.id == id);
        let chosen = chosen.and_then(|(person, role)| reviewer(person, *role));
        chosen.is_some_and(|reviewer| reviewer.decides(kind))
    };
    let unable = asked.iter().filter(|(kind, id)| !may(*kind, *id));
    unable.map(|(kind, _)| Reviewer::unable(*kind)).collect()
}

/// The member as one who decides; `None` when their role does not allow it.
pub(super) fn reviewer(person: &Person, role: Role) -> Option<Reviewer> {
    let may = role.permissions();
    may.has(Permission::PipelineWrite).then(|| Reviewer {
        id: person.id,
        name: person.name.clone(),
        decides_members: may.has(Permission::AuditWrite),
    })
}

/// The SHA-256 of items that are all of a review, in their order.
pub(super) fn digest_of(items: &[ReviewItem]) -> String {
    let mut digest = Sha256::default();
    for part in frozen(items) {
        digest.update(&part);
    }
    digest.finish()
}

/// The digest that the audit log has of the items of a review, and its link.
pub(super) async fn digest_recorded(
    vault: &Vault,
    project: Uuid,
    review: Uuid,
) -> Result<Option<(i64, String)>> {
    let opening = vault.store().chain().first_about(project, review).await?;
    Ok(opening.and_then(|event| match (event.action, event.detail) {
        (Action::ReviewOpened, Detail::Population { sha256, .. }) => Some((event.seq, sha256)),
        _ => None,
    }))
}

fn facts_of(one: &Frozen, known: &Known) -> Facts {
    let usual = Facts {
        days: WINDOW_DAYS,
        last_at: one.last_used_at,
        can_push: one.can_push,
        is_stopped: one.is_stopped,
        is_changed: !one.is_ours,
        ..Facts::default()
    };
    let (Some(credential), Some(pipeline)) = (one.credential, one.pipeline) else { return usual };
    let pair = (credential, pipeline);
    let figures = known.window.get(&pair).cloned().unwrap_or_default();
    // A pair may have two grants, and what was there before this one was not for it.
    let last_at = figures.last_at.max(known.last.get(&pair).copied());
    Facts {
        pulls: figures.pulls,
        pushes: figures.pushes,
        refused: figures.refused,
        last_at: last_at.filter(|at| one.made_at.is_none_or(|made| at.is_since(made))),
        ..usual
    }
}
