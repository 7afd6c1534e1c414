//! Reading no more than a limit, into memory that is wiped.

use crate::failure::Failure;
use crate::secret::Secret;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use zeroize::Zeroizing;

const TOKEN_LIMIT: u64 = 16 * 1024;

/// Who may read a file that has a secret in it.
#[derive(Clone, Copy, PartialEq)]
pub enum Readers {
    Owner,
    /// The maker of the file decided that.
    Anyone,
}

/// Everything the reader has; nothing when that is more than the limit.
pub fn read(reader: &mut dyn Read, limit: u64) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// Whether others than the owner can read the file.
pub fn is_open_to_others(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.mode() & 0o077 != 0)
}

/// The token in a file. `name` is the setting that names the file, for the sentence.
pub fn token(path: &Path, name: &str, readers: Readers) -> Result<Secret, Failure> {
    let unreadable = |_| Failure::here(format!("The file of {name} cannot be read."));
    let mut file = File::open(path).map_err(unreadable)?;
    // Asked of the open file: the path could mean another one by now.
    if readers == Readers::Owner && is_open_to_others(&file).map_err(unreadable)? {
        return Err(Failure::here(format!(
            "Others can read the file of {name}. Run chmod 600 on it."
        )));
    }
    let bytes = read(&mut file, TOKEN_LIMIT).map_err(unreadable)?;
    let text = bytes.as_ref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.map(|text| Secret::from(text.to_owned()))
        .ok_or_else(|| Failure::here(format!("The file of {name} contains no token.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stub::Folder;

    #[test]
    fn what_is_longer_than_the_limit_is_not_kept() {
        assert_eq!(read(&mut &b"abc"[..], 3).unwrap().unwrap().as_slice(), b"abc");
        assert!(read(&mut &b"abcd"[..], 3).unwrap().is_none());
    }

    #[test]
    fn a_token_file_that_others_can_read_is_refused() {
        let folder = Folder::new();
        for mode in [0o640, 0o604, 0o666] {
            let path = folder.file("token", "rgc_1\n", mode);
            let refused = token(&path, "REGCRED_TOKEN_FILE", Readers::Owner).unwrap_err();
            assert!(refused.to_string().contains("chmod 600"), "{refused}");
        }
        let path = folder.file("token", "rgc_1\n", 0o600);
        let kept = token(&path, "REGCRED_TOKEN_FILE", Readers::Owner).unwrap();
        assert_eq!(kept.expose(), "rgc_1\n");
    }

    #[test]
    fn a_token_file_that_is_missing_or_no_text_is_refused_without_its_content() {
        let folder = Folder::new();
        let missing = folder.path().join("missing");
        assert!(token(&missing, "REGCRED_TOKEN_FILE", Readers::Owner).is_err());
        let long = folder.file("long", &"x".repeat(20_000), 0o600);
        let said = token(&long, "REGCRED_TOKEN_FILE", Readers::Owner).unwrap_err().to_string();
        assert_eq!(said, "regcred: The file of REGCRED_TOKEN_FILE contains no token.");
    }
}
