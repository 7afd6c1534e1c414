//! The environment, and the only place that reads it.

use crate::failure::Failure;
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// The variables that this program was started with. An empty one counts as not set, since CI
/// servers hand out variables that nobody filled.
pub struct Variables {
    /// Made up, in place of those of this process.
    given: Option<BTreeMap<String, String>>,
}

impl Variables {
    pub fn of_process() -> Self {
        Self { given: None }
    }

    /// Made up for a test.
    #[cfg(test)]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { given: Some(pairs.iter().map(owned).collect()) }
    }

    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment here")]
    fn get(&self, name: &str) -> Option<OsString> {
        let value = match &self.given {
            Some(pairs) => pairs.get(name).map(OsString::from),
            None => std::env::var_os(name),
        };
        value.filter(|value| !value.is_empty())
    }

    /// A text without the space around it: a file of variables with the line ends of Windows leaves a
    /// carriage return at the end of each, which nobody sees. One that has nothing else counts as not set.
    pub fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        let text = self.get(name).map(OsString::into_string).transpose();
        let text = text.map_err(|_| Failure::here(format!("{name} is not UTF-8.")))?;
        Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// A text as far as it can be shown: what is not UTF-8 in it is replaced.
    pub fn shown(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.to_string_lossy().into_owned())
    }

    pub fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn secret(&self, name: &str) -> Result<Option<Secret>, Failure> {
        Ok(self.text(name)?.map(Secret::from))
    }

    /// A path, without the line ends behind it.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let value = self.get(name)?;
        let bare = value.to_str().map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
        let path = bare.map_or_else(|| PathBuf::from(&value), PathBuf::from);
        Some(path).filter(|path| !path.as_os_str().is_empty())
    }

    pub fn is_on(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.text(name)?.as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(Failure::here(format!("{name} must be true or false."))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let variables = Variables::of(&[("REGCRED_TOKEN", "")]);
        assert!(variables.text("REGCRED_TOKEN").unwrap().is_none());
        assert!(variables.path("REGCRED_TOKEN").is_none());
        assert!(variables.shown("REGCRED_TOKEN").is_none() && !variables.is_set("REGCRED_TOKEN"));
    }

    #[test]
    fn what_a_file_with_other_line_ends_leaves_behind_a_value_is_dropped() {
        let variables = Variables::of(&[("A", "push\r"), ("B", "true\r\n"), ("C", "/x/token \r")]);
        assert_eq!(variables.text("A").unwrap().as_deref(), Some("push"));
        assert_eq!(variables.is_on("B").unwrap(), Some(true));
        assert_eq!(variables.path("C"), Some(PathBuf::from("/x/token ")));
        let unfilled = Variables::of(&[("A", "\r"), ("B", " \r\n")]);
        for name in ["A", "B"] {
            assert!(unfilled.text(name).unwrap().is_none(), "{name}");
            assert!(unfilled.is_on(name).unwrap().is_none(), "{name}");
        }
        assert_eq!(unfilled.path("A"), None);
    }

    #[test]
    fn a_switch_is_on_off_or_a_mistake() {
        let variables = Variables::of(&[("A", "true"), ("B", "0"), ("C", "perhaps")]);
        assert_eq!(variables.is_on("A").unwrap(), Some(true));
        assert_eq!(variables.is_on("B").unwrap(), Some(false));
        assert_eq!(variables.is_on("D").unwrap(), None);
        let said = variables.is_on("C").unwrap_err().to_string();
        assert_eq!(said, "regcred: C must be true or false.");
    }
}
