//! What the form says about a registry while its address is typed, or chosen among the presets.

use super::advice::{NameOffer, fill_field, say_at_fields};
use super::changed::is_changed;
use super::listening::listen;
use super::recognised::{read, recognised};
use crate::functions::registry::Recognised;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{Element, HtmlInputElement, HtmlSelectElement, MouseEvent};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};

/// How long typing must rest before the server is asked.
const REST: Duration = Duration::from_millis(200);

/// The box under *More options* that marks the credential for plain HTTP.
const MARK: &str = "is_insecure";

/// Wraps the field of the address and draws the panel under it. The server draws the first one, so
/// a preset or a form that came back has its panel without JavaScript.
#[component]
pub fn HostPreview(
    /// What the panel says at first.
    start: Recognised,
    /// The name that was filled in for the person.
    name: String,
    /// Whether a secret was typed, and has to be typed again.
    is_again: bool,
    children: Children,
) -> impl IntoView {
    let found = serde_json::to_string(&start).unwrap_or_default();
    provide_context(Start { found: start, name: name.clone(), is_again });
    view! {
        <span
            id=START
            data-found=found
            data-name=name
            data-again=is_again.then_some("")
            hidden=true
        ></span>
        <Previewed>{children()}</Previewed>
    }
}

/// Where the page says with what the preview starts.
const START: &str = "preview-start";

/// With what it starts: the server draws it by this, and the browser goes on from it.
#[derive(Clone, Default)]
struct Start {
    found: Recognised,
    name: String,
    is_again: bool,
}

impl Start {
    fn of_page() -> Option<Self> {
        let place = document().get_element_by_id(START)?;
        Some(Self {
            found: read(&place.get_attribute("data-found")?)?,
            name: place.get_attribute("data-name").unwrap_or_default(),
            is_again: place.has_attribute("data-again"),
        })
    }
}

/// The field and the panel. On the server the start is in the context, in the browser in the page.
#[island]
pub fn Previewed(children: Children) -> impl IntoView {
    let start = use_context::<Start>().or_else(Start::of_page).unwrap_or_default();
    let Start { found: start, name, is_again } = start;
    // What was filled in for the person may be replaced; what they typed may not.
    let filled = StoredValue::new(start.username.clone().unwrap_or_default());
    let offer = NameOffer::new(name, start.names.clone());
    let found = RwSignal::new(start);
    let turn = StoredValue::new(0_u32);
    let look_up = move |address: String, is_example: bool| {
        turn.update_value(|turn| *turn += 1);
        let asked = turn.get_value();
        spawn_local(async move {
            let answer = if address.trim().is_empty() {
                Recognised::default()
            } else if let Some(answer) = recognised(&address, is_marked()).await {
                answer
            } else {
                // The server says the same after the post.
                return;
            };
            let answer = if is_example { answer.of_an_example() } else { answer };
            // An answer that was overtaken by a later one, or by what is typed, is dropped.
            let typed = typed_address();
            let is_still = if is_example { typed.trim().is_empty() } else { typed == address };
            if is_still && turn.get_value() == asked {
                fill_username(&answer, filled);
                offer.fill_in(answer.names.clone());
                say_at_fields(&answer, is_again);
                found.set(answer);
            }
        });
    };
    let mut ask = debounce(REST, move |typed: String| {
        // A preset that was chosen since then has asked already.
        if input("registry_url").is_some_and(|field| field.value() == typed) {
            look_up(typed, false);
        }
    });
    let heard = move |event: ev::Event| ask(event_target_value(&event));
    Effect::new(move |_| {
        if let Some(presets) = document().get_element_by_id("presets") {
            fill_in_on_click(&presets, look_up);
        }
        if let Some(mark) = input(MARK) {
            ask_again_on_change(&mark, look_up);
        }
        offer.follow_access();
        offer.end_when_typed();
        // Somebody may have been faster than this script.
        if is_changed(".field:has(> #registry_url)") {
            look_up(typed_address(), false);
        } else if is_changed(&format!(".field:has(#{MARK})")) {
            ask_again(look_up);
        }
    });
    view! {
        <div class="stack" on:input=heard>
            {children()}
            <div class="preview" role="status">
                {move || found.with(panel)}
            </div>
        </div>
    }
}

pub(super) fn input(id: &str) -> Option<HtmlInputElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Whether the credential is to be marked for plain HTTP.
fn is_marked() -> bool {
    input(MARK).is_some_and(|mark| mark.checked())
}

