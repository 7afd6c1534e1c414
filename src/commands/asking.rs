//! What is told on standard error before something is done, and the question whether to do it.

use super::failure::Failure;
use std::io::{self, BufRead, Write};

/// Tells it. What is done is also printed afterwards, so nothing fails when a script has closed this.
pub(super) fn tell(text: &str) {
    // See above.
    let _ = write(text);
}

/// Tells it, and goes on when the answer is `yes`. `not_done` says what was not done otherwise.
///
/// # Errors
/// When it cannot be told, and for every other answer.
pub(super) fn confirm(text: &str, question: &str, not_done: &str) -> Result<(), Failure> {
    write(&format!("{text}{question}")).map_err(Failure::Output)?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && answer.trim() == "yes" {
        Ok(())
    } else {
        Err(Failure::said(format!("You did not type yes. {not_done}")))
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stderr().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
