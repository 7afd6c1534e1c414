//! What every page is made of. Components are told and tell: they know no noun of ours beyond the
//! values in `domain` and `error`, and only the small islands among them run in the browser.

mod alert;
mod badge;
mod button;
mod copy;
mod dialog;
mod field;
mod icon;
mod menu;
mod post_button;
mod search;
mod section;
mod select;
mod snippet;
mod table;
mod time;

pub use alert::{Alert, ErrorSummary};
pub use badge::Badge;
pub use button::{LinkButton, SubmitButton};
pub use copy::CopyButton;
pub use dialog::{Dialog, DialogBehaviour};
pub use field::{Field, TextArea};
pub use icon::{Icon, IconLink};
pub use menu::Menu;
pub use post_button::PostButton;
pub use search::SearchAsTyped;
pub use section::Section;
pub use select::{CheckBox, Select};
pub use snippet::Snippet;
pub use table::{ACTIONS, Table};
pub use time::Time;

/// The text, unless there is none: an attribute or a line that is not drawn when it is empty.
fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
