//! The formats that deliveries are written in. Each is written by hand into one buffer that is
//! wiped, and says what it holds and what it cannot: what it does not call held is not delivered.

pub(super) mod buildx;
pub(super) mod docker;
#[cfg(test)]
mod example;
mod json;
pub(super) mod kubernetes;
pub(super) mod registries;
pub(super) mod single;

use crate::domain::image::Image;
use crate::domain::matching::Lost;
use crate::vault::{Entry, Given, Ledger};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Bytes that what stands round the entries takes, and more.
const AROUND: usize = 128;
/// Bytes of an entry without its keys and its value: a mark, quotes, and its receipt if the format
/// lists those.
const EACH: usize = 48;

/// The secret as bytes, or why there is none.
fn secret(entry: &Entry) -> Result<&[u8], Lost> {
    match &entry.given {
        Given::Secret(secret) => Ok(secret),
        Given::Bearer { .. } => Err(Lost::NeedsTokenClient),
    }
}

/// The secret as text, or why there is none.
fn text(entry: &Entry) -> Result<&str, Lost> {
    std::str::from_utf8(secret(entry)?).map_err(|_| Lost::NotText)
}

/// What an entry is called by.
struct Keys {
    /// With the host as it is stored. An entry that has none of these is not in the file.
    own: Vec<String>,
    /// With the host's other spellings, for readers that compare text. They give way to others' own.
    also: Vec<String>,
}

/// The keys in a file that knows only hosts. The image is the one that was asked for.
fn host_keys(entry: &Entry, image: Option<&Image>) -> Keys {
    let keys = spelled(entry, &[], image);
    if entry.host.is_docker_hub() {
        return Keys { own: vec![entry.host.docker_config_key().to_owned()], ..keys };
    }
    keys
}

/// The image, if the entry is of its registry. A file may hold others beside it, to pull from.
fn named<'a>(entry: &Entry, image: Option<&'a Image>) -> Option<&'a Image> {
    image.filter(|image| entry.host.serves(entry.is_insecure, &image.host))
}

/// The keys in a file that knows paths: the host, or the host with each prefix. With an image of its
/// registry it is for that repository and for nothing else.
fn path_keys(entry: &Entry, image: Option<&Image>) -> Keys {
    match named(entry, image) {
        Some(named) => spelled(entry, std::slice::from_ref(&named.repository), image),
        None => spelled(entry, &entry.paths, image),
    }
}

/// The host in each of its spellings, that of the image among them, with each of these paths behind it;
/// alone when there are none.
fn spelled(entry: &Entry, paths: &[String], image: Option<&Image>) -> Keys {
    let with = |host: String| match paths {
        [] => vec![host],
        _ => paths.iter().map(|path| format!("{host}/{path}")).collect(),
    };
    let mut hosts = entry.host.spellings(entry.is_insecure);
    // Who asks for an image looks for it as it is written there.
    let written = named(entry, image).and_then(|image| image.host.written());
    let other = written.filter(|host| !hosts.iter().any(|known| known == host));
    hosts.extend(other.map(str::to_owned));
    let mut spellings = hosts.into_iter().map(with);
    Keys { own: spellings.next().unwrap_or_default(), also: spellings.flatten().collect() }
}

