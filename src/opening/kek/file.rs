//! A key in a file.

use super::problem::KekFault;
use crate::crypto::kek::Kek;
use rustix::process::geteuid;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use zeroize::Zeroizing;

/// Bytes that are read of any source at most: a disk image or an endless device that was named by
/// mistake is refused at once.
pub(super) const MAX: usize = 4096;

/// Who looks after the file, which decides who may own and read it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeper {
    /// Somebody with `chmod`.
    Operator,
    /// systemd: the file is root's and readable by us through an access list, whose mask shows where
    /// the mode has the rights of the group.
    ServiceManager,
}

pub(super) fn read(path: &Path, keeper: Keeper) -> Result<Kek, KekFault> {
    let name = || path.display().to_string();
    let unreadable = |cause| KekFault::Unreadable { path: name(), cause };
    // Before it is opened: opening a pipe waits until somebody writes into it.
    if let Some(kind) = other_kind(&fs::metadata(path).map_err(unreadable)?) {
        return Err(KekFault::NotAFile { path: name(), kind });
    }
    let file = File::open(path).map_err(unreadable)?;
    // Of what is open now: the name may have come to mean another file meanwhile.
    let metadata = file.metadata().map_err(unreadable)?;
    let is_open = match keeper {
        Keeper::Operator => metadata.mode() & 0o077 != 0,
        Keeper::ServiceManager => metadata.mode() & 0o007 != 0,
    };
    if is_open {
        return Err(KekFault::Open { path: name() });
    }
    let (owner, user) = (metadata.uid(), geteuid().as_raw());
    if keeper == Keeper::Operator && owner != user && owner != 0 {
        return Err(KekFault::Foreign { path: name(), owner, user });
    }
    // Room enough from the start: a buffer that grows leaves its old bytes behind.
    let mut bytes = Zeroizing::new(Vec::<u8>::with_capacity(MAX + 1));
    file.take(MAX as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    parse(&bytes, || format!("The key file {}", name()))
}

/// Takes what a source held for a key, or says what the `origin` holds instead.
pub(super) fn parse(bytes: &[u8], origin: impl Fn() -> String) -> Result<Kek, KekFault> {
    if bytes.len() > MAX {
        return Err(KekFault::TooLong { origin: origin() });
    }
    Kek::parse(bytes).map_err(|cause| KekFault::NotAKey { origin: origin(), cause })
}

fn other_kind(metadata: &Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some("a folder")
    } else if kind.is_fifo() {
        Some("a pipe")
    } else if kind.is_socket() {
        Some("a socket")
    } else {
        Some("a device")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let path = std::env::temp_dir().join(format!("regcred-open-{}", uuid::Uuid::now_v7()));
        fs::write(&path, [7; 32]).unwrap();
        let read_with = |mode, keeper| {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            read(&path, keeper)
        };
        assert!(read_with(0o600, Keeper::Operator).is_ok());
        for mode in [0o644, 0o640, 0o604] {
            let refused = read_with(mode, Keeper::Operator);
            assert!(matches!(refused, Err(KekFault::Open { .. })), "{mode:o}");
        }
        assert!(read_with(0o440, Keeper::ServiceManager).is_ok());
        let refused = read_with(0o444, Keeper::ServiceManager);
        assert!(matches!(refused, Err(KekFault::Open { .. })));
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = read(&std::env::temp_dir(), Keeper::Operator);
        assert!(matches!(folder, Err(KekFault::NotAFile { kind: "a folder", .. })));
        let device = read(Path::new("/dev/zero"), Keeper::Operator);
        assert!(matches!(device, Err(KekFault::NotAFile { kind: "a device", .. })));
    }
}
