//! The files beside the database: whether a copy of it brings its key along, and when the certificate
//! expires.

use super::report::{Report, State};
use crate::server::Expiry;
use std::path::Path;

pub(super) fn look_at_key(report: &mut Report, key: Option<(&Path, Option<String>)>) {
    let Some((key, beside)) = key else { return };
    let (state, text) = match beside {
        Some(sentence) => (State::Warning, sentence),
        None => {
            let key = key.display();
            (State::Ok, format!("The key file {key} is on another volume than the database."))
        }
    };
    report.add("key-file", state, text);
}

pub(super) fn look_at_certificate(report: &mut Report, found: Result<Expiry, String>) {
    let (state, text) = match found {
        Ok(Expiry::Far(until)) => {
            (State::Ok, format!("The TLS certificate is valid until {}.", until.date()))
        }
        Ok(Expiry::Soon(sentence)) => (State::Warning, sentence),
        Ok(Expiry::Past(sentence)) | Err(sentence) => (State::Problem, sentence),
    };
    report.add("certificate", state, text);
}
