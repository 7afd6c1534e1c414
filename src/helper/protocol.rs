//! The verbs of docker's credential helper protocol, and three of our own.

use crate::api::Api;
use crate::bounded;
use crate::environment::Variables;
use crate::failure::Failure;
use crate::json;
use crate::kubelet;
use crate::report;
use crate::server_url;
use crate::settings::Settings;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::{Read, Write};
use zeroize::Zeroizing;

const USAGE: &str = "Usage: docker-credential-regcred <store|get|erase|list|version>\n";

const VERSION: &str =
    concat!("docker-credential-regcred (regcred) ", env!("CARGO_PKG_VERSION"), "\n");

/// More is no server that somebody asks for.
const SERVER_LIMIT: u64 = 64 * 1024;

/// More is no credential that somebody wants to store.
const STORE_LIMIT: u64 = 1024 * 1024;

const NOT_STORED: &str = "Nothing was stored, since credentials are kept in Regcred: add or change this one there, or set REGCRED_IGNORE_STORE=true to have this pass without a word.";

const NOT_ERASED: &str = "Nothing was erased, since credentials are kept in Regcred: remove or disable this one there, or set REGCRED_IGNORE_STORE=true to have this pass without a word.";

/// What the program reads and writes.
pub struct Streams<'a> {
    /// What the client says.
    pub input: &'a mut dyn Read,
    /// What the client reads, errors included: so the protocol wants it.
    pub out: &'a mut dyn Write,
    /// Errors for the kubelet.
    pub err: &'a mut dyn Write,
}

/// What a verb prints when it went well.
type Printed = Result<Zeroizing<Vec<u8>>, Failure>;

/// Does what the arguments ask for. Gives the exit status.
pub fn serve(arguments: &[OsString], variables: &Variables, streams: &mut Streams<'_>) -> u8 {
    let [action] = arguments else {
        print(streams.out, USAGE.as_bytes());
        return 1;
    };
    let action = action.to_string_lossy();
    let printed = match &*action {
        "get" => get(streams.input, variables),
        "list" => list(variables),
        "store" => store(streams.input, variables),
        "erase" => erase(streams.input, variables),
        "version" | "--version" | "-v" => Ok(said(VERSION)),
        "--help" | "-h" => Ok(said(USAGE)),
        "kubelet" => kubelet::respond(streams.input, variables),
        "report-worked" => told("worked", variables),
        "report-failed" => told("failed", variables),
        _ => Err(Failure::UnknownAction(action.to_string())),
    };
    match printed {
        Ok(bytes) if print(streams.out, &bytes) => 0,
        Ok(_) => 1,
        Err(failure) => {
            let stream = if action == "kubelet" { &mut *streams.err } else { &mut *streams.out };
            print(stream, format!("{failure}\n").as_bytes());
            1
        }
    }
}

fn print(stream: &mut dyn Write, bytes: &[u8]) -> bool {
    stream.write_all(bytes).and_then(|()| stream.flush()).is_ok()
}

fn said(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

fn get(input: &mut dyn Read, variables: &Variables) -> Printed {
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
    let found = Api::open(&settings, variables)?.credential(server, &settings)?;
    report::note(&settings, &[found.delivery.as_str()]);
    json::line(&Credentials { server, username: &found.username, secret: found.secret.expose() })
}

fn list(variables: &Variables) -> Printed {
    let settings = Settings::read(variables)?;
    json::line(&Api::open(&settings, variables)?.usernames()?)
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
