//! Who a request is from, as far as that is found out while it is answered.

use std::sync::{Arc, OnceLock};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Person(Uuid),
    Pipeline(Uuid),
}

/// Goes with a request, so that the log and what is refused can name who asked.
#[derive(Clone, Debug, Default)]
pub struct Asker(Arc<OnceLock<Who>>);

impl Asker {
    /// The first answer stays.
    pub fn is(&self, who: Who) {
        self.0.get_or_init(|| who);
    }

    pub fn who(&self) -> Option<Who> {
        self.0.get().copied()
    }
}
