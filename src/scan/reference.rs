//! The strict reader of image names: what the distribution project's reference grammar accepts, and nothing else.
//!
//! Files are read by programs, so a name in a file is what the grammar says. For what people type there is the lenient
//! reader of the product. Where this one differs from the grammar on purpose, a test of `tests/vectors.rs` says so:
//! hosts are lowercase, `:443` is dropped, the names of Docker Hub are one, a port is from 1 to 65535, an address of
//! numbers is a whole one, and a name whose first part is neither a host nor a part of Docker Hub is refused.

mod host;
mod problem;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use std::fmt;

pub use host::{DOCKER_HUB, registry};
pub use problem::Problem;

/// The longest repository that the grammar allows, in bytes.
const LONGEST_REPOSITORY: usize = 255;

const LONGEST_TAG: usize = 128;

/// An image in a registry, every part in its canonical spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reference {
    /// `host[:port]`, lowercase; `docker.io` for every name of Docker Hub.
    pub host: String,
    /// For example `acme/api`; on Docker Hub `library/nginx` for `nginx`.
    pub repository: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tag: Option<String>,
    /// `sha256:…` or `sha512:…`, whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub digest: Option<String>,
}

impl Reference {
    /// Reads a name as docker does.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence that does not repeat it.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        check_characters(text)?;
        if is_id(text) {
            return Err(Problem::Id);
        }
        let (host, rest) = split_host(text);
        let (name, digest) = match rest.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (rest, None),
        };
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        let (path, tag) = match name[last..].find(':') {
            Some(colon) => (&name[..last + colon], Some(&name[last + colon + 1..])),
            None => (name, None),
        };
        let host = host.map_or_else(|| Ok(DOCKER_HUB.to_owned()), host::canonical)?;
        check_path(path)?;
        let is_official = host == DOCKER_HUB && !path.contains('/');
        let repository = if is_official { format!("library/{path}") } else { path.to_owned() };
        if repository.len() > LONGEST_REPOSITORY {
            return Err(Problem::TooLong);
        }
        tag.map_or(Ok(()), check_tag)?;
        digest.map_or(Ok(()), check_digest)?;
        Ok(Self {
            host,
            repository,
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// What no name has anywhere, each with a reason of its own.
fn check_characters(text: &str) -> Result<(), Problem> {
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    if text.contains(char::is_whitespace) {
        return Err(Problem::Space);
    }
    if text.contains("://") {
        return Err(Problem::Scheme);
    }
    if text.chars().any(|c| !c.is_ascii() || c.is_ascii_control()) {
        return Err(Problem::Character);
    }
    Ok(())
}

/// Clients take 64 hexadecimal digits for the id of an image that they have.
fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(is_lower_hex)
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// The host, if the part before the first slash is one, and what is behind it. Without a slash there is no host.
fn split_host(text: &str) -> (Option<&str>, &str) {
    match text.split_once('/') {
        Some((first, rest)) if is_host(first) => (Some(first), rest),
        _ => (None, text),
    }
}

/// Whether the part before the first slash names a registry, and is not the first part of a repository of Docker Hub.
pub(crate) fn is_host(first: &str) -> bool {
    first == "localhost"
        || first.contains(['.', ':'])
        || first.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn check_path(path: &str) -> Result<(), Problem> {
    if path.is_empty() {
        return Err(Problem::NoRepository);
    }
    if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Problem::Capital);
    }
    if path.starts_with('/') || path.ends_with('/') || path.contains("//") {
        return Err(Problem::Slash);
    }
    if path.contains('@') {
        return Err(Problem::Character);
    }
    path.split('/').try_for_each(check_part)
}

/// Letters and digits, joined by one `.`, by `_` or `__`, or by any number of `-`.
fn check_part(part: &str) -> Result<(), Problem> {
    let is_word = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_joint = |byte: &u8| matches!(byte, b'.' | b'_' | b'-');
    let bytes = part.as_bytes();
    if bytes.iter().any(|byte| !is_word(byte) && !is_joint(byte)) {
        return Err(Problem::Character);
    }
    let is_right_joint = |joint: &[u8]| match joint {
        [] | b"." | b"_" | b"__" => true,
        joint => joint.iter().all(|byte| *byte == b'-'),
    };
    let begins_and_ends = bytes.first().is_some_and(is_word) && bytes.last().is_some_and(is_word);
    if begins_and_ends && bytes.split(is_word).all(is_right_joint) {
        return Ok(());
    }
    Err(Problem::Separator)
}

fn check_tag(tag: &str) -> Result<(), Problem> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_right = tag.len() <= LONGEST_TAG
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'));
    if is_right { Ok(()) } else { Err(Problem::Tag) }
}

fn check_digest(digest: &str) -> Result<(), Problem> {
    let (algorithm, digits) = digest.split_once(':').ok_or(Problem::Digest)?;
    let length = match algorithm {
        "sha256" => 64,
        "sha512" => 128,
        _ => return Err(Problem::Algorithm),
    };
    let is_right = digits.len() == length && digits.bytes().all(is_lower_hex);
    if is_right { Ok(()) } else { Err(Problem::Digest) }
}
