//! The search and the filters of the list: one GET form, since the URL is the state.

use crate::domain::credential::{Access, Method};
use crate::domain::listing::{ListQuery, SEARCH_MAX, Sort, StateFilter};
use crate::ui::kit::options;
use leptos::prelude::*;

/// The form; `action` is the list without a query.
#[component]
pub fn Filters(
    query: ListQuery,
    hosts: Vec<String>,
    action: String,
    /// A dialog is drawn over the list. Its fields have the same labels.
    is_covered: bool,
) -> impl IntoView {
    let mut hosts: Vec<(String, String)> =
        hosts.into_iter().map(|host| (host.clone(), host)).collect();
    // An address of this page may name a host in another way than it is stored.
    if let Some(asked) =
        query.registry.as_ref().filter(|asked| hosts.iter().all(|(h, _)| h != *asked))
    {
        hosts.push((asked.clone(), asked.clone()));
    }
    let word = |word: &'static str| word.to_owned();
    let received = vec![("1".to_owned(), "Never received".to_owned())];
    let states = options(StateFilter::ALL, StateFilter::word, StateFilter::label);
    let methods = options(Method::ALL, Method::word, Method::label);
    let access = options(Access::ALL, Access::word, Access::label);
    let orders = options(&[Sort::Registry, Sort::Expires, Sort::Changed], Sort::word, Sort::label);
    let filters = [
        ("registry", "Registry URL", "All", hosts, query.registry.clone()),
        ("state", "State", "All", states, query.state.map(|s| word(s.word()))),
        ("method", "Authentication method", "All", methods, query.method.map(|m| word(m.word()))),
        ("access", "Access", "All", access, query.access.map(|a| word(a.word()))),
        ("unused", "Use", "All", received, query.is_unused.then(|| word("1"))),
        ("sort", "Sort by", Sort::Name.label(), orders, query.sort.map(|s| word(s.word()))),
    ];
    view! {
        <form id="search" role="search" method="get" action=action class="toolbar">
            <div class="field">
                <label for="q">"Search registry credentials"</label>
                <input id="q" name="q" type="search" value=query.search maxlength=SEARCH_MAX.to_string() autocomplete="off"/>
            </div>
            {filters
                .into_iter()
                .map(|(name, label, all, options, chosen)| {
                    view! { <Filter name label all options chosen is_covered/> }
                })
                .collect_view()}
            <button type="submit" class="button">"Search"</button>
        </form>
    }
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
    let labelled = (!is_covered).then(|| id.clone());
    view! {
        <div class="field">
            <label for=labelled>{label}</label>
            <select id=id name=name>
                <option value="">{all}</option>
                {options
                    .into_iter()
                    .map(|(value, label)| {
                        let is_chosen = chosen.as_ref() == Some(&value);
                        view! { <option value=value selected=is_chosen>{label}</option> }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}
