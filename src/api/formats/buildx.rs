//! The folders that buildx reads below `$DOCKER_CONFIG/buildx`: one docker configuration for each
//! registry, or for each repository, and what is done there (protocols 4.2). They come as a tar.

use super::docker;
use crate::domain::credential::Access;
use crate::domain::matching::Lost;
use crate::domain::registry::RegistryHost;
use crate::vault::{Entry, Ledger};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use tar::{Builder, EntryType, Header};
use zeroize::Zeroizing;

/// Under this host buildx looks for Docker Hub.
const DOCKER_HUB: &str = "registry-1.docker.io";
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

pub(in crate::api) struct Folder {
    /// Below `buildx`, without a slash at either end.
    pub(in crate::api) name: String,
    pub(in crate::api) json: Zeroizing<String>,
}

/// Where buildx looks for what it needs to pull, or to pull and push. It knows no prefixes: the
/// repository is the whole name of one. For a push it prefers the folder that names both actions.
fn folder(host: &RegistryHost, spelling: &str, repository: Option<&str>, intent: Access) -> String {
    let host = if is_hub(host, spelling) { DOCKER_HUB } else { spelling };
    let actions = match intent {
        Access::Pull => "pull",
        Access::PullAndPush => "pull,push",
    };
    match repository {
        Some(repository) => format!("config/{host}/{repository}@{actions}"),
        None => format!("config/{host}@{actions}"),
    }
}

/// Whether buildx knows this as Docker Hub.
fn is_hub(host: &RegistryHost, spelling: &str) -> bool {
    host.is_docker_hub() && (spelling == host.as_str() || spelling == DOCKER_HUB)
}

/// What folders are asked for.
#[derive(Clone, Copy)]
pub(in crate::api) struct Wanted<'a> {
    /// The one repository that they are for, if there is one.
    pub(in crate::api) repository: Option<&'a str>,
    /// Spellings of its host that the job has beside the usual ones.
    pub(in crate::api) written: &'a [String],
}

