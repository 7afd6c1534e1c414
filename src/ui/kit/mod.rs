//! What every page is made of. Components are told and tell: they know no noun of ours beyond the
//! values in `domain` and `error`, and the project that a page belongs to.
//!
//! | what a page has | what it uses |
//! | --- | --- |
//! | a place: project, id, query, what may be done | [`PageContext::here`] |
//! | something to read first | [`Loaded`], in a dialog [`LoadedDialog`], before a question [`LoadedQuestion`] |
//! | a heading with actions, sections, facts | [`PageHead`], [`Section`], [`Facts`] with [`Fact`] |
//! | a table | [`Table`] of [`Columns`] with [`Cell`]s, in [`Scrolled`] where it is long and more stands below |
//! | a form | [`FormState`] for what its [`Control`]s show, [`PostForm`] and [`Hidden`] for what it sends |
//! | one button that posts | [`PostButton`] |
//! | what is asked before it cannot be undone | [`Confirm`] |
//! | what a dialog may be drawn over | [`Behind`]; the dialog's form sends [`WhereFrom`] |
//! | how many a search found, while one types | [`SaidOfResults`] |
//! | how the last post went | [`FlashMessages`] |
//! | parts with addresses of their own | [`Tabs`] |
//! | a state, a kind, a time | [`Dot`], [`KindMark`], [`ProviderMark`], [`Time`], [`TimeToCome`], [`ExactTime`], [`DayFromNow`], [`ExactDay`] |
//! | more rows than a page has | [`Pager`], by time [`Older`], two lists [`Onward`] |
//! | which time it has no receipts of | [`KeptAsFigures`] |
//! | text to take elsewhere | [`CodeToCopy`], within a line [`CopyValue`] |
//!
//! Two columns, the second narrow, are a `<div class="columns">` of two; below 1024 px they are one.

mod alert;
mod badge;
mod button;
mod code_to_copy;
mod confirm;
mod copy_value;
mod dialog;
mod dot;
mod facts;
mod field;
mod flash;
mod form;
mod kept_as_figures;
mod loaded;
mod mark;
mod menu;
mod page_context;
mod page_head;
mod pager;
mod post_button;
mod problem;
mod said_of_results;
mod scrolled;
mod section;
mod select;
mod shortcuts;
mod table;
mod tabs;
mod time;

pub use crate::islands::{Icon, RowMenuFilled, SearchAsTyped};
pub use alert::{Alert, ErrorSummary};
pub use badge::Badge;
pub use button::{IconLink, LinkButton, SubmitButton};
pub use code_to_copy::CodeToCopy;
pub use confirm::Confirm;
pub use copy_value::CopyValue;
pub use dialog::{Behind, Dialog, WhereFrom};
pub use dot::Dot;
pub use facts::{Fact, Facts, TextFact};
pub use field::{Field, TextArea};
pub use flash::{FlashAlert, FlashMessages, without_said};
pub use form::{Control, FormState, Hidden, PostForm};
pub use kept_as_figures::KeptAsFigures;
pub use loaded::{Loaded, LoadedDialog, LoadedQuestion, Offer};
pub use mark::{KindMark, ProviderMark};
pub use menu::Menu;
pub use page_context::PageContext;
pub use page_head::PageHead;
pub use pager::{Older, Onward, Pager};
pub use post_button::PostButton;
pub use problem::Problem;
pub use said_of_results::SaidOfResults;
pub use scrolled::Scrolled;
pub use section::Section;
pub use select::{CheckBox, Select, options};
pub use shortcuts::Shortcuts;
pub use table::{ACTIONS, Cell, Columns, Table, made_by_gone};
pub use tabs::{Tab, Tabs};
pub use time::{DayFromNow, ExactDay, ExactTime, Time, TimeToCome};

/// The text, unless there is none: an attribute or a line that is not drawn when it is empty.
fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
