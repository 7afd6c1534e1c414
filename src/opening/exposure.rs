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

/// What an operator should change although it works; sentences for the log.
pub fn warnings(config: &StorageConfig, local_key: Option<&Path>) -> Vec<String> {
    if config.database_url.is_some() {
        return Vec::new();
    }
    let key = config.kek.kek_file.as_deref().or(local_key);
    let beside = key.and_then(|key| key_beside(key, &config.data));
    open_folder(&config.data).into_iter().chain(beside).collect()
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

/// The sentence about a key that is copied wherever the database is.
fn key_beside(key: &Path, folder: &Path) -> Option<String> {
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
        let told = |mode, config: &StorageConfig, local: Option<&PathBuf>| {
            fs::set_permissions(&data, Permissions::from_mode(mode)).unwrap();
            warnings(config, local.map(PathBuf::as_path))
        };
        assert!(told(0o700, &config, None).is_empty());
        for mode in [0o755, 0o750, 0o701] {
            assert!(told(mode, &config, None)[0].contains("chmod 700"), "{mode:o}");
        }
        assert!(told(0o700, &config, Some(&key))[0].contains("on the same volume"));
        // Another file system, wherever this runs.
        let elsewhere = PathBuf::from("/proc/self/status");
        let kek = KekConfig { kek_file: Some(elsewhere), ..KekConfig::default() };
        assert!(told(0o700, &StorageConfig { kek, ..config.clone() }, None).is_empty());
        let shared = StorageConfig { database_url: Some("postgres://x".to_owned()), ..config };
        assert!(told(0o755, &shared, Some(&key)).is_empty());
        fs::remove_dir_all(&data).unwrap();
    }
}
