//! What is filled in and said at the fields of a form once its registry is known.

use super::changed::is_changed;
use super::listening::listen;
use super::preview::input;
use crate::functions::registry::Recognised;
use leptos::prelude::*;
use leptos::web_sys::{HtmlInputElement, HtmlSelectElement};
use wasm_bindgen::JsCast;

/// The name that is offered, for as long as the person types none of their own.
#[derive(Clone, Copy)]
pub(super) struct NameOffer {
    /// What was filled in.
    filled: StoredValue<String>,
    /// What the registry gives it, to pull and to push.
    names: StoredValue<(String, String)>,
}

impl NameOffer {
    pub(super) fn new(filled: String, names: (String, String)) -> Self {
        Self { filled: StoredValue::new(filled), names: StoredValue::new(names) }
    }

    /// What may be done is a part of it.
    pub(super) fn follow_access(self) {
        let Some(access) = select("access") else { return };
        let follow = move || self.fill_in(self.names.get_value());
        listen(&access, "change", move |_| follow());
        // It may have been chosen before this ran.
        if is_changed(".field:has(> #access)") {
            follow();
        }
    }

    /// Whatever is typed there is theirs, a blank too.
    pub(super) fn end_when_typed(self) {
        let Some(field) = input("name") else { return };
        listen(&field, "input", move |_| {
            self.filled.set_value(TYPED.to_owned());
            // The server would take the name for its own if it is typed as it was offered.
            if let Some(offered) = input("offered_name") {
                offered.set_value("");
            }
        });
    }

    pub(super) fn fill_in(self, names: (String, String)) {
        let Some(field) = input("name") else { return };
        // What was filled in for the person may be replaced; what they typed may not.
        if field.value() != self.filled.get_value() {
            return;
        }
        let pushes = select("access").is_some_and(|field| field.value() == "pull_push");
        let name = if pushes { names.1.clone() } else { names.0.clone() };
        fill_field(&field, &name);
        self.names.set_value(names);
        self.filled.set_value(name);
    }
}

/// Fills in the field for the person. If they stand in it already, it is selected, as it is when one
/// comes to a filled field: what they type replaces it and is not added to it.
pub(super) fn fill_field(field: &HtmlInputElement, value: &str) {
    if field.value() == value {
        return;
    }
    field.set_value(value);
    let active = document().active_element();
    if active.is_some_and(|active| active.is_same_node(Some(field))) {
        field.select();
    }
}

/// No name is this, so it never counts as filled in.
const TYPED: &str = "\n";

fn select(id: &str) -> Option<HtmlSelectElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Says at the user name and the password what the registry wants there, and where to read more.
pub(super) fn say_at_fields(found: &Recognised, is_again: bool) {
    if found.kind.is_empty() {
        return;
    }
    say("username-hint", &found.wants_username);
    // That it has to be typed again is said there.
    if !is_again {
        say("password-hint", &found.wants_secret);
    }
    if let Some(link) = document().get_element_by_id("secret-guide") {
        let _ = link.set_attribute("href", &found.guide);
        if let Some(line) = link.parent_element() {
            let _ = line.remove_attribute("hidden");
        }
    }
}

fn say(id: &str, sentence: &str) {
    if let Some(hint) = document().get_element_by_id(id) {
        hint.set_text_content(Some(sentence));
    }
}
