//! Paths of repositories on a registry: the prefixes a credential is for, and what a pasted address leaves behind.

mod address_path;

use thiserror::Error;

const MAX_PREFIXES: usize = 20;
/// The longest repository path that registries accept (the image reference grammar).
const MAX_PATH: usize = 255;

/// What is wrong with a repository path, and what to type instead. Never repeats what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PathProblem {
    #[error(
        "There are more than 20 repository paths. Enter a shorter prefix that covers several, or use a second credential."
    )]
    TooMany,
    #[error("A repository path is longer than 255 characters. Enter a shorter prefix.")]
    TooLong,
    #[error(
        "A repository path contains capital letters, which registries do not accept. Write it in lowercase."
    )]
    Capitals,
    #[error(
        "A repository path contains a space. Separate several paths with commas or line breaks."
    )]
    InnerSpace,
    #[error("Remove the *: a repository path covers everything below it. For example, enter acme.")]
    Wildcard,
    #[error(
        "That is an address. Enter only what follows the registry's host, for example acme/api."
    )]
    Address,
    #[error(
        "A repository path has no tag, digest or port. Remove everything from the : or the @ on."
    )]
    TagOrDigest,
    #[error(
        "Remove the registry from the repository path: enter only what follows it, for example acme/api."
    )]
    WithRegistry,
    #[error(
        "That is not a repository path. Between its slashes it has lowercase letters and digits, joined by single dots, by one or two underscores or by hyphens, for example acme/api."
    )]
    Malformed,
}

/// The prefixes typed into the *Repository path* field, in their order, without repetitions.
///
/// They are separated by commas or line breaks; slashes and spaces around each are dropped (design section 3, "Path
/// scope"). An empty field is an empty list: the credential is for the whole host.
pub fn path_scope(text: &str) -> Result<Vec<String>, PathProblem> {
    let mut prefixes: Vec<String> = Vec::new();
    for typed in text.split([',', '\n', '\r']) {
        let prefix = typed.trim().trim_matches('/');
        if prefix.is_empty() || prefixes.iter().any(|known| known == prefix) {
            continue;
        }
        check(prefix)?;
        if prefixes.len() == MAX_PREFIXES {
            return Err(PathProblem::TooMany);
        }
        prefixes.push(prefix.to_owned());
    }
    Ok(prefixes)
}

/// Whether the prefix covers the repository: whole path segments only, so `acme` covers `acme/api` and not `acmeco/api`.
///
/// An empty prefix covers nothing: "the whole host" is said with an empty list, never by an accident in one entry.
pub fn covers(prefix: &str, repository: &str) -> bool {
    let rest = repository.strip_prefix(prefix);
    !prefix.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a pasted address had behind its host.
pub(super) struct Pasted {
    pub path: Option<String>,
    /// There was a tag or a digest, so the path is one repository and not a prefix.
    pub is_image: bool,
}

/// Reads what follows the slash of the canonical host: the registry's API, its website, tag and digest are dropped, the
/// rest must be a repository path.
pub(super) fn pasted(
    host: &str,
    text: &str,
    changes: &mut Vec<String>,
) -> Result<Pasted, PathProblem> {
    let mut path = text.trim_start_matches('/');
    if path.len() < text.len() && !path.is_empty() {
        changes.push("The extra slash before the path was dropped.".into());
    }
    if path.is_empty() || path.ends_with('/') {
        changes.push("The slash at the end was dropped.".into());
    }
    path = path.trim_end_matches('/');
    let mut is_image = false;
    if let Some((repository, is_one)) = address_path::of_api(host, path, changes) {
        (path, is_image) = (repository, is_one);
    } else if let Some(repository) = address_path::of_website(host, path) {
        changes.push(
            "The part of the path that belongs to the registry's website was dropped.".into(),
        );
        path = repository;
    }
    if let Some((before, _)) = path.split_once('@') {
        changes.push(
            "The digest was dropped: a credential is for a repository, not for one image.".into(),
        );
        (path, is_image) = (before, true);
    }
    if let Some((before, _)) = path.rsplit_once(':').filter(|(_, tag)| is_tag(tag)) {
        changes.push(
            "The tag was dropped: a credential is for a repository, not for one image.".into(),
        );
        (path, is_image) = (before, true);
    }
    if path.is_empty() && !is_image {
        return Ok(Pasted { path: None, is_image });
    }
    check(path)?;
    Ok(Pasted { path: Some(path.to_owned()), is_image })
}

/// Whether the text is a tag of the image reference grammar.
pub(in crate::domain) fn is_tag(text: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|b| is_word(b) || b == b'.' || b == b'-')
}

