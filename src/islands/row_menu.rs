//! One menu for all rows of a list, where scripts run.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

/// Fills the menu `row-menu` for the row whose button `menu` is pressed, and has the button open it
/// instead of sending its form. The rows may be other ones by then.
#[island]
pub fn RowMenuFilled() -> impl IntoView {
    Effect::new(|_| {
        window_event_listener(ev::click, |event| {
            let _ = fill(&event);
        });
    });
    view! { <span hidden=true></span> }
}

/// What a button does is decided once all who listen have heard of it.
fn fill(event: &MouseEvent) -> Option<()> {
    let at: Element = event.target()?.dyn_into().ok()?;
    let button = at.closest("button[name='menu']").ok()??;
    let menu = document().get_element_by_id("row-menu")?;
    if button.next_element_sibling().as_ref() == Some(&menu) {
        return None;
    }
    let row = button.closest("tr").ok()??;
    let page = row.query_selector("a[href]").ok()??.get_attribute("href")?;
    let (id, before) = (page.rsplit('/').next()?, menu.get_attribute("data-id")?);
    menu.set_inner_html(&menu.inner_html().replace(&before, id));
    menu.set_attribute("data-id", id).ok()?;
    let off = button.get_attribute("data-off");
    // One that is kept disabled is not enabled by a click.
    let can_enable = off.as_deref() == Some("");
    for (when, is_hidden) in [("on", off.is_some()), ("off", !can_enable)] {
        let part = menu.query_selector(&format!("[data-when='{when}']")).ok()?;
        let _ = part.map(|part| part.toggle_attribute_with_force("hidden", is_hidden));
    }
    // One that the server drew open has done its service.
    if let Some(open) = document().query_selector(".row-menu").ok()? {
        open.remove();
    }
    button.insert_adjacent_element("afterend", &menu).ok()?;
    button.set_attribute("type", "button").ok()?;
    button.set_attribute("popovertarget", "row-menu").ok()
}
