//! The search and the filters of the list: one GET form, since the URL is the state.

use crate::domain::credential::{Access, Method};
use crate::domain::listing::{ListQuery, SEARCH_MAX, Sort, StateFilter};
use leptos::prelude::*;

/// The form; `action` is the list without a query.
#[component]
pub fn Filters(query: ListQuery, hosts: Vec<String>, action: String) -> impl IntoView {
    let mut hosts: Vec<(String, String)> =
        hosts.into_iter().map(|host| (host.clone(), host)).collect();
    // An address of this page may name a host in another way than it is stored.
    if let Some(asked) =
        query.registry.as_ref().filter(|asked| hosts.iter().all(|(h, _)| h != *asked))
    {
        hosts.push((asked.clone(), asked.clone()));
    }
    view! {
        <form id="search" role="search" method="get" action=action class="toolbar">
            <div class="field">
                <label for="q">"Search registry credentials"</label>
                <input id="q" name="q" type="search" value=query.search maxlength=SEARCH_MAX.to_string() autocomplete="off"/>
            </div>
            <Filter name="registry" label="Registry" all="All" options=hosts chosen=query.registry/>
            <Filter
                name="state"
                label="State"
                all="All"
                options=words(StateFilter::ALL, StateFilter::word, StateFilter::label)
                chosen=query.state.map(|s| s.word().to_owned())
            />
            <Filter
                name="method"
                label="Sign-in"
                all="All"
                options=words(Method::ALL, Method::word, Method::label)
                chosen=query.method.map(|m| m.word().to_owned())
            />
            <Filter
                name="access"
                label="Allows"
                all="All"
                options=words(Access::ALL, Access::word, Access::label)
                chosen=query.access.map(|a| a.word().to_owned())
            />
            <Filter
                name="unused"
                label="Use"
                all="All"
                options=vec![("1".to_owned(), "Never received".to_owned())]
                chosen=query.is_unused.then(|| "1".to_owned())
            />
            <Filter
                name="sort"
                label="Order"
                all=Sort::Name.label()
                options=words(&[Sort::Registry, Sort::Expires, Sort::Changed], Sort::word, Sort::label)
                chosen=query.sort.map(|s| s.word().to_owned())
            />
            <button type="submit" class="button">"Search"</button>
        </form>
    }
}

/// A select whose first option says nothing. Its id and label differ from those of the dialogs'
/// fields, which are on the page at the same time.
#[component]
fn Filter(
    name: &'static str,
    label: &'static str,
    all: &'static str,
    options: Vec<(String, String)>,
    chosen: Option<String>,
) -> impl IntoView {
    let id = format!("filter-{name}");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
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

fn words<T: Copy>(
    all: &[T],
    word: fn(T) -> &'static str,
    label: fn(T) -> &'static str,
) -> Vec<(String, String)> {
    all.iter().map(|v| (word(*v).to_owned(), label(*v).to_owned())).collect()
}
