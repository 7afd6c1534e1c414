//! What an island asks the server for: a server function posted as a form, and the JSON that comes back.
//! The framework's own client for them would be a tenth of all that a browser loads.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RequestInit, Response};

/// The text of the answer; `None` when it did not come, or the server refused.
pub(super) async fn post(url: &str, form: &JsValue) -> Option<String> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(form);
    let response = window().fetch_with_str_and_init(url, &init).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    response.text().ok()?.await.ok()?.as_string()
}
