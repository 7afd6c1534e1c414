//! The host of an image's name, in its one spelling.

use super::Problem;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The host of every name of Docker Hub.
pub const DOCKER_HUB: &str = "docker.io";

const DOCKER_HUB_NAMES: [&str; 3] =
    ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/// The registry that a login names: a host, with a scheme or a path as clients allow, and nothing for Docker Hub.
///
/// # Errors
/// What is wrong with it, in a sentence that does not repeat it.
pub fn registry(text: &str) -> Result<String, Problem> {
    let bare = ["https://", "http://", "oci://", "docker://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .unwrap_or(text);
    let host = bare.split('/').next().unwrap_or(bare);
    if bare.is_empty() {
        return if text.is_empty() { Ok(DOCKER_HUB.to_owned()) } else { Err(Problem::Empty) };
    }
    if host.contains('@') {
        return Err(Problem::UserInfo);
    }
    canonical(host)
}

/// Lowercase, without `:443`, one name for Docker Hub.
pub(super) fn canonical(text: &str) -> Result<String, Problem> {
    let (name, port) = split_port(text)?;
    let name = if let Some(inside) = name.strip_prefix('[') {
        let inside = inside.strip_suffix(']').ok_or(Problem::Host)?;
        let address: Ipv6Addr = inside.parse().map_err(|_| Problem::Address)?;
        // Of the grammar only the groups: no IPv4 address in the last two.
        if inside.contains('.') {
            return Err(Problem::Host);
        }
        format!("[{address}]")
    } else {
        check_name(name)?;
        name.to_ascii_lowercase()
    };
    if DOCKER_HUB_NAMES.contains(&name.as_str()) && port.is_none_or(|port| port == 443) {
        return Ok(DOCKER_HUB.to_owned());
    }
    // Without its port, a bare word would be no host any more.
    let is_bare_word = !name.contains('.') && !name.starts_with('[') && name != "localhost";
    Ok(match port {
        Some(443) if !is_bare_word => name,
        Some(port) => format!("{name}:{port}"),
        None => name,
    })
}

fn split_port(text: &str) -> Result<(&str, Option<u16>), Problem> {
    let end = if text.starts_with('[') {
        text.find(']').ok_or(Problem::Host)? + 1
    } else {
        text.find(':').unwrap_or(text.len())
    };
    let (name, rest) = text.split_at(end);
    if rest.is_empty() {
        return Ok((name, None));
    }
    let digits = rest.strip_prefix(':').ok_or(Problem::Host)?;
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    let port = digits.parse().ok().filter(|_| is_plain).ok_or(Problem::Port)?;
    Ok((name, Some(port)))
}

fn check_name(name: &str) -> Result<(), Problem> {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !name.split('.').all(is_label) {
        return Err(Problem::Host);
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && name.parse::<Ipv4Addr>().is_err() {
        return Err(Problem::Address);
    }
    Ok(())
}
