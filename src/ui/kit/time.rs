//! Points in time.

use crate::domain::moment::Moment;
use leptos::prelude::*;

/// A point in time in UTC, to the minute; the whole of it is in the tooltip and for machines.
#[component]
pub fn Time(at: Moment) -> impl IntoView {
    let exact = at.to_rfc3339();
    view! { <time datetime=exact.clone() title=exact>{at.to_text()}</time> }
}