/// The same address is another host for plain HTTP where it names the usual port.
fn ask_again_on_change(mark: &HtmlInputElement, look_up: impl Fn(String, bool) + 'static) {
    listen(mark, "change", move |_| ask_again(&look_up));
}

fn ask_again(look_up: impl Fn(String, bool)) {
    let typed = typed_address();
    // Without an address the panel may tell of a preset's example.
    if !typed.trim().is_empty() {
        look_up(typed, false);
    }
}

fn typed_address() -> String {
    input("registry_url").map(|field| field.value()).unwrap_or_default()
}

/// A preset's link fills in the form where it stands. `look_up` is told the address, and whether it
/// is an example only.
fn fill_in_on_click(presets: &Element, look_up: impl Fn(String, bool) + 'static) {
    let all = presets.clone();
    listen(presets, "click", move |event| {
        let Some(event) = event.dyn_ref::<MouseEvent>() else { return };
        // With a key it opens elsewhere, as any link does.
        if event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[data-example]").ok().flatten());
        if let Some((address, is_example)) = link.and_then(|link| fill_in(&all, &link)) {
            event.prevent_default();
            look_up(address, is_example);
        }
    });
}

/// Fills in what the preset knows; what to look up then, and whether it is an example only.
fn fill_in(presets: &Element, link: &Element) -> Option<(String, bool)> {
    let field = input("registry_url")?;
    let example = link.get_attribute("data-example")?;
    let before = presets.query_selector("[aria-current]").ok().flatten();
    let filled = before.as_ref().and_then(|link| link.get_attribute("data-host"));
    match link.get_attribute("data-host") {
        Some(host) => field.set_value(&host),
        // What another preset filled in goes; what was typed stays.
        None if filled.as_ref() == Some(&field.value()) => field.set_value(""),
        None => {}
    }
    field.set_placeholder(&example);
    let select = document().get_element_by_id("method");
    if let Some(select) = select.and_then(|e| e.dyn_into::<HtmlSelectElement>().ok()) {
        select.set_value(&link.get_attribute("data-method").unwrap_or_default());
    }
    if let (Some(field), Some(preset)) = (input("preset"), link.get_attribute("data-preset")) {
        field.set_value(&preset);
    }
    if let Some(before) = before {
        let _ = before.remove_attribute("aria-current");
    }
    let _ = link.set_attribute("aria-current", "true");
    // So that a reload fills in the same.
    if let (Ok(history), Some(href)) = (window().history(), link.get_attribute("href")) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&href));
    }
    let address = field.value();
    Some(if address.trim().is_empty() { (example, true) } else { (address, false) })
}

fn fill_username(answer: &Recognised, filled: StoredValue<String>) {
    let Some(field) = input("username") else { return };
    let value = field.value();
    if !value.is_empty() && value != filled.get_value() {
        return;
    }
    let username = answer.username.clone().unwrap_or_default();
    fill_field(&field, &username);
    filled.set_value(username);
}

fn panel(found: &Recognised) -> AnyView {
    if let Some(problem) = found.problem.clone() {
        return view! { <p class="hint">{problem}</p> }.into_any();
    }
    if found.kind.is_empty() {
        return ().into_any();
    }
    let stored = (!found.host.is_empty()).then(|| (found.host.clone(), found.matches.clone()));
    let path = found.path.clone();
    view! {
        <div class="card stack">
            {stored
                .map(|(host, matches)| {
                    view! {
                        <p>
                            "Stored as " <strong class="mono">{host}</strong> ". Matches "
                            <span class="mono">{matches}</span>
                        </p>
                    }
                })}
            {path
                .map(|path| {
                    view! {
                        <p>
                            "The path " <span class="mono">{path}</span>
                            " becomes the repository path if that field is blank."
                        </p>
                    }
                })}
            {found.changes.iter().cloned().map(|change| view! { <p class="muted">{change}</p> }).collect_view()}
            <dl class="facts">
                <dt>"Recognised as"</dt>
                <dd>{found.kind_label.clone()}</dd>
                <dt>"Required permissions"</dt>
                <dd>{found.least_scope.clone()}</dd>
            </dl>
            {found.warning.clone().map(|warning| view! { <p class="hint">{warning}</p> })}
        </div>
    }
    .into_any()
}
