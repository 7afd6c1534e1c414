//! The first steps of a new project, until a pipeline has received something.

use serde::{Deserialize, Serialize};

/// Which of them are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSteps {
    pub has_credential: bool,
    pub has_pipeline: bool,
    /// A pipeline asked for credentials, and was answered.
    pub has_receipt: bool,
}

impl FirstSteps {
    pub fn are_done(self) -> bool {
        self.has_credential && self.has_pipeline && self.has_receipt
    }
}
