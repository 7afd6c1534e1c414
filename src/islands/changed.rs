//! What a person has changed on a page since it came. Somebody may have been faster than the scripts, and
//! a script that begins to run hears of nothing that was done before.

use super::page::find;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::js_sys::Reflect;

/// What was ticked or chosen otherwise than the page came with. A select without a mark of the server
/// begins with its first option.
const CHOSEN: &str = ":is(\
    input:checked:not([checked]), input[checked]:not(:checked), \
    select:has([selected]) option:checked:not([selected]), \
    select:not(:has([selected])) option:checked:not(:first-child))";

/// What is typed into. The own password is left out: browsers fill it in by themselves.
const TYPED: &str = ":is(textarea, \
    input:not([type='checkbox'], [type='radio'], [autocomplete='current-password']))";

/// Whether a field in what the selector names is another than it came with; a chosen file is one, too.
pub(super) fn is_changed(within: &str) -> bool {
    find(&format!("{within} {CHOSEN}")).is_some() || is_typed(within).unwrap_or(false)
}

fn is_typed(within: &str) -> Option<bool> {
    let fields = document().query_selector_all(&format!("{within} {TYPED}")).ok()?;
    Some((0..fields.length()).filter_map(|index| fields.get(index)).any(|field| is_other(&field)))
}

/// Whether another value stands in a field that is typed into than it came with.
pub(super) fn is_other(field: &JsValue) -> bool {
    let part = |key: &str| Reflect::get(field, &key.into()).ok();
    part("value") != part("defaultValue")
}

/// Whether a form of the page holds what no page before it knows: a field that was changed, or what
/// came back with the page.
pub(super) fn is_filled_in() -> bool {
    came_back() || is_changed("main form[method='post']")
}

/// Whether the page brings back what was typed into a form that was refused.
pub(super) fn came_back() -> bool {
    window().location().search().is_ok_and(|query| query.contains("back="))
}
