//! The rows of a list that are selected: how many they are is said, one tick box selects all of them,
//! and a search keeps those that it brings again.

use super::page::{element, find, is};
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

/// The tick box of each row.
const TICKS: &str = ".selectable td > input";
/// The one for all of them.
const ALL: &str = ".tick-all > input";

fn ticks() -> Vec<HtmlInputElement> {
    let found = find(".selectable").and_then(|rows| rows.query_selector_all(TICKS).ok());
    let Some(found) = found else { return Vec::new() };
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into::<HtmlInputElement>().ok())
        .collect()
}

/// The values of those that are selected.
pub(super) fn selected() -> Vec<String> {
    let ticks = ticks().into_iter().filter(|tick| tick.checked());
    ticks.map(|tick| tick.value()).collect()
}

/// What was selected before the scripts ran is: all of them, if that box was ticked.
pub(super) fn begin() {
    if find(ALL).is_some_and(|all| is(&all, ":checked")) {
        select_all(true);
    }
    tell();
}

fn select_all(is_selected: bool) {
    for tick in ticks() {
        tick.set_checked(is_selected);
    }
}

/// Something on the page was changed.
pub(super) fn change(event: &Event) {
    let Some(at) = element(event.target()) else { return };
    if is(&at, ALL) {
        select_all(is(&at, ":checked"));
    } else if !is(&at, TICKS) {
        return;
    }
    tell();
}

/// Says how many are selected.
pub(super) fn tell() {
    let ticks = ticks();
    let count = ticks.iter().filter(|tick| tick.checked()).count();
    if let Some(all) = find(ALL) {
        let all = all.unchecked_ref::<HtmlInputElement>();
        all.set_checked(count > 0 && count == ticks.len());
        all.set_indeterminate(count > 0 && count < ticks.len());
    }
    let words = if count == 0 { String::new() } else { count.to_string() + " selected" };
    say("selected", &words);
}

/// Selects again those of the values that the new rows have, and says that the others are not.
pub(super) fn keep(values: &[String]) {
    let kept: Vec<HtmlInputElement> =
        ticks().into_iter().filter(|tick| values.contains(&tick.value())).collect();
    for tick in &kept {
        tick.set_checked(true);
    }
    let words = match values.len() - kept.len() {
        0 => String::new(),
        1 => {
            "1 selected credential is not in these results, so it is no longer selected.".to_owned()
        }
        count => {
            count.to_string()
                + " selected credentials are not in these results, so they are no longer selected."
        }
    };
    say("lost", &words);
    tell();
}

/// What is said already is not said again.
fn say(id: &str, words: &str) {
    let place = document().get_element_by_id(id);
    if let Some(place) = place.filter(|place| place.text_content().as_deref() != Some(words)) {
        place.set_text_content(Some(words));
    }
}
