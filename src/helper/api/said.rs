//! What Regcred said: an answer, a no with its sentence, and what it left out.

use super::WHOM;
use crate::failure::Failure;
use crate::web::Answer;
use serde::Deserialize;
use ureq::http::HeaderValue;

/// Says of what it left out, one line each.
const LEFT_OUT: &str = "regcred-left-out";

/// Says how many more such lines there would be.
const MORE: &str = "regcred-more";

/// The JSON of an answer.
///
/// # Errors
/// `Refused` for what this program does not know how to read.
pub(super) fn parsed<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    // The parser's own words would repeat what stands there.
    serde_json::from_slice(&answer.body).map_err(|_| {
        Failure::Refused("Regcred gave an answer that this program cannot read.".to_owned())
    })
}

/// The answer, if it is not a no.
pub(super) fn yes(answer: Answer) -> Result<Answer, Failure> {
    #[derive(Deserialize)]
    struct Problem {
        error: Details,
    }
    #[derive(Deserialize)]
    struct Details {
        #[serde(default)]
        code: String,
        message: String,
    }
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let problem = serde_json::from_slice::<Problem>(&answer.body).ok().map(|said| said.error);
    let is_absent = problem.as_ref().is_some_and(|said| said.code == "not_found");
    let message = problem.map(|said| on_one_line(&said.message)).filter(|said| !said.is_empty());
    let sentence = message.unwrap_or_else(|| {
        format!("{WHOM} answered with status {status} and gave no reason. Check that REGCRED_URL is its address.")
    });
    Err(match status {
        404 if is_absent => Failure::Absent(sentence),
        429 | 500..=599 => Failure::Passing(sentence),
        _ => Failure::Refused(sentence),
    })
}

/// What the answer says that it does not hold, and why: a sentence for each.
pub(super) fn left_out(answer: &Answer) -> Vec<String> {
    let told = answer.headers.get_all(LEFT_OUT).iter().map(|value| {
        let line = text(value);
        let Some((credential, rest)) = line.split_once(';') else {
            return format!("Left out: {}.", sentence(&line));
        };
        // Servers of before did not name the registry.
        let (of, reason) = match rest.split_once(';').map(|(host, reason)| (host.trim(), reason)) {
            Some((host, reason)) if !host.contains(' ') => (format!(" for {host}"), reason),
            _ => (String::new(), rest),
        };
        format!("Left out: {} (credential {}{of}).", sentence(reason), credential.trim())
    });
    let more = answer.headers.get_all(MORE).iter();
    told.chain(more.map(|value| format!("Not all are named: {}.", sentence(&text(value)))))
        .collect()
}

/// The text of a header, as far as one line can show it.
fn text(value: &HeaderValue) -> String {
    on_one_line(&String::from_utf8_lossy(value.as_bytes()))
}

/// Without the space before and the full stop behind.
fn sentence(text: &str) -> &str {
    text.trim().trim_end_matches('.')
}

fn on_one_line(message: &str) -> String {
    let shown = message.chars().map(|c| if c.is_control() { ' ' } else { c });
    shown.take(500).collect::<String>().trim().to_owned()
}
