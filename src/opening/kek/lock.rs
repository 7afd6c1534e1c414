//! One start at a time on a data folder. Of two first runs at once each would make a key, and the
//! keyring would be under one of them: the other server would be refused with its own key in hand.
//! The lock also keeps two from changing the schema at once, which the embedded database has no
//! lock of its own for.

use super::super::config::StorageConfig;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

/// The file stays when the lock is gone: without it, a third start could run beside the second.
const NAME: &str = "starting.lock";
/// A start with a slow key command or a long change of the schema is waited for, and no longer.
const PATIENCE: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(20);

/// Nobody else starts on the folder until this is dropped; the system lets go of it as well when the
/// process ends in any way.
#[derive(Debug)]
pub struct FirstRunLock {
    _file: File,
}

/// Waits for its turn on the data folder, which has to be there. Held from before the database is
/// opened until the keyring is unlocked. A shared database has a lock of its own, and gives `None`.
pub async fn lock_data_folder(config: &StorageConfig) -> io::Result<Option<FirstRunLock>> {
    if config.database_url.is_some() {
        return Ok(None);
    }
    let path = config.data.join(NAME);
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(&path)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(FirstRunLock { _file: file })),
            Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                tokio::time::sleep(STEP).await;
            }
            Err(TryLockError::WouldBlock) => {
                let path = path.display();
                let text = format!(
                    "another server has been starting for more than {} seconds and still locks {path}",
                    PATIENCE.as_secs()
                );
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            // Rather two starts at once by bad luck than none at all on such a file system.
            Err(TryLockError::Error(cause)) if cause.kind() == io::ErrorKind::Unsupported => {
                tracing::warn!(error = %cause, "the data folder cannot be locked");
                return Ok(None);
            }
            Err(TryLockError::Error(cause)) => return Err(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opening::kek::KekConfig;
    use std::fs;

    #[tokio::test]
    async fn the_second_waits_for_the_first() {
        let data = std::env::temp_dir().join(format!("regcred-lock-{}", uuid::Uuid::now_v7()));
        fs::create_dir_all(&data).unwrap();
        let config = StorageConfig {
            data: data.clone(),
            database_url: None,
            database_insecure: false,
            kek: KekConfig::default(),
        };
        let first = lock_data_folder(&config).await.unwrap();
        assert!(first.is_some());
        let second = tokio::time::timeout(5 * STEP, lock_data_folder(&config)).await;
        assert!(second.is_err(), "it did not wait");
        drop(first);
        assert!(lock_data_folder(&config).await.unwrap().is_some());
        let shared =
            StorageConfig { database_url: Some("postgres://x".to_owned()), ..config.clone() };
        assert!(lock_data_folder(&shared).await.unwrap().is_none());
        fs::remove_dir_all(&data).unwrap();
    }
}
