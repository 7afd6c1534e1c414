//! The guides: written in Markdown, read once, and the same for everybody. No data of an instance is in them.

mod read;
mod search;
mod shelf;

pub use read::{Guide, Heading, Part};
pub use search::{Answers, Found, find};
pub use shelf::Shelf;

use crate::domain::matching::{Lost, Note};
use crate::domain::paths;
use std::sync::LazyLock;

static GUIDES: LazyLock<Vec<Guide>> = LazyLock::new(|| {
    Shelf::ALL.into_iter().flat_map(Shelf::files).map(|file| Guide::read(*file)).collect()
});

/// Every guide, shelf by shelf.
pub fn guides() -> &'static [Guide] {
    &GUIDES
}

/// The guide at that address.
pub fn guide(path: &str) -> Option<&'static Guide> {
    let path = path.trim_end_matches('/');
    guides().iter().find(|guide| guide.path == path)
}

/// The guides of one shelf, in the order of its list.
pub fn on(shelf: Shelf) -> impl Iterator<Item = &'static Guide> {
    guides().iter().filter(move |guide| guide.shelf == shelf)
}

/// Where the guides explain why a credential was left out, refused, or delivered with a note: the
/// reason as a receipt has it. Of several reasons the first counts.
pub fn about_reason(reason: &str) -> Option<String> {
    let lost = Lost::ALL.iter().map(|lost| (lost.label(), lost.word()));
    let notes = Note::ALL.iter().map(|note| (note.label(), note.word()));
    let (_, word) = lost.chain(notes).find(|(label, _)| reason.starts_with(label))?;
    Some(paths::help_error(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::registry_kind::{RegistryKind, UsernameRule};
    use crate::domain::trust_rule::Provider;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    fn files_in(folder: &Path) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files_in(&path));
            } else if path.extension().is_some_and(|ending| ending == "md") {
                found.insert(path.display().to_string());
            }
        }
        found
    }

    #[test]
    fn every_file_stands_on_a_shelf_under_one_address() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/help");
        assert_eq!(files_in(&folder).len(), guides().len(), "a file is on no shelf");
        let paths: BTreeSet<&str> = guides().iter().map(|guide| guide.path.as_str()).collect();
        assert_eq!(paths.len(), guides().len(), "two guides share an address");
        for one in guides() {
            assert!(!one.title.is_empty() && !one.lead.is_empty(), "{}", one.path);
            assert_eq!(guide(&one.path).map(|found| &found.title), Some(&one.title));
        }
        assert_eq!(guide("/help/nothing").map(|found| &found.title), None);
    }

    #[test]
    fn each_heading_has_an_id_of_its_own() {
        for guide in guides() {
            let ids: BTreeSet<&str> = guide.headings.iter().map(|h| h.id.as_str()).collect();
            assert_eq!(ids.len(), guide.headings.len(), "{}: an id is there twice", guide.path);
            assert!(!ids.contains(""), "{}: a heading has no id", guide.path);
            let mut above = 1;
            for heading in &guide.headings {
                assert!(
                    heading.level <= above + 1 && heading.level > 1,
                    "{} leaves out a level before {}",
                    guide.path,
                    heading.text
                );
                above = heading.level;
            }
        }
    }

    /// Where the links of the guide lead.
    fn links(guide: &Guide) -> Vec<&str> {
        let html = guide.parts.iter().filter_map(|part| match part {
            Part::Html(html) => Some(html),
            Part::Code(_) | Part::Lines(_) => None,
        });
        html.flat_map(|html| html.split("href=\"").skip(1))
            .filter_map(|rest| rest.split('"').next())
            .collect()
    }

    #[test]
    fn each_link_inside_the_guides_leads_to_a_page_or_heading_that_exists() {
        let mut broken = Vec::new();
        for from in guides() {
            for link in links(from) {
                if link.starts_with("https://") {
                    continue;
                }
                let (path, id) = link.split_once('#').unwrap_or((link, ""));
                let to = if path.is_empty() { Some(from) } else { guide(path) };
                let is_there = match to {
                    None => path == paths::HELP && id.is_empty(),
                    Some(to) => id.is_empty() || to.headings.iter().any(|h| h.id == id),
                };
                if !is_there {
                    broken.push(format!("{}: {link}", from.path));
                }
            }
        }
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    }

    #[test]
    fn each_kind_of_registry_has_a_guide_with_its_user_name() {
        for kind in RegistryKind::ALL {
            let guide = guide(&paths::help_registry(*kind)).unwrap();
            let text = guide.text();
            if let UsernameRule::Fixed(name) | UsernameRule::Suggested(name) =
                kind.advice().username
            {
                assert!(text.contains(name), "{}: {name}", guide.path);
            }
            for id in ["fields", "make", "wrong"] {
                assert!(guide.headings.iter().any(|h| h.id == id), "{}#{id}", guide.path);
            }
        }
        assert_eq!(on(Shelf::Registries).count(), RegistryKind::ALL.len());
    }

    #[test]
    fn each_provider_with_claims_has_its_claims_in_a_guide() {
        let text: String = guides().iter().map(Guide::text).collect();
        for provider in Provider::ALL {
            for field in provider.fields() {
                assert!(text.contains(field.name), "{provider:?}: {}", field.name);
            }
        }
    }

    #[test]
    fn a_reason_of_a_receipt_leads_to_its_paragraph() {
        let errors = guide(&paths::help("errors")).unwrap();
        let lost = Lost::ALL.iter().map(|lost| lost.label());
        for label in lost.chain(Note::ALL.iter().map(|note| note.label())) {
            let path = about_reason(&format!("{label}: more")).unwrap();
            let id = path.split_once('#').unwrap().1;
            let heading = errors.headings.iter().find(|heading| heading.id == id);
            assert_eq!(heading.map(|heading| heading.text.as_str()), Some(label), "{path}");
        }
        assert_eq!(about_reason("the weather is bad"), None);
    }
}
