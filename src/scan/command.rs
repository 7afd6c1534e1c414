//! `regcred scan`, for the server's program and for the credential helper: the same words and the same output.

use crate::found::Report;
use std::ffi::OsString;
use std::path::PathBuf;

/// What `--help` prints.
pub const HELP: &str = "\
Read pipeline files, and print each image, registry and login that they name

Usage: docker-credential-regcred scan [--json] PATH...

PATH is a file, or a folder whose pipeline files, manifests, compose files and Dockerfiles are read.
Nothing is sent anywhere. Neither the text of a line nor a secret is printed.

Exit codes: 0 all files were read, 1 a file could not be read, 2 usage error.
";

/// What a call asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Help,
    Scan { paths: Vec<PathBuf>, json: bool },
}

/// Reads the arguments behind `scan`; nothing if they are wrong.
pub fn arguments(arguments: &[OsString]) -> Option<Asked> {
    let (mut paths, mut json, mut only_paths) = (Vec::new(), false, false);
    for argument in arguments {
        match argument.to_str() {
            Some("--") if !only_paths => only_paths = true,
            Some("--json") if !only_paths => json = true,
            Some("--help" | "-h") if !only_paths => return Some(Asked::Help),
            Some(option) if !only_paths && option.len() > 1 && option.starts_with('-') => {
                return None;
            }
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    (!paths.is_empty()).then_some(Asked::Scan { paths, json })
}

/// The report as it is printed, with a line break at its end.
pub fn printed(report: &Report, json: bool) -> String {
    if json {
        // Only maps whose keys are no text cannot be written, and there are none.
        let text = serde_json::to_string(report).unwrap_or_default();
        return text + "\n";
    }
    let text = report.to_text();
    if text.is_empty() { "No image, registry or login was found.\n".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Option<Asked> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        arguments(&words)
    }

    #[test]
    fn paths_and_one_option_are_understood() {
        let scan = |paths: &[&str], json| {
            let paths = paths.iter().map(PathBuf::from).collect();
            Some(Asked::Scan { paths, json })
        };
        assert_eq!(read(&["."]), scan(&["."], false));
        assert_eq!(read(&["a", "--json", "b"]), scan(&["a", "b"], true));
        assert_eq!(read(&["--", "--json"]), scan(&["--json"], false));
        assert_eq!(read(&["--help"]), Some(Asked::Help));
        for wrong in [&[][..], &["--json"], &["--wide", "."], &["-x", "."]] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn json_is_one_line() {
        let report = crate::scan_text("Dockerfile", "FROM nginx\n");
        let text = printed(&report, true);
        assert!(text.ends_with("}\n") && text.lines().count() == 1, "{text}");
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
}
