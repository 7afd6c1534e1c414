//! What runs in a browser. Each island is drawn by the server and wakes up on the page; it works
//! without: forms are sent, dialogs are open, text can be selected.

mod advice;
mod ask;
mod asking;
mod changed;
mod copy;
mod dialog;
mod fields;
mod filter;
mod icon;
mod key_upload;
mod listening;
mod page;
mod preview;
mod recognised;
mod row_menu;
mod search;
mod selection;

pub use ask::AskFirst;
pub use copy::CopyButton;
pub use dialog::DialogBehaviour;
pub use filter::FilterRows;
pub use icon::Icon;
pub use key_upload::KeyUpload;
pub use page::PageBehaviour;
pub use preview::HostPreview;
pub use row_menu::RowMenuFilled;
pub use search::SearchAsTyped;
