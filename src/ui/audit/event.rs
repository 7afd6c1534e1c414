//! One link of the chain: its fields, what stands beside it, and what it proves.

use super::row::Line;
use crate::domain::audit::{
    AuditChange, AuditDelivery, AuditLink, AuditQuery, AuditRow, Detail, Happened,
};
use crate::domain::paths;
use crate::error::Result;
use crate::functions::audit::{audit_link, instance_audit_link};
use crate::ui::kit::{
    Cell, CodeToCopy, Columns, CopyValue, Dot, Fact, Facts, Loaded, PageContext, PageHead, Pager,
    PostButton, Section, Table, TextFact, Time,
};
use crate::ui::layout::InstanceFrame;
use crate::ui::receipts::Receipts;
use leptos::prelude::*;
use leptos_meta::Title;

/// `/p/{project}/audit/{seq}`
#[component]
pub fn AuditEventPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Loaded title="Audit event" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

/// `/admin/audit/{seq}`
#[component]
pub fn InstanceAuditEventPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <InstanceFrame>
            <Loaded title="Audit event" from=load(page.clone()) let:found>
                {whole(found, page)}
            </Loaded>
        </InstanceFrame>
    }
}

async fn load(page: PageContext) -> Result<AuditLink> {
    let seq = page.number_of("seq")?;
    if page.project.is_empty() {
        instance_audit_link(seq).await
    } else {
        audit_link(page.project, seq).await
    }
}

fn whole(link: AuditLink, page: PageContext) -> impl IntoView {
    let AuditLink { row, receipts, is_cut, existing, beside, mac, holds, chain } = link;
    let AuditRow { seq, at, clock_before, what } = row;
    let (list, exact) = (paths::audit(&page.project), at.to_rfc3339());
    let Line { who, what: did, .. } = Line::of(&what);
    let up = super::up(&page.project);
    let at_link = |seq: i64| paths::audit_link(&page.project, seq);
    let (previous, next) = (beside.0.map(at_link), beside.1.map(at_link));
    let clock = clock_before.map(|before| {
        format!("The clock went back: the previous link was written at {}.", before.to_text())
    });
    let fields = match &what {
        Happened::Change(change) => Some(fields(change, &list)),
        Happened::Delivery(delivery) => Some(of_pipeline(delivery, &list)),
        Happened::Unknown => None,
    };
    let is_delivery = matches!(what, Happened::Delivery(_));
    let (shown, datetime, project) = (page.clone(), exact.clone(), page.project.clone());
    view! {
        <Title text=format!("Link {seq}")/>
        <PageHead title=format!("Link {seq}") up/>
        <p>{format!("{who} {did}")}</p>
        <Facts>
            <Fact label="When">
                <Time at/>
                <span class="muted">" · " <time datetime=datetime>{exact}</time></span>
                {clock.map(|text| view! { <div>{text}</div> })}
            </Fact>
            {fields}
        </Facts>
        {changes(&what)}
        {checkpoint(&what)}
        {is_delivery
            .then(|| {
                view! { <Receipts receipts page=shown is_of_pipeline=false existing is_cut/> }
            })}
        <Proof seq mac holds chain project/>
        <Pager previous next/>
    }
}

/// Which pipeline asked, with the way to the rest of it: also of one that was deleted.
fn of_pipeline(delivery: &AuditDelivery, list: &str) -> AnyView {
    let name = delivery.pipeline.clone();
    let query = AuditQuery { pipeline: Some(delivery.pipeline_id), ..AuditQuery::default() };
    let href = format!("{list}{}", query.to_url());
    view! {
        <Fact label="Pipeline">
            {name} " · " <a href=href>"All events of this pipeline"</a>
        </Fact>
    }
    .into_any()
}

/// Who did what to which noun, each with the way to the rest of it.
fn fields(change: &AuditChange, list: &str) -> AnyView {
    let AuditChange { action, actor, actor_id, subject, subject_id, detail } = change.clone();
    let of_person = actor_id.map(|person| {
        let query = AuditQuery { person: Some(person), ..AuditQuery::default() };
        format!("{list}{}", query.to_url())
    });
    let query = AuditQuery { action: Some(action), ..AuditQuery::default() };
    let of_action = format!("{list}{}", query.to_url());
    let text = match detail {
        Detail::Changed(_) => String::new(),
        other => other.to_text(),
    };
    view! {
        <Fact label="Who">
            {actor}
            {of_person.map(|href| view! { " · " <a href=href>"All events by this person"</a> })}
        </Fact>
        <Fact label="Action">
            <span class="mono">{action.word()}</span>
            " · "
            <a href=of_action>"All events with this action"</a>
        </Fact>
        <Fact label="Subject">
            {subject}
            <span class="muted">" · " <span class="mono">{subject_id.to_string()}</span></span>
        </Fact>
        <TextFact label="Details" text/>
    }
    .into_any()
}

