//! The verbs of docker's credential helper protocol, and four of our own.

use crate::api::Api;
use crate::bounded;
use crate::environment::Variables;
use crate::failure::Failure;
use crate::json;
use crate::kubelet;
use crate::report;
use crate::server_url;
use crate::settings::Settings;
use regcred_scan::Report;
use regcred_scan::command::{self, Asked};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::{Read, Write};
use zeroize::Zeroizing;

const USAGE: &str = "Usage: docker-credential-regcred <store|get|erase|list|version>\n";

const VERSION: &str =
    concat!("docker-credential-regcred (regcred) ", env!("CARGO_PKG_VERSION"), "\n");

/// A longer text is not a server that somebody asks for.
const SERVER_LIMIT: u64 = 64 * 1024;

/// A longer text is not a credential that somebody stores.
const STORE_LIMIT: u64 = 1024 * 1024;

const NOT_STORED: &str = "Nothing was stored, since credentials are kept in Regcred: add or change this one there, or set REGCRED_IGNORE_STORE=true to ignore this silently.";

const NOT_ERASED: &str = "Nothing was erased, since credentials are kept in Regcred: remove or disable this one there, or set REGCRED_IGNORE_STORE=true to ignore this silently.";

pub struct Streams<'a> {
    pub input: &'a mut dyn Read,
    /// What the client reads, the words of the protocol included.
    pub out: &'a mut dyn Write,
    /// What people read. Clients show it and go on.
    pub err: &'a mut dyn Write,
}

/// What a verb prints when it went well.
type Printed = Result<Zeroizing<Vec<u8>>, Failure>;

/// Does what the arguments ask for. Gives the exit status.
pub fn serve(arguments: &[OsString], variables: &Variables, streams: &mut Streams<'_>) -> u8 {
    if let [first, rest @ ..] = arguments
        && first == "scan"
    {
        return scan(rest, variables, streams);
    }
    let [action] = arguments else {
        print(streams.out, USAGE.as_bytes());
        return 1;
    };
    let action = action.to_string_lossy();
    let printed = match &*action {
        "get" => get(streams.input, streams.err, variables),
        "list" => list(streams.err, variables),
        "store" => store(streams.input, variables),
        "erase" => erase(streams.input, variables),
        "version" | "--version" | "-v" => Ok(said(VERSION)),
        "--help" | "-h" => Ok(said(USAGE)),
        "kubelet" => kubelet::respond(streams.input, streams.err, variables),
        "report-worked" => told("worked", variables),
        "report-failed" => told("failed", variables),
        _ => Err(Failure::UnknownAction(action.to_string())),
    };
    match printed {
        Ok(bytes) if print(streams.out, &bytes) => 0,
        Ok(_) => 1,
        Err(failure) => refuse(&action, &failure, variables, streams),
    }
}

/// What pipeline files name, for people and for CIs. No client asks for it.
fn scan(arguments: &[OsString], variables: &Variables, streams: &mut Streams<'_>) -> u8 {
    match command::arguments(arguments) {
        None => {
            print(streams.err, command::HELP.as_bytes());
            2
        }
        Some(Asked::Help) => u8::from(!print(streams.out, command::HELP.as_bytes())),
        Some(Asked::Scan { paths, json, send, allow_empty }) => {
            let report = regcred_scan::scan(&paths);
            let is_printed = print(streams.out, command::printed(&report, json).as_bytes());
            let sent = if send { declare(&report, allow_empty, variables) } else { Ok(()) };
            if let Err(failure) = &sent {
                print(streams.err, format!("{failure}\n").as_bytes());
            }
            if is_printed && sent.is_ok() { report.exit_code() } else { 1 }
        }
    }
}

fn declare(report: &Report, allow_empty: bool, variables: &Variables) -> Result<(), Failure> {
    Api::open(&Settings::read(variables)?, variables)?.declare(report, allow_empty)
}

