//! Listening to what happens on a page.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// Listens as long as the page lives. Of one kind of closure, whatever the event is: each kind is
/// code of its own in what the browser loads.
pub(super) fn listen(on: &EventTarget, name: &str, heard: impl FnMut(Event) + 'static) {
    let heard = Closure::<dyn FnMut(Event)>::new(heard);
    let _ = on.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    heard.forget();
}
