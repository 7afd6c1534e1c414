//! Claims of one long run: each is looked at, and all that do not hold are said.

#[derive(Default)]
pub struct Claims(Vec<String>);

impl Claims {
    /// Notes the sentence when the claim does not hold.
    pub fn hold(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.0.push(otherwise());
        }
    }

    /// Fails with every sentence that was noted.
    pub fn end(self) {
        assert!(self.0.is_empty(), "{}", self.0.join("\n"));
    }
}
