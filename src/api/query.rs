//! What stands behind the `?` of an address, read strictly: a name that is not known, one that is
//! there twice or one that cannot be decoded is refused, so a token in the URL is refused too.

use crate::domain::credential::Access;
use crate::error::{Error, Result};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The parameters of one request. It cannot be printed: people paste anything into a URL.
pub(super) struct Query(Vec<(&'static str, String)>);

impl Query {
    /// Reads the parameters: each of `known` at most once, each of `repeatable` any number of times.
    ///
    /// # Errors
    /// `BadRequest` with a sentence that names what may be there, and not what was.
    pub(super) fn read(
        raw: Option<&str>,
        known: &[&'static str],
        repeatable: &[&'static str],
    ) -> Result<Self> {
        let mut pairs: Vec<(&'static str, String)> = Vec::new();
        for pair in raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name);
            let found = known.iter().chain(repeatable).find(|one| name.as_deref() == Some(**one));
            let Some(name) = found.copied() else {
                return Err(unknown(known, repeatable));
            };
            if known.contains(&name) && pairs.iter().any(|(other, _)| *other == name) {
                return Err(Error::BadRequest(format!("The parameter {name} is repeated.")));
            }
            let value = decoded(value).ok_or_else(|| {
                Error::BadRequest(format!("The parameter {name} is not percent-encoded UTF-8."))
            })?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// The value of a parameter that is there at most once.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The values of a parameter, in their order.
    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(one, _)| *one == name).map(|(_, value)| value.as_str())
    }

    /// What it is for: `pull`, which is also meant when nothing is said, or `push`.
    pub(super) fn intent(&self) -> Result<Access> {
        match self.one("intent") {
            None | Some("pull") => Ok(Access::Pull),
            Some("push") => Ok(Access::PullAndPush),
            Some(_) => Err(Error::BadRequest("The intent must be pull or push.".to_owned())),
        }
    }

    /// Whether a fetch to push is also answered for registries that are only pulled from: with an
    /// image all but its own, and without one those to which nothing may push.
    pub(super) fn also_pulls(&self) -> Result<bool> {
        match self.one("also") {
            None => Ok(false),
            Some("pull") if self.one("intent") == Some("push") => Ok(true),
            Some(_) => Err(Error::BadRequest(
                "The parameter also can only be pull, with intent=push.".to_owned(),
            )),
        }
    }
}

fn unknown(known: &[&'static str], repeatable: &[&'static str]) -> Error {
    let names = [known, repeatable].concat();
    Error::BadRequest(if names.is_empty() {
        "This address accepts no parameters.".to_owned()
    } else {
        format!("This address accepts only these parameters: {}.", names.join(", "))
    })
}

/// Without its percent-encoding, and with `+` for a space, as forms and their readers have it.
fn decoded(text: &str) -> Option<String> {
    let is_code = |rest: &str| {
        rest.as_bytes().get(..2).is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit))
    };
    // `percent_encoding` leaves what is no code as it is.
    if !text.split('%').skip(1).all(is_code) {
        return None;
    }
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::listing::percent;
    use proptest::prelude::*;

    fn read(raw: &str) -> Result<Query> {
        Query::read(Some(raw), &["intent", "image"], &["repository"])
    }

    #[test]
    fn an_intent_is_pull_or_push_and_nothing_else() {
        for (raw, intent) in [
            ("", Some(Access::Pull)),
            ("&", Some(Access::Pull)),
            ("intent=pull", Some(Access::Pull)),
            ("intent=push", Some(Access::PullAndPush)),
            ("int%65nt=push", Some(Access::PullAndPush)),
            ("intent", None),
            ("intent=", None),
            ("intent=PUSH", None),
            ("intent=all", None),
        ] {
            assert_eq!(read(raw).unwrap_or(Query(Vec::new())).intent().ok(), intent, "{raw}");
        }
        assert!(Query::read(None, &[], &[]).unwrap_or(Query(Vec::new())).intent().is_ok());
    }

    #[test]
    fn what_is_also_asked_for_is_pulling_beside_a_push() {
        let read = |raw| Query::read(Some(raw), &["intent", "also", "image"], &[])?.also_pulls();
        assert!(!read("intent=push").unwrap() && read("intent=push&also=pull").unwrap());
        assert!(read("intent=push&also=pull&image=ghcr.io%2Facme").unwrap());
        for raw in [
            "also=pull",
            "intent=pull&also=pull",
            "intent=push&also=push",
            "intent=push&also=",
            "also=pull&image=ghcr.io%2Facme",
        ] {
            assert!(read(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn what_is_unknown_repeated_or_not_readable_is_refused_and_not_repeated() {
        for raw in [
            "token=zebra",
            "access_token=zebra",
            "Intent=pull",
            "intent=pull&intent=push",
            "intent=pull&intent=pull",
            "=zebra",
            "image=%zebra",
            "image=zebra%2",
            "image=%FF",
            "%FF=zebra",
            "image =zebra",
        ] {
            let problem = read(raw).err().map(|error| (error.status(), error.to_string()));
            let (status, text) = problem.unwrap();
            assert_eq!(status, 400, "{raw}");
            assert!(!text.contains("zebra"), "{raw}: {text}");
        }
        assert!(Query::read(Some("intent=pull"), &[], &[]).is_err());
    }

    #[test]
    fn only_what_may_be_repeated_is() {
        let query = read("repository=a%2Fb&intent=push&repository=c+d");
        let query = query.unwrap_or(Query(Vec::new()));
        assert_eq!(query.all("repository").collect::<Vec<_>>(), ["a/b", "c d"]);
        assert_eq!(query.one("image"), None);
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_read_back(value in "\\PC{0,40}") {
            let raw = format!("image={}", percent(&value));
            let query = read(&raw).unwrap_or(Query(Vec::new()));
            prop_assert_eq!(query.one("image"), Some(value.as_str()));
        }

        #[test]
        fn reading_never_panics(raw in "(%|&|=|[a-f0-9]|\\PC){0,60}") {
            let _ = read(&raw);
        }
    }
}