/// From what to what each field was changed.
fn changes(what: &Happened) -> Option<AnyView> {
    let Happened::Change(change) = what else { return None };
    let rows = changed(&change.detail);
    let rows = rows.into_iter().map(|(field, from, to)| {
        let said = |text: Option<String>| match text {
            None => "Not recorded".to_owned(),
            Some(text) if text.is_empty() => "None".to_owned(),
            Some(text) => text,
        };
        [Cell::of(field), Cell::of(said(from)), Cell::of(said(to))]
    });
    let rows: Vec<[Cell; 3]> = rows.collect();
    (!rows.is_empty()).then(|| {
        let columns = Columns::new(["Field", "Before", "After"], rows);
        view! {
            <Section id="changes" title="Changes">
                <Table columns label="Changes"/>
            </Section>
        }
        .into_any()
    })
}

/// The note of a checkpoint, as others need it.
fn checkpoint(what: &Happened) -> Option<AnyView> {
    let Happened::Change(change) = what else { return None };
    let Detail::Checkpoint { note, .. } = &change.detail else { return None };
    let text = note.clone();
    let view = view! {
        <Section id="checkpoint" title="Checkpoint">
            <CodeToCopy id="checkpoint-note" text/>
        </Section>
    };
    Some(view.into_any())
}

/// A field, what it was and what it became; of a secret neither is recorded.
type Changed = (String, Option<String>, Option<String>);

fn changed(detail: &Detail) -> Vec<Changed> {
    let both = |field: &str, from: String, to: String| (field.to_owned(), Some(from), Some(to));
    match detail {
        Detail::Changed(changes) | Detail::Rejected { changes, .. } => changes
            .iter()
            .map(|one| (one.field.label().to_owned(), one.from.clone(), one.to.clone()))
            .collect(),
        Detail::Grant { changes, .. } | Detail::Rule { changes, .. } => {
            changes.iter().map(|one| both(&one.term, one.from.clone(), one.to.clone())).collect()
        }
        Detail::Versions { from, to } => vec![both("Version", from.to_string(), to.to_string())],
        Detail::Roles { from, to, .. } => {
            vec![both("Role", from.label().to_owned(), to.label().to_owned())]
        }
        Detail::Keys { from, to } => vec![both("Key", from.clone(), to.clone())],
        _ => Vec::new(),
    }
}

#[component]
fn Proof(
    seq: i64,
    mac: String,
    holds: bool,
    chain: String,
    /// Empty for the chain of the instance.
    project: String,
) -> impl IntoView {
    let kept = format!("{chain}:{seq}:{mac}");
    let verify = paths::verify_audit(&project);
    let values = vec![("project", project), ("link", seq.to_string())];
    let (label, tone) =
        if holds { ("This link holds", "good") } else { ("This link does not hold", "bad") };
    view! {
        <Section id="proof" title="What this link proves">
            <p>
                <Dot label tone/>
            </p>
            <p class="muted">
                "Each link has a code, which is made of its event and the code of the previous link with the key of the audit log. A link that holds was not changed after Regcred wrote it, as long as nobody else has that key. This does not prove that what was written is true."
            </p>
            <Facts>
                <Fact label="Code">
                    <CopyValue id="code" text=kept what="code"/>
                </Fact>
            </Facts>
            {advice(holds)}
            {holds
                .then(|| {
                    view! {
                        <PostButton
                            action=paths::PROVE_LINK
                            values
                            word="Download inclusion proof"
                            class="button"
                        />
                        <p class="muted">
                            "The proof shows others that this link is in the chain. It has the index of the link, the hashes from there to a checkpoint, and that checkpoint, in the format "
                            <span class="mono">"c2sp.org/tlog-proof@v1"</span>
                            ". Check it with the line of this link in an export of links and the public key on the page "
                            <a href=verify>"Verify the chain"</a> ": "
                            <span class="mono">
                                "regcred audit verify --export FILE --proof FILE --key KEY"
                            </span> "."
                        </p>
                    }
                })}
        </Section>
    }
}

/// What the code is good for: that of a link which does not hold is not worth keeping.
fn advice(holds: bool) -> AnyView {
    if !holds {
        return view! {
            <p>
                "The event of this link, or the code of the link before it, was changed outside Regcred. The code of this link proves nothing. Compare the link with a backup."
            </p>
        }
        .into_any();
    }
    view! {
        <p class="muted">
            "Keep a copy of this code elsewhere. Later, " <span class="mono">"regcred audit verify --since"</span>
            " with this code shows whether this link and everything before it are still there."
        </p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::FieldChange;
    use crate::domain::user::Role;

    #[test]
    fn what_was_changed_is_told_from_what_to_what_and_of_a_secret_only_that_it_was() {
        let secret = Detail::Changed(vec![FieldChange::secret()]);
        assert_eq!(changed(&secret), [("Password or key".to_owned(), None, None)]);
        let roles = Detail::Roles { from: Role::Viewer, to: Role::Owner, kept: 0 };
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(changed(&roles), [("Role".to_owned(), said("Viewer"), said("Owner"))]);
        assert!(changed(&Detail::Version(3)).is_empty());
    }
}
