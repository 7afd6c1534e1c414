//! People who sign in.

use super::moment::Moment;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: Uuid,
    pub email: String,
    pub name: String,
    /// Instance admin: manages the instance, and sees no project they are not a member of.
    pub is_admin: bool,
}

/// Who made something: by id, and by the name they had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maker {
    /// `None` for what no person made, and for what is from before ids were kept and has no event.
    pub id: Option<Uuid>,
    pub name: String,
}

impl Maker {
    /// What no person made.
    pub fn nobody(name: impl Into<String>) -> Self {
        Self { id: None, name: name.into() }
    }

    /// Whether it is that person. What was made before ids were kept goes by the name.
    pub fn is(&self, person: &Person) -> bool {
        self.id.map_or(self.name == person.name, |id| id == person.id)
    }

    /// Whether it is one of these people.
    pub fn is_among(&self, people: &[Uuid]) -> bool {
        self.id.is_some_and(|id| people.contains(&id))
    }
}

impl From<&Person> for Maker {
    fn from(person: &Person) -> Self {
        Self { id: Some(person.id), name: person.name.clone() }
    }
}

impl fmt::Display for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub person: Person,
    pub created_at: Moment,
    pub disabled_at: Option<Moment>,
}

super::words! {
    /// A named set of permissions in one project.
    pub enum Role {
        Viewer = "viewer", "Viewer";
        Auditor = "auditor", "Auditor";
        Maintainer = "maintainer", "Maintainer";
        Owner = "owner", "Owner";
    }
}

/// The shortest password a person may choose, in characters (NIST SP 800-63B asks for 8 with a
/// second factor and 15 without; 12 stands between until the second factor is there).
pub const PASSWORD_MIN: usize = 12;

/// The longest password, in bytes (it is hashed, never stored).
pub const PASSWORD_MAX: usize = 1024;

/// What is wrong with an e-mail address, if anything. The test of an address is a mail that
/// arrives, so this only catches slips.
pub fn email_problem(text: &str) -> Option<&'static str> {
    let Some((local, host)) = text.rsplit_once('@') else {
        return Some("Enter an email address, such as dana@example.com.");
    };
    let is_sound = !local.is_empty()
        && !local.contains('@')
        && !host.is_empty()
        && !host.contains("..")
        && text.chars().count() <= 254
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
    if is_sound {
        None
    } else {
        Some("This is not an email address. Check for spaces and a missing part.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_in_an_address_are_caught() {
        assert_eq!(email_problem("dana@example.com"), None);
        for bad in [
            "",
            "dana",
            "@example.com",
            "dana@",
            "da na@example.com",
            "a@b,c",
            "<a@b>",
            "dana@@example.com",
            "dana@example..com",
        ] {
            assert!(email_problem(bad).is_some(), "{bad}");
        }
    }
}
