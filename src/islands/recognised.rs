//! What the server recognises in an address, read as the browser reads JSON: a reader of our own for
//! it would be a large part of all that a browser loads.

use super::asking::post;
use crate::functions::registry::{Recognise, Recognised};
use leptos::server_fn::ServerFn;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::UrlSearchParams;
use web_sys::js_sys::{Array, JSON, Reflect};

/// `None` when no answer came.
pub(super) async fn recognised(address: &str, is_insecure: bool) -> Option<Recognised> {
    let form = UrlSearchParams::new().ok()?;
    form.append("input", address);
    form.append("is_insecure", if is_insecure { "true" } else { "false" });
    read(&post(Recognise::PATH, &form).await?)
}

/// What the server has written as JSON.
pub(super) fn read(json: &str) -> Option<Recognised> {
    let answer = JSON::parse(json).ok()?;
    let part = |key: &str| Reflect::get(&answer, &JsValue::from_str(key)).unwrap_or_default();
    let maybe = |key: &str| part(key).as_string();
    let text = |key: &str| maybe(key).unwrap_or_default();
    let texts = |key: &str| -> Option<Vec<String>> {
        let all = part(key).dyn_into::<Array>().ok()?;
        Some(all.iter().filter_map(|one| one.as_string()).collect())
    };
    let mut names = texts("names")?.into_iter();
    Some(Recognised {
        problem: maybe("problem"),
        host: text("host"),
        path: maybe("path"),
        changes: texts("changes")?,
        matches: text("matches"),
        kind: text("kind"),
        kind_label: text("kind_label"),
        names: (names.next()?, names.next()?),
        guide: text("guide"),
        username: maybe("username"),
        wants_username: text("wants_username"),
        wants_secret: text("wants_secret"),
        least_scope: text("least_scope"),
        warning: maybe("warning"),
    })
}
