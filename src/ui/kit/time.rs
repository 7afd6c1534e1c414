//! Points in time and days, as far from now as they are.

use crate::domain::ago;
use crate::domain::moment::{Day, Moment};
use crate::functions::answer::now;
use leptos::prelude::*;

/// When something happened: how long ago. To the minute in UTC it is in the tooltip, and exactly for
/// machines.
#[component]
pub fn Time(at: Moment) -> impl IntoView {
    let (exact, now) = (at.to_rfc3339(), now());
    let class = ago::is_ahead(at, now).then_some("ahead");
    view! {
        <time class=class datetime=exact title=ago::exactly(at, now)>
            {ago::past(at, now)}
        </time>
    }
}

/// When something is to happen: how soon.
#[component]
pub fn TimeToCome(at: Moment) -> impl IntoView {
    let exact = at.to_rfc3339();
    view! { <time datetime=exact title=at.to_text()>{ago::from_now(at, now())}</time> }
}

/// A point in time as it is, to the minute in UTC: on paper nobody hovers.
#[component]
pub fn ExactTime(at: Moment) -> impl IntoView {
    view! { <time class="exact" datetime=at.to_rfc3339()>{at.to_text()}</time> }
}

/// A day as it is.
#[component]
pub fn ExactDay(day: Day) -> impl IntoView {
    let text = day.to_text();
    view! { <time datetime=day.to_text()>{text}</time> }
}

/// A day: how many days from today. The day itself is in the tooltip and for machines.
#[component]
pub fn DayFromNow(day: Day, today: Day) -> impl IntoView {
    let exact = day.to_text();
    view! { <time datetime=exact.clone() title=exact>{ago::day_from_today(day, today)}</time> }
}
