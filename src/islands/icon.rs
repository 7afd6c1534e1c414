//! Line icons, drawn inline: no file to fetch, and the colour is that of the text.

use leptos::prelude::*;

/// A picture beside words that say the same; screen readers pass over it. An unknown name draws
/// nothing.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg
            class=format!("icon icon-{name}")
            viewBox="0 0 24 24"
            width="20"
            height="20"
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            focusable="false"
        >
            <path d=strokes(name)></path>
        </svg>
    }
}

fn strokes(name: &str) -> &'static str {
    match name {
        "check" => "M5 12.5l4.5 4.5L19 7.5",
        "chevron-down" => "M7 10l5 5 5-5",
        "clock" => "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v4l2.5 2.5",
        "close" => "M6 6l12 12M18 6L6 18",
        "copy" => "M9 9h11v11H9zM5.5 15H4V4h11v1.5",
        "help" => {
            "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM9.8 10a2.2 2.2 0 1 1 3.3 1.9c-.7.4-1.1.8-1.1 1.6M12 16.2h.01"
        }
        "key" => "M7.5 20a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 14l9.5-9.5M15.5 8.5l3 3",
        "lock" => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
        "mark" => "M3 6h18v12H3zM7.5 6v12M16.5 6v12M12 10.5v0M12 10.5v3.5",
        "more" => "M5.5 12h.01M12 12h.01M18.5 12h.01",
        "pencil" => "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
        "pipeline" => {
            "M6 9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 20a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6 9v4.5a4 4 0 0 0 4 4h5.5"
        }
        "search" => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.2 15.2L20 20",
        "trash" => "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
        "warning" => "M12 4L2.8 20h18.4zM12 10v4.5M12 17.2h.01",
        _ => "",
    }
}
