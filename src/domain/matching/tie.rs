//! Credentials that nothing tells apart: they are left out and named, and the rest is delivered.

use super::Lost;
use crate::domain::registry::RegistryHost;

/// Several that nothing tells apart, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// Their places among the candidates; at least two.
    pub of: Vec<usize>,
    pub host: RegistryHost,
    /// The only key of it that is left out, in an answer that has keys with paths.
    pub path: Option<String>,
    /// Whether they are for different repositories, which the reader does not name.
    pub is_by_host: bool,
}

impl Tie {
    /// Why each of them is left out: it names them all.
    pub fn reason(&self, names: &[&str]) -> String {
        let (why, names, host) = (Lost::Tie.label(), named(names), &self.host);
        match &self.path {
            _ if self.is_by_host => {
                format!("{why}: {names} are for different repositories of {host}; ask with image=")
            }
            Some(path) => format!("{why}: {names} serve {host}/{path} equally well"),
            None => format!("{why}: {names} serve {host} equally well"),
        }
    }

    /// The error for who asked for this and nothing else.
    pub fn sentence(&self, names: &[&str]) -> String {
        let several = if names.len() == 2 { "Two" } else { "Several" };
        let (host, names) = (&self.host, named(names));
        if self.is_by_host {
            return format!(
                "{several} credentials are for different repositories of {host}: {names}. Name the image (with the credential helper, set REGCRED_IMAGE), or revoke one of the grants of this pipeline."
            );
        }
        format!(
            "{several} credentials serve {host} equally well: {names}. Revoke one of the grants of this pipeline, or set different paths or access."
        )
    }
}

/// Each of thousands has a receipt, and none of them names them all.
const NAMED: usize = 10;

/// Names in a sentence: `a and b`, `a, b and c`; of many the first, and how many more there are.
pub fn named(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        _ if names.len() > NAMED => {
            format!("{} and {} more", names[..NAMED].join(", "), names.len() - NAMED)
        }
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tie(path: Option<&str>, is_by_host: bool) -> Tie {
        let host = RegistryHost::stored("ghcr.io").unwrap();
        Tie { of: vec![0, 1], host, path: path.map(str::to_owned), is_by_host }
    }

    #[test]
    fn of_very_many_the_first_are_named_and_the_rest_is_counted() {
        let ten = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        assert!(tie(None, false).reason(&ten).contains(": a, b, c, d, e, f, g, h, i and j serve"));
        let many = [&ten[..], &["k", "l"]].concat();
        let reason = tie(None, false).reason(&many);
        assert!(reason.contains(": a, b, c, d, e, f, g, h, i, j and 2 more serve"), "{reason}");
    }

    #[test]
    fn every_one_of_them_is_named() {
        let (two, three) = (["a", "b"], ["a", "b", "c"]);
        assert!(tie(None, false).reason(&three).ends_with("a, b and c serve ghcr.io equally well"));
        assert!(tie(Some("acme"), false).reason(&two).contains("a and b serve ghcr.io/acme"));
        assert!(tie(None, true).reason(&two).contains("different repositories of ghcr.io"));
        assert!(tie(None, false).sentence(&two).starts_with("Two credentials serve ghcr.io"));
        assert!(tie(None, false).sentence(&three).contains("well: a, b and c. Revoke one"));
        // Only where that tells them apart is somebody told to name the image.
        let by_host = tie(None, true).sentence(&two);
        assert!(by_host.contains("repositories of ghcr.io: a and b. Name the image"), "{by_host}");
        assert!(!by_host.contains("equally well"), "{by_host}");
    }
}
