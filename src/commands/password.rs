//! A password from the standard input: never an argument, which every user of the machine can see.

use super::failure::Failure;
use crate::domain::user::PASSWORD_MAX;
use std::io::{self, BufRead, IsTerminal, Read};
use zeroize::Zeroizing;

/// The first line, without its end. A terminal would show what is typed, so it is refused.
pub(super) fn read() -> Result<Zeroizing<String>, Failure> {
    let input = io::stdin();
    if input.is_terminal() {
        return Err(Failure::said(
            "The password is read from standard input, and a terminal would show it. Put it into a file that only you can read: regcred user … < FILE",
        ));
    }
    // Room enough from the start: a string that grows leaves its old bytes behind.
    let mut line = Zeroizing::new(String::with_capacity(PASSWORD_MAX + 8));
    let most = PASSWORD_MAX as u64 + 4;
    input
        .lock()
        .take(most)
        .read_line(&mut line)
        .map_err(|cause| Failure::said(format!("The password cannot be read: {cause}.")))?;
    let length = line.trim_end_matches(['\n', '\r']).len();
    line.truncate(length);
    Ok(line)
}
