//! Line icons, drawn inline: no file to fetch, and the colour is that of the text.

use leptos::prelude::*;

/// A picture beside words that say the same; screen readers pass over it. An unknown name draws
/// nothing. How it is drawn stands in the style sheet: a page has many of them.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class=classes(name) viewBox="0 0 24 24" aria-hidden="true">
            <path d=strokes(name)></path>
        </svg>
    }
}

/// The two that the style sheet draws in another way have a class of their own.
fn classes(name: &str) -> &'static str {
    match name {
        "more" => "icon icon-more",
        "trash" => "icon icon-trash",
        _ => "icon",
    }
}

fn strokes(name: &str) -> &'static str {
    match name {
        "audit" => "M6 4h12v16H6zM9 8.5h6M9 12h6M9 15.5h3",
        "bell" => "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4",
        "check" => "M5 12.5l4.5 4.5L19 7.5",
        "chevron-down" => "M7 10l5 5 5-5",
        "clock" => "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v4l2.5 2.5",
        "close" => "M6 6l12 12M18 6L6 18",
        "copy" => "M9 9h11v11H9zM5.5 15H4V4h11v1.5",
        "key" => "M7.5 20a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 14l9.5-9.5M15.5 8.5l3 3",
        "keyboard" => "M3 7h18v10.5H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M18 10.5h.01M8 14h8",
        "lock" => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
        "mark" => "M3 6h18v12H3zM7.5 6v12M16.5 6v12M12 10.5v0M12 10.5v3.5",
        "more" => "M5.5 12h.01M12 12h.01M18.5 12h.01",
        "pencil" => "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
        "pipeline" => {
            "M6 9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 20a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6 9v4.5a4 4 0 0 0 4 4h5.5"
        }
        "menu" => "M4 7h16M4 12h16M4 17h16",
        "person" => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
        "help" => {
            "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM9.5 9.8a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.8-.9 1.4v.4M12 16.6h.01"
        }
        "plus" => "M12 5v14M5 12h14",
        "arrow-up" => "M12 19V5M6 11l6-6 6 6",
        "arrow-down" => "M12 5v14M6 13l6 6 6-6",
        "undo" => "M8.5 5L4 9.5 8.5 14M4.5 9.5H14a5.5 5.5 0 0 1 0 11h-3",
        "search" => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.2 15.2L20 20",
        "trash" => "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
        "usage" => "M4 20V4M4 20h16M8.5 16v-4M13 16V7.5M17.5 16v-6",
        "warning" => "M12 4L2.8 20h18.4zM12 10v4.5M12 17.2h.01",
        _ => "",
    }
}
