//! What becomes of a panic: its place is logged and never its message, which may quote anything
//! (security T9), and the answer says that it is our fault.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::panic::set_hook;

/// From now on only the place of a panic is written down.
pub fn log_place_only() {
    set_hook(Box::new(|panicked| {
        let place = panicked.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic: this is a fault of the program");
    }));
}

/// The answer in place of the one that did not come about.
pub(super) fn answer(_: Box<dyn Any + Send>) -> Response {
    let sentence = "Something went wrong on our side. Try again.\n";
    (StatusCode::INTERNAL_SERVER_ERROR, sentence).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Write};
    use std::panic::{catch_unwind, take_hook};
    use std::sync::{Arc, Mutex};
    use tracing::subscriber::with_default;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn broken() {
        panic!("hunter2")
    }

    #[test]
    fn a_panic_is_logged_by_its_place_and_not_by_its_words() {
        let log = Log::default();
        let writer = log.clone();
        let writing = tracing_subscriber::fmt().with_writer(move || writer.clone());
        let writing = writing.with_ansi(false).finish();
        let before = take_hook();
        log_place_only();
        let caught = with_default(writing, || catch_unwind(broken));
        set_hook(before);
        assert!(caught.is_err());
        let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(logged.contains(file!()), "{logged}");
        assert!(!logged.contains("hunter2"), "{logged}");
    }
}
