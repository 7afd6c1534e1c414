//! Who a request is from, as far as that is found out while it is answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Person(Uuid),
    Pipeline(Uuid),
}

/// Marks an answer to a pipeline that has proved who it is and asks more often than it may: it is none
/// of the strangers that the log names.
#[derive(Clone, Copy, Debug)]
pub struct BeyondShare;

/// Goes with a request, so that the log and what is refused can name who asked.
#[derive(Clone, Debug, Default)]
pub struct Asker(Arc<Found>);

#[derive(Debug, Default)]
struct Found {
    who: OnceLock<Who>,
    is_refused: AtomicBool,
}

impl Asker {
    /// The first answer stays.
    pub fn is(&self, who: Who) {
        self.0.who.get_or_init(|| who);
    }

    pub fn who(&self) -> Option<Who> {
        self.0.who.get().copied()
    }

    /// Who is refused something, if it is known. A page may be rendered twice: each request is
    /// refused once.
    pub fn refused(&self) -> Option<Who> {
        let who = self.who()?;
        (!self.0.is_refused.swap(true, Ordering::Relaxed)).then_some(who)
    }
}
