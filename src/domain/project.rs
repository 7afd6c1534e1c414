//! A project: what a team owns. The tenant boundary.

use super::moment::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    pub id: Uuid,
    /// Its part of the URL: `/p/{slug}`.
    pub slug: String,
    pub name: String,
}

/// A project as who sees to the instance sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectEntry {
    pub project: Project,
    pub members: u64,
    pub created_at: Moment,
}

/// The URL's part for a name: lower-case letters and digits joined by hyphens, at most 40
/// characters; `project` when nothing is left.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= 40 {
            break;
        }
    }
    let slug = slug.trim_matches('-').to_owned();
    if slug.is_empty() { "project".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_safe_in_a_url() {
        assert_eq!(slug("Acme Web"), "acme-web");
        assert_eq!(slug("  ../ünï/ "), "n");
        assert_eq!(slug("***"), "project");
    }
}
