//! What keeps secrets from leaving with the memory of the process (security T11), and what keeps it small.
//! Freed memory is wiped by the allocator in `main.rs`; this is about what is in use.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Nothing of the process is written down when it crashes, and no other process of the same user may
/// look into it: no core dump, no `ptrace`, no `/proc/<id>/mem`. Root still may.
///
/// A system that refuses is told about in the log and is no reason not to serve.
pub fn harden() {
    let nothing = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, nothing) {
        tracing::warn!(error = %error, "core dumps could not be switched off");
    }
    refuse_to_be_dumped();
}

/// The limit alone is not enough: the kernel ignores it where crashes are piped to a program.
#[cfg(target_os = "linux")]
fn refuse_to_be_dumped() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(error = %error, "the memory of the process could not be closed to others");
    }
}

/// Elsewhere there is no such switch.
#[cfg(not(target_os = "linux"))]
fn refuse_to_be_dumped() {}

/// From now on the kernel gives no huge pages where a small one is used: in a crowd of connections each
/// has a few small pieces, far apart.
#[cfg(target_os = "linux")]
pub fn take_small_pages() {
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(error = %error, "huge pages could not be switched off");
    }
}

/// Elsewhere there is no such switch.
#[cfg(not(target_os = "linux"))]
pub fn take_small_pages() {}
