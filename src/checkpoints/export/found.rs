//! The line of one link, wherever it stands in an export.

use super::{LONGEST, Line, unmarked};
use std::io::{self, BufRead, Read};

/// Why an export gives no line of a link.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    #[error("the export cannot be read: {0}.")]
    Unreadable(#[from] io::Error),
    #[error("the export does not have it.")]
    Nowhere,
    /// The number of the first line that cannot be read: it may be the one.
    #[error(
        "no line that can be read is of it. Line {0} of the export cannot be read: it was changed, or the file is no export with the format links."
    )]
    Damaged(u64),
}

/// The line of that link. It needs no more memory than one line has.
///
/// # Errors
/// When no line that can be read is of it.
pub fn find(export: impl BufRead, link: i64) -> Result<Line, Missing> {
    find_within(export, link, LONGEST)
}

/// The same, where a line has at most `longest` bytes. Nothing is looked for behind a longer one.
fn find_within(mut export: impl BufRead, link: i64, longest: u64) -> Result<Line, Missing> {
    let (mut text, mut number, mut damaged) = (Vec::new(), 0_u64, None);
    loop {
        text.clear();
        let read = export.by_ref().take(longest).read_until(b'\n', &mut text)?;
        if read == 0 {
            break;
        }
        number += 1;
        let is_whole =
            text.ends_with(b"\n") || u64::try_from(read).is_ok_and(|read| read < longest);
        let line = unmarked(&text);
        if is_whole && line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Line>(line) {
            Ok(line) if line.number() == link => return Ok(line),
            Ok(_) => {}
            Err(_) => {
                damaged.get_or_insert(number);
            }
        }
        if !is_whole {
            damaged.get_or_insert(number);
            break;
        }
    }
    Err(damaged.map_or(Missing::Nowhere, Missing::Damaged))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn line(number: i64) -> String {
        Line::new(Uuid::nil(), number, "event", &[b"said".as_slice()]).to_text()
    }

    fn missing(text: &str, longest: u64) -> String {
        find_within(text.as_bytes(), 2, longest).unwrap_err().to_string()
    }

    #[test]
    fn a_line_is_found_behind_one_that_cannot_be_read() {
        for before in [String::new(), line(1), "{}\n".to_owned(), "\r\n".to_owned()] {
            let text = format!("\u{feff}{before}{}", line(2).replace('\n', "\r\n"));
            assert_eq!(find(text.as_bytes(), 2).unwrap().number(), 2, "{text}");
        }
    }

    #[test]
    fn the_first_line_that_cannot_be_read_is_named_and_none_is_said_to_be_missing() {
        assert_eq!(missing(&line(1), 1_000), "the export does not have it.");
        assert_eq!(missing(&(line(1) + "\r\n "), 1_000), "the export does not have it.");
        let damaged = line(1) + &line(2).replacen('{', "(", 1) + "{}\n";
        assert!(missing(&damaged, 1_000).contains("Line 2 of the export cannot be read"));
    }

    #[test]
    fn no_more_is_read_of_a_file_without_line_ends_than_a_line_can_have() {
        struct Endless(u64);
        impl io::Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                buffer.fill(b'x');
                self.0 += buffer.len() as u64;
                Ok(buffer.len())
            }
        }
        let mut endless = Endless(0);
        let read = find_within(io::BufReader::with_capacity(100, &mut endless), 2, 1_000);
        assert!(matches!(read, Err(Missing::Damaged(1))), "{read:?}");
        assert!(endless.0 <= 1_000, "{}", endless.0);
    }
}