/// The folders of the entries, each of which may be for one repository: one for each spelling of its
/// host, since buildx compares text. Another spelling gives way to a host that is called so.
pub(in crate::api) fn folders(
    entries: &[(&Entry, Wanted<'_>)],
    intent: Access,
    ledger: &mut Ledger,
) -> Vec<Folder> {
    let mut folders: Vec<Folder> = Vec::new();
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    let mut others = Vec::new();
    for (entry, wanted) in entries {
        let mut made = match spelled(entry, *wanted, intent) {
            Ok(made) => made.into_iter(),
            Err(lost) => {
                ledger.leave_out(entry, lost);
                continue;
            }
        };
        let Some(own) = made.next() else { continue };
        match by_name.get(&own.name).copied() {
            None => {
                by_name.insert(own.name.clone(), folders.len());
                folders.push(own);
            }
            // An image that was named twice, with the usual port and without.
            Some(at) if *folders[at].json == *own.json => {}
            Some(_) => {
                ledger.leave_out(entry, Lost::KeyTaken);
                continue;
            }
        }
        others.extend(made);
        ledger.hold(entry);
    }
    for other in others {
        if by_name.insert(other.name.clone(), folders.len()).is_none() {
            folders.push(other);
        }
    }
    folders
}

/// The folder for each spelling of the entry's host, the one for the host as it is stored first.
fn spelled(entry: &Entry, wanted: Wanted<'_>, intent: Access) -> Result<Vec<Folder>, Lost> {
    let of = |spelling: &String| {
        let is_hub = is_hub(&entry.host, spelling);
        let key = if is_hub { entry.host.docker_config_key() } else { spelling.as_str() };
        let name = folder(&entry.host, spelling, wanted.repository, intent);
        docker::config_of(entry, key).map(|json| Folder { name, json })
    };
    entry.host.spellings(entry.is_insecure).iter().chain(wanted.written).map(of).collect()
}

/// The folders as a tar, to be unpacked in `$DOCKER_CONFIG/buildx`; only the user may look into
/// them. `mtime` is their time, in seconds.
pub(in crate::api) fn archive(folders: &[Folder], mtime: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let names: BTreeSet<&str> = folders.iter().flat_map(|folder| parents(&folder.name)).collect();
    let files = folders.iter().map(|folder| folder.json.len() + 4 * 512).sum::<usize>();
    // A long name takes two blocks more.
    let mut bytes = Zeroizing::new(Vec::with_capacity(files + 3 * 512 * names.len() + 1024));
    let mut archive = Builder::new(&mut *bytes);
    for name in names {
        let mut header = header(EntryType::Directory, FOLDER_MODE, 0, mtime);
        archive.append_data(&mut header, format!("{name}/"), io::empty())?;
    }
    for folder in folders {
        let data = folder.json.as_bytes();
        let mut header = header(EntryType::Regular, FILE_MODE, data.len() as u64, mtime);
        archive.append_data(&mut header, format!("{}/config.json", folder.name), data)?;
    }
    archive.into_inner()?;
    Ok(bytes)
}

fn header(kind: EntryType, mode: u32, size: u64, mtime: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(mtime);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// The folder and all that it lies in.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').map(move |(at, _)| &name[..at]).chain([name])
}

#[cfg(test)]
mod tests {
    use super::super::example::{bearer, entry, insecure};
    use super::*;
    use std::io::Read;

    #[test]
    fn a_folder_names_registry_repository_and_actions_as_buildx_does() {
        for (host, repository, intent, expected) in [
            ("ghcr.io", None, Access::Pull, "config/ghcr.io@pull"),
            ("ghcr.io", None, Access::PullAndPush, "config/ghcr.io@pull,push"),
            ("ghcr.io", Some("acme/api"), Access::Pull, "config/ghcr.io/acme/api@pull"),
            ("docker.io", None, Access::Pull, "config/registry-1.docker.io@pull"),
            (
                "docker.io",
                Some("library/nginx"),
                Access::PullAndPush,
                "config/registry-1.docker.io/library/nginx@pull,push",
            ),
            (
                "registry.example.com:5000",
                Some("api"),
                Access::Pull,
                "config/registry.example.com:5000/api@pull",
            ),
            ("[::1]:5000", None, Access::Pull, "config/[::1]:5000@pull"),
        ] {
            let host = RegistryHost::stored(host).unwrap();
            assert_eq!(folder(&host, host.as_str(), repository, intent), expected);
        }
    }

    #[test]
    fn a_registry_has_a_folder_for_each_spelling_and_one_folder_has_one_entry() {
        let entries = [entry("ghcr.io", &[], b"1"), entry("ghcr.io", &[], b"2")];
        let (made, lost) = written(&entries, None);
        assert_eq!(names(&made), ["config/ghcr.io@pull", "config/ghcr.io:443@pull"]);
        assert!(made[1].json.contains("\"ghcr.io:443\":{\"auth\":"));
        assert_eq!(lost, [None, Some(Lost::KeyTaken)]);
    }

    /// The folders for pulling, and what became of each entry.
    fn written(entries: &[Entry], repository: Option<&str>) -> (Vec<Folder>, Vec<Option<Lost>>) {
        made(entries, Wanted { repository, written: &[] })
    }

    fn made(entries: &[Entry], wanted: Wanted<'_>) -> (Vec<Folder>, Vec<Option<Lost>>) {
        let mut ledger = Ledger::default();
        let asked: Vec<(&Entry, Wanted<'_>)> =
            entries.iter().map(|entry| (entry, wanted)).collect();
        let made = folders(&asked, Access::Pull, &mut ledger);
        (made, entries.iter().map(|entry| ledger.lost(entry)).collect())
    }

    fn names(folders: &[Folder]) -> Vec<&str> {
        folders.iter().map(|folder| folder.name.as_str()).collect()
    }

    #[test]
    fn another_spelling_gives_way_to_a_host_that_is_called_so() {
        // Plain http at port 80, and TLS there: two origins, and one text.
        let entries = [insecure("reg.example.com"), entry("reg.example.com:80", &[], b"tls")];
        let (made, lost) = written(&entries, None);
        assert_eq!(names(&made), ["config/reg.example.com@pull", "config/reg.example.com:80@pull"]);
        let tls = docker::config_of(&entries[1], "reg.example.com:80").unwrap();
        assert_eq!(made[1].json, tls);
        assert_eq!(lost, [None, None]);
    }

    #[test]
    fn a_job_finds_the_folder_of_its_registry_as_it_writes_it() {
        for (host, spelling, key, folder) in [
            ("ghcr.io", "GHCR.IO", "GHCR.IO", "GHCR.IO"),
            ("docker.io", "docker.io:443", "docker.io:443", "docker.io:443"),
            ("docker.io", DOCKER_HUB, "https://index.docker.io/v1/", DOCKER_HUB),
        ] {
            let written = [spelling.to_owned()];
            let wanted = Wanted { repository: Some("acme/api"), written: &written };
            let (made, lost) = made(&[entry(host, &[], b"s")], wanted);
            let name = format!("config/{folder}/acme/api@pull");
            let found: Vec<&Folder> = made.iter().filter(|one| one.name == name).collect();
            assert_eq!((found.len(), lost), (1, vec![None]), "{spelling}");
            assert!(found[0].json.contains(&format!("{{\"{key}\":")), "{spelling}");
        }
    }

    #[test]
    fn what_is_asked_for_twice_by_two_names_is_there_once_and_delivered() {
        let secrets = [insecure("reg.example.com"), insecure("reg.example.com")];
        let (made, lost) = written(&secrets, Some("acme/api"));
        assert_eq!((made.len(), lost), (2, vec![None, None]));
        // Of two tokens only one is there.
        let tokens = [bearer("ghcr.io", "one"), bearer("ghcr.io", "two")];
        assert_eq!(written(&tokens, Some("acme/api")).1, [None, Some(Lost::KeyTaken)]);
    }

    #[test]
    fn a_folder_lies_in_all_before_it() {
        let found: Vec<&str> = parents("config/ghcr.io/acme@pull").collect();
        assert_eq!(found, ["config", "config/ghcr.io", "config/ghcr.io/acme@pull"]);
    }

    #[test]
    fn only_the_user_may_look_into_what_is_unpacked() {
        let long = "a".repeat(200);
        let named = |name: String, json: &str| Folder { name, json: json.to_owned().into() };
        let folders = [
            named("config/ghcr.io@pull".to_owned(), "{\"a\":1}"),
            named(format!("config/ghcr.io/acme/{long}@pull"), "{\"b\":2}"),
        ];
        let bytes = archive(&folders, 1_796_000_000).unwrap();
        let mut found = Vec::new();
        for entry in tar::Archive::new(bytes.as_slice()).entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().to_str().unwrap().trim_end_matches('/').to_owned();
            let mode = entry.header().mode().unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            found.push((name, mode, text));
        }
        let folder = |name: &str| (name.to_owned(), FOLDER_MODE, String::new());
        let file = |name: &str, text: &str| (name.to_owned(), FILE_MODE, text.to_owned());
        let expected = [
            folder("config"),
            folder("config/ghcr.io"),
            folder("config/ghcr.io/acme"),
            folder(&format!("config/ghcr.io/acme/{long}@pull")),
            folder("config/ghcr.io@pull"),
            file("config/ghcr.io@pull/config.json", "{\"a\":1}"),
            file(&format!("config/ghcr.io/acme/{long}@pull/config.json"), "{\"b\":2}"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn nothing_is_an_empty_tar() {
        let bytes = archive(&[], 0).unwrap();
        assert_eq!(tar::Archive::new(bytes.as_slice()).entries().unwrap().count(), 0);
    }
}