/// The object that has the keys of each entry, with a value that `write` appends, in at most
/// `longest` bytes. An entry is left out that `write` refuses, whose keys are all taken, or that
/// there is no room for; if there is none for the other spellings of its host, only those are.
fn object<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    ledger: &mut Ledger,
    longest: Option<usize>,
    keys: impl Fn(&Entry) -> Keys,
    write: impl Fn(&mut String, &Entry) -> Result<(), Lost>,
) -> Zeroizing<String> {
    let mut values: Vec<Zeroizing<String>> = Vec::new();
    let mut by_key: BTreeMap<String, usize> = BTreeMap::new();
    let mut others: Vec<(Vec<String>, usize)> = Vec::new();
    let takes = |keys: &[String], value: &str| {
        keys.iter().map(|key| key.len() + value.len() + 4).sum::<usize>()
    };
    let has_room = |length: usize| longest.is_none_or(|longest| length <= longest);
    let mut length = AROUND;
    for entry in entries {
        let mut value = Zeroizing::new(String::with_capacity(room(entry)));
        if let Err(lost) = write(&mut value, entry) {
            ledger.leave_out(entry, lost);
            continue;
        }
        let Keys { mut own, also } = keys(entry);
        own.retain(|key| !by_key.contains_key(key));
        if own.is_empty() {
            ledger.leave_out(entry, Lost::KeyTaken);
            continue;
        }
        let needed = EACH + takes(&own, &value);
        if !has_room(length + needed) {
            ledger.leave_out(entry, Lost::TooLong);
            continue;
        }
        length += needed;
        by_key.extend(own.into_iter().map(|key| (key, values.len())));
        others.push((also, values.len()));
        values.push(value);
        ledger.hold(entry);
    }
    // Only now: a second spelling takes no room from another credential.
    for (also, at) in others {
        let wanted = takes(&also, &values[at]);
        if has_room(length + wanted) {
            length += wanted;
            for key in also {
                by_key.entry(key).or_insert(at);
            }
        }
    }
    let mut json = Zeroizing::new(String::with_capacity(length));
    json.push('{');
    for (i, (key, at)) in by_key.iter().enumerate() {
        if i > 0 {
            json.push(',');
        }
        json::push_text(&mut json, key);
        json.push(':');
        json.push_str(&values[*at]);
    }
    json.push('}');
    json
}

/// Bytes that are enough for the value of an entry, so that the buffer does not move: base64 and
/// an escaped copy of everything.
fn room(entry: &Entry) -> usize {
    let secret = match &entry.given {
        Given::Secret(secret) => secret.len(),
        Given::Bearer { token, .. } => token.len(),
    };
    96 + 8 * (entry.username.len() + secret)
}

#[cfg(test)]
mod tests {
    use super::example::{bearer, entry, insecure};
    use super::*;

    fn keys(keys: &Keys) -> Vec<&str> {
        keys.own.iter().chain(&keys.also).map(String::as_str).collect()
    }

    /// The object of secrets, and what became of each entry.
    fn written(entries: &[Entry], longest: Option<usize>) -> (String, Vec<Option<Lost>>) {
        let mut ledger = Ledger::default();
        let of = |entry: &Entry| path_keys(entry, None);
        let json = object(entries, &mut ledger, longest, of, |out, entry| {
            json::push_text(out, text(entry)?);
            Ok(())
        });
        (json.as_str().to_owned(), entries.iter().map(|entry| ledger.lost(entry)).collect())
    }

    #[test]
    fn an_entry_has_a_key_for_each_path_and_each_spelling_of_its_host() {
        let of = |entry: &Entry| path_keys(entry, None);
        assert_eq!(keys(&of(&entry("ghcr.io", &[], b"s"))), ["ghcr.io", "ghcr.io:443"]);
        assert_eq!(
            keys(&of(&insecure("reg.example.com"))),
            ["reg.example.com", "reg.example.com:80"]
        );
        let own = "registry.example.com:5000";
        assert_eq!(keys(&of(&entry(own, &[], b"s"))), [own]);
        let scoped = entry("docker.io", &["acme/api", "acme/web"], b"s");
        assert_eq!(keys(&of(&scoped)), ["docker.io/acme/api", "docker.io/acme/web"]);
        // Whatever it could be used for, with an image it is for that one.
        let image = Image::parse("ghcr.io/acme/api").unwrap();
        for paths in [&["acme"][..], &[]] {
            let found = path_keys(&entry("ghcr.io", paths, b"s"), Some(&image));
            assert_eq!(keys(&found), ["ghcr.io/acme/api", "ghcr.io:443/acme/api"]);
        }
        // What is of another registry has nothing to do with it.
        assert_eq!(keys(&path_keys(&scoped, Some(&image))), keys(&of(&scoped)));
        let hub = host_keys(&scoped, None);
        assert_eq!(keys(&hub), ["https://index.docker.io/v1/"]);
    }

