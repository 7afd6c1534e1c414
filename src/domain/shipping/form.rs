//! The form of a new destination.

#[cfg(test)]
mod tests;

use super::{Format, Transport};
use crate::domain::typed_text::{is_port, name_problem, port_of};
use crate::error::{Error, FieldError, Result};
use serde::{Deserialize, Serialize};

/// The longest address, in characters.
const ADDRESS_MAX: usize = 2_000;
/// The longest name that a host has, with a port behind it.
const HOST_MAX: usize = 260;

crate::domain::words! {
    /// With which events a new destination begins.
    pub enum Begin {
        Now = "now", "New events only";
        Beginning = "beginning", "Everything that was recorded";
    }
}

/// What the form of a new destination sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DestinationForm {
    pub name: String,
    pub transport: String,
    pub format: String,
    pub address: String,
    pub from: String,
}

/// A form that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDestination {
    pub name: String,
    pub transport: Transport,
    pub format: Format,
    pub address: String,
    pub from: Begin,
}

impl DestinationForm {
    /// Reads it. Whether the address can be called is not for this to know.
    ///
    /// # Errors
    /// `Invalid` with every field that breaks a rule.
    pub fn read(&self) -> Result<NewDestination> {
        let mut errors = Vec::new();
        let name = self.name.trim().to_owned();
        errors.extend(name_problem(&name, "destination").map(|said| FieldError::new("name", said)));
        let transport = Transport::from_word(&self.transport);
        let format = Format::from_word(&self.format);
        let from = Begin::from_word(&self.from);
        let mut choose = |field: &str, is_chosen: bool| {
            if !is_chosen {
                errors.push(FieldError::new(field, "Choose one from the list."));
            }
        };
        choose("transport", transport.is_some());
        choose("format", format.is_some());
        choose("from", from.is_some());
        let mut address = self.address.trim().to_owned();
        match transport {
            Some(Transport::Webhook) => errors.extend(address_problem(&address)),
            Some(Transport::Syslog) => errors.extend(host_problem(&address)),
            Some(Transport::Pull) | None => address.clear(),
        }
        match (transport, format, from) {
            (Some(transport), Some(format), Some(from)) if errors.is_empty() => {
                Ok(NewDestination { name, transport, format, address, from })
            }
            _ => Err(Error::Invalid(errors)),
        }
    }
}

const NO_PLACE: &str =
    "Enter one host, without a *, and a port from 1 to 65535, if it is not the usual one.";

/// Whether its host is no pattern, and its port one that can be called. What else is wrong with it is found
/// when it is looked up.
fn names_one_place(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let port = port_of(authority).filter(|port| !port.contains(':'));
    !authority.contains('*') && port.is_none_or(is_port)
}

fn address_problem(address: &str) -> Option<FieldError> {
    let said = if address.is_empty() {
        "Enter the address to call."
    } else if address.chars().count() > ADDRESS_MAX {
        "This address is too long."
    } else if !address.starts_with("https://") && !address.starts_with("http://") {
        "Enter the whole address, with https:// at its beginning."
    } else if !names_one_place(address) {
        NO_PLACE
    } else {
        return None;
    };
    Some(FieldError::new("address", said))
}

fn host_problem(host: &str) -> Option<FieldError> {
    let said = if host.is_empty() {
        "Enter the host and the port, for example siem.example.com:6514."
    } else if host.len() > HOST_MAX {
        "This address is too long."
    } else if host.contains(['/', '?', '@']) {
        "Enter only the host and the port, for example siem.example.com:6514, without tcp:// or a path."
    } else if !names_one_place(host) {
        NO_PLACE
    } else {
        return None;
    };
    Some(FieldError::new("address", said))
}
