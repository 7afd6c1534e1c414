//! The mark of a browser that an account was signed in with before, between the server, which keeps
//! it in a cookie, and signing in.

use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// What a request showed, and what its answer is to give. It cannot be printed.
#[derive(Clone)]
pub struct Mark {
    shown: Option<Arc<Zeroizing<String>>>,
    given: Arc<Mutex<Option<Zeroizing<String>>>>,
}

impl Mark {
    /// Of a request that showed this mark, or none.
    pub fn new(shown: Option<String>) -> Self {
        Self { shown: shown.map(|text| Arc::new(Zeroizing::new(text))), given: Arc::default() }
    }

    pub(super) fn shown(&self) -> Option<&str> {
        self.shown.as_ref().map(|text| text.as_str())
    }

    pub(super) fn give(&self, mark: Zeroizing<String>) {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = Some(mark);
    }

    /// What the answer is to give, if a person signed in.
    pub fn given(&self) -> Option<Zeroizing<String>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
