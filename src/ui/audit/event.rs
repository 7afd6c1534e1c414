//! One link of the chain: its fields, what stands beside it, and what it proves.

use super::row::Line;
use crate::domain::audit::{AuditChange, AuditLink, AuditQuery, AuditRow, Detail, Happened};
use crate::domain::paths;
use crate::error::Result;
use crate::functions::audit::{audit_link, instance_audit_link};
use crate::ui::kit::{
    Cell, Columns, CopyValue, Dot, Fact, Facts, Loaded, PageContext, PageHead, Pager, Section,
    Table, TextFact, Time,
};
use crate::ui::layout::InstanceFrame;
use crate::ui::receipts::Receipts;
use leptos::prelude::*;

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
    let name = if page.project.is_empty() { "Instance audit" } else { "Audit" };
    let up = (list.clone(), name.to_owned());
    let at_link = |seq: i64| paths::audit_link(&page.project, seq);
    let (previous, next) = (beside.0.map(at_link), beside.1.map(at_link));
    let clock = clock_before.map(|before| {
        format!("The clock went back: the link before was written at {}.", before.to_text())
    });
    let fields = match &what {
        Happened::Change(change) => Some(fields(change, &list)),
        _ => None,
    };
    let is_delivery = matches!(what, Happened::Delivery(_));
    let shown = page.clone();
    view! {
        <PageHead title=format!("Link {seq}") up/>
        <p>{format!("{who} {did}")}</p>
        <Facts>
            <Fact label="When">
                <Time at/>
                <span class="muted">" · " <time datetime=exact.clone()>{exact}</time></span>
                {clock.map(|text| view! { <div>{text}</div> })}
            </Fact>
            {fields}
        </Facts>
        {changes(&what)}
        {is_delivery
            .then(|| {
                view! { <Receipts receipts page=shown is_of_pipeline=false existing is_cut/> }
            })}
        <Proof seq mac holds chain/>
        <Pager previous next/>
    }
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
            {of_person.map(|href| view! { " · " <a href=href>"Everything by them"</a> })}
        </Fact>
        <Fact label="Action">
            <span class="mono">{action.word()}</span>
            " · "
            <a href=of_action>"Every such event"</a>
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
    let Detail::Changed(changes) = &change.detail else { return None };
    let rows = changes.iter().map(|change| {
        let said = |text: &Option<String>| match text.as_deref() {
            None => "Not recorded".to_owned(),
            Some("") => "None".to_owned(),
            Some(text) => text.to_owned(),
        };
        [Cell::of(change.field.label()), Cell::of(said(&change.from)), Cell::of(said(&change.to))]
    });
    let columns = Columns::new(["Field", "Before", "After"], rows);
    Some(
        view! {
            <Section id="changes" title="Changes">
                <Table columns/>
            </Section>
        }
        .into_any(),
    )
}

#[component]
fn Proof(seq: i64, mac: String, holds: bool, chain: String) -> impl IntoView {
    let kept = format!("{chain}:{seq}:{mac}");
    let (label, tone) =
        if holds { ("This link holds", "good") } else { ("This link does not hold", "bad") };
    view! {
        <Section id="proof" title="What this link proves">
            <p>
                <Dot label tone/>
            </p>
            <p class="muted">
                "Each link has a code over its event and over the code of the link before. Only the key of the audit log makes such a code. A link that holds was not changed after Regcred wrote it, as long as nobody else has that key. It does not prove that what was written was true."
            </p>
            <Facts>
                <Fact label="Code">
                    <CopyValue id="code" text=kept what="code"/>
                </Fact>
            </Facts>
            <p class="muted">
                "Keep this code in another place. Later, " <span class="mono">"regcred audit verify --since"</span>
                " with this code shows whether this link and everything before it are still there."
            </p>
        </Section>
    }
}
