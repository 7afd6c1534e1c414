//! A form with files as it streams past: what stands outside its parts is bounded, and they are few.
//!
//! The reader behind this keeps whatever it has not found the end of, and looks through all of it
//! whenever more comes. So what it may have to keep is counted here first, each byte once.

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Bytes before the first part, or between the data of two: our forms have less than 200.
const BETWEEN_MAX: usize = 16 * 1024;
const PARTS_MAX: usize = 64;

/// The body of such a form, which fails when it breaks a bound.
pub(super) struct Framed {
    body: Body,
    framing: Framing,
    /// Whether the last thing that happened was that something was given.
    has_given: bool,
}

impl Framed {
    pub(super) fn new(body: Body, boundary: &str) -> Self {
        Self { body, framing: Framing::new(boundary), has_given: false }
    }
}

impl HttpBody for Framed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // The reader takes all that is there before it looks at any of it: so it gets one at a time.
        if std::mem::take(&mut self.has_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            if let Err(problem) = self.framing.read(data) {
                return Poll::Ready(Some(Err(problem.into())));
            }
            self.has_given = true;
        }
        Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Where in the form its next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the first boundary.
    Preamble,
    /// On the line of a boundary, behind it.
    Line,
    /// In the headers of a part.
    Heading,
    /// In a part's data.
    Data,
    /// Behind the last boundary, where nobody reads.
    End,
}

#[derive(Debug)]
pub(super) struct Framing {
    /// The end of a part's data: a line's end and the boundary.
    delimiter: Vec<u8>,
    place: Place,
    /// What was read since the place changed, outside of data.
    since: Vec<u8>,
    /// Bytes since the last data.
    between: usize,
    /// How much of the delimiter the data ends with.
    matched: usize,
    parts: usize,
}

impl Framing {
    pub(super) fn new(boundary: &str) -> Self {
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        let (place, since) = (Place::Preamble, Vec::new());
        Self { delimiter, place, since, between: 0, matched: 0, parts: 0 }
    }

    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first() {
            rest = match self.place {
                Place::Data => self.read_data(rest),
                Place::End => return Ok(()),
                Place::Preamble | Place::Line | Place::Heading => {
                    self.read_between(*byte)?;
                    behind
                }
            };
        }
        Ok(())
    }

    fn read_between(&mut self, byte: u8) -> Result<(), &'static str> {
        self.since.push(byte);
        self.between += 1;
        let read = self.since.as_slice();
        let next = match self.place {
            Place::Preamble if read.ends_with(&self.delimiter[2..]) => Some(Place::Line),
            Place::Line if read == b"--" => Some(Place::End),
            Place::Line if read.ends_with(b"\r\n") => Some(Place::Heading),
            Place::Heading if read.ends_with(b"\r\n\r\n") => Some(Place::Data),
            _ => None,
        };
        if let Some(next) = next {
            self.place = next;
            self.since.clear();
            self.parts += usize::from(next == Place::Data);
        }
        if self.parts > PARTS_MAX {
            return Err("the form has too many parts");
        }
        if self.between > BETWEEN_MAX {
            return Err("too much stands between the parts of the form");
        }
        Ok(())
    }

    /// Reads one byte of a part's data, or all those that cannot begin its end; gives what is behind.
    fn read_data<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        if self.matched == 0 {
            let plain = rest.iter().position(|byte| *byte == b'\r').unwrap_or(rest.len());
            if plain > 0 {
                return &rest[plain..];
            }
        }
        let Some((byte, behind)) = rest.split_first() else { return rest };
        // It begins with the one byte that is nowhere else in it.
        self.matched = if self.delimiter[self.matched] == *byte {
            self.matched + 1
        } else {
            usize::from(*byte == b'\r')
        };
        if self.matched == self.delimiter.len() {
            (self.place, self.matched, self.between) = (Place::Line, 0, 0);
        }
        behind
    }
}

#[cfg(test)]
mod tests;
