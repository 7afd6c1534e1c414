//! The filters: one GET form, since the URL is the state. Those in use are chips that take them away.

use crate::domain::audit::{Action, AuditQuery, Noun};
use crate::domain::delivery::Outcome;
use crate::domain::moment::Day;
use crate::ui::kit::{Control, Field, Hidden, Select, SubmitButton, options};
use leptos::prelude::*;
use uuid::Uuid;

const PERSON: &str = "Person";
const PIPELINE: &str = "Pipeline";
const CREDENTIAL: &str = "Credential";
const NOUN: &str = "About";
const ACTION: &str = "Action";
const OUTCOME: &str = "Outcome";
const FROM: &str = "From (UTC)";
const TO: &str = "To (UTC)";

/// The form; `action` is the list without a query.
#[component]
pub fn Filters(
    query: AuditQuery,
    people: Vec<(Uuid, String)>,
    pipelines: Vec<(Uuid, String)>,
    action: String,
    is_instance: bool,
) -> impl IntoView {
    let nouns = if is_instance { Noun::OF_INSTANCE } else { Noun::OF_PROJECT };
    let actions = nouns.iter().flat_map(|noun| noun.actions());
    let actions = actions.map(|action| (action.word().to_owned(), action.word().to_owned()));
    let actions: Vec<(String, String)> = actions.collect();
    let chips = view! {
        <Chips
            query=query.clone()
            people=people.clone()
            pipelines=pipelines.clone()
            list=action.clone()
        />
    };
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let text =
        |name: &str, text: String| Control { name: name.to_owned(), text, ..Control::default() };
    let day = |day: Option<Day>| day.map(Day::to_text).unwrap_or_default();
    let person = chosen(people, query.person, "Anybody");
    let pipeline = chosen(pipelines, query.pipeline, "Any pipeline");
    let noun = query.noun.map(|noun| noun.word().to_owned()).unwrap_or_default();
    let done = query.action.map(|action| action.word().to_owned()).unwrap_or_default();
    let outcome = query.outcome.map(|outcome| outcome.word().to_owned()).unwrap_or_default();
    let every = |first: &str, all: Vec<(String, String)>| -> Vec<(String, String)> {
        [(String::new(), first.to_owned())].into_iter().chain(all).collect()
    };
    let nouns = every("Everything", options(nouns, Noun::word, Noun::label));
    let outcomes = every("Any outcome", options(Outcome::ALL, Outcome::word, Outcome::label));
    view! {
        <form role="search" aria-label="Filter the audit" method="get" action=action class="search-line">
            <button type="button" class="button" popovertarget="filter">"Filter"</button>
            <div id="filter" class="menu filter-panel" popover="auto">
                {(!is_instance || query.person.is_some())
                    .then(|| view! { <Select at=text("person", id(query.person)) label=PERSON options=person/> })}
                {(!is_instance)
                    .then(|| view! { <Select at=text("pipeline", id(query.pipeline)) label=PIPELINE options=pipeline/> })}
                {query.credential.map(|id| view! { <Hidden name="credential" value=id.to_string()/> })}
                <Select at=text("noun", noun) label=NOUN options=nouns/>
                <Select at=text("action", done) label=ACTION options=every("Any action", actions)/>
                <Select at=text("outcome", outcome) label=OUTCOME options=outcomes/>
                <Field at=text("from", day(query.from)) label=FROM kind="date"/>
                <Field at=text("to", day(query.to)) label=TO kind="date"/>
                <SubmitButton label="Apply"/>
            </div>
            {chips}
        </form>
    }
}

/// The options, with the one that is asked for although nobody lists it any more.
fn chosen(listed: Vec<(Uuid, String)>, asked: Option<Uuid>, any: &str) -> Vec<(String, String)> {
    let other = asked.filter(|asked| listed.iter().all(|(id, _)| id != asked));
    let other = other.map(|id| (id.to_string(), name_of(&[], id)));
    let listed = listed.into_iter().map(|(id, name)| (id.to_string(), name)).chain(other);
    [(String::new(), any.to_owned())].into_iter().chain(listed).collect()
}

fn name_of(listed: &[(Uuid, String)], id: Uuid) -> String {
    let found = listed.iter().find(|(other, _)| *other == id);
    // The number tells two of them apart.
    found.map_or_else(|| format!("Not listed ({id})"), |(_, name)| name.clone())
}

/// The filters in use, each a link to the list without it, and one to the list without any.
#[component]
fn Chips(
    query: AuditQuery,
    people: Vec<(Uuid, String)>,
    pipelines: Vec<(Uuid, String)>,
    list: String,
) -> impl IntoView {
    let first = query.first_page();
    let without = |change: fn(&mut AuditQuery)| {
        let mut query = first.clone();
        change(&mut query);
        query
    };
    let word = |word: &str| word.to_owned();
    let in_use = [
        query.person.map(|id| (PERSON, name_of(&people, id), without(|one| one.person = None))),
        query
            .pipeline
            .map(|id| (PIPELINE, name_of(&pipelines, id), without(|one| one.pipeline = None))),
        query
            .credential
            .map(|id| (CREDENTIAL, id.to_string(), without(|one| one.credential = None))),
        query.noun.map(|noun| (NOUN, word(noun.label()), without(|one| one.noun = None))),
        query
            .action
            .map(|action| (ACTION, word(Action::word(action)), without(|one| one.action = None))),
        query.outcome.map(|it| (OUTCOME, word(it.label()), without(|one| one.outcome = None))),
        query.from.map(|day| (FROM, day.to_text(), without(|one| one.from = None))),
        query.to.map(|day| (TO, day.to_text(), without(|one| one.to = None))),
    ];
    let at = |query: AuditQuery| format!("{list}{}", query.to_url());
    let chips = in_use.into_iter().flatten().map(|(name, value, without)| {
        let says = format!("{name}: {value}");
        let (label, title) = (format!("Remove filter {says}"), says.clone());
        view! {
            <a class="chip" href=at(without) aria-label=label title=title>
                <span>{says}</span>
            </a>
        }
    });
    let chips = chips.collect_view();
    let clear = (!query.is_of_all()).then(|| {
        view! { <a class="clear" href=list.clone()>"Clear filters"</a> }
    });
    view! {
        <div class="chips">
            {chips}
            {clear}
        </div>
    }
}
