//! Why a registry host was refused, in the words people read.

use thiserror::Error;

use super::repository_path::PathProblem;
use super::website::Website;

/// What is wrong with a typed registry host, and what to type instead.
///
/// The cases are those of design section 3 ("Registry host"). The text never repeats what was typed:
/// people paste `user:password@host`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HostProblem {
    #[error(
        "The registry host is missing. Enter one, for example ghcr.io or registry.example.com:5000."
    )]
    Empty,
    #[error(
        "The address is too long for a registry. Enter only its host, for example registry.example.com."
    )]
    TooLong,
    #[error(
        "The address contains a username or a password before an @. Remove that part, and enter it under Username and Password."
    )]
    UserInfo,
    #[error(
        "That is a command. Enter only the registry's host from it, and a username or a token in their own fields."
    )]
    Command,
    #[error("The address contains a quotation mark. Remove it.")]
    Quotes,
    #[error("The address contains a space or a line break. Enter one host, without spaces.")]
    InnerSpace,
    #[error(
        "The address contains a control character or an invisible one. Type it by hand instead of pasting it."
    )]
    ControlCharacter,
    #[error(
        "The address contains a ? or a #. Remove that part: a registry is a host and, if needed, a port."
    )]
    QueryOrFragment,
    #[error("A registry host cannot contain a *. Add one credential for each host.")]
    Wildcard,
    #[error(
        "The address still contains a placeholder or a variable. Put the real value in its place, for example acme.azurecr.io."
    )]
    Placeholder,
    #[error(
        "That is a name, and not an address. The registry of Docker Hub is docker.io: enter that."
    )]
    DockerHub,
    #[error("That is the website of Docker Hub, not its registry: use docker.io.")]
    DockerWebsite,
    #[error(
        "That is a single word, not a host. Enter the host with its domain or its port, for example registry.example.com or registry:5000. For an image of Docker Hub, use docker.io."
    )]
    BareWord,
    #[error("Registries are reached over https or http. Remove the other scheme.")]
    Scheme,
    #[error(
        "The address begins with a scheme that is cut short. Write https:// before the host, or nothing."
    )]
    SchemeCut,
    #[error(
        "The port is not a number from 1 to 65535. Correct it, or remove it to use the default."
    )]
    Port,
    #[error("Port 443 is for https. Remove http://, or enter the port for http.")]
    HttpOnHttpsPort,
    #[error(
        "That is not a host name. Between its dots there may be 1 to 63 letters, digits and hyphens, with no hyphen first or last. Enter one host, for example registry.example.com."
    )]
    Label,
    #[error(
        "The host name is not a valid international name. Copy it from the registry's own pages, or enter its xn-- form."
    )]
    International,
    #[error(
        "The host name mixes alphabets, so it can look like another one. Type it by hand, in the letters of one alphabet."
    )]
    MixedAlphabets,
    #[error(
        "That is an IP address in an unusual form. Write it as four numbers from 0 to 255, for example 192.0.2.10."
    )]
    NumberAddress,
    #[error(
        "Square brackets are for a whole IPv6 address without a zone such as %eth0, and every IPv6 address must be in them, for example [2001:db8::10]:5000."
    )]
    Ipv6,
    #[error(transparent)]
    Website(#[from] Website),
    #[error(transparent)]
    Path(#[from] PathProblem),
}
