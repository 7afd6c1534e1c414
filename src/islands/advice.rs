//! What is filled in and said at the fields of a form once its registry is known.

use super::preview::input;
use crate::domain::credential_form::suggested_name;
use crate::domain::paths;
use crate::functions::registry::Recognised;
use leptos::prelude::*;
use leptos::web_sys::HtmlSelectElement;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// The name that is offered, for as long as the person types none of their own.
#[derive(Clone, Copy)]
pub(super) struct NameOffer {
    /// What was filled in.
    filled: StoredValue<String>,
    /// What the registry gives to it.
    first_part: StoredValue<String>,
}

impl NameOffer {
    pub(super) fn new(filled: String, first_part: String) -> Self {
        Self { filled: StoredValue::new(filled), first_part: StoredValue::new(first_part) }
    }

    /// What may be done is a part of it.
    pub(super) fn follow_access(self) {
        let Some(access) = select("access") else { return };
        let follow = Closure::<dyn FnMut()>::new(move || self.fill_in(self.first_part.get_value()));
        let _ = access.add_event_listener_with_callback("change", follow.as_ref().unchecked_ref());
        // It lives as long as the page.
        follow.forget();
    }

    /// Whatever is typed there is theirs, a blank too.
    pub(super) fn end_when_typed(self) {
        let Some(field) = input("name") else { return };
        let end = Closure::<dyn FnMut()>::new(move || self.filled.set_value(TYPED.to_owned()));
        let _ = field.add_event_listener_with_callback("input", end.as_ref().unchecked_ref());
        // It lives as long as the page.
        end.forget();
    }

    pub(super) fn fill_in(self, first_part: String) {
        let Some(field) = input("name") else { return };
        // What was filled in for the person may be replaced; what they typed may not.
        if field.value() != self.filled.get_value() {
            return;
        }
        let access = select("access").map(|field| field.value()).unwrap_or_default();
        let name = suggested_name(&first_part, &access);
        field.set_value(&name);
        self.first_part.set_value(first_part);
        self.filled.set_value(name);
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
        let _ = link.set_attribute("href", &paths::registry_help(&found.kind));
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
