//! The search and the filters of the list: one GET form, since the URL is the state. It is one line:
//! filters that are not in use are behind a button, and those in use are chips that take them away.

use super::markup::{Text, attribute};
use crate::domain::credential::{Access, Method};
use crate::domain::listing::{ListQuery, SEARCH_MAX, Sort, StateFilter};
use crate::ui::kit::options;
use leptos::prelude::*;

const REGISTRY: &str = "Registry URL";
const STATE: &str = "State";
const METHOD: &str = "Authentication method";
const ACCESS: &str = "Access";
const USED_BY: &str = "Used by";
const NEVER: &str = "Never";

/// The form; `action` is the list without a query.
#[component]
pub fn Filters(
    query: ListQuery,
    /// The registries to choose from; `None` when there are too many to list.
    hosts: Option<Vec<String>>,
    action: String,
    /// A dialog is drawn over the list. Its fields have the same labels.
    is_covered: bool,
) -> impl IntoView {
    let word = |word: &'static str| word.to_owned();
    let received = vec![("1".to_owned(), NEVER.to_owned())];
    let states = options(StateFilter::ALL, StateFilter::word, StateFilter::label);
    let methods = options(Method::ALL, Method::word, Method::label);
    let access = options(Access::ALL, Access::word, Access::label);
    let asked = query.registry.clone();
    let registry = match hosts.map(|hosts| registries(hosts, asked.as_deref())) {
        Some(options) => {
            let (name, label, all) = ("registry", REGISTRY, "All");
            view! { <Filter name label all options chosen=asked is_covered/> }.into_any()
        }
        None => view! { <TypedRegistry asked=asked.unwrap_or_default() is_covered/> }.into_any(),
    };
    let filters = [
        ("state", STATE, "All", states, query.state.map(|s| word(s.word()))),
        ("access", ACCESS, "All", access, query.access.map(|a| word(a.word()))),
        ("unused", USED_BY, "All", received, query.is_unused.then(|| word("1"))),
        ("method", METHOD, "All", methods, query.method.map(|m| word(m.word()))),
        ("sort", "Sort by", Sort::Name.label(), orders(), query.order()),
    ];
    let chips = view! { <Chips query=query.clone() list=action.clone()/> };
    view! {
        <form id="search" role="search" method="get" action=action class="search-line">
            <label for="q" class="visually-hidden">"Search registry credentials"</label>
            <input
                id="q"
                name="q"
                type="search"
                value=query.search
                maxlength=SEARCH_MAX.to_string()
                placeholder="Name, registry, username, label…"
                autocomplete="off"
            />
            <button type="submit" class="button">"Search"</button>
            <button type="button" class="button" popovertarget="filter">"Filter"</button>
            <div id="filter" class="menu filter-panel" popover="auto">
                {registry}
                {filters
                    .into_iter()
                    .map(|(name, label, all, options, chosen)| {
                        view! { <Filter name label all options chosen is_covered/> }
                    })
                    .collect_view()}
                <button type="submit" class="button button-primary no-js">"Apply"</button>
            </div>
            {chips}
        </form>
    }
}

/// Each with its label, and the one that is asked for.
fn registries(hosts: Vec<String>, asked: Option<&str>) -> Vec<(String, String)> {
    // An address of this page may name a host in another way than it is stored.
    let other = asked.filter(|asked| hosts.iter().all(|host| host != asked)).map(str::to_owned);
    hosts.into_iter().chain(other).map(|host| (host.clone(), host)).collect()
}

/// Every order but the usual one.
fn orders() -> Vec<(String, String)> {
    let ways = Sort::ALL.iter().flat_map(|sort| [(*sort, false), (*sort, true)]);
    let orders = ways.filter(|way| *way != (Sort::Name, false)).map(|(sort, is_reversed)| {
        let label = if is_reversed { sort.reversed_label() } else { sort.label() };
        let query = ListQuery { sort: Some(sort), is_reversed, ..ListQuery::default() };
        (query.order().unwrap_or_default(), label.to_owned())
    });
    orders.collect()
}

/// A select whose first option says nothing. While a dialog covers it, its label belongs to the
/// dialog's field alone.
#[component]
fn Filter(
    name: &'static str,
    label: &'static str,
    all: &'static str,
    options: Vec<(String, String)>,
    chosen: Option<String>,
    is_covered: bool,
) -> impl IntoView {
    let id = format!("filter-{name}");
    // Written as text, as the rows are, and for their reason.
    let option = |(value, label): (String, String)| {
        let selected = if chosen.as_ref() == Some(&value) { " selected" } else { "" };
        // Without a value it sends its label.
        let sent =
            if value == label { String::new() } else { format!(" value={}", attribute(&value)) };
        format!("<option{sent}{selected}>{}", Text(&label))
    };
    let all = (String::new(), all.to_owned());
    let options: String = [all].into_iter().chain(options).map(option).collect();
    let labelled = (!is_covered).then(|| id.clone());
    view! {
        <div class="field">
            <label for=labelled>{label}</label>
            <select id=id name=name inner_html=options></select>
        </div>
    }
}

/// Where there are too many registries to list, one is typed, as it would be in the form.
#[component]
fn TypedRegistry(asked: String, is_covered: bool) -> impl IntoView {
    const ID: &str = "filter-registry";
    view! {
        <div class="field">
            <label for=(!is_covered).then_some(ID)>{REGISTRY}</label>
            <input
                id=ID
                name="registry"
                value=asked
                placeholder="ghcr.io"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                data-whole=true
            />
        </div>
    }
}

/// The filters in use, each a link to the list without it, and one to the list without any.
#[component]
fn Chips(query: ListQuery, list: String) -> impl IntoView {
    let first = query.first_page();
    let in_use = [
        query
            .registry
            .clone()
            .map(|host| (REGISTRY, host, ListQuery { registry: None, ..first.clone() })),
        query.state.map(|state| {
            (STATE, state.label().to_owned(), ListQuery { state: None, ..first.clone() })
        }),
        query.access.map(|access| {
            (ACCESS, access.label().to_owned(), ListQuery { access: None, ..first.clone() })
        }),
        query
            .is_unused
            .then(|| (USED_BY, NEVER.to_owned(), ListQuery { is_unused: false, ..first.clone() })),
        query.method.map(|method| {
            (METHOD, method.label().to_owned(), ListQuery { method: None, ..first.clone() })
        }),
    ];
    let said = match (first.search.is_empty(), in_use.iter().any(Option::is_some)) {
        (true, _) => "Clear filters",
        (false, false) => "Clear search",
        (false, true) => "Clear search and filters",
    };
    let at = |query: ListQuery| format!("{list}{}", query.to_url());
    let chips = in_use.into_iter().flatten().map(|(name, value, without)| {
        let says = format!("{name}: {value}");
        let label = format!("Remove filter {says}");
        let title = says.clone();
        view! {
            <a class="chip" href=at(without) aria-label=label title=title>
                <span>{says}</span>
            </a>
        }
    });
    let cleared = query.cleared();
    let clear = (cleared != first).then(|| {
        view! { <a class="clear" href=at(cleared)>{said}</a> }
    });
    view! {
        <div id="chips" class="chips">
            {chips.collect_view()}
            {clear}
        </div>
    }
}
