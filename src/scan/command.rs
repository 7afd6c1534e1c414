//! `regcred scan`, for the server's program and for the credential helper: the same words and the same output.

use crate::found::Report;
use std::ffi::OsString;
use std::path::PathBuf;

/// What `--help` prints.
pub const HELP: &str = "\
Read pipeline files, and print each image, registry and login that they name

Usage: docker-credential-regcred scan [--json] [--send [--allow-empty]] PATH...

PATH is a file, or a folder whose pipeline files, manifests, compose files and Dockerfiles are read.
Neither the text of a line nor a secret is printed. Without --send, nothing is sent anywhere.
With --send, the same is also sent to Regcred, as the definitions of this pipeline. The server and
the token are those of get: REGCRED_URL, REGCRED_TOKEN and so on. Scan . in the folder of the
repository: Regcred identifies files by their paths in it. What earlier runs sent of files below PATH
that are no longer there is removed. If no file was read at all, which is how a failed checkout
looks, and something would be removed, nothing is removed and sending fails. With --allow-empty it
is removed anyway.

Exit codes: 0 all files were read, 1 a file could not be read or sending failed, 2 usage error.
";

/// What a call asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Help,
    Scan {
        paths: Vec<PathBuf>,
        json: bool,
        /// Whether Regcred is to be told what was found.
        send: bool,
        /// Whether it may remove what it was told before, where no file was read.
        allow_empty: bool,
    },
}

/// Reads the arguments behind `scan`; nothing if they are wrong.
pub fn arguments(arguments: &[OsString]) -> Option<Asked> {
    let (mut paths, mut json, mut only_paths) = (Vec::new(), false, false);
    let (mut send, mut allow_empty) = (false, false);
    for argument in arguments {
        match argument.to_str() {
            Some("--") if !only_paths => only_paths = true,
            Some("--json") if !only_paths => json = true,
            Some("--send") if !only_paths => send = true,
            Some("--allow-empty") if !only_paths => allow_empty = true,
            Some("--help" | "-h") if !only_paths => return Some(Asked::Help),
            Some(option) if !only_paths && option.len() > 1 && option.starts_with('-') => {
                return None;
            }
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    // Without --send there is nothing that it could allow.
    let is_whole = !paths.is_empty() && (send || !allow_empty);
    is_whole.then_some(Asked::Scan { paths, json, send, allow_empty })
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
    fn paths_and_options_are_understood() {
        let scan = |paths: &[&str], json, send| {
            let paths = paths.iter().map(PathBuf::from).collect();
            Some(Asked::Scan { paths, json, send, allow_empty: false })
        };
        let paths = vec![PathBuf::from(".")];
        let empty = Asked::Scan { paths, json: false, send: true, allow_empty: true };
        assert_eq!(read(&["--send", "--allow-empty", "."]), Some(empty));
        assert_eq!(read(&["."]), scan(&["."], false, false));
        assert_eq!(read(&["a", "--json", "b"]), scan(&["a", "b"], true, false));
        assert_eq!(read(&["--send", "."]), scan(&["."], false, true));
        assert_eq!(read(&["--", "--json", "--send"]), scan(&["--json", "--send"], false, false));
        assert_eq!(read(&["--help"]), Some(Asked::Help));
        for wrong in [
            &[][..],
            &["--json"],
            &["--send"],
            &["--allow-empty", "."],
            &["--wide", "."],
            &["-x", "."],
        ] {
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

    #[test]
    fn json_says_its_version_and_the_hash_of_each_file() {
        let report = crate::scan_text("Dockerfile", "FROM nginx\n");
        let text = printed(&report, true);
        assert!(text.starts_with("{\"version\":1,\"files\":[{\"file\":\"Dockerfile\""), "{text}");
        let [file] = report.files.as_slice() else { panic!("{:?}", report.files) };
        let other = crate::scan_text("Dockerfile", "FROM nginx \n");
        assert!(file.sha256.len() == 64 && file.sha256 != other.files[0].sha256);
        let older = text.replace("\"version\":1,", "");
        assert!(serde_json::from_str::<Report>(&older).is_err());
    }
}
