//! Who else could read what the server writes: new files are closed to others, and what stays open is
//! warned of.

use super::config::StorageConfig;
use rustix::fs::Mode;
use rustix::process::umask;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const OTHERS: u32 = 0o077;

/// From now on nothing that this process makes can be read by others, unless it is made so.
pub fn close_new_files() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// What an operator should change although it works; sentences for the log. Of a key beside the
/// database it is warned when this start has written it: at every start nobody would read it.
pub fn warnings(config: &StorageConfig, new_key: Option<&Path>) -> Vec<String> {
    if config.database_url.is_some() {
        return Vec::new();
    }
    let beside = new_key.and_then(|key| beside(key, &config.data));
    open_folder(&config.data).into_iter().chain(beside).collect()
}

/// The file with the key of the embedded database, if one is used: the setting's, or else the local
/// one. With it the sentence about a key that is copied wherever the database is.
pub fn key_file<'a>(
    config: &'a StorageConfig,
    local_key: Option<&'a Path>,
) -> Option<(&'a Path, Option<String>)> {
    let key = config.kek.kek_file.as_deref().or(local_key);
    let key = key.filter(|_| config.database_url.is_none())?;
    Some((key, beside(key, &config.data)))
}

/// The sentence about a data folder that others can access.
pub fn open_folder(folder: &Path) -> Option<String> {
    let mode = fs::metadata(folder).ok()?.mode();
    let folder = folder.display();
    (mode & OTHERS != 0).then(|| {
        format!(
            "Other users can access the data folder {folder}. Run `chmod 700 {folder}`, unless that is intended."
        )
    })
}

fn beside(key: &Path, folder: &Path) -> Option<String> {
    let volume = |path| fs::metadata(path).ok().map(|file| file.dev());
    (volume(key)? == volume(folder)?).then(|| {
        let (key, folder) = (key.display(), folder.display());
        format!(
            "The key file {key} is on the same volume as the database in {folder}, so a copy of the volume contains both. Set REGCRED_KEK_FILE to a file on another volume."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opening::kek::KekConfig;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    #[test]
    fn an_open_folder_and_a_key_beside_the_data_are_told() {
        let data = std::env::temp_dir().join(format!("regcred-exposure-{}", uuid::Uuid::now_v7()));
        fs::create_dir_all(&data).unwrap();
        let key = data.join("key");
        fs::write(&key, "").unwrap();
        let config = StorageConfig {
            data: data.clone(),
            database_url: None,
            database_insecure: false,
            kek: KekConfig::default(),
        };
        let told = |mode, config: &StorageConfig, new: Option<&PathBuf>| {
            fs::set_permissions(&data, Permissions::from_mode(mode)).unwrap();
            warnings(config, new.map(PathBuf::as_path))
        };
        assert!(told(0o700, &config, None).is_empty());
        for mode in [0o755, 0o750, 0o701] {
            assert!(told(mode, &config, None)[0].contains("chmod 700"), "{mode:o}");
        }
        assert!(told(0o700, &config, Some(&key))[0].contains("on the same volume"));
        // Whenever it was written, the doctor says it.
        let beside = |config: &StorageConfig, local: Option<&PathBuf>| {
            let found = key_file(config, local.map(PathBuf::as_path));
            found.map(|(_, sentence)| sentence.is_some())
        };
        assert_eq!(beside(&config, Some(&key)), Some(true));
        assert_eq!(beside(&config, None), None);
        // Another file system, wherever this runs.
        let elsewhere = PathBuf::from("/proc/self/status");
        let kek = KekConfig { kek_file: Some(elsewhere), ..KekConfig::default() };
        assert_eq!(beside(&StorageConfig { kek, ..config.clone() }, Some(&key)), Some(false));
        let kek = KekConfig { kek_file: Some(key.clone()), ..KekConfig::default() };
        let given = StorageConfig { kek, ..config.clone() };
        assert_eq!(beside(&given, None), Some(true));
        assert!(told(0o700, &given, None).is_empty());
        let shared = StorageConfig { database_url: Some("postgres://x".to_owned()), ..config };
        assert!(told(0o755, &shared, Some(&key)).is_empty());
        assert_eq!(beside(&shared, Some(&key)), None);
        fs::remove_dir_all(&data).unwrap();
    }
}