    #[test]
    fn with_an_image_its_host_is_a_key_as_it_is_written_there() {
        for (host, image, by_host, by_path) in [
            ("ghcr.io", "GHCR.IO/acme/api", "GHCR.IO", "GHCR.IO/acme/api"),
            (
                "docker.io",
                "registry-1.docker.io/nginx",
                "registry-1.docker.io",
                "registry-1.docker.io/library/nginx",
            ),
            ("docker.io", "docker.io:443/acme/api", "docker.io:443", "docker.io:443/acme/api"),
            (
                "[2001:db8::1]:5000",
                "[2001:DB8:0::1]:5000/api",
                "[2001:DB8:0::1]:5000",
                "[2001:DB8:0::1]:5000/api",
            ),
        ] {
            let (entry, image) = (entry(host, &[], b"s"), Image::parse(image).unwrap());
            let found = host_keys(&entry, Some(&image));
            assert_eq!(found.also.last().map(String::as_str), Some(by_host));
            assert_eq!(
                keys(&host_keys(&entry, None)).len(),
                found.own.len() + found.also.len() - 1
            );
            let found = path_keys(&entry, Some(&image));
            assert_eq!(found.also.last().map(String::as_str), Some(by_path));
            // An entry of another registry has no such key.
            let other = super::example::entry("quay.io", &[], b"s");
            assert_eq!(keys(&host_keys(&other, Some(&image))), keys(&host_keys(&other, None)));
        }
        // What readers make one of themselves is there once.
        for (host, image) in
            [("docker.io", "index.docker.io/acme/api"), ("ghcr.io", "ghcr.io:443/acme/api")]
        {
            let (entry, image) = (entry(host, &[], b"s"), Image::parse(image).unwrap());
            let found = host_keys(&entry, Some(&image));
            assert_eq!(keys(&found), keys(&host_keys(&entry, None)), "{host}");
        }
    }

    #[test]
    fn only_text_is_text() {
        assert_eq!(text(&entry("ghcr.io", &[], "w\u{f6}rd".as_bytes())), Ok("w\u{f6}rd"));
        assert_eq!(text(&entry("ghcr.io", &[], &[0xff])), Err(Lost::NotText));
        assert_eq!(text(&bearer("ghcr.io", "t")), Err(Lost::NeedsTokenClient));
    }

    #[test]
    fn of_two_for_one_key_the_second_is_left_out_and_told() {
        let own = "reg.example.com:5000";
        let (json, lost) = written(&[entry(own, &[], b"1"), entry(own, &[], b"2")], None);
        assert_eq!(json, format!("{{\"{own}\":\"1\"}}"));
        assert_eq!(lost, [None, Some(Lost::KeyTaken)]);
    }

    #[test]
    fn another_spelling_gives_way_to_a_host_that_is_called_so() {
        // Plain http at port 80, and TLS there: two origins, and one text.
        let entries = [insecure("reg.example.com"), entry("reg.example.com:80", &[], b"tls")];
        let (json, lost) = written(&entries, None);
        assert_eq!(json, r#"{"reg.example.com":"","reg.example.com:80":"tls"}"#);
        assert_eq!(lost, [None, None]);
    }

    #[test]
    fn another_spelling_takes_no_room_from_another_credential() {
        let long = vec![b'x'; 200];
        let hosts = ["a.example.com", "b.example.com", "c.example.com"];
        let entries = hosts.map(|host| entry(host, &[], &long));
        let found = |longest| {
            let (json, lost) = written(&entries, Some(longest));
            let object: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert!(json.len() <= longest && lost == [None, None, None], "{json}");
            object.as_object().unwrap().keys().cloned().collect::<Vec<String>>()
        };
        assert_eq!(found(1_000), hosts);
        assert_eq!(found(1_200)[..2], ["a.example.com", "a.example.com:443"]);
    }

    #[test]
    fn what_there_is_no_room_for_is_left_out_and_what_is_shorter_is_not() {
        let long = vec![b'x'; 1_000];
        let entries = [
            entry("a.example.com:1", &[], b"1"),
            entry("b.example.com:1", &[], &long),
            entry("c.example.com:1", &[], b"3"),
        ];
        let (json, lost) = written(&entries, Some(1_000));
        assert_eq!(json, r#"{"a.example.com:1":"1","c.example.com:1":"3"}"#);
        assert_eq!(lost, [None, Some(Lost::TooLong), None]);
    }
}