/// Says why a verb was not done. Gives the exit status.
///
/// Clients that ask for every registry they know stop at the first answer that they do not know:
/// whatever is not to be had is "not found" for them, and the reason goes to stderr.
fn refuse(action: &str, failure: &Failure, variables: &Variables, streams: &mut Streams<'_>) -> u8 {
    let sentence = format!("{failure}\n");
    let is_known = matches!(failure, Failure::NotFound | Failure::NoServer);
    match action {
        "kubelet" => {
            print(streams.err, sentence.as_bytes());
            1
        }
        "get" if !is_known && !is_strict(variables) => {
            print(streams.err, sentence.as_bytes());
            print(streams.out, format!("{}\n", Failure::NotFound).as_bytes());
            1
        }
        // There is no word for an unknown list, only an empty one.
        "list" if !is_strict(variables) => {
            print(streams.err, sentence.as_bytes());
            u8::from(!print(streams.out, b"{}\n"))
        }
        _ => {
            print(streams.out, sentence.as_bytes());
            1
        }
    }
}

/// Whether the client is to stop, as far as the settings can be read.
fn is_strict(variables: &Variables) -> bool {
    match Settings::read(variables) {
        Ok(settings) => settings.is_strict,
        Err(_) => variables.is_on("REGCRED_STRICT").is_ok_and(|is_on| is_on == Some(true)),
    }
}

fn print(stream: &mut dyn Write, bytes: &[u8]) -> bool {
    stream.write_all(bytes).and_then(|()| stream.flush()).is_ok()
}

fn said(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

fn get(input: &mut dyn Read, err: &mut dyn Write, variables: &Variables) -> Printed {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Credentials<'a> {
        #[serde(rename = "ServerURL")]
        server: &'a str,
        username: &'a str,
        secret: &'a str,
    }
    let bytes = read(input, SERVER_LIMIT)?;
    let server = server_url::server(bytes.as_deref().map(Vec::as_slice))?;
    let settings = Settings::read(variables)?;
    if let Some(problem) = settings.image_problem() {
        print(err, format!("{problem}\n").as_bytes());
    }
    let found = Api::open(&settings, variables)?.credential(server, &settings)?;
    if settings.is_about(server) {
        report::note(&settings, &[found.delivery.as_str()]);
    }
    json::line(&Credentials { server, username: &found.username, secret: found.secret.expose() })
}

fn list(err: &mut dyn Write, variables: &Variables) -> Printed {
    let settings = Settings::read(variables)?;
    let listed = Api::open(&settings, variables)?.usernames()?;
    report::say(err, &listed.left_out);
    json::line(&listed.usernames)
}

fn store(input: &mut dyn Read, variables: &Variables) -> Printed {
    /// The secret is left where it is: nobody here wants it.
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    struct Offered {
        #[serde(rename = "ServerURL")]
        server: String,
        username: String,
    }
    let bytes = read(input, STORE_LIMIT)?;
    let offered = bytes.and_then(|bytes| serde_json::from_slice::<Offered>(&bytes).ok());
    if let Some(offered) = offered {
        if offered.server.is_empty() {
            return Err(Failure::NoServer);
        }
        if offered.username.is_empty() {
            return Err(Failure::NoUsername);
        }
    }
    unless_ignored(variables, NOT_STORED)
}

fn erase(input: &mut dyn Read, variables: &Variables) -> Printed {
    let bytes = read(input, SERVER_LIMIT)?;
    if bytes.is_some_and(|bytes| bytes.trim_ascii().is_empty()) {
        return Err(Failure::NoServer);
    }
    unless_ignored(variables, NOT_ERASED)
}

fn unless_ignored(variables: &Variables, refusal: &'static str) -> Printed {
    if Settings::read(variables)?.is_store_ignored {
        return Ok(said(""));
    }
    Err(Failure::here(refusal))
}

fn told(outcome: &'static str, variables: &Variables) -> Printed {
    report::tell(outcome, &Settings::read(variables)?, variables)?;
    Ok(said(""))
}

fn read(input: &mut dyn Read, limit: u64) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    bounded::read(input, limit).map_err(|_| Failure::here("Stdin cannot be read."))
}

#[cfg(test)]
mod tests;
