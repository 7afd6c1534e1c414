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

/// `revoke_tokens`: whether the tokens were to be revoked, and what pulls audit logs was to be stopped.
pub(super) fn text(back: &BroughtBack, revoke_tokens: bool) -> String {
    let BroughtBack { things: all, members: people, .. } = back;
    let number = |of: fn(&Thing) -> bool| all.iter().filter(|one| of(&one.thing)).count() as u64;
    let tokens = count(number(|thing| matches!(thing, Thing::Token(_))), "live token");
    let rules = count(number(|thing| matches!(thing, Thing::Rule { .. })), "trust rule");
    let approvals = count(number(|thing| matches!(thing, Thing::Approval { .. })), "approval");
    let destinations =
        count(number(|thing| matches!(thing, Thing::Destination { .. })), "destination");
    let in_projects = count(people.len() as u64, "member");
    let then = then(back, revoke_tokens);
    let mut text = format!(
        "The backup brings back {tokens}, {rules}, {approvals}, {destinations} of audit logs and {in_projects}, as they were when it was made.{then} Remove what should no longer work. Checkpoints of the audit log that are signed from now on have a new origin, because earlier ones may cover events that the backup does not have."
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

/// What became of the tokens and the destinations: a sentence for each kind that there is, with a space before it.
fn then(BroughtBack { things, revoked, stopped, .. }: &BroughtBack, revoke_tokens: bool) -> String {
    let are_there = |of: fn(&Thing) -> bool| things.iter().any(|one| of(&one.thing));
    let all = if revoke_tokens {
        let (tokens, pulled) = (count(*revoked, "pipeline token"), count(*stopped, "destination"));
        vec![
            (*revoked > 0, format!(" Revoked: {tokens}.")),
            (*stopped > 0, format!(" Stopped: {pulled} that pulled an audit log.")),
            (
                are_there(is_sent_to),
                " The destinations that Regcred sends to receive audit logs again.".to_owned(),
            ),
        ]
    } else {
        vec![
            (
                are_there(|thing| matches!(thing, Thing::Token(_))),
                " The tokens work again, even those that were revoked after the backup was made."
                    .to_owned(),
            ),
            (
                are_there(|thing| matches!(thing, Thing::Destination { .. })),
                " These destinations receive audit logs again.".to_owned(),
            ),
        ]
    };
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, sentence)| sentence).collect()
}

fn is_sent_to(thing: &Thing) -> bool {
    matches!(thing, Thing::Destination { transport, .. } if *transport != Transport::Pull)
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

/// What it is. Who pulls an audit log has a token, as a pipeline has.
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

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn back(things: Vec<Thing>, revoked: u64, stopped: u64) -> BroughtBack {
        let things = things.into_iter().map(|thing| Leftover {
            project: Uuid::nil(),
            slug: String::new(),
            pipeline: None,
            maker: "Olga".to_owned(),
            thing,
            last_used_at: None,
            is_by_name: false,
        });
        BroughtBack { things: things.collect(), members: Vec::new(), revoked, stopped }
    }

    fn destination(transport: Transport) -> Thing {
        Thing::Destination { id: Uuid::nil(), name: "siem".to_owned(), transport, is_shown: true }
    }

    #[test]
    fn only_what_came_back_is_said_to_work_again() {
        let again = " These destinations receive audit logs again.";
        assert_eq!(then(&back(Vec::new(), 0, 0), false), "");
        let pulls = vec![destination(Transport::Pull)];
        assert_eq!(then(&back(pulls.clone(), 0, 0), false), again);
        let tokens = then(&back(vec![Thing::Token("4kX1".to_owned())], 0, 0), false);
        assert!(tokens.starts_with(" The tokens work again") && !tokens.contains(again));

        assert_eq!(then(&back(Vec::new(), 0, 0), true), "");
        let stopped = " Stopped: 1 destination that pulled an audit log.";
        assert_eq!(then(&back(pulls, 0, 1), true), stopped);
        let sends = vec![destination(Transport::Webhook)];
        let sent_to = " The destinations that Regcred sends to receive audit logs again.";
        assert_eq!(then(&back(sends, 0, 0), true), sent_to);
        let revoked = then(&back(Vec::new(), 2, 0), true);
        assert_eq!(revoked, " Revoked: 2 pipeline tokens.");
    }
}
