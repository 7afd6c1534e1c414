//! What a restored backup lets in again, for people and for scripts.

use crate::commands::leaving::last_used;
use crate::commands::output::{count, list};
use crate::domain::departure::{Leftover, Thing};
use crate::domain::moment::Moment;
use crate::domain::shipping::Transport;
use crate::domain::user::{Person, Role};
use crate::vault::BroughtBack;
use serde_json::{Value, json};

pub(super) fn document(back: &BroughtBack) -> Value {
    json!({
        "things": things(&back.things).0,
        "members": members(&back.members).0,
        "revoked_tokens": back.revoked,
        "stopped_destinations": back.stopped,
    })
}

pub(super) fn text(back: &BroughtBack) -> String {
    let BroughtBack { things: all, members: people, revoked, stopped } = back;
    let number = |of: fn(&Thing) -> bool| all.iter().filter(|one| of(&one.thing)).count() as u64;
    let tokens = count(number(|thing| matches!(thing, Thing::Token(_))), "live token");
    let rules = count(number(|thing| matches!(thing, Thing::Rule { .. })), "trust rule");
    let approvals = count(number(|thing| matches!(thing, Thing::Approval { .. })), "approval");
    let destinations =
        count(number(|thing| matches!(thing, Thing::Destination { .. })), "destination");
    let in_projects = count(people.len() as u64, "member");
    let then = if *revoked + *stopped > 0 {
        let (tokens, fetch) = (count(*revoked, "pipeline token"), count(*stopped, "destination"));
        format!("Revoked: {tokens}. Stopped: {fetch} that fetched an audit log with a token.")
    } else {
        "The tokens work again, even those that were revoked after the backup was made. Destinations get audit logs again as they did then.".to_owned()
    };
    let mut text = format!(
        "The backup brings back {tokens}, {rules}, {approvals}, {destinations} of audit logs and {in_projects}, as they were when it was made. {then} Remove what should no longer work. Checkpoints of the audit log that are signed from now on have a new origin, because earlier ones may cover events that the backup does not have."
    );
    for (is_empty, table) in
        [(all.is_empty(), things(all).1), (people.is_empty(), members(people).1)]
    {
        if !is_empty {
            text.push_str("\n\n");
            text.push_str(&table);
        }
    }
    text
}

fn things(things: &[Leftover]) -> (Value, String) {
    list(["PROJECT", "PIPELINE", "WHAT", "CREATED BY", "LAST USED"], things, |one| {
        let pipeline = one.pipeline.as_ref().map(|pipeline| pipeline.name.clone());
        let of_instance = one.slug.is_empty();
        let document = json!({
            "project": (!of_instance).then_some(&one.slug),
            "pipeline": pipeline,
            "what": what(&one.thing),
            "made_by": one.maker,
            "last_used_at": one.last_used_at.map(Moment::to_rfc3339),
        });
        let pipeline = pipeline.unwrap_or_default();
        let project = if of_instance { "instance" } else { one.slug.as_str() };
        let (what, maker) = (what(&one.thing), one.maker.clone());
        (document, [project.to_owned(), pipeline, what, maker, last_used(one)])
    })
}

/// What it is. Who fetches an audit log has a token, as a pipeline has.
fn what(thing: &Thing) -> String {
    match thing {
        Thing::Destination { name, transport: Transport::Pull, .. } => {
            format!("token of destination {name}")
        }
        _ => thing.label(),
    }
}

fn members(members: &[(String, Person, Role)]) -> (Value, String) {
    list(["PROJECT", "EMAIL", "NAME", "ROLE"], members, |(slug, person, role)| {
        let document = json!({
            "project": slug, "email": person.email, "name": person.name, "role": role.word(),
        });
        let (email, name) = (person.email.clone(), person.name.clone());
        (document, [slug.clone(), email, name, role.word().to_owned()])
    })
}
