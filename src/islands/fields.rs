//! What a field and the box beside it say while a form is filled in. The server looks again at what is sent.

use super::changed::is_other;
use super::page::{element, find, is};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement};

const PUSHING: &str = "input[name='form[pushing][]']";
const GRANTED: &str = "input[name='form[credentials][]']";

/// What was wrong with a field was of its old value. What is said of several together stays.
pub(super) fn forget_what_was_wrong(event: &Event) -> Option<()> {
    forget(&element(event.target())?)
}

/// The same for what was typed before the scripts ran.
pub(super) fn forget_what_was_wrong_before() -> Option<()> {
    let wrong = ":is(input, textarea)[aria-invalid='true']";
    let wrong = document().query_selector_all(wrong).ok()?;
    for field in (0..wrong.length()).filter_map(|index| wrong.get(index)) {
        if is_other(&field) {
            let _ = forget(field.unchecked_ref());
        }
    }
    Some(())
}

fn forget(field: &Element) -> Option<()> {
    if !is(field, "[aria-invalid='true']") || field.id().is_empty() {
        return None;
    }
    let line = document().get_element_by_id(&format!("{}-error", field.id()))?;
    let said = field.get_attribute("aria-describedby").unwrap_or_default();
    let own = line.id();
    let others = said.split(' ').filter(|id| *id != own).collect::<Vec<_>>().join(" ");
    let _ = match others.as_str() {
        "" => field.remove_attribute("aria-describedby"),
        others => field.set_attribute("aria-describedby", others),
    };
    line.remove();
    field.remove_attribute("aria-invalid").ok()
}

/// Who pushes with a credential is granted it, and who is not granted it does not push with it: the two
/// boxes of a row say the same.
pub(super) fn tick_both(event: &Event) -> Option<()> {
    let ticked = event.target()?.dyn_into::<HtmlInputElement>().ok()?;
    let other = match ticked.checked() {
        true if is(&ticked, PUSHING) => GRANTED,
        false if is(&ticked, GRANTED) => PUSHING,
        _ => return None,
    };
    let row = ticked.closest("li").ok()??;
    let other = row.query_selector(other).ok()??.dyn_into::<HtmlInputElement>().ok()?;
    other.set_checked(ticked.checked());
    Some(())
}

/// The same for what was ticked before the scripts ran: of the two, the one that was changed counts.
pub(super) fn tick_both_of_before() {
    let changed = [
        (format!("li:has({PUSHING}:checked:not([checked])) {GRANTED}:not(:checked)"), true),
        (format!("li:has({GRANTED}[checked]:not(:checked)) {PUSHING}:checked"), false),
    ];
    for (others, is_ticked) in changed {
        while let Some(other) = find(&others) {
            other.unchecked_ref::<HtmlInputElement>().set_checked(is_ticked);
        }
    }
}
