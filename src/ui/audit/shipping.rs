//! Where the audit is sent: the destinations, one of them, and the form of another one.

use super::shipping_one::One;
use crate::domain::counted::grouped;
use crate::domain::moment::Day;
use crate::domain::paths;
use crate::domain::shipping::{
    Begin, Behind, Destination, DestinationForm, Format, Listed, Transport,
};
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::shipping::{CreateDestination, find_destinations};
use crate::ui::granting::YourPassword;
use crate::ui::kit::{
    Cell, Columns, Dot, Field, FlashMessages, FormState, Loaded, PageContext, PageHead, PostForm,
    Section, Select, Table, Time, options,
};
use crate::ui::layout::InstanceFrame;
use crate::ui::pipelines::{ShownOnce, shown_once};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

const TITLE: &str = "Shipping";

/// `/p/{project}/audit/shipping?destination=`
#[component]
pub fn ShippingPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded title=TITLE from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

/// `/admin/audit/shipping`, with the same query.
#[component]
pub fn InstanceShippingPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <InstanceFrame>
            <FlashMessages/>
            <Loaded title=TITLE from=load(page.clone()) let:found>
                {whole(found, page)}
            </Loaded>
        </InstanceFrame>
    }
}

/// The destinations, what is shown once of one, and a form that was refused.
type Found = (Vec<Listed>, ShownOnce, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    let all = find_destinations(page.project.clone()).await?;
    Ok((all, shown_once(page.query("once")).await, page.failed_form().await))
}

fn whole((all, once, failed): Found, page: PageContext) -> impl IntoView {
    let project = page.project.clone();
    let asked = page.query("destination");
    let chosen = all.iter().find(|one| asked == Some(one.destination.id.to_string()));
    let chosen = chosen.cloned().map(|listed| {
        let (project, failed, once) = (project.clone(), failed.clone(), once);
        view! { <One listed project once failed/> }
    });
    let heads = ["Destination", "Format", "State", "Last received"];
    let columns = Columns::new(heads, all.into_iter().map(|listed| row(listed, &project)));
    let up = super::up(&project);
    let recorded = recorded(&project);
    view! {
        <PageHead title=TITLE up/>
        <p>
            "Each destination receives "
            {recorded}
            " of this log in order, from where you choose to begin. Webhooks, and systems that pull, receive each of them at least once. Syslog cannot promise that. While a destination cannot be reached, Regcred keeps what it is still to receive, and sends it later."
        </p>
        <Table
            columns
            class="compact"
            label="Destinations"
            empty="There are no destinations yet."
        />
        {chosen}
        <Add project failed/>
    }
}

/// What the log records: that of the instance has no deliveries.
fn recorded(project: &str) -> &'static str {
    if project.is_empty() {
        "every event and every refusal"
    } else {
        "every event, every delivery and every refusal"
    }
}

fn row(listed: Listed, project: &str) -> [Cell; 4] {
    let Listed { destination, behind, waited_since, renewal, .. } = listed;
    let href = paths::destination(project, destination.id);
    let (label, tone) = state(&destination, behind);
    let since = behind.since.filter(|_| behind.links > 0);
    let waits = waited_since.map(waits);
    let (name, transport) = (destination.name.clone(), destination.transport.label());
    [
        Cell::of(view! {
            <a href=href>{name}</a>
            <div class="muted">{transport}</div>
        }),
        Cell::of(destination.format.label()),
        Cell::of(view! {
            <Dot label tone/>
            {since.map(|at| view! { <div class="muted">"since "<Time at/></div> })}
            {waits.map(|text| view! { <div class="muted">{text}</div> })}
            {renewal.map(|_| view! { <div class="muted">"Renew its secret or token"</div> })}
        }),
        Cell::last(destination.last_at),
    ]
}

/// That receipts grow older than they should for its sake.
pub(super) fn waits(since: Day) -> String {
    format!("Retention has waited for this destination since {}", since.to_text())
}

/// How it is, in a few words, and the tone of that.
pub(super) fn state(destination: &Destination, behind: Behind) -> (String, &'static str) {
    let events = match behind.links {
        1 => "1 link".to_owned(),
        links => format!("{} links", grouped(links)),
    };
    if destination.stopped_at.is_some() {
        return (format!("Stopped, {events} behind"), "neutral");
    }
    if destination.failing.is_some() {
        return (format!("Failing, {events} behind"), "bad");
    }
    match behind.links {
        0 => ("Up to date".to_owned(), "good"),
        _ => (format!("{events} behind"), "warn"),
    }
}

#[component]
fn Add(project: String, failed: Option<FailedForm>) -> impl IntoView {
    let start = DestinationForm {
        transport: Transport::Webhook.word().to_owned(),
        format: Format::Json.word().to_owned(),
        from: Begin::Now.word().to_owned(),
        ..DestinationForm::default()
    };
    let form = FormState::of::<CreateDestination>(failed, start).within("form");
    view! {
        <Section id="add-destination" title="Add a destination">
            {form.summary()}
            <PostForm
                action=CreateDestination::url()
                project=project
                class="card stack"
                submit="Add destination"
            >
                <Field at=form.at("name") label="Name"/>
                <Select
                    at=form.at("transport")
                    label="How it receives events"
                    options=options(Transport::ALL, Transport::word, Transport::label)
                    hint="Webhook: Regcred calls the address, and the answer says that the events arrived. Syslog over TLS: Regcred sends messages, and the other system does not confirm them. Pull by API: the other system asks Regcred with a token."
                />
                <Select
                    at=form.at("format")
                    label="Format"
                    options=options(Format::ALL, Format::word, Format::label)
                />
                <Field
                    at=form.at("address")
                    label="Address"
                    hint="For a webhook, for example https://siem.example.com/regcred. Later, only the host is shown. For syslog, for example siem.example.com:6514. Leave it empty for Pull by API."
                />
                <Select
                    at=form.at("from")
                    label="Begin with"
                    options=options(Begin::ALL, Begin::word, Begin::label)
                />
                <YourPassword
                    error=form.error("password")
                    hint="The destination will receive everything that this log records. Enter your password to confirm."
                />
            </PostForm>
        </Section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::Moment;
    use crate::domain::shipping::{Cursor, Failing, ShipProblem};

    #[test]
    fn a_state_says_how_far_behind_a_destination_is() {
        let fine = Destination::sample(Transport::Webhook, Cursor::default());
        let behind = |links| Behind { links, since: Some(Moment(0)) };
        assert_eq!(state(&fine, behind(0)), ("Up to date".to_owned(), "good"));
        assert_eq!(state(&fine, behind(1)), ("1 link behind".to_owned(), "warn"));
        let (problem, since) = (ShipProblem::TimedOut, Moment(0));
        let failing = Some(Failing { since, problem, status: None });
        let failing = Destination { failing, ..fine.clone() };
        assert_eq!(state(&failing, behind(7)), ("Failing, 7 links behind".to_owned(), "bad"));
        let stopped = Destination { stopped_at: Some(Moment(0)), ..failing };
        assert_eq!(state(&stopped, behind(7_000)).0, "Stopped, 7,000 links behind");
    }
}
