//! One destination: how it is, what it was given once, and what can be done with it.

use super::shipping::{state, waits};
use crate::domain::shipping::{AGAIN, Destination, Listed, Transport};
use crate::functions::answer::FailedForm;
use crate::functions::shipping::{
    DeleteDestination, RenewDestination, SwitchDestination, TestDestination,
};
use crate::ui::granting::ConfirmedButton;
use crate::ui::kit::{
    Alert, CodeToCopy, Fact, Facts, FormState, PostButton, Section, TextFact, Time,
};
use crate::ui::pipelines::ShownOnce;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn One(
    listed: Listed,
    project: String,
    once: ShownOnce,
    failed: Option<FailedForm>,
) -> impl IntoView {
    let Listed { destination, behind, waited_since, unsent, renewal } = listed;
    let transport = destination.transport;
    let is_webhook = transport == Transport::Webhook;
    let is_syslog = transport == Transport::Syslog;
    let is_on = destination.stopped_at.is_none();
    let (label, _) = state(&destination, behind);
    let (how_far, link) = how_far(&destination);
    let (id, origin) = (destination.id.to_string(), destination.origin().to_owned());
    let said = destination.failing.map(|failing| {
        let text = failing.to_text();
        view! {
            <Alert kind="error">
                <p>{text}</p>
                <p class="muted">"Since "<Time at=failing.since/>"."</p>
            </Alert>
        }
    });
    let missing = unsent.map(|unsent| {
        let text = unsent.to_text();
        view! { <Alert kind="warning"><p>{text}</p></Alert> }
    });
    let waited = waited_since.map(|day| {
        let text =
            format!("{}. Receipts that it has not received yet are kept for longer.", waits(day));
        view! { <Alert kind="warning"><p>{text}</p></Alert> }
    });
    let to_renew = renewal.map(|renewal| {
        view! { <Alert kind="warning"><p>{renewal.label()}</p></Alert> }
    });
    let of = || vec![("project", project.clone()), ("id", id.clone())];
    let switch = [of(), vec![("is_on", (!is_on).to_string())]].concat();
    let word = if is_on { "Stop" } else { "Resume" };
    let test = destination.is_sent_to().then(|| {
        let values = of();
        view! { <PostButton action=TestDestination::url() values word="Send a test" class="button"/> }
    });
    let renewed = FormState::of::<RenewDestination>(failed.clone(), ());
    let deleted = FormState::of::<DeleteDestination>(failed, ());
    let delete = of();
    let renewing = if is_webhook { "Renew the signing secret" } else { "Renew the token" };
    let renew = (!is_syslog).then(|| {
        let (values, error) = (of(), renewed.error("password"));
        view! {
            <ConfirmedButton
                action=RenewDestination::url()
                values
                label=renewing
                id="renew-password"
                error
            />
        }
    });
    view! {
        <Section id="destination" title="Destination">
            {once.map(|secret| view! { <Secret secret is_webhook/> })}
            {said}
            {missing}
            {waited}
            {to_renew}
            {is_syslog.then(|| view! { <Promise/> })}
            <Facts>
                <TextFact label="Name" text=destination.name.clone()/>
                <TextFact label="State" text=label/>
                <TextFact label="Address" is_mono=true text=origin/>
                <TextFact label=how_far text=link/>
                <Fact label="Added">
                    <Time at=destination.made_at/>
                    " by "
                    {destination.made_by.clone()}
                </Fact>
            </Facts>
            <div class="toolbar">
                {test}
                <PostButton
                    action=SwitchDestination::url()
                    values=switch
                    word=word
                    class="button"
                />
            </div>
            {renewed.summary()}
            {deleted.summary()}
            {renew}
            <ConfirmedButton
                action=DeleteDestination::url()
                values=delete
                label="Delete the destination"
                id="delete-password"
                error=deleted.error("password")
            />
        </Section>
    }
}

/// How far the destination has come. One that begins with new events has not received those before, and
/// one that pulls says what it has only when it asks for more.
fn how_far(destination: &Destination) -> (&'static str, String) {
    let Destination { cursor, transport, last_at, .. } = destination;
    let is_known = last_at.is_some() && cursor.link > 0;
    match transport {
        Transport::Webhook if is_known => ("Received up to link", cursor.to_text()),
        Transport::Syslog if is_known => ("Read up to link", cursor.to_text()),
        _ if cursor.receipt > 0 => ("Next to receive", format!("The rest of link {}", cursor.link)),
        _ => ("Next to receive", format!("Link {}", cursor.link.saturating_add(1))),
    }
}

/// What syslog can promise, and what it cannot.
#[component]
fn Promise() -> impl IntoView {
    let again = AGAIN;
    view! {
        <p>
            "Syslog has no acknowledgement. Events count as received when the receiver has read them to the end of their connection. A receiver that is killed can still lose what it had read and not stored. So when a connection fails, Regcred sends the last "
            {again}
            " links again: events can arrive twice. If a receiver loses events while no connection fails, they are not sent again, and the numbers of the links show the gap."
        </p>
    }
}

#[component]
fn Secret(secret: Option<String>, is_webhook: bool) -> impl IntoView {
    let Some(text) = secret else {
        return view! {
            <Alert kind="warning">
                <p>"The new secret was already shown. If nobody stored it, renew it."</p>
            </Alert>
        }
        .into_any();
    };
    let use_of = if is_webhook {
        view! {
            " Verify each call with it, as Standard Webhooks describes: the header "
            <code>"webhook-signature"</code> " signs " <code>"webhook-id"</code> ", "
            <code>"webhook-timestamp"</code>
            " and the body. After a renewal, calls are also signed with the previous secret for a day."
        }
        .into_any()
    } else {
        view! {
            " Send it as " <code>"Authorization: Bearer"</code> " to " <code>"/api/v1/audit"</code>
            ". Each answer has a cursor. Send the cursor in the parameter " <code>"after"</code>
            " of the next request: this confirms that you have the events."
        }
        .into_any()
    };
    view! {
        <div class="card stack">
            <CodeToCopy id="secret" text/>
            <p>
                <strong>"This is shown once. Store it in the other system now."</strong>
                {use_of}
            </p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::Moment;
    use crate::domain::shipping::Cursor;

    #[test]
    fn a_destination_that_has_received_nothing_is_not_said_to_have_received_links() {
        let new = |transport: Transport| Destination::sample(transport, Cursor::whole(8));
        let next = ("Next to receive", "Link 9".to_owned());
        for transport in Transport::ALL {
            assert_eq!(how_far(&new(*transport)), next, "{transport:?}");
        }
        let asked = |transport| Destination { last_at: Some(Moment(1)), ..new(transport) };
        assert_eq!(how_far(&asked(Transport::Webhook)), ("Received up to link", "8".to_owned()));
        assert_eq!(how_far(&asked(Transport::Syslog)), ("Read up to link", "8".to_owned()));
        // It was given something, and has not said that it has it.
        assert_eq!(how_far(&asked(Transport::Pull)), next);
        let cursor = Cursor { link: 8, receipt: 500 };
        let part = Destination { cursor, ..asked(Transport::Pull) };
        assert_eq!(how_far(&part).1, "The rest of link 8");
    }
}
