//! Files that are written once, whole or not at all, and that only their owner may read.

use super::failure::Failure;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Bytes that are written at once.
const BUFFER: usize = 1024 * 1024;

/// A file on its way. Dropped without `keep`, it was never there.
pub(super) struct NewFile {
    path: PathBuf,
    draft: PathBuf,
    out: BufWriter<File>,
}

impl NewFile {
    /// Begins a file of that name, which must be free: nothing is ever overwritten.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        if path.symlink_metadata().is_ok() {
            return Err(taken(path));
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.partial", Uuid::now_v7().simple()));
        let draft = path.with_file_name(name);
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&draft);
        let file = file.map_err(|cause| refused(path, &cause))?;
        let out = BufWriter::with_capacity(BUFFER, file);
        Ok(Self { path: path.to_owned(), draft, out })
    }

    /// Gives it its name, once it is on the disk.
    pub(super) fn keep(mut self) -> Result<(), Failure> {
        let kept = self.out.flush().and_then(|()| self.out.get_ref().sync_all());
        kept.and_then(|()| self.name()).map_err(|cause| match cause.kind() {
            ErrorKind::AlreadyExists => taken(&self.path),
            _ => refused(&self.path, &cause),
        })
    }

    fn name(&self) -> io::Result<()> {
        // A link, unlike a rename, does not take the place of a file that came meanwhile.
        match fs::hard_link(&self.draft, &self.path) {
            Err(cause) if cause.kind() != ErrorKind::AlreadyExists => {
                // This file system has no links.
                fs::rename(&self.draft, &self.path)?;
            }
            linked => linked?,
        }
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Renamed, it is not there any more; else it is only untidy.
        let _ = fs::remove_file(&self.draft);
    }
}

fn taken(path: &Path) -> Failure {
    let path = path.display();
    Failure::said(format!("{path} already exists and is not overwritten. Name a new file."))
}

fn refused(path: &Path, cause: &io::Error) -> Failure {
    Failure::said(format!("{} cannot be written: {cause}.", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = std::env::temp_dir().join(format!("regcred-files-{}", Uuid::now_v7()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("backup");
        let names = || fs::read_dir(&folder).unwrap().count();

        let mut given_up = NewFile::create(&path).unwrap();
        given_up.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(given_up);
        assert_eq!(names(), 0);

        let (mut kept, late) = (NewFile::create(&path).unwrap(), NewFile::create(&path).unwrap());
        kept.write_all(b"whole").unwrap();
        kept.keep().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(late.keep().is_err() && NewFile::create(&path).is_err(), "it was overwritten");
        assert_eq!((fs::read(&path).unwrap().as_slice(), names()), (b"whole".as_slice(), 1));
        fs::remove_dir_all(&folder).unwrap();
    }
}
