//! How it went with what was handed out: ids are noted when it is, and told of afterwards.

use crate::api::Api;
use crate::bounded;
use crate::environment::Variables;
use crate::failure::Failure;
use crate::settings::Settings;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const LIMIT: u64 = 1024 * 1024;

/// Notes the deliveries, if there is a place to. A note that cannot be made is no reason to keep a
/// credential back.
pub fn note(settings: &Settings, deliveries: &[&str]) {
    if let Some(path) = &settings.state {
        // Nothing depends on it.
        let _ = append(path, deliveries);
    }
}

/// Says a sentence on each line, for people: what was left out stops nothing.
pub fn say(err: &mut dyn Write, sentences: &[String]) {
    for sentence in sentences {
        // Nothing depends on it.
        let _ = writeln!(err, "regcred: {sentence}");
    }
}

/// Tells Regcred of each delivery that was noted, and forgets it. Those that could not be told are
/// kept for the next time.
pub fn tell(
    outcome: &'static str,
    settings: &Settings,
    variables: &Variables,
) -> Result<(), Failure> {
    let path = settings.state.as_deref().ok_or(Failure::here(
        "REGCRED_STATE is not set. Set it to the file in which get and kubelet record what to report.",
    ))?;
    let unusable = |_| Failure::here("The file of REGCRED_STATE cannot be read or emptied.");
    let noted = take(path).map_err(unusable)?;
    if noted.is_empty() {
        return Ok(());
    }
    let kept = |left: &[String]| {
        let left: Vec<&str> = left.iter().map(String::as_str).collect();
        append(path, &left).map_err(unusable)
    };
    let api = match Api::open(settings, variables) {
        Ok(api) => api,
        Err(failure) => {
            kept(&noted)?;
            return Err(failure);
        }
    };
    let mut first = Ok(());
    for (at, delivery) in noted.iter().enumerate() {
        match api.report(delivery, outcome) {
            Ok(()) => {}
            // The next would fare no better.
            Err(failure @ Failure::Passing(_)) => {
                kept(&noted[at..])?;
                return Err(failure);
            }
            Err(failure) => first = first.and(Err(failure)),
        }
    }
    first
}

fn is_id(word: &str) -> bool {
    word.len() == 36 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn append(path: &Path, deliveries: &[&str]) -> io::Result<()> {
    let lines: String =
        deliveries.iter().filter(|id| is_id(id)).map(|id| format!("{id}\n")).collect();
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    file.lock()?;
    file.write_all(lines.as_bytes())
}

/// What is noted, each once, in order; and the file is empty.
fn take(path: &Path) -> io::Result<Vec<String>> {
    let mut file: File = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    // Clients start several of this program at once.
    file.lock()?;
    let bytes = bounded::read(&mut file, LIMIT)?
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the file is too long"))?;
    file.set_len(0)?;
    let mut noted: Vec<String> = Vec::new();
    for line in String::from_utf8_lossy(&bytes).lines() {
        if is_id(line) && !noted.iter().any(|known| known == line) {
            noted.push(line.to_owned());
        }
    }
    Ok(noted)
}

#[cfg(test)]
mod tests;