/// The path grammar of image references: segments of `[a-z0-9]+`, joined by `.`, `_`, `__` or hyphens.
fn check(path: &str) -> Result<(), PathProblem> {
    if path.len() > MAX_PATH {
        return Err(PathProblem::TooLong);
    }
    if path.split('/').all(is_segment) {
        return Ok(());
    }
    Err(if path.contains(char::is_whitespace) {
        PathProblem::InnerSpace
    } else if path.contains('*') {
        PathProblem::Wildcard
    } else if path.contains("://") {
        PathProblem::Address
    } else if path.contains([':', '@']) {
        PathProblem::TagOrDigest
    } else if path.split('/').all(|segment| is_segment(&segment.to_ascii_lowercase())) {
        PathProblem::Capitals
    } else {
        PathProblem::Malformed
    })
}

fn is_segment(segment: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut joints = segment.split(is_plain).filter(|joint| !joint.is_empty());
    segment.starts_with(is_plain)
        && segment.ends_with(is_plain)
        && joints.all(|joint| matches!(joint, "." | "_" | "__") || joint.bytes().all(|b| b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_separated_trimmed_and_kept_once() {
        for (typed, prefixes) in [
            ("", vec![]),
            (" , \r\n /", vec![]),
            ("acme", vec!["acme"]),
            (
                "/acme/api/ , acme\r\nexample-team/a__b.c--d",
                vec!["acme/api", "acme", "example-team/a__b.c--d"],
            ),
            ("acme,acme/,/acme", vec!["acme"]),
        ] {
            assert_eq!(path_scope(typed).unwrap(), prefixes, "{typed}");
        }
    }

    #[test]
    fn prefixes_that_are_no_paths_say_why() {
        let longest = "a".repeat(MAX_PATH);
        let many = |count: usize| (0..count).map(|n| format!("acme/{n}\n")).collect::<String>();
        assert_eq!(path_scope(&longest).unwrap().len(), 1);
        assert_eq!(path_scope(&many(20)).unwrap().len(), 20);
        for (typed, problem) in [
            ((longest + "a").as_str(), PathProblem::TooLong),
            (many(21).as_str(), PathProblem::TooMany),
            ("Acme/api", PathProblem::Capitals),
            ("acme api", PathProblem::InnerSpace),
            ("acme/*", PathProblem::Wildcard),
            ("acme/api:1.2", PathProblem::TagOrDigest),
            ("acme/api@sha256:00", PathProblem::TagOrDigest),
            ("https://ghcr.io/acme", PathProblem::Address),
            ("acme//api", PathProblem::Malformed),
            ("acme/../api", PathProblem::Malformed),
            ("_acme", PathProblem::Malformed),
            ("acme-", PathProblem::Malformed),
            ("acme/a..b", PathProblem::Malformed),
            ("acme/a___b", PathProblem::Malformed),
            ("acme/a._b", PathProblem::Malformed),
            ("acme/\u{e4}", PathProblem::Malformed),
            ("acme\0", PathProblem::Malformed),
        ] {
            assert_eq!(path_scope(typed), Err(problem), "{typed}");
        }
    }

    #[test]
    fn a_prefix_covers_whole_segments_only() {
        for (prefix, repository, expected) in [
            ("acme", "acme", true),
            ("acme", "acme/api", true),
            ("acme/api", "acme/api/worker", true),
            ("acme", "acmeco/api", false),
            ("acme/api", "acme", false),
            ("acme/api", "acme/api2", false),
            ("api", "acme/api", false),
            ("", "acme/api", false),
        ] {
            assert_eq!(covers(prefix, repository), expected, "{prefix} {repository}");
        }
    }
}
